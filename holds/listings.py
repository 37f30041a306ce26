"""Which holds there are, and what they are made of."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from holds.errors import HoldUnknownError
from holds.model import Hold, HoldCapture, HoldLot, HoldState

# Written out, not bound: so the planner sees that the partial indexes fit.
IS_OPEN: ColumnElement[bool] = Hold.state == literal(HoldState.OPEN.value, literal_execute=True)


@dataclass(frozen=True, slots=True)
class HoldPage:
    """Holds newest first; `next_before` continues where this page ends, None at the end."""

    items: list[Hold]
    next_before: UUID | None


def get_hold(session: Session, hold_id: UUID) -> Hold:
    """Return the hold with this id.

    Raises:
        HoldUnknownError: there is none.
    """
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise HoldUnknownError(hold_id)
    return hold


def holds_by_id(session: Session, hold_ids: Collection[UUID]) -> dict[UUID, Hold]:
    """Return holds by their ids, as they stand now."""
    query = select(Hold).where(Hold.id.in_(hold_ids)).execution_options(populate_existing=True)
    return {hold.id: hold for hold in session.scalars(query)}


def open_holds(session: Session, *, available: int) -> Sequence[Hold]:
    """Return the open holds of the owner of an available account, those that end first before the others."""
    query = select(Hold).where(Hold.available_account_id == available, IS_OPEN)
    return session.scalars(query.order_by(Hold.expires_at, Hold.id)).all()


def list_holds(session: Session, *, available: int, limit: int = 50, before: UUID | None = None) -> HoldPage:
    """Return the holds of the owner of an available account, newest first, older than the cursor `before`."""
    query = select(Hold).where(Hold.available_account_id == available).order_by(Hold.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(Hold.id < before)
    found = list(session.scalars(query))
    return HoldPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def holds_of_entries(session: Session, entry_ids: Collection[UUID]) -> dict[UUID, Hold]:
    """Return the holds that these entries of the books placed, by the entry's id; other entries are left out."""
    return {hold.entry_id: hold for hold in session.scalars(select(Hold).where(Hold.entry_id.in_(entry_ids)))}


def hold_lots(session: Session, hold_ids: Iterable[UUID]) -> dict[UUID, list[HoldLot]]:
    """Return the parts of each hold by label, in spending order."""
    found: dict[UUID, list[HoldLot]] = {hold_id: [] for hold_id in hold_ids}
    query = (
        select(HoldLot)
        .where(HoldLot.hold_id.in_(list(found)))
        .order_by(HoldLot.hold_id, HoldLot.lot)
        # What the session read before it waited for the hold's lock may be stale.
        .execution_options(populate_existing=True)
    )
    for part in session.scalars(query):
        found[part.hold_id].append(part)
    return found


def captures_of(session: Session, hold_id: UUID) -> Sequence[HoldCapture]:
    """Return the captures of a hold, the latest first."""
    query = select(HoldCapture).where(HoldCapture.hold_id == hold_id)
    return session.scalars(query.order_by(HoldCapture.captured_at.desc(), HoldCapture.id.desc())).all()
