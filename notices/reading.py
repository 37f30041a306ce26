"""Reading notices: everybody their own, officers those to their roles in the units of their subtree."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, update
from sqlalchemy.orm import Session

from ledger import Call, check_still_new, remember_call
from notices.errors import NoticeUnknownError
from notices.model import Notice
from people import Principal, Role, Unit, below

_OFFICERS = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices; `next_before` asks for those that follow, None if there are none."""

    items: list[Notice]
    next_before: UUID | None


def list_notices(
    session: Session, *, seen_by: Principal, is_unread: bool = False, limit: int = 50, before: UUID | None = None
) -> NoticePage:
    """Return somebody's notices, or those of them that are not read, newest first."""
    query = select(Notice).where(_is_own(seen_by)).order_by(Notice.id.desc()).limit(limit + 1)
    if is_unread:
        query = query.where(Notice.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    found = list(session.scalars(query))
    return NoticePage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def count_unread(session: Session, *, seen_by: Principal, at_most: int = 100) -> int:
    """Return how many of somebody's notices are not read; of very many only `at_most` are counted.

    It is asked for the head of every page, so it reads a few entries of an index, however many notices there are.
    """
    parts = [_unread_of_role(seen_by, role, at_most) for role in _OFFICERS if seen_by.unit_paths(role)]
    if seen_by.resident_id is not None:
        own = (Notice.resident_id == seen_by.resident_id) & Notice.read_at.is_(None)
        parts.append(select(literal(1)).select_from(Notice).where(own).limit(at_most))
    if not parts:
        return 0
    counts = [select(func.count()).select_from(part.subquery()).scalar_subquery() for part in parts]
    counted = session.execute(select(*counts)).one()
    return min(at_most, sum(counted))


def get_notice(session: Session, notice_id: UUID, *, seen_by: Principal) -> Notice:
    """Return a notice to whom it is.

    Raises:
        NoticeUnknownError: there is none of theirs.
    """
    notice = session.scalars(select(Notice).where(Notice.id == notice_id, _is_own(seen_by))).one_or_none()
    if notice is None:
        raise NoticeUnknownError(notice_id)
    return notice


def mark_read(session: Session, *, notice_id: UUID, by: Principal, now: datetime, call: Call | None = None) -> Notice:
    """Say that a notice was read; again changes nothing. What one officer of a unit read, is read for the others.

    Raises:
        NoticeUnknownError: there is none of theirs.
    """
    session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    notice = get_notice(session, notice_id, seen_by=by)
    check_still_new(session, call)
    if notice.read_at is None:
        notice.read_at, notice.read_by = now, by.actor
    remember_call(session, call, made_id=notice.id, now=now)
    session.flush()
    return notice


def mark_all_read(session: Session, *, newest_id: UUID, by: Principal, now: datetime, call: Call | None = None) -> int:
    """Say that somebody's notices were read, as far as the newest one that they saw; return how many were not.

    What came since then stays unread, except what somebody without a name caused on the same day: its id tells the day
    alone. What one officer of a unit read, is read for the others.

    Raises:
        NoticeUnknownError: the newest one is none of theirs.
    """
    get_notice(session, newest_id, seen_by=by)
    check_still_new(session, call)
    unread = update(Notice).where(_is_own(by), Notice.read_at.is_(None), Notice.id <= newest_id)
    done = session.execute(
        unread.values(read_at=now, read_by=by.actor).returning(Notice.id),
        execution_options={"synchronize_session": False},
    )
    count = len(done.all())
    remember_call(session, call, made_id=newest_id, now=now)
    session.flush()
    return count


def _unread_of_role(by: Principal, role: Role, at_most: int) -> Select[int]:
    # Joined, not looked up in: from the few units of somebody to their notices, and not through those of all.
    return (
        select(literal(1))
        .select_from(Notice)
        .join(Unit, Unit.code == Notice.unit_code)
        .where(below(by.unit_paths(role)), Notice.role == role, Notice.read_at.is_(None))
        .limit(at_most)
    )


def _is_own(by: Principal) -> ColumnElement[bool]:
    own = Notice.resident_id == by.resident_id if by.resident_id is not None else false()
    return or_(own, *(_is_of_role(by, role) for role in _OFFICERS))


def _is_of_role(by: Principal, role: Role) -> ColumnElement[bool]:
    paths = by.unit_paths(role)
    if not paths:
        return false()
    return (Notice.role == role) & Notice.unit_code.in_(select(Unit.code).where(below(paths)))
