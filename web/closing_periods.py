"""Closing days of the books: closed in one transaction, stated in others when all are done who may add to them."""

import time
from datetime import date

from sqlalchemy.orm import Session

import ledger
from web.clock import now
from web.unit_of_work import in_transaction

_LOOK_AGAIN_S = 0.1


def close_through(last_on: date, *, actor: str, wait_s: float) -> ledger.Period:
    """Close all days up to `last_on`, that day included, for good, and state what the accounts held at its end.

    It waits up to `wait_s` seconds for entries that are being written. Where that is not enough the days are closed all
    the same, and the same call goes on from there.

    Raises:
        PeriodNotOverError, PeriodOrderError: these days cannot be closed.
        PeriodNotSettledError: the period, or the one before, has no statement yet.
    """

    def shut(session: Session) -> ledger.Period:
        latest = next(iter(ledger.closed_periods(session)), None)
        if latest is not None and latest.stated_at is None and latest.last_on == last_on:
            return latest
        return ledger.close_period(session, last_on=last_on, actor=actor, now=now())

    number = in_transaction(shut).number
    # Asked in a transaction of its own: it sees all who may have found the period open.
    awaited = in_transaction(ledger.writers_under_way)
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            return in_transaction(lambda session: ledger.state_period(session, number, awaited=awaited, now=now()))
        except ledger.PeriodNotSettledError:
            if time.monotonic() >= give_up_at:
                raise
        time.sleep(_LOOK_AGAIN_S)
