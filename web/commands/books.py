"""`books audit`, `books export` and `books statement`: the books proved, as other programs read them, and as papers."""

import sys
from datetime import datetime

import click
from flask_babel import force_locale

import awards
import cards
import duties
import earnings
import holds
import listening
import merchants
import payments
import publishing
import receivables
import reports
import settlements
import suspicions
import tills
import webhooks
from ledger import ExportFormat, audit, export
from seals import checks_of_seals, entries_waiting_for_their_seal, the_guards_of_seals_stand
from web.clock import today
from web.commands.refusing import RefusingGroup
from web.languages import CHINESE, ENGLISH
from web.secret_keys import seal_keys
from web.settings import current_settings
from web.statements import PaperForm, account_owner, paper_bytes
from web.unit_of_work import snapshot

books = RefusingGroup("books", help="The books.")


@books.named("audit")
def prove() -> None:
    """Recompute everything from the postings: one line a check; ends with status 1 where the books differ."""
    failed = False
    checks = [
        *awards.CHECKS,
        *holds.CHECKS,
        *receivables.CHECKS,
        *merchants.CHECKS,
        *payments.CHECKS,
        *settlements.CHECKS,
        *suspicions.CHECKS,
        *cards.CHECKS,
        *tills.CHECKS,
        *webhooks.CHECKS,
        *duties.CHECKS,
        *earnings.CHECKS,
        *reports.CHECKS,
        *reports.checks_of_counts(current_settings().time_zone),
        *listening.CHECKS,
        *publishing.CHECKS,
        *checks_of_seals(seal_keys()),
        the_guards_of_seals_stand,
    ]
    with snapshot() as session:
        for result in audit(session, checks, [entries_waiting_for_their_seal]):
            failed = failed or not result.ok
            detail = f": {result.detail}" if result.detail else ""
            click.echo(f"{'ok' if result.ok else 'DIFFERS'}  {result.name}{detail}")
    if failed:
        sys.exit(1)


@books.named("export")
@click.option("--format", "form", required=True, type=click.Choice([form.value for form in ExportFormat]))
def write(form: str) -> None:
    """Stream all entries to standard output, as a journal of ledger-cli and hledger, for beancount, or as CSV."""
    with snapshot() as session:
        for piece in export(session, ExportFormat(form), zone=current_settings().time_zone):
            sys.stdout.write(piece)


_DAY = click.DateTime(["%Y-%m-%d"])


@books.named("statement")
@click.argument("account_code")
@click.option("--from", "first", type=_DAY, help="The first day; without it, the first of the last day's month.")
@click.option("--until", "last", type=_DAY, help="The last day; without it, today.")
@click.option("--format", "form", required=True, type=click.Choice([form.value for form in PaperForm]))
@click.option("--language", type=click.Choice([CHINESE, ENGLISH]), default=CHINESE, help="Of the paper.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    help="A file; without it, standard output.",
)
def write_statement(
    *, account_code: str, first: datetime | None, last: datetime | None, form: str, language: str, output: str
) -> None:
    """Stream the statement of an account, or of all accounts of an owner such as fund:peace; recorded days count."""
    last_on = last.date() if last else today()
    first_on = first.date() if first else last_on.replace(day=1)
    pieces = paper_bytes(
        lambda session: account_owner(session, account_code), PaperForm(form), first_on=first_on, last_on=last_on
    )
    with force_locale(language):
        # Where the statement is refused, no file is made.
        begin = next(pieces)
        with click.open_file(output, "wb") as file:
            file.write(begin)
            for piece in pieces:
                file.write(piece)
