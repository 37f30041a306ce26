"""Lots past their last day, found without looking at the others; the sweep works through them."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, delete, literal, select, tuple_
from sqlalchemy.orm import Session

from ledger.model import AccountLot


class PastLot(NamedTuple):
    """Where a lot past its day lies; also the cursor behind which the next ones are."""

    label: str
    account_id: int


# Sorts before every label.
_BEFORE_ALL = PastLot("", 0)
_PLACE = tuple_(AccountLot.lot, AccountLot.account_id)


def past_lots(session: Session, *, today: date, after: PastLot | None, limit: int) -> list[PastLot]:
    """Return up to `limit` lots of credits whose day is over, behind `after`, in the order of days, emptied ones too.

    Nothing is locked: lock the accounts, then look at their lots again. What is done with meanwhile costs nothing
    here: `forget_past_lots` lets go of what is empty.
    """
    label, account_id = after or _BEFORE_ALL
    rows = session.execute(
        select(AccountLot.lot, AccountLot.account_id)
        .where(
            # Labels begin with their day, and undated ones sort after every day.
            AccountLot.lot < bindparam("today", today.isoformat(), AccountLot.lot.type),
            tuple_(literal(label, Text), literal(account_id, BigInteger)) < _PLACE,
            # Only those of credits name a fund behind the day. No join tells it, so that no plan begins with accounts.
            AccountLot.lot.contains(":"),
        )
        .order_by(AccountLot.lot, AccountLot.account_id)
        .limit(limit)
    )
    return [PastLot._make(row) for row in rows]


def forget_past_lots(session: Session, account_ids: Collection[int], *, today: date) -> None:
    """Let go of the emptied lots, past their day, of accounts of credits that the caller has locked.

    An account without a row for a lot holds nothing of it. Kept for ever, they would be all that `past_lots` reads.
    """
    session.execute(
        delete(AccountLot).where(
            AccountLot.account_id.in_(account_ids), AccountLot.lot < today.isoformat(), AccountLot.balance == 0
        )
    )
