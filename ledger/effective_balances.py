"""Balances as effective at an instant: by when things happened, whenever they were recorded.

Unlike a balance as recorded, one of a day that is still open may change; from the closing of a period on it is final.
"""

from datetime import datetime

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from ledger.checks import SIGNED
from ledger.errors import AccountUnknownError
from ledger.lot_balances import LotBalance
from ledger.model import Account, ClosedPeriod, JournalEntry, PeriodBalance, Posting

_SUM = cast(func.coalesce(func.sum(SIGNED), 0), BigInteger)


def balance_effective_at(session: Session, account_id: int, at: datetime) -> int:
    """Return what an account held by what had happened until an instant, in minor units.

    It starts from the last closing statement before that instant. A bounded account may have been below zero so: what
    was given first may have been written down last.

    Raises:
        AccountUnknownError: no such account.
    """
    if session.get(Account, account_id) is None:
        raise AccountUnknownError(account_id)
    moved = (
        select(_SUM)
        .select_from(Posting)
        .join(Account, Account.id == Posting.account_id)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.account_id == account_id, JournalEntry.occurred_at <= at)
    )
    closed = session.execute(
        select(PeriodBalance.closing, PeriodBalance.seq, ClosedPeriod.ends_at)
        .join(ClosedPeriod, ClosedPeriod.number == PeriodBalance.period)
        .where(PeriodBalance.account_id == account_id, ClosedPeriod.ends_at <= at)
        .order_by(PeriodBalance.period.desc())
        .limit(1)
    ).one_or_none()
    if closed is None:
        return session.scalars(moved).one()
    moved = moved.where(JournalEntry.occurred_at >= closed.ends_at)
    if closed.seq is not None:
        moved = moved.where(Posting.seq > closed.seq)
    closing: int = closed.closing
    return closing + session.scalars(moved).one()


def lots_effective_at(session: Session, account_id: int, at: datetime) -> list[LotBalance]:
    """Return the lots that a bounded account held by what had happened until an instant; it reads all its postings."""
    rows = session.execute(
        select(Posting.lot, _SUM)
        .join(Account, Account.id == Posting.account_id)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.account_id == account_id, JournalEntry.occurred_at <= at)
        .group_by(Posting.lot)
        .having(_SUM > 0)
        .order_by(Posting.lot)
    )
    return [LotBalance(label, amount) for label, amount in rows]
