"""The only code that writes entries: one call a transaction, a list of any length, all or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ledger.entries import NewEntry, check_entries
from ledger.posting_postgresql import post_on_postgresql
from ledger.posting_sqlite import post_on_sqlite


def post(session: Session, entries: Sequence[NewEntry]) -> datetime:
    """Write entries and move the balances and lots they touch; return when the ledger recorded them (UTC).

    Call it once in a transaction, as its last statement: from here on the accounts it touches are locked, shared
    ones last. Every bounded account is checked and changed in one guarded statement.

    Raises:
        EntryInvalidError: an entry breaks double entry.
        AccountUnknownError: an account does not exist or is of another asset than its line.
        AccountStateError: a frozen account would give, a closing one take, a closed one either.
        InsufficientBalanceError: a bounded account or one of its lots would fall below zero.
    """
    check_entries(entries)
    # Rows that name the entry, and the idempotency key, are written before any account is locked.
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        return post_on_postgresql(session, entries)
    return post_on_sqlite(session, entries)
