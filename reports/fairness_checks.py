"""What must be true of appeals and coverings: each return to the start has its appeal, and coverings stay."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

import ledger
from reports.fairness_model import Appeal, AppealSubject, Covering, Moderation
from reports.hiding_model import Unmasking
from reports.model import Report, ReportStep, StepKind

# What migrations create: the database then refuses to change or remove a covering, or who decided what is public.
_TABLES = ["report_coverings", "report_moderations"]
GUARDS = {
    "postgresql": tuple(f"{table}_append_only" for table in _TABLES),
    "sqlite": tuple(f"{table}_refuse_{event}" for table in _TABLES for event in ("delete", "update")),
}
_RESTORING = (AppealSubject.REJECTION, AppealSubject.WITHDRAWAL)


@ledger.no_differences
def every_restoration_is_of_an_upheld_appeal() -> ledger.Differences:
    """A report went back to its start as often as appeals against its rejections and withdrawals were upheld."""
    restored = (
        select(ReportStep.report_id, func.count().label("count"))
        .where(ReportStep.kind == StepKind.RESTORATION)
        .group_by(ReportStep.report_id)
        .subquery()
    )
    upheld = (
        select(Appeal.report_id, func.count().label("count"))
        .where(Appeal.is_upheld.is_(True), Appeal.subject.in_(_RESTORING))
        .group_by(Appeal.report_id)
        .subquery()
    )
    steps, appeals = func.coalesce(restored.c.count, 0), func.coalesce(upheld.c.count, 0)
    return ledger.Differences(
        select(Report.id, steps.label("steps"), appeals.label("appeals"))
        .outerjoin(restored, restored.c.report_id == Report.id)
        .outerjoin(upheld, upheld.c.report_id == Report.id)
        .where(steps != appeals)
        .order_by(Report.id),
        "report {id} was taken up again {steps} times; {appeals} appeals were upheld",
    )


@ledger.no_differences
def every_appeal_was_decided_by_somebody_without_part() -> ledger.Differences:
    """Who decided an appeal had taken no step of its report before."""
    return ledger.Differences(
        select(Appeal.id, Appeal.report_id, ReportStep.number)
        .join(ReportStep, ReportStep.report_id == Appeal.report_id)
        .where(
            ReportStep.made_by == Appeal.decided_by,
            ReportStep.made_at < Appeal.decided_at,
        )
        .order_by(Appeal.id, ReportStep.number),
        "appeal {id} about report {report_id} was decided by who had taken its step {number}",
    )


@ledger.no_differences
def every_appeal_was_decided_by_somebody_who_had_hidden_and_shown_nothing() -> ledger.Differences:
    """Who decided an appeal had before covered no words of its report, published none of it, and asked whose it is."""
    parts = union_all(
        select(Covering.report_id, Covering.made_by, Covering.made_at),
        select(Moderation.report_id, Moderation.made_by, Moderation.made_at),
        select(Unmasking.report_id, Unmasking.asked_by, Unmasking.asked_at),
        select(Unmasking.report_id, Unmasking.decided_by, Unmasking.decided_at),
    ).subquery()
    return ledger.Differences(
        select(Appeal.id, Appeal.report_id)
        .join(parts, parts.c.report_id == Appeal.report_id)
        .where(parts.c.made_by == Appeal.decided_by, parts.c.made_at < Appeal.decided_at)
        .order_by(Appeal.id),
        "appeal {id} about report {report_id} was decided by who had covered, published or unmasked some of it",
    )


def the_guards_of_coverings_stand(session: Session) -> str | None:
    """Every trigger that keeps coverings and moderations as they were written is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=_TABLES)


FAIRNESS_CHECKS: tuple[ledger.Check, ...] = (
    every_restoration_is_of_an_upheld_appeal,
    every_appeal_was_decided_by_somebody_without_part,
    every_appeal_was_decided_by_somebody_who_had_hidden_and_shown_nothing,
    the_guards_of_coverings_stand,
)
