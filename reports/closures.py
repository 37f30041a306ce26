"""What follows a closure: the reporter says what they think of it, and somebody who had no part in it asks them."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ledger import Call, check_still_new
from oversight import Order
from people import Principal
from reports.errors import ReportUnknownError, StepNotNowError
from reports.fairness_model import Appeal, Covering
from reports.functions import Function
from reports.model import Report, ReportJoin, ReportRequest, ReportStatus, ReportStep, StepKind
from reports.steps import is_placed


def closed_report_of(
    session: Session, report_id: UUID, *, act: str, by: Principal, call: Call | None
) -> tuple[Report, ReportStep]:
    """Return a closed report to its reporter, behind its lock, with the step that closed it.

    `act` names in a refusal what they want to do.

    Raises:
        ReportUnknownError: there is no such report of theirs.
        StepNotNowError: the report is not closed.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None or not is_placed(session, report, by, Function.REPORTING):
        raise ReportUnknownError(report_id)
    check_still_new(session, call)
    if report.status is not ReportStatus.CLOSED:
        raise StepNotNowError(act, report.status)
    closure = session.scalars(
        select(ReportStep)
        .where(ReportStep.report_id == report.id, ReportStep.kind == StepKind.CLOSURE)
        .order_by(ReportStep.number.desc())
        .limit(1)
    ).one()
    return report, closure


def untouched_by(actor: str) -> ColumnElement[bool]:
    """Return the condition that somebody took no step on a report, and neither asked nor decided anything about it."""
    took = select(ReportStep.id).where(ReportStep.report_id == Report.id, ReportStep.made_by == actor)
    asked = select(ReportRequest.id).where(
        ReportRequest.report_id == Report.id,
        or_(ReportRequest.asked_by == actor, ReportRequest.decided_by == actor),
    )
    judged = select(ReportJoin.id).where(ReportJoin.report_id == Report.id, ReportJoin.decided_by == actor)
    ordered = select(Order.id).where(
        Order.matter_id == Report.id, or_(Order.ordered_by == actor, Order.answered_by == actor)
    )
    appealed = select(Appeal.id).where(Appeal.report_id == Report.id, Appeal.decided_by == actor)
    covered = select(Covering.id).where(Covering.report_id == Report.id, Covering.made_by == actor)
    parts = (took, asked, judged, ordered, appealed, covered)
    return and_(*(~each.correlate(Report).exists() for each in parts))
