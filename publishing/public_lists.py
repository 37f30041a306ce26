"""Reports as anybody may find them: by place, category, state and who owes them, newest first; never a hidden one.

Of each the bare facts are public as soon as it is there: its number, category, place and days, and who owes what until
when. Words and photos are public where somebody looked at them. A report without a name appears only with what an
officer published of it, and not before the day after it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from duties import Duty
from people import Unit, below, get_unit
from photos import Photo, PhotoUnknownError, get_photo
from publishing.model import Publication
from publishing.versions import is_shown_now, shown_of
from reports import (
    UNHANDLED,
    Report,
    ReportCall,
    ReportStatus,
    ReportUnknownError,
    is_category_of,
    is_report_number,
    may_be_public,
)
from responsibilities import Category

# So many at a time are read for a file.
_AT_ONCE = 500


class PublicState(StrEnum):
    """Where a report stands, in words for everybody."""

    RECEIVED = "received"
    OPEN = "open"
    # Of the open ones, those of which a duty's day has passed.
    OVERDUE = "overdue"
    CHECKED = "checked"
    DONE = "done"
    # Not accepted, merged into another, or withdrawn.
    ENDED = "ended"


_STATUSES = {
    PublicState.RECEIVED: (ReportStatus.SUBMITTED,),
    PublicState.OPEN: UNHANDLED,
    PublicState.CHECKED: (ReportStatus.HANDLED,),
    PublicState.DONE: (ReportStatus.VERIFIED, ReportStatus.CLOSED),
    PublicState.ENDED: (ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN),
}


class PublicReport(NamedTuple):
    """A report with its category, its open duty, if any, and what is published of it, None where nothing is."""

    report: Report
    category: Category
    duty: Duty | None
    shown: Publication | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports are asked for: in a unit's subtree, of a category or the one above it, in a state, owed by a unit.

    What is left out restricts nothing.
    """

    unit_code: str | None = None
    category_code: str | None = None
    state: PublicState | None = None
    owed_by: str | None = None


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Reports; `next_after` is the number of the last one, None where none follow."""

    items: list[PublicReport]
    next_after: str | None


def public_reports(
    session: Session, *, wanted: Wanted, now: datetime, limit: int = 30, after: str | None = None
) -> PublicPage:
    """Return the reports that are asked for, newest first, after the one with a number.

    Raises:
        ReportUnknownError: there is no report with this number, or not for anybody.
        UnitUnknownError: there is no such unit.
    """
    last = None if after is None else public_report(session, after, now=now).report
    found = _rows(session, _asked_for(session, wanted, now), last, limit + 1)
    has_more = len(found) > limit
    return PublicPage(found[:limit], found[limit - 1].report.number if has_more else None)


def every_public_report(session: Session, *, wanted: Wanted, now: datetime) -> Iterator[list[PublicReport]]:
    """Yield all reports that are asked for, newest first, some hundreds at a time.

    Raises:
        UnitUnknownError: there is no such unit.
    """
    query, last = _asked_for(session, wanted, now), None
    while found := _rows(session, query, last, _AT_ONCE):
        yield found
        last = found[-1].report


def public_report(session: Session, number: str, *, now: datetime) -> PublicReport:
    """Return the report with this number.

    Raises:
        ReportUnknownError: there is none that anybody may know of.
    """
    query = _whole().where(_is_public(now), Report.number == number)
    found = _with_publications(session, query) if is_report_number(number) else []
    if not found:
        raise ReportUnknownError(number)
    return found[0]


def public_copy(session: Session, number: str, copy_id: UUID, *, now: datetime) -> Photo:
    """Return a copy of a photo that is shown with the report of this number.

    Raises:
        ReportUnknownError: there is no such report for anybody.
        PhotoUnknownError: no such copy is shown with it, or not any more.
    """
    shown = public_report(session, number, now=now).shown
    photo = get_photo(session, copy_id)
    if shown is None or photo.matter_id != shown.id:
        raise PhotoUnknownError(copy_id)
    return photo


@cache
def _whole() -> Select[Report, Category, Duty]:
    return (
        select(Report, Category, Duty)
        .join(Category, is_category_of())
        .outerjoin(Duty, (Duty.matter_id == Report.id) & Duty.ended_at.is_(None))
    )


def _asked_for(session: Session, wanted: Wanted, now: datetime) -> Select[Report, Category, Duty]:
    query = _whole().where(_is_public(now)).order_by(Report.submitted_at.desc(), Report.id.desc())
    if wanted.unit_code is not None:
        path = get_unit(session, wanted.unit_code).path
        query = query.where(Report.unit_code.in_(select(Unit.code).where(below((path,)))))
    if wanted.category_code is not None:
        parents = (Category.parent_code == wanted.category_code) | (Category.code == wanted.category_code)
        query = query.where(Report.category_code.in_(select(Category.code).where(parents)))
    if wanted.state in _STATUSES:
        query = query.where(Report.status.in_(_STATUSES[wanted.state]))
    is_overdue = wanted.state is PublicState.OVERDUE
    if is_overdue or wanted.owed_by is not None:
        query = query.where(Report.id.in_(_owed(wanted.owed_by, now.date() if is_overdue else None)))
    return query


def _owed(unit_code: str | None, overdue_on: date | None) -> Select[UUID]:
    """Return the query of reports about which a unit (or any) owes something, or is late with it: calls included."""
    query = (
        select(func.coalesce(ReportCall.report_id, Duty.matter_id))
        .select_from(Duty)
        .outerjoin(ReportCall, ReportCall.id == Duty.matter_id)
        .where(Duty.ended_at.is_(None))
    )
    if unit_code is not None:
        query = query.where(Duty.unit_code == unit_code)
    if overdue_on is not None:
        query = query.where(Duty.handled_at.is_(None), Duty.due_on < overdue_on)
    return query


def _is_public(now: datetime) -> ColumnElement[bool]:
    # Of a report without a name only the day is kept, as its first instant.
    today = datetime.combine(now.date(), time(), now.tzinfo)
    shown = select(Publication.id).where(Publication.report_id == Report.id, is_shown_now()).correlate(Report).exists()
    return and_(may_be_public(), or_(~Report.is_anonymous, and_(Report.submitted_at < today, shown)))


def _rows(
    session: Session, query: Select[Report, Category, Duty], last: Report | None, limit: int
) -> list[PublicReport]:
    if last is not None:
        came = Report.submitted_at
        # The first condition is the index's; the second tells apart what came at one instant.
        query = query.where(came <= last.submitted_at, or_(came < last.submitted_at, Report.id < last.id))
    return _with_publications(session, query.limit(limit))


def _with_publications(session: Session, query: Select[Report, Category, Duty]) -> list[PublicReport]:
    rows = session.execute(query).all()
    shown = shown_of(session, [row[0].id for row in rows])
    return [PublicReport(row[0], row[1], row[2], shown.get(row[0].id)) for row in rows]
