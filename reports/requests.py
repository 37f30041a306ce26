"""What one supervisor asks and another decides: a later day for a department (挂账), and the end of a report."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from duties import Duty, move, open_duty, withdraw
from ledger import Call, SamePersonError, new_id, remember_call
from people import Principal, clean_text
from reports.awarding import take_back_award
from reports.calling import withdrawn_calls
from reports.calls import UNHANDLED_STATES, call_about
from reports.errors import DueDateError, RequestPendingError, RequestUnknownError, StepNotNowError
from reports.functions import Function
from reports.model import (
    TEXT_LENGTH_MAX,
    Report,
    ReportRequest,
    ReportStatus,
    ReportStep,
    RequestKind,
    StepKind,
)
from reports.steps import NewStep, check_status, locked_report, may_act, report_open_to, take_steps

_STEPS = {RequestKind.POSTPONEMENT: StepKind.POSTPONEMENT, RequestKind.WITHDRAWAL: StepKind.WITHDRAWAL}
# Later than this nothing is postponed at once.
POSTPONEMENT_DAYS_MAX = 366


def ask_postponement(
    session: Session,
    *,
    report_id: UUID,
    due_on: date,
    reason: str,
    by: Principal,
    now: datetime,
    call_id: UUID | None = None,
    call: Call | None = None,
) -> ReportRequest:
    """Ask that a unit gets a later day for what it owes, with a reason that everybody can read.

    With `call_id` it is the day of a called unit; without, that of the report, and the days of calls stay.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        CallUnknownError: the report has no such call.
        DueDateError: the day is not after the one that stands, or over, or more than 366 days ahead.
        RequestPendingError: something else is asked about the report and not decided.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.POSTPONEMENT, by=by, call=call)
    _check_day(_postponable(session, report, call_id), due_on, now)
    return _ask(
        session, report, RequestKind.POSTPONEMENT, reason, due_on=due_on, call_id=call_id, by=by, now=now, call=call
    )


def ask_withdrawal(
    session: Session, *, report_id: UUID, reason: str, by: Principal, now: datetime, call: Call | None = None
) -> ReportRequest:
    """Ask that an accepted report ends without result: it turned out to be false, or nobody's to handle.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        RequestPendingError: something else is asked about the report and not decided.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = locked_report(session, report_id, StepKind.WITHDRAWAL, by=by, call=call)
    return _ask(session, report, RequestKind.WITHDRAWAL, reason, due_on=None, call_id=None, by=by, now=now, call=call)


def decide(
    session: Session,
    *,
    report_id: UUID,
    kind: RequestKind,
    is_approved: bool,
    note: str | None = None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportRequest:
    """Decide what another supervisor asked; approved, it happens now.

    Past its date a duty is not moved but missed, and another one charged. A request that came too late is refused in
    words, and can still be rejected.

    Raises:
        ReportUnknownError, SamePersonError: as `steps.locked_report`; also where they asked for it themselves.
        StepNotNowError, DueDateError: it can no longer happen.
        RequestUnknownError: nothing of this kind waits for a decision.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = report_open_to(session, report_id, _STEPS[kind], by=by, call=call)
    request = session.scalars(
        select(ReportRequest).where(
            ReportRequest.report_id == report.id, ReportRequest.kind == kind, ReportRequest.decided_at.is_(None)
        )
    ).one_or_none()
    if request is None:
        raise RequestUnknownError(report_id)
    if request.asked_by == by.actor:
        raise SamePersonError(by.actor)
    request.is_approved, request.decided_by, request.decided_at = is_approved, by.actor, now
    request.note = None if note is None else clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    remember_call(session, call, made_id=request.id, now=now)
    if is_approved:
        check_status(report, _STEPS[kind])
        _make_happen(session, report, request, by=by, now=now)
    return request


def may_decide(session: Session, request: ReportRequest, report: Report, by: Principal) -> bool:
    """Say whether somebody may decide what was asked about a report; for screens, which offer nothing else."""
    is_open_to = request.decided_at is None and request.asked_by != by.actor
    return is_open_to and may_act(session, report, by, Function.SUPERVISION)


def get_request(session: Session, request_id: UUID) -> ReportRequest:
    """Return what was asked under this id.

    Raises:
        RequestUnknownError: nothing.
    """
    request = session.get(ReportRequest, request_id)
    if request is None:
        raise RequestUnknownError(request_id)
    return request


def requests_of(session: Session, report_id: UUID) -> list[ReportRequest]:
    """Return all that was asked about a report, the earliest first."""
    return list(
        session.scalars(select(ReportRequest).where(ReportRequest.report_id == report_id).order_by(ReportRequest.id))
    )


def _ask(
    session: Session,
    report: Report,
    kind: RequestKind,
    reason: str,
    *,
    due_on: date | None,
    call_id: UUID | None,
    by: Principal,
    now: datetime,
    call: Call | None,
) -> ReportRequest:
    pending = session.scalar(
        select(ReportRequest.id).where(ReportRequest.report_id == report.id, ReportRequest.decided_at.is_(None))
    )
    if pending is not None:
        raise RequestPendingError(pending)
    request = ReportRequest(
        id=new_id(),
        report_id=report.id,
        kind=kind,
        call_id=call_id,
        due_on=due_on,
        reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
        asked_by=by.actor,
        asked_at=now,
    )
    session.add(request)
    remember_call(session, call, made_id=request.id, now=now)
    session.flush()
    return request


def _make_happen(
    session: Session, report: Report, request: ReportRequest, *, by: Principal, now: datetime
) -> ReportStep:
    if request.due_on is None:
        steps = [_withdrawal(session, report, request, by=by, now=now)]
        steps += withdrawn_calls(session, report, actor=by.actor, now=now)
        taken_back = take_back_award(session, report, reason=request.reason, actor=by.actor, now=now)
        return take_steps(
            session, report, steps, ReportStatus.WITHDRAWN, by=by, now=now, call=None, award_entries=taken_back
        )
    duty = _postponable(session, report, request.call_id)
    old_due_on = duty.due_on
    _check_day(duty, request.due_on, now)
    moved = move(session, duty, unit_code=duty.unit_code, due_on=request.due_on, actor=by.actor, now=now)
    step = NewStep(
        StepKind.CALL_POSTPONEMENT if request.call_id else StepKind.POSTPONEMENT,
        note=request.reason,
        unit_code=duty.unit_code,
        old_due_on=old_due_on,
        due_on=request.due_on,
        duty_entry=moved.entry,
        call_id=request.call_id,
    )
    return take_steps(session, report, [step], report.status, by=by, now=now, call=None)


def _withdrawal(session: Session, report: Report, request: ReportRequest, *, by: Principal, now: datetime) -> NewStep:
    duty = open_duty(session, report.id)
    return NewStep(
        StepKind.WITHDRAWAL,
        note=request.reason,
        unit_code=duty.unit_code,
        old_due_on=duty.due_on,
        duty_entry=withdraw(session, duty, actor=by.actor, now=now),
    )


def _postponable(session: Session, report: Report, call_id: UUID | None) -> Duty:
    """Return the duty whose day may be moved: the report's, or that of a call which is not handled."""
    if call_id is None:
        return open_duty(session, report.id)
    called = call_about(session, report.id, call_id)
    if called.state not in UNHANDLED_STATES:
        raise StepNotNowError(StepKind.CALL_POSTPONEMENT, called.state)
    return open_duty(session, called.id)


def _check_day(duty: Duty, due_on: date, now: datetime) -> None:
    first = max(duty.due_on + timedelta(days=1), now.date())
    last = now.date() + timedelta(days=POSTPONEMENT_DAYS_MAX)
    if not first <= due_on <= last:
        raise DueDateError(first, last)
