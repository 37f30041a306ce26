"""The only code that writes entries: one call a transaction, a list of any length, all or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ledger.entries import NewEntry, check_entries
from ledger.posting_postgresql import Companions, post_on_postgresql
from ledger.posting_sqlite import post_on_sqlite


def post(
    session: Session,
    entries: Sequence[NewEntry],
    *,
    companions: Companions | None = None,
    values: Mapping[str, Any] | None = None,
) -> datetime:
    """Write entries and move the balances and lots they touch; return when the ledger recorded them (UTC).

    Call it once in a transaction, as its last statement: from here on the accounts it touches are locked, shared
    ones last. Every bounded account is checked and changed in one guarded statement. `companions` are writes of the
    caller that go with a single entry in the same round trip, and `values` is what they bind.

    Raises:
        EntryInvalidError: an entry breaks double entry.
        AccountUnknownError: an account does not exist or is of another asset than its line.
        AccountStateError: a frozen account would give, a closing one take, a closed one either.
        InsufficientBalanceError: a bounded account or one of its lots would fall below zero.
        CeilingExceededError: a bounded account would rise above its ceiling, be it for a moment within a list.
        PeriodClosedError: an entry happened in a closed period, or longer ago than the books are open for.
        InstantAheadError: an entry lies further ahead of the ledger's clock than the terms allow.
        LostRaceError: a companion did not find the one row it was to change.
    """
    check_entries(entries)
    if companions is not None and len(entries) != 1:
        raise ValueError("companions go with one entry")
    # Rows that name the entry, and the idempotency key, are written before any account is locked.
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        return post_on_postgresql(session, entries, companions, values or {})
    if companions is not None:
        companions.execute(session, values or {})
    return post_on_sqlite(session, entries)
