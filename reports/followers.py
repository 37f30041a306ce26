"""Who is told what becomes of a report, and in which words of the notices' kinds."""

from uuid import UUID

from sqlalchemy import CompoundSelect, bindparam, false, select, true, union_all
from sqlalchemy.orm import Session

from notices import NoticeKind, tell
from people import Role
from reports.anonymity import NOBODY
from reports.fairness_model import CoReporter
from reports.model import Report, ReportJoin, ReportStep, StepKind
from responsibilities import Severity

_TO_FOLLOWERS = {
    StepKind.ACCEPTANCE: NoticeKind.ACCEPTED,
    StepKind.REJECTION: NoticeKind.REJECTED,
    StepKind.MERGER: NoticeKind.MERGED,
    StepKind.HANDLING: NoticeKind.HANDLED,
    StepKind.COMPLETION: NoticeKind.HANDLED,
    StepKind.CLOSURE: NoticeKind.CLOSED,
    StepKind.REOPENING: NoticeKind.REOPENED,
    StepKind.WITHDRAWAL: NoticeKind.WITHDRAWN,
    StepKind.RESTORATION: NoticeKind.RESTORED,
}
_TO_UNIT = {
    StepKind.DISPATCH: NoticeKind.DISPATCHED,
    StepKind.TRANSFER: NoticeKind.DISPATCHED,
    StepKind.RETURN: NoticeKind.RETURNED,
    StepKind.REOPENING: NoticeKind.REOPENED,
    StepKind.CALL: NoticeKind.CALLED,
    StepKind.CALL_RETURN: NoticeKind.RETURNED,
}
_TO_SUPERVISORS = {
    StepKind.SUBMISSION: NoticeKind.NEW,
    StepKind.HANDLING: NoticeKind.HANDLED,
    StepKind.COMPLETION: NoticeKind.HANDLED,
    StepKind.RESTORATION: NoticeKind.RESTORED,
}

# Those who joined reports or report them together, and, after them, those whose own were merged into these.
_FOLLOWERS: CompoundSelect[UUID | None, UUID, bool] = union_all(
    select(ReportJoin.resident_id, ReportJoin.report_id, false().label("is_merged")).where(
        ReportJoin.report_id.in_(bindparam("report_ids", expanding=True))
    ),
    select(CoReporter.resident_id, CoReporter.report_id, false()).where(
        CoReporter.report_id.in_(bindparam("report_ids", expanding=True)), CoReporter.is_confirmed.is_(True)
    ),
    select(Report.resident_id, Report.id, true()).where(
        Report.merged_into_id.in_(bindparam("report_ids", expanding=True))
    ),
)


def tell_of_step(session: Session, report: Report, step: ReportStep) -> None:
    """Tell of a step whom it concerns, but not who took it: who follows the report, its unit, its supervisors."""
    if step.kind in _TO_FOLLOWERS:
        for resident_id, report_id in _followers(session, report).items():
            if step.made_by != f"resident:{resident_id.hex}":
                _tell(session, _TO_FOLLOWERS[step.kind], report_id, step, resident_id=resident_id)
    if step.kind in _TO_UNIT and step.unit_code is not None:
        # What its command unit led lies on that again when it is returned or reopened, and its dispatchers see to it.
        is_led = report.is_led and step.call_id is None
        role = Role.DISPATCHER if is_led else Role.HANDLER
        _tell(session, _TO_UNIT[step.kind], report.id, step, unit=(step.unit_code, role))
    to_supervisors = _TO_SUPERVISORS.get(step.kind)
    if step.kind is StepKind.ACCEPTANCE and report.severity is Severity.URGENT:
        to_supervisors = NoticeKind.URGENT
    if to_supervisors is not None:
        _tell(session, to_supervisors, report.id, step, unit=(report.unit_code, Role.SUPERVISOR))


def _tell(
    session: Session,
    kind: NoticeKind,
    report_id: UUID,
    step: ReportStep,
    *,
    resident_id: UUID | None = None,
    unit: tuple[str, Role] | None = None,
) -> None:
    tell(
        session,
        kind=kind,
        matter_id=report_id,
        cause_id=step.id,
        residents=[] if resident_id is None else [resident_id],
        units=[] if unit is None else [unit],
        now=step.made_at,
        is_nameless=step.made_by == NOBODY,
    )


def _followers(session: Session, report: Report) -> dict[UUID, UUID]:
    """Return who follows a report, each with the report that they know: their own, or the one that they joined.

    They are its reporter and who reports together with them, those who joined it, and those of the reports that were
    merged into it, and into these.
    """
    found: dict[UUID, UUID] = {} if report.resident_id is None else {report.resident_id: report.id}
    level = [report.id]
    while level:
        below = session.connection().execute(_FOLLOWERS, {"report_ids": level}).all()
        for row in below:
            if row.resident_id is not None:
                found.setdefault(row.resident_id, row.report_id)
        level = [row.report_id for row in below if row.is_merged]
    return found
