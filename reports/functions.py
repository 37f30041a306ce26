"""Which part somebody has or had in a report, and which they may not have beside it."""

from enum import StrEnum

from sqlalchemy import CompoundSelect, bindparam, case, literal, select, union_all
from sqlalchemy.orm import Session

from oversight import orders_touched_by
from people import Principal, is_of_any_household, may_be_of_a_household
from reports.fairness_model import Appeal, Covering
from reports.model import Report, ReportJoin, ReportRequest, ReportStep, StepKind
from reports.together import together_of


class Function(StrEnum):
    """The ends of a report that are never one person's."""

    REPORTING = "reporting"
    SUPERVISION = "supervision"
    COMMAND = "command"
    HANDLING = "handling"


# Whose step each is.
FUNCTIONS = {
    StepKind.SUBMISSION: Function.REPORTING,
    StepKind.ACCEPTANCE: Function.SUPERVISION,
    StepKind.REJECTION: Function.SUPERVISION,
    StepKind.MERGER: Function.SUPERVISION,
    StepKind.VERIFICATION: Function.SUPERVISION,
    StepKind.RETURN: Function.SUPERVISION,
    StepKind.CLOSURE: Function.SUPERVISION,
    StepKind.POSTPONEMENT: Function.SUPERVISION,
    StepKind.WITHDRAWAL: Function.SUPERVISION,
    StepKind.DISPATCH: Function.COMMAND,
    StepKind.TRANSFER: Function.COMMAND,
    StepKind.ACKNOWLEDGEMENT: Function.HANDLING,
    StepKind.HANDLING: Function.HANDLING,
    StepKind.REOPENING: Function.REPORTING,
    StepKind.LEAD: Function.COMMAND,
    StepKind.CALL: Function.COMMAND,
    StepKind.CALL_ACKNOWLEDGEMENT: Function.HANDLING,
    StepKind.CALL_HANDLING: Function.HANDLING,
    StepKind.CALL_ACCEPTANCE: Function.COMMAND,
    StepKind.CALL_RETURN: Function.COMMAND,
    StepKind.CALL_POSTPONEMENT: Function.SUPERVISION,
    StepKind.CALL_WITHDRAWAL: Function.SUPERVISION,
    StepKind.COMPLETION: Function.COMMAND,
    StepKind.RESTORATION: Function.SUPERVISION,
}


def is_barred(session: Session, report: Report, by: Principal, function: Function) -> bool:
    """Say whether somebody may not act in a function on a report, wherever they have it.

    They had another part in the report; or they would supervise what they or, as far as is known, their household
    reported: to accept it grants credits, and nobody grants them to their own. Of a confidential report only what they
    reported themselves counts: a refusal for the household would tell them whose it is.
    """
    if function in _barred_by_own_part(session, report, by):
        return True
    # Asked before every step, so the question about households is left out where its answer bars from nothing.
    return function is Function.SUPERVISION and _is_of_a_reporter(session, report, by)


def functions_barred_to(session: Session, report: Report, by: Principal) -> set[Function]:
    """Return the functions in which somebody may not act on a report, as `is_barred` says."""
    barred = _barred_by_own_part(session, report, by)
    if Function.SUPERVISION not in barred and _is_of_a_reporter(session, report, by):
        barred.add(Function.SUPERVISION)
    return barred


def _barred_by_own_part(session: Session, report: Report, by: Principal) -> set[Function]:
    did = session.connection().execute(_DID, {"report_id": report.id, "actor": by.actor}).scalars()
    had = {FUNCTIONS[kind] for kind in did}
    return {function for function in Function if not had <= {function}}


def _is_of_a_reporter(session: Session, report: Report, by: Principal) -> bool:
    if report.resident_id is None or not may_be_of_a_household(session, actor=by.actor):
        return False
    reporters = [report.resident_id, *together_of(session, report.id)]
    return is_of_any_household(session, actor=by.actor, resident_ids=reporters, is_by_phone=not report.is_confidential)


def _did() -> CompoundSelect[StepKind]:
    """Return the query for what somebody (`actor`) did on a report (`report_id`), as the steps that say as much."""
    report_id, actor = bindparam("report_id", type_=Report.id.type), bindparam("actor", type_=ReportStep.made_by.type)
    # Whatever was asked or decided about it, by whomever for whatever, it was supervision.
    supervised, commanded, handled = (
        literal(kind, ReportStep.kind.type) for kind in (StepKind.VERIFICATION, StepKind.DISPATCH, StepKind.HANDLING)
    )
    order = orders_touched_by(matter_id=report_id, actor=actor).subquery()
    return union_all(
        select(ReportStep.kind).where(ReportStep.report_id == report_id, ReportStep.made_by == actor),
        select(supervised).where(
            ReportRequest.report_id == report_id,
            (ReportRequest.asked_by == actor) | (ReportRequest.decided_by == actor),
        ),
        select(supervised).where(ReportJoin.report_id == report_id, ReportJoin.decided_by == actor),
        select(supervised).where(Appeal.report_id == report_id, Appeal.decided_by == actor),
        select(supervised).where(Covering.report_id == report_id, Covering.made_by == actor),
        select(case((order.c.is_given, supervised), (order.c.is_to_command, commanded), else_=handled)),
    )


# Asked before every step, so it is put together once.
_DID = _did()
