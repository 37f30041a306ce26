"""`jobs run`: everything that is due, once; safe to run twice, or side by side."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import click
from sqlalchemy.orm import Session

from awards import expire_lots
from earnings import EarningPlace, pay_claims, pay_waiting, return_unclaimed
from holds import HoldPlace, expire_holds
from ledger import PastLot, Sweep, purge_counters
from listening import draw_call_backs, sum_again, sum_days, write_digests
from oversight import escalate_overdue
from payments import purge_payment_codes
from people import purge_rate_windows, purge_sessions, purge_wrong_tries
from photos import PhotoStore, PhotoStoreUnavailableError, forget_set_aside
from publishing import forget_stale_copies
from reports import count_anew, release_rests, remind_units, sum_up_counts
from settlements import LookPlace, look_at_shops
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.commands.webhooks import expire_all_orders, webhooks_told
from web.notice_sending import send_notices
from web.photo_storage import photo_store
from web.sealing import seal_everything
from web.secret_keys import claim_keys
from web.settings import current_settings
from web.unit_of_work import in_transaction
from web.webhook_sending import send_webhooks
from webhooks import forget_old

Place = TypeVar("Place")

# A limit for a year counts on the year's first day, and a refund may come long after.
_COUNTERS_KEPT = timedelta(days=400)

# Today's and yesterday's forms may still be sent.
_PHOTOS_SET_ASIDE = timedelta(days=1)

jobs = RefusingGroup("jobs", help="Work that is due at a time.")


@jobs.named("run")
@click.option(
    "--progress/--no-progress", default=None, help="Count on standard error; without it, where that is a terminal."
)
def run(*, progress: bool | None) -> None:
    """Do what is due, from the end of holds to the weeks of units; then seal all, and send what is to be told."""
    at = now()
    keys = claim_keys()
    shown = sys.stderr.isatty() if progress is None else progress
    # First the holds: what comes back has days of grace, and is never swept in the same run.
    _sweep("holds expired: {count}", _expiring_holds(at), progress=shown)
    click.echo(f"orders nobody paid in time: {expire_all_orders(at)}")
    _sweep("awards whose department is late: {count}", _releasing_rests(at), progress=shown)
    _until_none("awards claimed without a name: {count}", lambda session: pay_claims(session, keys=keys, now=at))
    _until_none("awards nobody claimed: {count}", lambda session: return_unclaimed(session, now=at))
    _sweep("overdue duties brought before the unit above: {count}", _escalating(at), progress=shown, is_money=False)
    _sweep("awards that waited for money: {count}", _paying_waiting(at), progress=shown)
    # Before codes are forgotten, of whose age a rule speaks.
    _sweep("payments held back until somebody looks: {count}", _looking_at_shops(at), progress=shown)
    _sweep("credits expired: {count} residents", _expiring_lots(at), progress=shown)
    _sweep("call-backs drawn: {count}", _drawing_call_backs(at), progress=shown, is_money=False)
    _summing_days(at)
    _summing_counts()
    click.echo(f"weeks of units written: {in_transaction(lambda session: write_digests(session, now=at))}")
    _sweep("units reminded of duties: {count}", _reminding_units(at), progress=shown, is_money=False)
    purges: tuple[tuple[str, Callable[[Session], int]], ...] = (
        ("payment codes", lambda session: purge_payment_codes(session, now=at)),
        ("sessions", lambda session: purge_sessions(session, now=at)),
        ("counts of wrong passwords", lambda session: purge_wrong_tries(session, now=at)),
        ("counts towards limits", lambda session: purge_counters(session, before=(at - _COUNTERS_KEPT).date())),
        ("counts of requests", lambda session: purge_rate_windows(session, now=at)),
        ("messages to shops", lambda session: forget_old(session, now=at)),
    )
    for name, purge in purges:
        click.echo(f"{name} forgotten: {in_transaction(purge)}")
    click.echo(f"photos of forms that were not sent forgotten: {_forget_photos(at)}")
    click.echo(f"public copies of photos deleted: {_forget_copies()}")
    # Last, so that what this run booked is sealed with the rest.
    click.echo(f"entries sealed: {seal_everything(at)}")
    # After all else: a gateway that is slow keeps nothing waiting. Shops' programs have five minutes of a run.
    click.echo(webhooks_told(send_webhooks()))
    sent = send_notices(at)
    click.echo(f"notices sent: {sent.sent}, to be tried again or given up: {sent.failed}")


@jobs.named("recount")
def recount() -> None:
    """Count all reports anew for the sums by month: after a change of the time zone, or where the audit says so."""
    zone = current_settings().time_zone
    in_transaction(lambda session: count_anew(session, zone=zone))
    click.echo("all reports are counted anew")


def _forget_copies() -> str:
    """Delete copies that nobody may see any more, and say how many; the next run does what a store refused."""
    return _forgotten(forget_stale_copies)


def _until_none(words: str, part: Callable[[Session], Sweep[None]]) -> None:
    """Do parts of a sweep that begin anew each time, until one finds nothing; say what came of it."""
    count = amount = 0
    while (swept := in_transaction(part)).count:
        count, amount = count + swept.count, amount + swept.amount
    click.echo(f"{words.format(count=count)}, {amount} minor units")


def _forget_photos(at: datetime) -> str:
    """Forget photos that were set aside before yesterday, and say how many; the next run does what a store refused."""
    before = at.date() - _PHOTOS_SET_ASIDE
    return _forgotten(lambda session, store: forget_set_aside(session, store, before=before))


def _forgotten(forget: Callable[[Session, PhotoStore], int]) -> str:
    count, store = 0, photo_store()
    try:
        while found := in_transaction(lambda session: forget(session, store)):
            count += found
    except PhotoStoreUnavailableError:
        return f"{count}, then the store of photos was away"
    return str(count)


def _summing_days(at: datetime) -> None:
    """Sum up the days that are over, and those of which reporters said more meanwhile; say how many they are."""
    count = 0
    while days := in_transaction(lambda session: sum_days(session, now=at)):
        count += days
    count += in_transaction(lambda session: sum_again(session, now=at))
    click.echo(f"days summed up for the rates: {count}")


def _summing_counts() -> None:
    """Add to the sums by month what steps have noted since the last run, and say how much that is."""
    count = 0
    while changes := in_transaction(sum_up_counts):
        count += changes
    click.echo(f"changes of the counts of reports summed up: {count}")


def _expiring_holds(at: datetime) -> Callable[[Session, HoldPlace | None], Sweep[HoldPlace]]:
    grace_days = current_settings().grace_days
    return lambda session, after: expire_holds(session, now=at, after=after, grace_days=grace_days)


def _expiring_lots(at: datetime) -> Callable[[Session, PastLot | None], Sweep[PastLot]]:
    return lambda session, after: expire_lots(session, now=at, after=after)


def _releasing_rests(at: datetime) -> Callable[[Session, UUID | None], Sweep[UUID]]:
    return lambda session, after: release_rests(session, now=at, after=after)


def _escalating(at: datetime) -> Callable[[Session, UUID | None], Sweep[UUID]]:
    return lambda session, after: escalate_overdue(session, now=at, after=after)


def _paying_waiting(at: datetime) -> Callable[[Session, EarningPlace | None], Sweep[EarningPlace]]:
    return lambda session, after: pay_waiting(session, now=at, after=after)


def _looking_at_shops(at: datetime) -> Callable[[Session, LookPlace | None], Sweep[LookPlace]]:
    return lambda session, after: look_at_shops(session, now=at, after=after)


def _drawing_call_backs(at: datetime) -> Callable[[Session, UUID | None], Sweep[UUID]]:
    return lambda session, after: draw_call_backs(session, now=at, after=after)


def _reminding_units(at: datetime) -> Callable[[Session, UUID | None], Sweep[UUID]]:
    return lambda session, after: remind_units(session, now=at, after=after)


def _sweep(
    words: str, part: Callable[[Session, Place | None], Sweep[Place]], *, progress: bool, is_money: bool = True
) -> None:
    """Do the parts of a sweep, each in a short transaction, because payments go on meanwhile; say what came of it."""
    count = amount = 0
    after: Place | None = None
    more = True
    while more:
        swept = in_transaction(_beginning(part, after))
        count, amount, after = count + swept.count, amount + swept.amount, swept.next_after
        more = after is not None
        if progress and more:
            click.echo(f"{words.format(count=count)} so far", err=True)
    click.echo(words.format(count=count) + (f", {amount} minor units" if is_money else ""))


def _beginning(
    part: Callable[[Session, Place | None], Sweep[Place]], after: Place | None
) -> Callable[[Session], Sweep[Place]]:
    return lambda session: part(session, after)
