"""Finding settlements again: lists, lines, steps, and what could be settled."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from settlements.errors import SettlementUnknownError
from settlements.model import (
    Settlement,
    SettlementLine,
    SettlementLot,
    SettlementStatus,
    SettlementStep,
)


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """Settlements, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Settlement]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a settlement, in cents: what its entry did to each lot, and altogether."""

    line: int
    entry_id: UUID
    kind: str
    occurred_at: datetime
    amount: int
    lots: dict[str, int]


@dataclass(frozen=True, slots=True)
class LinePage:
    """Lines, the latest first; `next_before` asks for those that follow, None if there are none."""

    items: list[LineView]
    next_before: int | None


def get_settlement(session: Session, settlement_id: UUID) -> Settlement:
    """Return the settlement with this id.

    Raises:
        SettlementUnknownError: there is none.
    """
    found = session.get(Settlement, settlement_id)
    if found is None:
        raise SettlementUnknownError(settlement_id)
    return found


def list_settlements(
    session: Session,
    *,
    merchant_id: UUID | None = None,
    merchant_ids: Collection[UUID] | None = None,
    status: SettlementStatus | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> SettlementPage:
    """Return settlements, newest first, older than the cursor `before`.

    Of one merchant, of some, or of all; in one status; opened from `since` (included) to `until` (not included).
    """
    query = select(Settlement).order_by(Settlement.id.desc()).limit(limit + 1)
    if merchant_id is not None:
        query = query.where(Settlement.merchant_id == merchant_id)
    if merchant_ids is not None:
        query = query.where(Settlement.merchant_id.in_(merchant_ids))
    if status is not None:
        query = query.where(Settlement.status == status)
    if since is not None:
        query = query.where(Settlement.opened_at >= since)
    if until is not None:
        query = query.where(Settlement.opened_at < until)
    if before is not None:
        query = query.where(Settlement.id < before)
    found = list(session.scalars(query))
    return SettlementPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def lots_of_settlement(session: Session, settlement_id: UUID) -> Sequence[SettlementLot]:
    """Return what a settlement pays out of each lot, by label."""
    query = select(SettlementLot).where(SettlementLot.settlement_id == settlement_id).order_by(SettlementLot.lot)
    return session.scalars(query).all()


def lots_of_settlements(session: Session, settlement_ids: Collection[UUID]) -> dict[UUID, list[SettlementLot]]:
    """Return what each settlement pays out of each lot, for lists."""
    found: dict[UUID, list[SettlementLot]] = {each: [] for each in settlement_ids}
    query = select(SettlementLot).where(SettlementLot.settlement_id.in_(list(found))).order_by(SettlementLot.lot)
    for part in session.scalars(query):
        found[part.settlement_id].append(part)
    return found


def steps_of(session: Session, settlement_id: UUID) -> Sequence[SettlementStep]:
    """Return what was done with a settlement, the first step first."""
    query = select(SettlementStep).where(SettlementStep.settlement_id == settlement_id)
    return session.scalars(query.order_by(SettlementStep.made_at, SettlementStep.id)).all()


def list_lines(session: Session, *, settlement_id: UUID, limit: int = 50, before: int | None = None) -> LinePage:
    """Return the lines of a settlement, the latest first, those before the line numbered `before`."""
    # Each number has a row for every lot; so the page is chosen by numbers.
    query = select(SettlementLine.line).where(SettlementLine.settlement_id == settlement_id).distinct()
    if before is not None:
        query = query.where(SettlementLine.line < before)
    numbers = list(session.scalars(query.order_by(SettlementLine.line.desc()).limit(limit + 1)))
    shown = numbers[:limit]
    if not shown:
        return LinePage([], None)
    rows = session.scalars(
        select(SettlementLine)
        .where(SettlementLine.settlement_id == settlement_id, SettlementLine.line.between(shown[-1], shown[0]))
        .order_by(SettlementLine.line.desc(), SettlementLine.lot)
    )
    return LinePage(_views(rows), shown[-1] if len(numbers) > limit else None)


def totals_by_status(session: Session, *, merchant_id: UUID | None = None) -> dict[SettlementStatus, tuple[int, int]]:
    """Return how many settlements there are in each status, and their sum in cents; statuses of none are left out."""
    query = select(Settlement.status, func.count(), func.sum(Settlement.amount)).group_by(Settlement.status)
    if merchant_id is not None:
        query = query.where(Settlement.merchant_id == merchant_id)
    return {status: (count, int(total)) for status, count, total in session.execute(query)}


def _views(rows: Iterable[SettlementLine]) -> list[LineView]:
    lines: dict[int, LineView] = {}
    for row in rows:
        seen = lines.get(row.line)
        lots = {**(seen.lots if seen else {}), row.lot: row.amount}
        lines[row.line] = LineView(row.line, row.entry_id, row.kind, row.occurred_at, sum(lots.values()), lots)
    return list(lines.values())
