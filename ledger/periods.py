"""Closing periods: from then on nothing is taken that happened in them, and what accounts held at their end stands.

It takes transactions of its own, one after the other: `close_period`, then `writers_under_way`, then `state_period`
with those writers, again and again until the last of them is done. So nobody who posts ever waits for a closing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from ledger.engine import OTHER_WRITERS, read_all
from ledger.entries import Side
from ledger.errors import PeriodNotOverError, PeriodNotSettledError, PeriodOrderError, PeriodUnknownError
from ledger.model import Account, ClosedPeriod, JournalEntry, PeriodBalance, PeriodStatement, Posting
from ledger.terms import change_terms


@dataclass(frozen=True, slots=True)
class Period:
    """A closed period: `first_on` is None where it begins with the books, `stated_at` where it has no statement yet."""

    number: int
    first_on: date | None
    last_on: date
    ends_at: datetime
    closed_by: str
    closed_at: datetime
    stated_at: datetime | None


_PERIODS = select(
    ClosedPeriod.number,
    ClosedPeriod.first_on,
    ClosedPeriod.last_on,
    ClosedPeriod.ends_at,
    ClosedPeriod.closed_by,
    ClosedPeriod.closed_at,
    PeriodStatement.stated_at,
).outerjoin(PeriodStatement, PeriodStatement.period == ClosedPeriod.number)


_WRITERS = text("SELECT backend_xid::text::bigint" + OTHER_WRITERS)


def closed_periods(session: Session) -> list[Period]:
    """Return the closed periods, the latest first."""
    return [Period(*row) for row in session.execute(_PERIODS.order_by(ClosedPeriod.number.desc()))]


def closed_period(session: Session, number: int) -> Period:
    """Return the closed period with this number.

    Raises:
        PeriodUnknownError: there is none.
    """
    row = session.execute(_PERIODS.where(ClosedPeriod.number == number)).one_or_none()
    if row is None:
        raise PeriodUnknownError(number)
    return Period(*row)


def close_period(session: Session, *, last_on: date, actor: str, now: datetime) -> Period:
    """Close all days that are not closed yet up to `last_on`, in the time zone of `now`, for good.

    Entries that are being written meanwhile may still come into the period: its statement waits for them.

    Raises:
        PeriodNotOverError: the last day is not over.
        PeriodOrderError: that day is closed already.
        PeriodNotSettledError: the period before has no statement yet.
    """
    if last_on >= now.date():
        raise PeriodNotOverError(last_on)
    before = next(iter(closed_periods(session)), None)
    if before is not None and last_on <= before.last_on:
        raise PeriodOrderError(before.last_on)
    if before is not None and before.stated_at is None:
        raise PeriodNotSettledError(before.number, 0)
    ends_at = datetime.combine(last_on + timedelta(1), time.min, now.tzinfo)
    number = before.number + 1 if before else 1
    session.execute(
        insert(ClosedPeriod).values(
            number=number,
            first_on=before.last_on + timedelta(1) if before else None,
            last_on=last_on,
            ends_at=ends_at,
            closed_by=actor,
            closed_at=now,
        )
    )
    change_terms(session, actor=actor, now=now, closed_until=ends_at)
    return closed_period(session, number)


def writers_under_way(session: Session) -> frozenset[int]:
    """Return who else has begun to write and has not ended: on PostgreSQL ids of transactions, on SQLite nobody.

    Whoever posts looks at the terms when it has begun to write. So, asked in a transaction after that of
    `close_period`, these are all that may have found the period open.
    """
    if session.get_bind().dialect.name != "postgresql":
        # The caller's transaction holds the writer's lock.
        return frozenset()
    return frozenset(session.scalars(_WRITERS))


def state_period(session: Session, number: int, *, awaited: Collection[int], now: datetime) -> Period:
    """Make the closing statement of a closed period and return the period; where it stands already, nothing is done.

    `awaited` is what `writers_under_way` said after the period was closed. Call it at READ COMMITTED.

    Raises:
        PeriodUnknownError: no such period.
        PeriodNotSettledError: some of the writers awaited are still under way.
    """
    found = closed_period(session, number)
    if found.stated_at is not None:
        return found
    left = writers_under_way(session).intersection(awaited)
    if left:
        raise PeriodNotSettledError(number, len(left))
    read_all(session)
    session.execute(insert(PeriodStatement).values(period=number, stated_at=now))
    session.execute(
        insert(PeriodBalance).from_select(
            ["account_id", "period", "opening", "debits", "credits", "closing", "seq"], _movements(session, found)
        )
    )
    return closed_period(session, number)


def _movements(session: Session, closed: Period) -> Select[*tuple[object, ...]]:
    """Return the rows of a closing statement, made of the postings and of the statement before."""
    begins_at = session.scalar(select(ClosedPeriod.ends_at).where(ClosedPeriod.number == closed.number - 1))
    within: ColumnElement[bool] = JournalEntry.occurred_at < closed.ends_at
    moved = (
        select(
            Posting.account_id,
            _total(within & (Posting.side == Side.DEBIT)).label("debits"),
            _total(within & (Posting.side == Side.CREDIT)).label("credits"),
            func.min(case((~within, Posting.seq))).label("first_later"),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .group_by(Posting.account_id)
        .having(_total(within) > 0)
    )
    if begins_at is not None:
        moved = moved.where(JournalEntry.occurred_at >= begins_at)
    sums = moved.subquery()
    opening = (
        select(PeriodBalance.closing)
        .where(PeriodBalance.account_id == Account.id, PeriodBalance.period < closed.number)
        .order_by(PeriodBalance.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    seq = case((Account.bounded, func.coalesce(sums.c.first_later - 1, Account.seq)))
    raised = case((Account.normal_side == Side.DEBIT, 1), else_=-1) * (sums.c.debits - sums.c.credits)
    rows = (
        select(
            Account.id,
            func.coalesce(opening, 0).label("opening"),
            sums.c.debits,
            sums.c.credits,
            raised.label("raised"),
            seq.label("seq"),
        )
        .join(sums, sums.c.account_id == Account.id)
        .subquery()
    )
    moves = rows.c
    closing = moves.opening + moves.raised
    return select(moves.id, literal(closed.number), moves.opening, moves.debits, moves.credits, closing, moves.seq)


def _total(counted: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.sum(case((counted, Posting.amount), else_=0)), BigInteger)
