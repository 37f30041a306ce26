"""What must be true of reports: one open duty each and one a call, and every movement of a duty is a step of one.

So open duties are as many as there are reports accepted or reopened and neither verified nor withdrawn since, and
called units whose result is not accepted; always.
"""

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

import ledger
from duties import KINDS, Duty
from reports.calls import OPEN_STATES, CallState, ReportCall
from reports.fairness_checks import FAIRNESS_CHECKS
from reports.model import Report, ReportStatus, ReportStep, StepKind
from reports.steps import WITH_DUTY

# What the migration creates: the database then refuses to change or remove a step.
GUARDS = {
    "postgresql": ("report_steps_append_only",),
    "sqlite": ("report_steps_refuse_delete", "report_steps_refuse_update"),
}

_LEFT_BY = {
    StepKind.CALL: CallState.CALLED,
    StepKind.CALL_ACKNOWLEDGEMENT: CallState.ACKNOWLEDGED,
    StepKind.CALL_HANDLING: CallState.HANDLED,
    StepKind.CALL_RETURN: CallState.RETURNED,
    StepKind.CALL_ACCEPTANCE: CallState.ACCEPTED,
    StepKind.CALL_WITHDRAWAL: CallState.WITHDRAWN,
}


@ledger.no_differences
def every_open_report_has_one_open_duty() -> ledger.Differences:
    """A report accepted or reopened, and neither verified nor withdrawn since, has one open duty; no other has any."""
    duties = func.count(Duty.id).label("duties")
    is_open = Report.status.in_(WITH_DUTY)
    return ledger.Differences(
        select(Report.id, Report.status, duties)
        .outerjoin(Duty, and_(Duty.matter_id == Report.id, Duty.ended_at.is_(None)))
        .group_by(Report.id, Report.status)
        .having(or_(and_(is_open, duties != 1), and_(~is_open, duties != 0)))
        .order_by(Report.id),
        "report {id} is {status}; it has {duties} open duties",
    )


@ledger.no_differences
def every_open_call_has_one_open_duty() -> ledger.Differences:
    """A call whose result is not accepted has one open duty, of the called unit and handled as the call is."""
    duties = func.count(Duty.id).label("duties")
    is_open = ReportCall.state.in_(OPEN_STATES)
    is_handled = func.count(Duty.handled_at) == 1
    belongs = func.count(case((Duty.unit_code == ReportCall.unit_code, 1)))
    return ledger.Differences(
        select(ReportCall.id, ReportCall.state, duties)
        .outerjoin(Duty, and_(Duty.matter_id == ReportCall.id, Duty.ended_at.is_(None)))
        .group_by(ReportCall.id, ReportCall.state)
        .having(
            or_(
                and_(is_open, or_(duties != 1, belongs != 1)),
                and_(~is_open, duties != 0),
                and_(ReportCall.state == CallState.HANDLED, ~is_handled),
                and_(ReportCall.state != CallState.HANDLED, is_handled),
            )
        )
        .order_by(ReportCall.id),
        "call {id} is {state}; it has {duties} open duties, or one of another unit, or not handled as it is",
    )


@ledger.no_differences
def every_open_call_is_about_a_report_that_is_led() -> ledger.Differences:
    """Only while its command unit leads an accepted report is anybody called: none is verified before the last call."""
    return ledger.Differences(
        select(ReportCall.id, ReportCall.state, Report.id.label("report_id"), Report.status)
        .join(Report, Report.id == ReportCall.report_id)
        .where(
            ReportCall.state.in_(OPEN_STATES),
            or_(Report.status != ReportStatus.ACCEPTED, Report.is_led.is_(False)),
        )
        .order_by(ReportCall.id),
        "call {id} is {state}; report {report_id} is {status}, or not led",
    )


@ledger.no_differences
def every_duty_is_about_a_report_or_a_call() -> ledger.Differences:
    """Every duty's matter is a report or a call."""
    return ledger.Differences(
        select(Duty.id, Duty.matter_id)
        .outerjoin(Report, Report.id == Duty.matter_id)
        .outerjoin(ReportCall, ReportCall.id == Duty.matter_id)
        .where(Report.id.is_(None), ReportCall.id.is_(None))
        .order_by(Duty.id),
        "duty {id} is about {matter_id}, which is neither a report nor a call",
    )


@ledger.no_differences
def every_report_stands_where_its_last_step_left_it() -> ledger.Differences:
    """A report's status is that of its newest step, so no status was changed behind the steps."""
    counts = select(ReportStep.report_id, func.max(ReportStep.number).label("last")).group_by(ReportStep.report_id)
    newest, step = counts.subquery(), aliased(ReportStep)
    return ledger.Differences(
        select(Report.id, Report.status, step.status.label("left"))
        .outerjoin(newest, newest.c.report_id == Report.id)
        .outerjoin(step, and_(step.report_id == Report.id, step.number == newest.c.last))
        .where(or_(step.id.is_(None), step.status != Report.status))
        .order_by(Report.id),
        "report {id} is {status}; its last step left it {left}",
    )


@ledger.no_differences
def every_call_stands_where_its_last_step_left_it() -> ledger.Differences:
    """A call's state is what its newest step says; one that only moved its day says nothing about it."""
    counts = (
        select(ReportStep.call_id, func.max(ReportStep.number).label("last"))
        .where(ReportStep.kind.in_(_LEFT_BY))
        .group_by(ReportStep.call_id)
    )
    newest, step = counts.subquery(), aliased(ReportStep)
    left = case(*((step.kind == kind, state.value) for kind, state in _LEFT_BY.items())).label("left")
    return ledger.Differences(
        select(ReportCall.id, ReportCall.state, left)
        .outerjoin(newest, newest.c.call_id == ReportCall.id)
        .outerjoin(step, and_(step.call_id == ReportCall.id, step.number == newest.c.last))
        .where(or_(step.id.is_(None), left != ReportCall.state, step.report_id != ReportCall.report_id))
        .order_by(ReportCall.id),
        "call {id} is {state}; its last step left it {left}",
    )


@ledger.no_differences
def every_entry_about_a_duty_is_of_one_step() -> ledger.Differences:
    """An entry that moves a duty belongs to exactly one step of a report."""
    return ledger.entries_without_their_one([(kind, ReportStep.entry_id) for kind in KINDS])


def the_guards_of_steps_stand(session: Session) -> str | None:
    """Every trigger that keeps steps as they were taken is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["report_steps"])


CHECKS: tuple[ledger.Check, ...] = (
    every_open_report_has_one_open_duty,
    every_open_call_has_one_open_duty,
    every_open_call_is_about_a_report_that_is_led,
    every_duty_is_about_a_report_or_a_call,
    every_report_stands_where_its_last_step_left_it,
    every_call_stands_where_its_last_step_left_it,
    every_entry_about_a_duty_is_of_one_step,
    the_guards_of_steps_stand,
    *FAIRNESS_CHECKS,
)
