"""Closures: that an owner of accounts is closed, what went where, and what is still left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import (
    AccountState,
    Asset,
    LotBalance,
    NewEntry,
    account_state,
    balance,
    balances,
    post,
    set_account_state,
)
from people import get_resident
from receivables.errors import ClosureUnknownError, OwnerClosedError
from receivables.model import Closure, ClosureLine, ClosureState, Repayment, WhereTo
from receivables.owed import owed_by_resident


@dataclass(frozen=True, slots=True)
class ClosureReport:
    """A closure, what went where, and what a resident still has: debts by fund, and minutes, a record of service."""

    closure: Closure
    lines: Sequence[ClosureLine]
    owed: dict[str, int]
    minutes: int


@dataclass(frozen=True, slots=True)
class ClosurePage:
    """Closures, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Closure]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class Moved:
    """From which account of a closed owner something went, and to which."""

    asset: Asset
    account: str
    where_to: WhereTo
    destination: str


@dataclass(slots=True)
class Clearing:
    """What an owner gives away while it is closed: the entries to be posted together, and the report's lines."""

    closure: Closure
    first_line: int = 1
    entries: list[NewEntry] = field(default_factory=list)
    repayments: list[Repayment] = field(default_factory=list)
    lines: list[ClosureLine] = field(default_factory=list)

    def add(self, entry: NewEntry, parts: Iterable[LotBalance], *, moved: Moved) -> None:
        """Add an entry, and a line of the report for each lot that it moves."""
        self.entries.append(entry)
        self.lines += [
            ClosureLine(
                closure_id=self.closure.id,
                line=number,
                account=moved.account,
                asset=moved.asset,
                lot=part.label,
                amount=part.amount,
                where_to=moved.where_to,
                destination=moved.destination,
                entry_id=entry.id,
            )
            for number, part in enumerate(parts, self.first_line + len(self.lines))
        ]

    def post(self, session: Session) -> None:
        """Write the rows and post the entries."""
        session.add_all([*self.repayments, *self.lines])
        session.flush()
        if self.entries:
            post(session, self.entries)


def check_not_closed(closure: Closure | None) -> None:
    """Refuse what only owners take part in who are not closed.

    Raises:
        OwnerClosedError: the owner is closed.
    """
    if closure is not None and closure.state is ClosureState.CLOSED:
        raise OwnerClosedError(closure.id)


def close_what_is_empty(session: Session, closure: Closure, accounts: Iterable[int], *, now: datetime) -> None:
    """Close those of an owner's accounts that are empty now; if all are, the closure is done.

    Their locks are held already, so this may come after posting.
    """
    held = balances(session, accounts)
    for account, amount in held.items():
        if not amount and account_state(session, account) is not AccountState.CLOSED:
            set_account_state(session, account, AccountState.CLOSED)
    if not any(held.values()):
        closure.state, closure.closed_at = ClosureState.CLOSED, now
    session.flush()


def next_line(session: Session, closure: Closure) -> int:
    """Return the number of a closure's next line, counted from 1; a closure may take several steps."""
    count = select(func.count()).select_from(ClosureLine).where(ClosureLine.closure_id == closure.id)
    return session.scalars(count).one() + 1


def closure_report(session: Session, closure: Closure) -> ClosureReport:
    """Return what went where when an owner was closed, and what is left now."""
    lines = session.scalars(
        select(ClosureLine).where(ClosureLine.closure_id == closure.id).order_by(ClosureLine.line)
    ).all()
    if closure.resident_id is None:
        return ClosureReport(closure, lines, {}, 0)
    resident = get_resident(session, closure.resident_id)
    minutes = balance(session, resident.minutes_account_id)
    return ClosureReport(closure, lines, owed_by_resident(session, resident.id), minutes)


def closure_of_resident(session: Session, resident_id: UUID) -> Closure | None:
    """Return the closure of a resident, None where nobody began one."""
    return session.scalar(select(Closure).where(Closure.resident_id == resident_id))


def closure_of_merchant(session: Session, merchant_id: UUID) -> Closure | None:
    """Return the closure of a merchant, None where nobody began one."""
    return session.scalar(select(Closure).where(Closure.merchant_id == merchant_id))


def get_closure(session: Session, closure_id: UUID) -> Closure:
    """Return the closure with this id.

    Raises:
        ClosureUnknownError: there is none.
    """
    closure = session.get(Closure, closure_id)
    if closure is None:
        raise ClosureUnknownError(closure_id)
    return closure


def list_closures(session: Session, *, limit: int = 50, before: UUID | None = None) -> ClosurePage:
    """Return closures, newest first, older than the cursor `before`."""
    query = select(Closure).order_by(Closure.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(Closure.id < before)
    found = list(session.scalars(query))
    return ClosurePage(found[:limit], found[limit - 1].id if len(found) > limit else None)
