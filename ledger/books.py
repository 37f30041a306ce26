"""Reading the books as a whole: the trial balance, and single entries with their postings."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger.engine import read_all
from ledger.entries import Asset, Side
from ledger.errors import EntryUnknownError
from ledger.model import Account, AccountLot, JournalEntry, Posting

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """What was ever debited and credited to one account, and its balance on its normal side, in minor units."""

    code: str
    debits: int
    credits: int
    balance: int


@dataclass(frozen=True, slots=True)
class PostingView:
    """One posting as it is shown."""

    account: str
    asset: Asset
    lot: str
    side: Side
    amount: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as it is shown. `reversed_by` names the entry that reversed it."""

    id: UUID
    kind: str
    description: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    reverses_id: UUID | None
    reversed_by: UUID | None
    postings: tuple[PostingView, ...]


_DEBITS = func.sum(case((Posting.side == Side.DEBIT, Posting.amount), else_=0))
_CREDITS = func.sum(case((Posting.side == Side.CREDIT, Posting.amount), else_=0))


def trial_balance(session: Session, *, asset: Asset, prefix: str = "") -> Iterator[TrialBalanceRow]:
    """Stream the accounts of an asset that have postings, by code; `prefix` keeps codes that begin with it."""
    read_all(session)
    sums = (
        select(Posting.account_id, _DEBITS.label("debits"), _CREDITS.label("credits"))
        .where(Posting.asset == asset)
        .group_by(Posting.account_id)
        .subquery()
    )
    query = (
        select(Account.code, Account.normal_side, sums.c.debits, sums.c.credits)
        .join(sums, sums.c.account_id == Account.id)
        .order_by(Account.code)
    )
    if prefix:
        query = query.where(Account.code.startswith(prefix, autoescape=True))
    for code, normal_side, debits, credits in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
        debited, credited = int(debits), int(credits)
        balance = debited - credited if normal_side is Side.DEBIT else credited - debited
        yield TrialBalanceRow(code, debited, credited, balance)


def trial_balance_totals(session: Session, *, asset: Asset, prefix: str = "") -> tuple[int, int]:
    """Return all debits and all credits of an asset, in minor units; without a prefix they are equal."""
    read_all(session)
    query = select(func.coalesce(_DEBITS, 0), func.coalesce(_CREDITS, 0)).where(Posting.asset == asset)
    if prefix:
        query = query.join(Account, Account.id == Posting.account_id).where(
            Account.code.startswith(prefix, autoescape=True)
        )
    debits, credits = session.execute(query).one()
    return int(debits), int(credits)


def entry_sums(kind: str) -> Subquery:
    """Return, for checks of other rooms, what each entry of a kind debited and credited to each account it touched.

    Its columns are entry_id, account_id, debits and credits, the sums in minor units.
    """
    return _sums_by([kind], Posting.entry_id, Posting.account_id).subquery(f"{kind}_sums")


def entry_lot_sums(*kinds: str) -> Subquery:
    """Return what `entry_sums` does of several kinds of entries, lot by lot, with a column lot besides."""
    return _sums_by(kinds, Posting.entry_id, Posting.account_id, Posting.lot).subquery()


def lot_sums_of_entries(entry_ids: Select[tuple[UUID]]) -> Subquery:
    """Return the same as `entry_lot_sums` of the entries with these ids, of whatever kind they are."""
    columns = (Posting.entry_id, Posting.account_id, Posting.lot)
    sums = select(*columns, _DEBITS.label("debits"), _CREDITS.label("credits"))
    return sums.where(Posting.entry_id.in_(entry_ids)).group_by(*columns).subquery()


def entry_lines(kind: str) -> Subquery:
    """Return, for checks of other rooms, each posting of the entries of a kind, as a row of `entry_lot_sums`.

    Nothing is summed, so it costs less where the question sums by itself.
    """
    is_debit = Posting.side == Side.DEBIT
    return (
        select(
            Posting.entry_id,
            Posting.account_id,
            Posting.lot,
            case((is_debit, Posting.amount), else_=0).label("debits"),
            case((is_debit, 0), else_=Posting.amount).label("credits"),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.kind == kind)
        .subquery()
    )


def postings_told() -> Subquery:
    """Return, for questions of other rooms about some accounts, every posting with when and as what it happened.

    Its columns are entry_id, kind, occurred_at, account_id, lot, and raised: the amount in minor units, positive where
    it was credited and negative where it was debited.
    """
    return (
        select(
            Posting.entry_id,
            JournalEntry.kind,
            JournalEntry.occurred_at,
            Posting.account_id,
            Posting.lot,
            case((Posting.side == Side.CREDIT, Posting.amount), else_=-Posting.amount).label("raised"),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .subquery("postings_told")
    )


def _sums_by(kinds: Collection[str], *columns: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns, _DEBITS.label("debits"), _CREDITS.label("credits"))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(JournalEntry.kind.in_(kinds))
        .group_by(*columns)
    )


def lots_kept(kind: str) -> Subquery:
    """Return, for checks of other rooms, the non-empty lots of accounts whose codes match a pattern.

    Its columns are account_id, lot and balance.
    """
    return (
        select(AccountLot.account_id, AccountLot.lot, AccountLot.balance)
        .join(Account, Account.id == AccountLot.account_id)
        .where(Account.code.like(kind), AccountLot.balance != 0)
        .subquery()
    )


def entry(session: Session, entry_id: UUID) -> EntryView:
    """Return an entry with its postings.

    Raises:
        EntryUnknownError: no such entry.
    """
    found = session.get(JournalEntry, entry_id)
    if found is None:
        raise EntryUnknownError(entry_id)
    rows = session.execute(
        select(Account.code, Posting.asset, Posting.lot, Posting.side, Posting.amount)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    )
    return EntryView(
        id=found.id,
        kind=found.kind,
        description=found.description,
        actor=found.actor,
        occurred_at=found.occurred_at,
        recorded_at=found.recorded_at,
        reverses_id=found.reverses_id,
        reversed_by=session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id)),
        postings=tuple(PostingView(*row) for row in rows),
    )
