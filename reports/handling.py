"""What who has a report does: acknowledging it, and saying that it is handled."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from duties import hand_over, open_duty
from ledger import Call
from people import Principal
from reports.calls import check_no_call_is_open
from reports.errors import StepNotNowError
from reports.functions import Function
from reports.model import Report, ReportStatus, ReportStep, StepKind
from reports.steps import check_status, check_within_reach, is_placed, locked, locked_report, take_step

# With these steps a unit says what it did.
WORK_DONE = (StepKind.HANDLING, StepKind.COMPLETION)


def what_was_done(steps: Sequence[ReportStep]) -> str | None:
    """Return what a unit last said that it did, of a report's steps, the earliest first; None where it said nothing."""
    return next((step.note for step in reversed(steps) if step.kind in WORK_DONE and step.note), None)


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
    """Say that it is done, and how; somebody else verifies it, and no delay of theirs is one's own.

    A department's handler says it; of a report that the command unit leads, its dispatcher or a handler of its own,
    once it has accepted the results of all whom it called.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        CallsOpenError: the command unit has called units whose result it has not accepted.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    kind, report = _handled(session, report_id, by=by, call=call)
    duty = open_duty(session, report.id)
    entry = hand_over(session, duty, actor=by.actor, now=now)
    return take_step(
        session,
        report,
        kind,
        ReportStatus.HANDLED,
        by=by,
        now=now,
        call=call,
        note=note,
        unit_code=duty.unit_code,
        old_due_on=duty.due_on,
        duty_entry=entry,
    )


def _handled(session: Session, report_id: UUID, *, by: Principal, call: Call | None) -> tuple[StepKind, Report]:
    """Return the step by which somebody says that a report is done, and the report behind its lock."""
    # The lock comes first: who may say it depends on who has the report then.
    report = locked(session, report_id)
    if not report.is_led:
        check_within_reach(session, report, Function.HANDLING, by=by, call=call)
        check_status(report, StepKind.HANDLING)
        return StepKind.HANDLING, report
    in_command = is_placed(session, report, by, Function.COMMAND)
    function = Function.COMMAND if in_command else Function.HANDLING
    check_within_reach(session, report, function, at=report.command_code, by=by, call=call)
    if report.status is not ReportStatus.ACCEPTED:
        raise StepNotNowError(StepKind.COMPLETION, report.status)
    check_no_call_is_open(session, report.id)
    return StepKind.COMPLETION if in_command else StepKind.HANDLING, report
