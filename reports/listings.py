"""Finding reports again: by id or number, and in lists for those who have something to do with them."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from duties import Duty
from people import Principal, Role, Unit, below
from reports.anonymity import is_reporter
from reports.calls import ReportCall, calls_of
from reports.errors import ReportUnknownError
from reports.functions import Function
from reports.model import NUMBER_LENGTH, Report, ReportJoin, ReportStatus
from reports.steps import is_placed
from reports.together import is_among

_OFFICERS = (Function.SUPERVISION, Function.COMMAND, Function.HANDLING)
_NEVER_ACCEPTED = frozenset({ReportStatus.SUBMITTED, ReportStatus.REJECTED, ReportStatus.MERGED})
_NUMBER = re.compile(rf"[0-9]{{{NUMBER_LENGTH}}}")
_BETWEEN_DIGITS = re.compile(r"[\s-]")


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Reports with their open duties, if any; `next_before` asks for those that follow, None if there are none."""

    items: list[tuple[Report, Duty | None]]
    next_before: UUID | None


def only_followed(session: Session, found: Collection[Report], by: Principal) -> set[UUID]:
    """Return which of these reports somebody sees only because they joined them, or theirs was merged into them.

    Anybody can join: what the reporter wrote, photographed and marked on the map is theirs once an officer has
    published it, as it is everybody's.
    """
    others = {report.id for report in found if not is_reporter(report, by)}
    if by.resident_id is None or not others:
        return set()
    return others - set(session.scalars(select(Report.id).where(Report.id.in_(others), is_among(by))))


def get_report(session: Session, report_id: UUID, *, seen_by: Principal) -> Report:
    """Return a report to its reporter, to who joined it, and to those officers who have something to do with it.

    Raises:
        ReportUnknownError: there is none that they may see.
    """
    report = session.get(Report, report_id)
    if report is None or not _is_seen(session, report, seen_by):
        raise ReportUnknownError(report_id)
    return report


def report_by_number(session: Session, number: str, *, seen_by: Principal) -> Report:
    """Return the report with this number, typed with or without blanks and hyphens, to those who may see it.

    Raises:
        ReportUnknownError: there is none that they may see.
    """
    # One that is longer is none, and is not worth the reading.
    typed = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", number[:40]))
    found = session.scalar(select(Report).where(Report.number == typed)) if _NUMBER.fullmatch(typed) else None
    if found is None or not _is_seen(session, found, seen_by):
        raise ReportUnknownError(number)
    return found


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
    filters: list[ColumnElement[bool]] = []
    if statuses:
        filters.append(Report.status.in_(statuses))
    if category_code is not None:
        filters.append(Report.category_code == category_code)
    if before is not None:
        filters.append(Report.id < before)
    query = with_duties().order_by(Report.id.desc()).limit(limit + 1)
    reasons = _reasons(seen_by, statuses)
    if len(reasons) == 1:
        query = query.where(*reasons, *filters)
    else:
        # Each by itself, through the index that is its own: together they would be looked for among all reports.
        parts = [
            select(Report.id).where(reason, *filters).order_by(Report.id.desc()).limit(limit + 1).subquery()
            for reason in reasons
        ]
        query = query.where(Report.id.in_(union(*(select(part.c.id) for part in parts))))
    found = pairs(session, query)
    return ReportPage(found[:limit], found[limit - 1][0].id if len(found) > limit else None)


def matters_of(session: Session, matter_ids: Collection[UUID]) -> dict[UUID, tuple[Report, ReportCall | None]]:
    """Return the reports that duties are about by the ids of their matters, with the call where it is one."""
    reports = select(Report).where(Report.id.in_(matter_ids))
    calls = select(ReportCall, Report).join(Report).where(ReportCall.id.in_(matter_ids))
    found: dict[UUID, tuple[Report, ReportCall | None]] = {each.id: (each, None) for each in session.scalars(reports)}
    return found | {called.id: (report, called) for called, report in session.execute(calls)}


def numbers_of(session: Session, report_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of those of the reports that there are, by id."""
    found = session.execute(select(Report.id, Report.number).where(Report.id.in_(report_ids)))
    return {row.id: row.number for row in found}


def confidential_among(session: Session, report_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the reports of which it is confidential whose they are."""
    return set(session.scalars(select(Report.id).where(Report.id.in_(report_ids), Report.is_confidential)))


def duties_of(session: Session, report_id: UUID) -> list[Duty]:
    """Return all duties that a report laid on units, the earliest first, without those of calls."""
    return duties_about(session, [report_id])


def duties_about(session: Session, matter_ids: Collection[UUID]) -> list[Duty]:
    """Return all duties about reports or calls, the earliest first."""
    return list(session.scalars(select(Duty).where(Duty.matter_id.in_(matter_ids)).order_by(Duty.id)))


@cache
def with_duties() -> Select[Report, Duty]:
    """Return the query of reports, each with its open duty, if any."""
    return select(Report, Duty).outerjoin(Duty, (Duty.matter_id == Report.id) & Duty.ended_at.is_(None))


def pairs(session: Session, query: Select[Report, Duty]) -> list[tuple[Report, Duty | None]]:
    """Return what such a query finds."""
    return [(row[0], row[1]) for row in session.execute(query)]


def _is_seen(session: Session, report: Report, by: Principal) -> bool:
    if any(is_placed(session, report, by, each) for each in Function) or by.may_everywhere(Role.ADMINISTRATOR):
        return True
    called = calls_of(session, [report.id])
    if any(is_placed(session, report, by, Function.HANDLING, at=each.unit_code) for each in called):
        return True
    if by.resident_id is None:
        return False
    joined = select(ReportJoin.id).where(ReportJoin.report_id == report.id, ReportJoin.resident_id == by.resident_id)
    together = select(Report.id).where(Report.id == report.id, is_among(by))
    return session.scalar(joined) is not None or session.scalar(together) is not None


def _reasons(by: Principal, statuses: Collection[ReportStatus]) -> list[ColumnElement[bool]]:
    """Return the conditions of which a report with one of the statuses that somebody may see fulfils one."""
    if by.may_everywhere(Role.ADMINISTRATOR):
        return [true()]
    # Before it is accepted a report has neither a command unit nor a department, and nobody is called.
    was_accepted = not statuses or not _NEVER_ACCEPTED.issuperset(statuses)
    functions = _OFFICERS if was_accepted else (Function.SUPERVISION,)
    reasons = [placed(by, function) for function in functions if by.may(_PLACES[function][0])]
    if was_accepted and by.may(Role.HANDLER):
        called = select(ReportCall.report_id).where(placed_at(by, Role.HANDLER, ReportCall.unit_code))
        reasons.append(Report.id.in_(called))
    if by.resident_id is not None:
        reasons.append(Report.resident_id == by.resident_id)
        reasons.append(Report.id.in_(select(ReportJoin.report_id).where(ReportJoin.resident_id == by.resident_id)))
        reasons.append(is_among(by))
    return reasons or [false()]


def placed(by: Principal, function: Function) -> ColumnElement[bool]:
    """Return the condition that somebody has a function where a report is; as `steps.is_placed`, for many reports."""
    return placed_at(by, *_PLACES[function])


def placed_at(
    by: Principal, role: Role, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Return the condition that somebody has a role at the unit in a column."""
    paths = by.unit_paths(role)
    if not paths:
        return false()
    return column.is_not(None) if "" in paths else column.in_(select(Unit.code).where(below(paths)))


_PLACES: dict[Function, tuple[Role, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]]] = {
    Function.SUPERVISION: (Role.SUPERVISOR, Report.unit_code),
    Function.COMMAND: (Role.DISPATCHER, Report.command_code),
    Function.HANDLING: (Role.HANDLER, Report.department_code),
}
