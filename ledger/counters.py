"""What is counted per owner, name and day, and never passes its limit: guarded in the transaction it belongs to."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Insert,
    bindparam,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ledger.driver_statements import DriverStatement
from ledger.errors import LimitExceededError
from ledger.model import Counter


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """An amount to be counted for an owner under a name on a day; with it the total may be `limit` at most.

    The day is the caller's: a limit for a month counts on the month's first day. Owner and name are opaque.
    """

    owner: str
    name: str
    day: date
    amount: int
    limit: int


def _count_up(insert: Any) -> Insert:
    amount, limit = bindparam("amount", type_=BigInteger), bindparam("limit", type_=BigInteger)
    first = select(
        bindparam("owner", type_=Counter.owner.type),
        bindparam("name", type_=Counter.name.type),
        bindparam("day", type_=Date),
        amount,
    ).where(amount <= limit)
    made = insert(Counter).from_select(["owner", "name", "day", "total"], first)
    total = Counter.total + made.excluded.total
    counted: Insert = made.on_conflict_do_update(
        index_elements=["owner", "name", "day"], set_={"total": total}, where=total <= limit
    ).returning(Counter.total)
    return counted


_COUNT_UP = {"postgresql": _count_up(postgresql.insert), "sqlite": _count_up(sqlite.insert)}


def count_up(session: Session, counts: Iterable[Count]) -> None:
    """Count amounts, all or none, where every total stays within its limit.

    Call it once in a transaction and before posting: counters are locked in one order for everybody, and before
    accounts. An amount of 0 counts nothing and is always within the limit, even one that was lowered since.

    Raises:
        LimitExceededError: a total would pass its limit. The caller's transaction must not go on.
        ValueError: an amount is below zero.
    """
    ordered = sorted(counts)
    if any(count.amount < 0 for count in ordered):
        raise ValueError("what is counted is not negative")
    statement = _COUNT_UP[session.get_bind().dialect.name]
    for count in ordered:
        if not count.amount:
            continue
        # One guarded statement: checked and changed at once.
        if session.connection().scalar(statement, asdict(count)) is None:
            total = counted(session, owner=count.owner, name=count.name, day=count.day)
            raise LimitExceededError(owner=count.owner, name=count.name, day=count.day, limit=count.limit, total=total)


_COUNT_ON = DriverStatement(
    update(Counter)
    .where(
        Counter.owner == bindparam("of"),
        Counter.name == bindparam("under"),
        Counter.day == bindparam("on", type_=Date),
        Counter.total + bindparam("more", type_=BigInteger) <= bindparam("at_most", type_=BigInteger),
    )
    .values(total=Counter.total + bindparam("more", type_=BigInteger))
    .returning(Counter.total)
)


def count_on(session: Session, count: Count) -> bool:
    """Count an amount where something was counted before and the total stays within its limit; say whether it did.

    For whoever counts often: one statement, sent to the driver as it is. What No means is the caller's to find out.
    """
    values = {
        "of": count.owner,
        "under": count.name,
        "on": count.day,
        "more": count.amount,
        "at_most": count.limit,
    }
    return _COUNT_ON.first_row(session.connection(), values) is not None


def count_down(session: Session, *, owner: str, name: str, day: date, amount: int) -> int:
    """Take back what was counted, such as by a refund, and return the new total; it never falls below zero.

    More is taken back than was counted where a limit was set after what is refunded: then nothing is left.

    Raises:
        ValueError: the amount is below zero.
    """
    if amount < 0:
        raise ValueError("what is taken back is not negative")
    left = session.scalar(
        update(Counter)
        .where(Counter.owner == owner, Counter.name == name, Counter.day == day)
        .values(total=case((Counter.total > amount, Counter.total - amount), else_=0))
        .returning(Counter.total)
    )
    return left or 0


def counted(session: Session, *, owner: str, name: str, day: date) -> int:
    """Return what was counted for an owner under a name on a day."""
    total = session.scalar(
        select(Counter.total).where(Counter.owner == owner, Counter.name == name, Counter.day == day)
    )
    return total or 0


def purge_counters(session: Session, *, before: date) -> int:
    """Delete the counters of days before this one; return how many."""
    purged = session.connection().execute(delete(Counter).where(Counter.day < before))
    return purged.rowcount
