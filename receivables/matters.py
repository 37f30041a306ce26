"""What one person asks for and another decides: the rules of the two persons, and finding the matters again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import Call, SamePersonError, check_still_new, remember_call
from people import Resident, Unit, below, clean_text, get_resident, is_of_household
from receivables.errors import MatterDecidedError, MatterOpenError, MatterUnknownError
from receivables.model import TEXT_LENGTH_MAX, Matter, MatterKind, MatterState


@dataclass(frozen=True, slots=True)
class MatterPage:
    """Matters, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Matter]
    next_before: UUID | None


def ask(session: Session, matter: Matter, *, call: Call | None) -> Matter:
    """Add a matter that waits for another person's decision.

    Raises:
        MatterOpenError: the same was asked for and is not decided yet.
        SamePersonError: who asks is the resident, or of their household.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    matter.reason = clean_text(matter.reason, field="reason", length_max=TEXT_LENGTH_MAX)
    _check_household(session, matter.asked_by, matter.resident_id)
    same = select(Matter.id).where(
        Matter.state == MatterState.ASKED,
        Matter.kind == matter.kind,
        Matter.resident_id == matter.resident_id,
        Matter.fund_code == matter.fund_code,
        Matter.award_id.is_not_distinct_from(matter.award_id),
    )
    # Of two who ask at once, one meets a unique violation; its unit of work runs again and comes here.
    earlier = session.scalar(same)
    if earlier is not None:
        check_still_new(session, call)
        raise MatterOpenError(earlier)
    session.add(matter)
    remember_call(session, call, made_id=matter.id, now=matter.asked_at)
    session.flush()
    return matter


def locked_matter(session: Session, matter_id: UUID, kind: MatterKind, *, actor: str, call: Call | None) -> Matter:
    """Return a matter that an actor may decide, behind its lock: decisions about it queue here.

    Raises:
        MatterUnknownError: there is none of this kind.
        MatterDecidedError: it was decided before.
        SamePersonError: they asked for it themselves, or are the resident or of their household.
    """
    matter = session.scalar(
        select(Matter)
        .where(Matter.id == matter_id, Matter.kind == kind)
        .with_for_update()
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    )
    if matter is None:
        raise MatterUnknownError(matter_id)
    if matter.state is not MatterState.ASKED:
        check_still_new(session, call)
        raise MatterDecidedError(matter_id, matter.state)
    if actor == matter.asked_by:
        raise SamePersonError(actor)
    _check_household(session, actor, matter.resident_id)
    return matter


def mark_decided(
    session: Session, matter: Matter, state: MatterState, *, note: str, actor: str, now: datetime, call: Call | None
) -> None:
    """Write down who decided a matter, and how.

    Raises:
        TextRefusedError: the note is too long or has forbidden characters.
    """
    matter.note = clean_text(note, field="note", length_max=TEXT_LENGTH_MAX) if note.strip() else ""
    matter.state, matter.decided_by, matter.decided_at = state, actor, now
    remember_call(session, call, made_id=matter.id, now=now)


def get_matter(session: Session, matter_id: UUID, kind: MatterKind | None = None) -> Matter:
    """Return the matter with this id.

    Raises:
        MatterUnknownError: there is none, or it is of another kind.
    """
    matter = session.get(Matter, matter_id)
    if matter is None or kind not in {None, matter.kind}:
        raise MatterUnknownError(matter_id)
    return matter


def list_matters(
    session: Session,
    *,
    kind: MatterKind | None = None,
    state: MatterState | None = None,
    resident_id: UUID | None = None,
    award_id: UUID | None = None,
    within_path: str | tuple[str, ...] | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> MatterPage:
    """Return matters, newest first, older than the cursor `before`.

    `within_path` is the path of a unit, or of several: those of residents who live below it.
    """
    query = select(Matter).order_by(Matter.id.desc()).limit(limit + 1)
    asked = {Matter.kind: kind, Matter.state: state, Matter.resident_id: resident_id, Matter.award_id: award_id}
    for column, value in asked.items():
        if value is not None:
            query = query.where(column == value)
    if within_path is not None:
        query = (
            query.join(Resident, Resident.id == Matter.resident_id)
            .join(Unit, Unit.code == Resident.unit_code)
            .where(below(within_path))
        )
    if before is not None:
        query = query.where(Matter.id < before)
    found = list(session.scalars(query))
    return MatterPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _check_household(session: Session, actor: str, resident_id: UUID) -> None:
    if is_of_household(session, actor=actor, resident=get_resident(session, resident_id)):
        raise SamePersonError(actor)
