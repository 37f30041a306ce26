"""What a department does: acknowledging a report, and saying that it is handled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from duties import hand_over, open_duty
from ledger import Call
from people import Principal
from reports.model import ReportStatus, ReportStep, StepKind
from reports.steps import locked_report, take_step


def acknowledge(
    session: Session, *, report_id: UUID, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Let a department say that it has seen what it owes.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
    """
    report = locked_report(session, report_id, StepKind.ACKNOWLEDGEMENT, by=by, call=call)
    return take_step(
        session,
        report,
        StepKind.ACKNOWLEDGEMENT,
        ReportStatus.ACKNOWLEDGED,
        by=by,
        now=now,
        call=call,
        unit_code=report.department_code,
    )


def handle(
    session: Session, *, report_id: UUID, note: str, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Let a department say that it is done, and how; somebody else verifies it, and no delay of theirs is its own.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.HANDLING, by=by, call=call)
    duty = open_duty(session, report.id)
    entry = hand_over(session, duty, actor=by.actor, now=now)
    return take_step(
        session,
        report,
        StepKind.HANDLING,
        ReportStatus.HANDLED,
        by=by,
        now=now,
        call=call,
        note=note,
        unit_code=duty.unit_code,
        old_due_on=duty.due_on,
        duty_entry=entry,
    )
