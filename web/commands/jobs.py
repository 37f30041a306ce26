"""`jobs run`: everything that is due, once; safe to run twice, or side by side."""

from collections.abc import Callable
from datetime import datetime

import click
from sqlalchemy.orm import Session

from awards import Sweep, expire_lots
from merchants import purge_payment_codes
from people import purge_rate_windows, purge_sessions, purge_wrong_tries
from web.clock import now
from web.commands.refusing import RefusingGroup
from web.unit_of_work import in_transaction

jobs = RefusingGroup("jobs", help="Work that is due at a time.")


@jobs.named("run")
def run() -> None:
    """Return expired credits to their funds, and forget what is kept for a time only."""
    at = now()
    count, amount = _sweep(at)
    click.echo(f"credits expired: {count} residents, {amount} minor units")
    purges: tuple[tuple[str, Callable[[Session], int]], ...] = (
        ("payment codes", lambda session: purge_payment_codes(session, now=at)),
        ("sessions", lambda session: purge_sessions(session, now=at)),
        ("counts of wrong passwords", lambda session: purge_wrong_tries(session, now=at)),
        ("counts of requests", lambda session: purge_rate_windows(session, now=at)),
    )
    for name, purge in purges:
        click.echo(f"{name} forgotten: {in_transaction(purge)}")


def _sweep(at: datetime) -> tuple[int, int]:
    count = amount = 0
    after: int | None = 0
    while after is not None:
        # Short transactions: payments go on meanwhile.
        swept = in_transaction(_part(at, after))
        count, amount, after = count + swept.count, amount + swept.amount, swept.next_after
    return count, amount


def _part(at: datetime, after: int) -> Callable[[Session], Sweep]:
    return lambda session: expire_lots(session, now=at, after=after)
