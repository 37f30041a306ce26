"""What must be true of reports: their open duties are one each, and every movement of a duty is a step of one."""

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

import ledger
from duties import KINDS, Duty
from reports.model import Report, ReportStep
from reports.steps import WITH_DUTY

# What the migration creates: the database then refuses to change or remove a step.
GUARDS = {
    "postgresql": ("report_steps_append_only",),
    "sqlite": ("report_steps_refuse_delete", "report_steps_refuse_update"),
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
def every_duty_is_about_a_report() -> ledger.Differences:
    """Every duty's matter is a report."""
    return ledger.Differences(
        select(Duty.id, Duty.matter_id)
        .outerjoin(Report, Report.id == Duty.matter_id)
        .where(Report.id.is_(None))
        .order_by(Duty.id),
        "duty {id} is about {matter_id}, which is no report",
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
def every_entry_about_a_duty_is_of_one_step() -> ledger.Differences:
    """An entry that moves a duty belongs to exactly one step of a report."""
    return ledger.entries_without_their_one([(kind, ReportStep.entry_id) for kind in KINDS])


def the_guards_of_steps_stand(session: Session) -> str | None:
    """Every trigger that keeps steps as they were taken is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["report_steps"])


CHECKS: tuple[ledger.Check, ...] = (
    every_open_report_has_one_open_duty,
    every_duty_is_about_a_report,
    every_report_stands_where_its_last_step_left_it,
    every_entry_about_a_duty_is_of_one_step,
    the_guards_of_steps_stand,
)
