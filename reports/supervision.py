"""What a supervisor does: accepting a report or not, merging it, and saying whether what was called done is done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from duties import charge, discharge, give_back, open_duty
from ledger import Call
from people import Level, Principal, Unit, get_unit, units_by_code
from reports.awarding import begin_award, settle_award
from reports.count_changes import note_closure
from reports.errors import MergerTargetError, ReportUnknownError
from reports.functions import Function
from reports.model import RejectionKind, Report, ReportStatus, ReportStep, StepKind
from reports.steps import is_placed, locked_report, take_step
from responsibilities import Severity, deadlines_of, due_on, get_category

# Into what has ended without being handled, nothing is merged.
_NO_TARGETS = (ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


def accept(
    session: Session, *, report_id: UUID, severity: Severity, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Accept a report: from now on its command unit owes that it reaches a department, in the days of the list.

    What its tariff gives on acceptance is paid, and the rest staged; where its fund has no money, the award waits.

    The command unit is the town or street above the report's place, else the county.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
    """
    report = locked_report(session, report_id, StepKind.ACCEPTANCE, by=by, call=call)
    category = get_category(session, report.category_code, version=report.list_version)
    command = _command_unit(session, report)
    charged = charge(
        session,
        matter_id=report.id,
        unit_code=command.code,
        due_on=due_on(now.date(), deadlines_of(category).dispatch),
        actor=by.actor,
        now=now,
    )
    award_entries = begin_award(session, report, actor=by.actor, now=now)
    # Set last, so that it is written at once with the status.
    report.severity, report.command_code = severity, command.code
    return take_step(
        session,
        report,
        StepKind.ACCEPTANCE,
        ReportStatus.ACCEPTED,
        by=by,
        now=now,
        call=call,
        unit_code=command.code,
        due_on=charged.duty.due_on,
        duty_entry=charged.entry,
        award_entries=award_entries,
    )


def reject(
    session: Session,
    *,
    report_id: UUID,
    reason: str,
    kind: RejectionKind = RejectionKind.OTHER,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Reject a report, with the reason that its reporter reads, and of which kind it is.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.REJECTION, by=by, call=call)
    return take_step(
        session,
        report,
        StepKind.REJECTION,
        ReportStatus.REJECTED,
        by=by,
        now=now,
        call=call,
        note=reason,
        rejection_kind=kind,
    )


def merge(
    session: Session, *, report_id: UUID, into_id: UUID, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Merge a report that is not accepted yet into another one about the same thing.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`; the other one is theirs too.
        MergerTargetError: both are the same, or the other one has ended without being handled.
    """
    if report_id == into_id:
        raise MergerTargetError(into_id)
    # In one order, whoever is merged into whom: two mergers at once would wait for each other for ever.
    for each in sorted((report_id, into_id)):
        session.get(Report, each, with_for_update=True)
    report = locked_report(session, report_id, StepKind.MERGER, by=by, call=call)
    into = session.get(Report, into_id, populate_existing=True)
    if into is None or not is_placed(session, into, by, Function.SUPERVISION):
        raise ReportUnknownError(into_id)
    if into.status in _NO_TARGETS:
        raise MergerTargetError(into_id)
    report.merged_into_id = into.id
    return take_step(session, report, StepKind.MERGER, ReportStatus.MERGED, by=by, now=now, call=call)


def verify(
    session: Session, *, report_id: UUID, note: str | None, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Confirm that what was handled is done: the duty is discharged, in time or late by when it was handled.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.VERIFICATION, by=by, call=call)
    duty = open_duty(session, report.id)
    entry = discharge(session, duty, actor=by.actor, now=now)
    return take_step(
        session,
        report,
        StepKind.VERIFICATION,
        ReportStatus.VERIFIED,
        by=by,
        now=now,
        call=call,
        note=note,
        unit_code=duty.unit_code,
        old_due_on=duty.due_on,
        duty_entry=entry,
    )


def return_to_department(
    session: Session, *, report_id: UUID, note: str, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Give back what is not done, with the reason; the day of who handled it stays what it was.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.RETURN, by=by, call=call)
    duty = open_duty(session, report.id)
    entry = give_back(session, duty, actor=by.actor, now=now)
    return take_step(
        session,
        report,
        StepKind.RETURN,
        # What the command unit led is its own again: it may call, dispatch, or say anew that all is done.
        ReportStatus.ACCEPTED if report.is_led else ReportStatus.RETURNED,
        by=by,
        now=now,
        call=call,
        note=note,
        unit_code=duty.unit_code,
        due_on=duty.due_on,
        duty_entry=entry,
    )


def close(session: Session, *, report_id: UUID, by: Principal, now: datetime, call: Call | None = None) -> ReportStep:
    """Close a report that was verified; its reporter may reopen it for some days.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
    """
    report = locked_report(session, report_id, StepKind.CLOSURE, by=by, call=call)
    award_entries = settle_award(session, report, actor=by.actor, now=now)
    # Set last, so that it is written at once with the status.
    report.closed_at = now
    note_closure(session, report, now)
    return take_step(
        session,
        report,
        StepKind.CLOSURE,
        ReportStatus.CLOSED,
        by=by,
        now=now,
        call=call,
        unit_code=report.command_code if report.is_led else report.department_code,
        award_entries=award_entries,
    )


def _command_unit(session: Session, report: Report) -> Unit:
    codes = get_unit(session, report.unit_code).path.rstrip("/").split("/")
    above = units_by_code(session, codes)
    towns = [unit for unit in above.values() if unit.level is Level.TOWN]
    return towns[0] if towns else above[codes[0]]
