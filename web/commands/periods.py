"""`books close`, `periods`, `closing-statement`, `open-days`, `terms`: the days that are open, and how others ended."""

import csv
import sys
from datetime import datetime

import click
from sqlalchemy.orm import Session

import ledger
from people import find_person
from web.clock import now
from web.closing_periods import close_through
from web.commands.refusing import RefusingCommand
from web.json_format import instant_text
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading, snapshot

_WAIT_S_DEFAULT = 60
_OPEN_DAYS_MAX = 36_500

_by = click.option("--by", "handle", required=True, metavar="HANDLE", help="Who says so: the name they log in with.")


@click.command("close", cls=RefusingCommand)
@click.option("--until", "last_on", required=True, metavar="DAY", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--wait", "wait_s", type=click.IntRange(min=0), default=_WAIT_S_DEFAULT, metavar="SECONDS")
@_by
def close(last_on: datetime, wait_s: int, handle: str) -> None:
    """Close all days up to DAY, that day included, for good, and state what the accounts held at its end.

    It waits up to SECONDS for entries that are being written. Where that is not enough the days are closed all the
    same, and the same command goes on from there.
    """
    stated = close_through(last_on.date(), actor=reading(lambda session: _actor(session, handle)), wait_s=wait_s)
    click.echo(f"period {stated.number} is closed and stated: {stated.first_on or 'the beginning'} to {stated.last_on}")


@click.command("periods", cls=RefusingCommand)
def list_all() -> None:
    """List the closed periods, latest first: number, first and last day, when closed, when stated, by whom."""
    for period in reading(ledger.closed_periods):
        times = (instant_text(period.closed_at), _time(period.stated_at))
        click.echo("\t".join((str(period.number), _days(period), *times, period.closed_by)))


@click.command("closing-statement", cls=RefusingCommand)
@click.option("--period", "number", type=int, metavar="NUMBER", help="Without it, the latest.")
def state(number: int | None) -> None:
    """Stream a period's closing statement as CSV; amounts in minor units, openings and closings on the normal side."""
    with snapshot() as session:
        chosen = (
            number if number is not None else max((each.number for each in ledger.closed_periods(session)), default=0)
        )
        lines = ledger.closing_statement(session, chosen)
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(("account", "asset", "side", "opening", "debits", "credits", "closing"))
        for line in lines:
            out.writerow(
                (line.code, line.asset, line.normal_side, line.opening, line.debits, line.credits, line.closing)
            )
        for total in ledger.closing_totals(session, chosen):
            out.writerow(("", total.asset, "", "", total.debits, total.credits, ""))


@click.command("open-days", cls=RefusingCommand)
@click.argument("days", type=click.IntRange(min=0, max=_OPEN_DAYS_MAX))
@_by
def set_days(days: int, handle: str) -> None:
    """Take from now on only what happened today or on the DAYS days before, and nothing that lies ahead."""

    def change(session: Session) -> None:
        zone = current_settings().time_zone
        ledger.set_open_days(session, days=days, zone=zone, actor=_actor(session, handle), now=now())

    in_transaction(change)
    click.echo(f"open: today and the {days} days before")


@click.command("terms", cls=RefusingCommand)
def list_terms() -> None:
    """List on which terms entries were taken, latest first: days back, closed until, since when, by whom."""
    for each in reading(ledger.terms_history):
        days = "-" if each.terms.open_days is None else str(each.terms.open_days)
        click.echo("\t".join((days, _time(each.terms.closed_until), instant_text(each.set_at), each.set_by)))


PERIOD_COMMANDS = (close, list_all, state, set_days, list_terms)


def _actor(session: Session, handle: str) -> str:
    person = find_person(session, handle)
    if person is None:
        raise click.ClickException(f"Nobody logs in as {handle}.")
    return f"person:{person.id.hex}"


def _days(period: ledger.Period) -> str:
    return f"{period.first_on or '-'}\t{period.last_on}"


def _time(instant: datetime | None) -> str:
    return "-" if instant is None else instant_text(instant)
