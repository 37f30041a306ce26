"""The labelled parts of an account: what may be spent today, and which lots a spending takes."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Dialect, SQLColumnExpression, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from ledger.entries import CreditLot, known_lot
from ledger.errors import InsufficientBalanceError
from ledger.model import Account, AccountLot, JournalEntry, Posting


@dataclass(frozen=True, slots=True)
class LotBalance:
    """What an account holds under one label, in minor units."""

    label: str
    amount: int

    @property
    def lot(self) -> CreditLot:
        """The label as fund and day."""
        return known_lot(self.label)


def lots(session: Session, account_id: int) -> list[LotBalance]:
    """Return the non-empty lots of an account in spending order, those past their day included."""
    return lots_of(session, [account_id])[account_id]


def lots_of(session: Session, account_ids: Iterable[int]) -> dict[int, list[LotBalance]]:
    """Return the non-empty lots of each account, as `lots` does, in one statement."""
    found: dict[int, list[LotBalance]] = {account: [] for account in account_ids}
    rows = session.execute(
        select(AccountLot.account_id, AccountLot.lot, AccountLot.balance)
        .where(AccountLot.account_id.in_(list(found)), AccountLot.balance > 0)
        .order_by(AccountLot.account_id, AccountLot.lot)
    )
    for account, label, amount in rows:
        found[account].append(LotBalance(label, amount))
    return found


def taken_of_lot(session: Session, account_id: int, label: str, *, kind: str) -> int:
    """Return what entries of one kind ever took out of one lot of an account, in minor units."""
    taken = session.scalar(
        select(func.sum(Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Posting.account_id == account_id,
            Posting.lot == label,
            Posting.side != Account.normal_side,
            JournalEntry.kind == kind,
        )
    )
    return int(taken or 0)


def locked_lots(found: str | None) -> list[LotBalance]:
    """Return the lots that a column of `LockedLots` found, for callers who read it as the database gives it."""
    return [LotBalance(label, amount) for _account, label, amount in sorted(json.loads(found or "[]"))]


class _LotRows(TypeDecorator[list[LotBalance]]):
    """Pairs of label and amount that come back from either database as JSON."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[LotBalance]:
        return locked_lots(value)


class LockedLots(FunctionElement[list[LotBalance]]):
    """A column that locks the account whose id the given column holds and reads its non-empty lots, in spending order.

    For statements that read other things besides; the lots are read after the lock, so they are never stale.
    """

    type = _LotRows()
    inherit_cache = True
    name = "locked_lots"

    def __init__(self, account_id: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> None:
        super().__init__(account_id)


@compiles(LockedLots, "postgresql")
def _locked_lots_on_postgresql(element: LockedLots, compiler: Any, **options: Any) -> str:
    return f"ledger_lock_lots(ARRAY[{compiler.process(element.clauses, **options)}])"


@compiles(LockedLots, "sqlite")
def _locked_lots_on_sqlite(element: LockedLots, compiler: Any, **options: Any) -> str:
    # The writer's lock of SQLite already holds every account.
    held = aliased(AccountLot)
    rows = select(func.json_group_array(func.json_array(held.account_id, held.lot, held.balance))).where(
        held.account_id == element.clauses.clauses[0], held.balance > 0
    )
    return str(compiler.process(rows.scalar_subquery(), **options))


def lock_lots(session: Session, account_ids: Iterable[int]) -> dict[int, list[LotBalance]]:
    """Lock bounded accounts, in the order posting locks them, and return their non-empty lots in spending order.

    Use it before choosing lots to spend: until the transaction ends nobody else can take them.
    """
    if session.get_bind().dialect.name != "postgresql":
        return lots_of(session, account_ids)
    found: dict[int, list[LotBalance]] = {account: [] for account in account_ids}
    locked = session.scalar(select(func.ledger_lock_lots(cast(list(found), ARRAY(BigInteger)))))
    for account, label, amount in sorted(json.loads(locked or "[]")):
        found[account].append(LotBalance(label, amount))
    return found


def _may_be_spent(lot: CreditLot, today: date, funds: Collection[str] | None) -> bool:
    return (lot.expires_on is None or lot.expires_on >= today) and (funds is None or lot.fund in funds)


def spendable(held: Sequence[LotBalance], *, today: date, funds: Collection[str] | None = None) -> int:
    """Return how much of these lots may be spent today, optionally of some funds only, in minor units.

    A lot past its date does not count, swept or not.
    """
    return sum(part.amount for part in held if _may_be_spent(part.lot, today, funds))


def pick_up_to(
    held: Sequence[LotBalance], *, amount: int, today: date, funds: Collection[str] | None = None
) -> list[LotBalance]:
    """Return the parts to take for as much of `amount` as there is, in the order of `pick_lots`; there may be none."""
    picked: list[LotBalance] = []
    missing = amount
    for part in sorted(held, key=lambda each: each.label):
        if missing and _may_be_spent(part.lot, today, funds):
            taken = min(part.amount, missing)
            picked.append(LotBalance(part.label, taken))
            missing -= taken
    return picked


def pick_lots(
    held: Sequence[LotBalance], *, amount: int, today: date, funds: Collection[str] | None = None
) -> list[LotBalance]:
    """Return the parts to take for `amount`: earliest day first, the same day by fund code, undated ones last.

    Raises:
        InsufficientBalanceError: what may be spent today is less than the amount.
    """
    picked = pick_up_to(held, amount=amount, today=today, funds=funds)
    if sum(part.amount for part in picked) < amount:
        raise InsufficientBalanceError
    return picked


def expiring(held: Iterable[LotBalance], *, today: date) -> list[LotBalance]:
    """Return those of these lots that can still be spent and end on a day, in spending order."""
    dated = (part for part in held if part.lot.expires_on is not None and _may_be_spent(part.lot, today, None))
    return sorted(dated, key=lambda each: each.label)
