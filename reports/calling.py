"""街乡吹哨、部门报到: the command unit keeps a report, calls several units, and accepts what each reports back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from duties import charge, discharge, give_back, hand_over, move, open_duty, withdraw
from ledger import Call, NewEntry, new_id
from people import Level, Principal, get_unit, is_within
from reports.calls import OPEN_STATES, CallState, ReportCall, call_about, open_calls
from reports.deadlines import day_of_the_list, last_due_on
from reports.errors import DispatchTargetError, StepNotNowError
from reports.functions import Function
from reports.model import Report, ReportStep, StepKind
from reports.steps import NewStep, known, locked_report, report_within_reach, take_steps

_FROM = {
    StepKind.CALL_ACKNOWLEDGEMENT: (CallState.CALLED,),
    StepKind.CALL_HANDLING: (CallState.ACKNOWLEDGED, CallState.RETURNED),
    StepKind.CALL_ACCEPTANCE: (CallState.HANDLED,),
    StepKind.CALL_RETURN: (CallState.HANDLED,),
}


def call_units(
    session: Session,
    *,
    report_id: UUID,
    unit_codes: Sequence[str],
    due_on: date | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Call units about an accepted report that its command unit keeps; each is charged with a duty of its own.

    With the first call the command unit takes the report upon itself: its own duty gets the day that a department would
    have. Without `due_on` that is the called units' day too; it may be earlier, never later.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        UnitUnknownError: no such unit.
        DispatchTargetError: a unit is named twice, is called already, or is neither a department nor a place below the
            command unit.
        DueDateError: the day is over, or later than the list says.
    """
    report = locked_report(session, report_id, StepKind.CALL, by=by, call=call)
    day = day_of_the_list(session, report, due_on, now)
    steps = [] if report.is_led else [_lead(session, report, by=by, now=now)]
    called = {each.unit_code for each in open_calls(session, report.id)}
    for code in unit_codes:
        unit_code = _taker(session, report, code)
        if unit_code in called:
            raise DispatchTargetError(unit_code)
        called.add(unit_code)
        steps.append(_called(session, report, unit_code, day, by=by, now=now))
    return take_steps(session, report, steps, report.status, by=by, now=now, call=call)


def acknowledge_call(
    session: Session, *, report_id: UUID, call_id: UUID, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Let a called unit say that it has seen what it owes.

    Raises:
        CallUnknownError, ReportUnknownError, SamePersonError, StepNotNowError: as `_step_of_call`.
    """
    kind, state = StepKind.CALL_ACKNOWLEDGEMENT, CallState.ACKNOWLEDGED
    return _step_of_call(session, report_id, call_id, kind, state, by=by, now=now, call=call)


def handle_call(
    session: Session,
    *,
    report_id: UUID,
    call_id: UUID,
    note: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Let a called unit report back what it did; the command unit accepts it, and no delay of that is its own.

    Raises:
        CallUnknownError, ReportUnknownError, SamePersonError, StepNotNowError: as `_step_of_call`.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    kind, state = StepKind.CALL_HANDLING, CallState.HANDLED
    return _step_of_call(session, report_id, call_id, kind, state, note=note, by=by, now=now, call=call)


def accept_call(
    session: Session,
    *,
    report_id: UUID,
    call_id: UUID,
    note: str | None = None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Accept, for the command unit, what a called unit did: its duty is discharged, in time or late by its own day.

    Raises:
        CallUnknownError, ReportUnknownError, SamePersonError, StepNotNowError: as `_step_of_call`.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    kind, state = StepKind.CALL_ACCEPTANCE, CallState.ACCEPTED
    return _step_of_call(session, report_id, call_id, kind, state, note=note, by=by, now=now, call=call)


def return_call(
    session: Session,
    *,
    report_id: UUID,
    call_id: UUID,
    reason: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Give back, for the command unit, what is not done; the called unit's day stays what it was.

    Raises:
        CallUnknownError, ReportUnknownError, SamePersonError, StepNotNowError: as `_step_of_call`.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    kind, state = StepKind.CALL_RETURN, CallState.RETURNED
    return _step_of_call(session, report_id, call_id, kind, state, note=reason, by=by, now=now, call=call)


def withdrawn_calls(session: Session, report: Report, *, actor: str, now: datetime) -> list[NewStep]:
    """End the open calls of a report that is withdrawn, and return the steps that say so."""
    steps = []
    for each in open_calls(session, report.id):
        duty = open_duty(session, each.id)
        entry = withdraw(session, duty, actor=actor, now=now)
        each.state = CallState.WITHDRAWN
        steps.append(
            NewStep(
                StepKind.CALL_WITHDRAWAL,
                unit_code=each.unit_code,
                old_due_on=duty.due_on,
                duty_entry=entry,
                call_id=each.id,
            )
        )
    return steps


def _step_of_call(
    session: Session,
    report_id: UUID,
    call_id: UUID,
    kind: StepKind,
    state: CallState,
    *,
    note: str | None = None,
    by: Principal,
    now: datetime,
    call: Call | None,
) -> ReportStep:
    """Take a step on a call: those of the called unit as its handler, the others as a dispatcher of the command unit.

    Raises:
        CallUnknownError: the report has no such call.
        ReportUnknownError: there is none, or they have no such role where they would need it.
        SamePersonError: they did something on the report that is never the same person's.
        StepNotNowError: the call has to come further first, or has gone on meanwhile.
    """
    is_of_the_called = kind in {StepKind.CALL_ACKNOWLEDGEMENT, StepKind.CALL_HANDLING}
    at = call_about(session, report_id, call_id).unit_code
    report = report_within_reach(
        session,
        report_id,
        Function.HANDLING if is_of_the_called else Function.COMMAND,
        at=at if is_of_the_called else None,
        by=by,
        call=call,
    )
    # Once more, behind the lock: it may have gone on meanwhile.
    called = call_about(session, report_id, call_id)
    if called.state not in _FROM[kind]:
        raise StepNotNowError(kind, called.state)
    duty = open_duty(session, called.id)
    entry: NewEntry | None = None
    if kind is StepKind.CALL_HANDLING:
        entry = hand_over(session, duty, actor=by.actor, now=now)
    elif kind is StepKind.CALL_ACCEPTANCE:
        entry = discharge(session, duty, actor=by.actor, now=now)
    elif kind is StepKind.CALL_RETURN:
        entry = give_back(session, duty, actor=by.actor, now=now)
    called.state = state
    step = NewStep(
        kind,
        note=note,
        unit_code=called.unit_code,
        old_due_on=duty.due_on if entry else None,
        due_on=duty.due_on if state in OPEN_STATES and entry else None,
        duty_entry=entry,
        call_id=called.id,
    )
    return take_steps(session, report, [step], report.status, by=by, now=now, call=call)


def _lead(session: Session, report: Report, *, by: Principal, now: datetime) -> NewStep:
    """Let the command unit keep the report, with the day that a department would have."""
    duty = open_duty(session, report.id)
    old_due_on, day, entry = duty.due_on, last_due_on(session, report, now), None
    # Past its day it was late to decide, as if it had dispatched late; an earlier day is no reason to move.
    if now.date() > old_due_on or day > old_due_on:
        moved = move(session, duty, unit_code=duty.unit_code, due_on=day, actor=by.actor, now=now)
        duty, entry = moved.duty, moved.entry
    report.is_led = True
    return NewStep(StepKind.LEAD, unit_code=duty.unit_code, old_due_on=old_due_on, due_on=duty.due_on, duty_entry=entry)


def _called(session: Session, report: Report, unit_code: str, day: date, *, by: Principal, now: datetime) -> NewStep:
    called = ReportCall(id=new_id(), report_id=report.id, unit_code=unit_code, state=CallState.CALLED, called_at=now)
    session.add(called)
    # Its step's key points at it.
    session.flush()
    charged = charge(session, matter_id=called.id, unit_code=unit_code, due_on=day, actor=by.actor, now=now)
    return NewStep(StepKind.CALL, unit_code=unit_code, due_on=day, duty_entry=charged.entry, call_id=called.id)


def _taker(session: Session, report: Report, unit_code: str) -> str:
    unit, command = get_unit(session, unit_code), get_unit(session, known(report.command_code))
    is_another = unit.code != command.code and (unit.level is Level.DEPARTMENT or is_within(unit, command))
    if not is_another:
        raise DispatchTargetError(unit.code)
    return unit.code
