"""Turnovers: what entries of some kinds debited and credited to each account, lot by lot, until an instant."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ledger.entries import Asset, Side
from ledger.model import Account, JournalEntry, Posting


@dataclass(frozen=True, slots=True)
class Turnover:
    """What entries of one kind debited and credited to one lot of one account, in minor units."""

    account_code: str
    kind: str
    lot: str
    debits: int
    credits: int


def turnovers(
    session: Session,
    *,
    asset: Asset,
    kinds: Collection[str],
    until: datetime | None = None,
) -> Iterator[Turnover]:
    """Yield the turnovers of all accounts of an asset by what happened before `until`, or ever."""
    debits = func.sum(case((Posting.side == Side.DEBIT, Posting.amount), else_=0))
    credits = func.sum(case((Posting.side == Side.CREDIT, Posting.amount), else_=0))
    columns = (Account.code, JournalEntry.kind, Posting.lot)
    query = (
        select(*columns, debits, credits)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.asset == asset, JournalEntry.kind.in_(kinds))
        .group_by(*columns)
        .order_by(*columns)
    )
    if until is not None:
        query = query.where(JournalEntry.occurred_at < until)
    for code, kind, lot, debited, credited in session.execute(query):
        yield Turnover(code, kind, lot, int(debited), int(credited))
