"""The history of one account: statements by cursor, and balances as they were recorded at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from ledger.engine import OTHER_WRITERS
from ledger.errors import AccountUnknownError, InstantTooYoungError
from ledger.lot_balances import LotBalance
from ledger.model import Account, JournalEntry, Posting

# An entry rarely has more than one posting on an account; one to spare tells that the page's last entry has no more.
_SPARE_POSTINGS = 1


class StatementItem(NamedTuple):
    """One entry as it moved one account: `amount` is signed, + where it raised the account's normal side.

    `counter_code` is the code of another account in the entry, the first by code.
    """

    entry_id: UUID
    kind: str
    amount: int
    balance_after: int
    description: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    counter_code: str


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Items newest first; `next_before` continues where this page ends, None at the beginning of the account."""

    items: list[StatementItem]
    next_before: int | None


def signed_amount() -> ColumnElement[int]:
    """Return the column of what a posting did to its account: positive where it raised the normal side."""
    return case((Posting.side == Account.normal_side, Posting.amount), else_=-Posting.amount)


def counter_code(*, same_asset: bool = False) -> ScalarSelect[Any]:
    """Return the column of the code of another account in a posting's entry, the first by code, else empty.

    `same_asset` looks only at postings that stand against this one: of its asset, on the other side.
    """
    other, counter = aliased(Posting), aliased(Account)
    query = (
        select(func.coalesce(func.min(counter.code), ""))
        .join_from(other, counter, counter.id == other.account_id)
        .where(other.entry_id == Posting.entry_id, other.account_id != Posting.account_id)
    )
    if same_asset:
        query = query.where(other.asset == Posting.asset, other.side != Posting.side)
    return query.scalar_subquery()


def _statement_query() -> Select[tuple[int, UUID, str, int, int, str, str, datetime, datetime, str]]:
    """Return the question for postings of an account, newest first: the seq, then the fields of a `StatementItem`."""
    return (
        select(
            Posting.seq,
            Posting.entry_id,
            JournalEntry.kind,
            signed_amount(),
            Posting.balance_after,
            JournalEntry.description,
            JournalEntry.actor,
            JournalEntry.occurred_at,
            JournalEntry.recorded_at,
            counter_code(),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Posting.account_id == bindparam("account", type_=BigInteger),
            Posting.seq < bindparam("before", type_=BigInteger),
        )
        .order_by(Posting.seq.desc())
        .limit(bindparam("asked", type_=Integer))
    )


# Made once: putting it together for each page cost as much as asking.
_STATEMENT = _statement_query()
# Beyond the seq of any posting.
_FROM_THE_END = 2**63 - 1


def statement(session: Session, account_id: int, *, limit: int, before: int | None = None) -> StatementPage:
    """Return up to `limit` entries of a bounded account, newest first, older than the cursor `before`.

    Raises:
        AccountUnknownError: no such account.
    """
    items: list[StatementItem] = []
    cursor = before
    while True:
        asked = limit + 1 - len(items) + _SPARE_POSTINGS
        page = {"account": account_id, "before": _FROM_THE_END if cursor is None else cursor, "asked": asked}
        rows = session.connection().execute(_STATEMENT, page).all()
        if not rows and cursor is None and session.get(Account, account_id) is None:
            raise AccountUnknownError(account_id)
        for row in rows:
            item = StatementItem._make(row[1:])
            if items and items[-1].entry_id == item.entry_id:
                # An earlier posting of the same entry; the balance after is that of the entry's last one.
                items[-1] = items[-1]._replace(amount=items[-1].amount + item.amount)
            elif len(items) == limit:
                return StatementPage(items, next_before=cursor)
            else:
                items.append(item)
            cursor = row.seq
        if len(rows) < asked:
            return StatementPage(items, next_before=None)


_OLDEST_WRITER = text("SELECT least(min(xact_start), now())" + OTHER_WRITERS)


def settled_until(session: Session) -> datetime:
    """Return the instant up to which recorded balances can no longer change.

    On PostgreSQL it is the start of the oldest transaction that has written and is still under way, and no later than
    the caller's own, which must not be REPEATABLE READ; on SQLite the caller's transaction must hold the writer's lock,
    so nothing else is under way.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Within a transaction PostgreSQL looks at its activity once, so what began after that stays unseen.
        oldest: datetime = session.execute(_OLDEST_WRITER).scalar_one()
        return oldest.astimezone(UTC)
    return datetime.now(UTC)


def _seq_at(session: Session, account_id: int, at: datetime) -> int:
    check_settled(session, at)
    return last_seq(session, account_id, at)


def check_settled(session: Session, at: datetime) -> None:
    """See that nothing can be recorded any more at an instant or before it; as `settled_until`, by a writing session.

    Raises:
        InstantTooYoungError: the instant is not over, or a transaction older than it is under way.
    """
    if at >= (settled := settled_until(session)):
        raise InstantTooYoungError(at, settled)


def _search() -> Select[int]:
    """Return the question for the last seq of an account recorded by an instant: a binary search, step by step."""
    account = bindparam("account", type_=BigInteger)
    first = select(literal(0, BigInteger).label("low"), Account.seq.label("high")).where(Account.id == account)
    search = first.cte("search", recursive=True)
    is_by_then = JournalEntry.recorded_at <= bindparam("at", type_=JournalEntry.recorded_at.type)
    step = (
        select(
            case((is_by_then, Posting.seq), else_=search.c.low),
            case((is_by_then, search.c.high), else_=Posting.seq - 1),
        )
        .select_from(search)
        .join(Posting, and_(Posting.account_id == account, Posting.seq == (search.c.low + search.c.high + 1) // 2))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(search.c.low < search.c.high)
    )
    search = search.union_all(step)
    return select(search.c.low).where(search.c.low == search.c.high)


# Made once, as the statement is.
_SEARCH = _search()


def last_seq(session: Session, account_id: int, at: datetime) -> int:
    """Return a bounded account's last seq recorded by `at`, found among its gapless, time-ordered postings.

    Raises:
        AccountUnknownError: no such account.
    """
    found: int | None = session.scalar(_SEARCH, {"account": account_id, "at": at})
    if found is None:
        raise AccountUnknownError(account_id)
    return found


def balance_at(session: Session, account_id: int, at: datetime) -> int:
    """Return what a bounded account held as recorded at an instant, in minor units; the answer never changes.

    On SQLite call it in a writing transaction, so that no entry recorded earlier is still on its way.

    Raises:
        AccountUnknownError: no such account.
        InstantTooYoungError: the instant is not over, or a transaction older than it is under way.
    """
    seq = _seq_at(session, account_id, at)
    held = session.scalar(select(Posting.balance_after).where(Posting.account_id == account_id, Posting.seq == seq))
    return held or 0


def lots_at(session: Session, account_id: int, at: datetime) -> list[LotBalance]:
    """Return the non-empty lots of a bounded account as recorded at an instant; raises as `balance_at` does."""
    seq = _seq_at(session, account_id, at)
    total = func.sum(signed_amount())
    rows = session.execute(
        select(Posting.lot, total)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.account_id == account_id, Posting.seq <= seq)
        .group_by(Posting.lot)
        .having(total > 0)
        .order_by(Posting.lot)
    )
    return [LotBalance(label, int(amount)) for label, amount in rows]
