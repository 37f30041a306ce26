"""Finding reports again: by id, in lists for those who have something to do with them, and what waits for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from duties import Duty
from people import Principal, Role, Unit, below
from reports.errors import ReportUnknownError
from reports.model import Report, ReportJoin, ReportStatus
from reports.steps import Function, is_placed

_OFFICERS = (Function.SUPERVISION, Function.COMMAND, Function.HANDLING)
# What each function has to do next.
WAITING = {
    Function.SUPERVISION: (ReportStatus.SUBMITTED, ReportStatus.HANDLED, ReportStatus.VERIFIED),
    Function.COMMAND: (ReportStatus.ACCEPTED,),
    Function.HANDLING: (ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED, ReportStatus.RETURNED),
}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Reports with their open duties, if any; `next_before` asks for those that follow, None if there are none."""

    items: list[tuple[Report, Duty | None]]
    next_before: UUID | None


def get_report(session: Session, report_id: UUID, *, seen_by: Principal) -> Report:
    """Return a report to its reporter, to who joined it, and to those officers who have something to do with it.

    Raises:
        ReportUnknownError: there is none that they may see.
    """
    report = session.get(Report, report_id)
    if report is None or not _is_seen(session, report, seen_by):
        raise ReportUnknownError(report_id)
    return report


def list_reports(
    session: Session,
    *,
    seen_by: Principal,
    statuses: Collection[ReportStatus] = (),
    category_code: str | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> ReportPage:
    """Return the reports that somebody may see (with one of the statuses, of a category), newest first."""
    query = _with_duties().where(_seen(seen_by)).order_by(Report.id.desc()).limit(limit + 1)
    if statuses:
        query = query.where(Report.status.in_(statuses))
    if category_code is not None:
        query = query.where(Report.category_code == category_code)
    if before is not None:
        query = query.where(Report.id < before)
    found = _pairs(session, query)
    return ReportPage(found[:limit], found[limit - 1][0].id if len(found) > limit else None)


def reports_waiting(
    session: Session, *, seen_by: Principal, function: Function, limit: int = 200
) -> list[tuple[Report, Duty | None]]:
    """Return what waits for somebody in a function: the earliest due first, then what has no day yet, oldest first."""
    query = (
        _with_duties()
        .where(Report.status.in_(WAITING[function]), _placed(seen_by, function))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Report.id)
        .limit(limit)
    )
    return _pairs(session, query)


def numbers_of(session: Session, report_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of those of the reports that there are, by id."""
    found = session.execute(select(Report.id, Report.number).where(Report.id.in_(report_ids)))
    return {row.id: row.number for row in found}


def confidential_among(session: Session, report_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the reports of which it is confidential whose they are."""
    return set(session.scalars(select(Report.id).where(Report.id.in_(report_ids), Report.is_confidential)))


def duties_of(session: Session, report_id: UUID) -> list[Duty]:
    """Return all duties that a report laid on units, the earliest first."""
    return list(session.scalars(select(Duty).where(Duty.matter_id == report_id).order_by(Duty.id)))


def _with_duties() -> Select[Report, Duty]:
    return select(Report, Duty).outerjoin(Duty, (Duty.matter_id == Report.id) & Duty.ended_at.is_(None))


def _pairs(session: Session, query: Select[Report, Duty]) -> list[tuple[Report, Duty | None]]:
    return [(row[0], row[1]) for row in session.execute(query)]


def _is_seen(session: Session, report: Report, by: Principal) -> bool:
    if any(is_placed(session, report, by, each) for each in Function) or by.may_everywhere(Role.ADMINISTRATOR):
        return True
    joined = select(ReportJoin.id).where(ReportJoin.report_id == report.id, ReportJoin.resident_id == by.resident_id)
    return by.resident_id is not None and session.scalar(joined) is not None


def _seen(by: Principal) -> ColumnElement[bool]:
    own = Report.resident_id == by.resident_id if by.resident_id is not None else false()
    followed = select(ReportJoin.report_id).where(ReportJoin.resident_id == by.resident_id)
    joined = Report.id.in_(followed) if by.resident_id is not None else false()
    everywhere = () if not by.may_everywhere(Role.ADMINISTRATOR) else (Report.id.is_not(None),)
    return or_(own, joined, *everywhere, *(_placed(by, each) for each in _OFFICERS))


def _placed(by: Principal, function: Function) -> ColumnElement[bool]:
    role, column = _PLACES[function]
    paths = by.unit_paths(role)
    if not paths:
        return false()
    return column.is_not(None) if "" in paths else column.in_(select(Unit.code).where(below(paths)))


_PLACES: dict[Function, tuple[Role, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]]] = {
    Function.SUPERVISION: (Role.SUPERVISOR, Report.unit_code),
    Function.COMMAND: (Role.DISPATCHER, Report.command_code),
    Function.HANDLING: (Role.HANDLER, Report.department_code),
}
