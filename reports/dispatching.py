"""What a dispatcher does: giving a report to a department, and to another one where it was given wrongly."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from duties import move, open_duty
from ledger import Call
from people import Level, Principal, Unit, below, get_unit, is_within
from reports.calls import check_no_call_is_open
from reports.deadlines import day_of_the_list, last_due_on
from reports.errors import DispatchTargetError
from reports.model import Report, ReportStatus, ReportStep, StepKind
from reports.steps import known, locked_report, take_step
from responsibilities import get_category


def dispatch(
    session: Session,
    *,
    report_id: UUID,
    unit_code: str | None,
    due_on: date | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportStep:
    """Give an accepted report to a department (that of the list for None), with its day.

    `due_on` may be earlier than the list says, never later: more time is what two supervisors give, in public. Where
    the command unit led others, who is given the report has what is left of its days.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        CallsOpenError: the command unit has called units whose result it has not accepted.
        UnitUnknownError: no such unit.
        DispatchTargetError: the unit is neither a department nor a place below the command unit.
        DueDateError: the day is over, or later than the list says.
    """
    report = locked_report(session, report_id, StepKind.DISPATCH, by=by, call=call)
    # Only what the command unit leads has calls that are open.
    if report.is_led:
        check_no_call_is_open(session, report.id)
    category = get_category(session, report.category_code, version=report.list_version)
    day = day_of_the_list(session, report, due_on, now)
    taker = _taker(session, report, unit_code or known(category.department_code))
    return _give(session, report, StepKind.DISPATCH, taker, due_on=day, by=by, now=now, call=call)


def transfer(
    session: Session, *, report_id: UUID, unit_code: str, by: Principal, now: datetime, call: Call | None = None
) -> ReportStep:
    """Give a report to another department. In time its day stays; past it, the first one missed and a new day runs.

    Raises:
        ReportUnknownError, SamePersonError, StepNotNowError: as `steps.locked_report`.
        UnitUnknownError: no such unit.
        DispatchTargetError: the unit has the report, or is neither a department nor a place below the command unit.
    """
    report = locked_report(session, report_id, StepKind.TRANSFER, by=by, call=call)
    taker = _taker(session, report, unit_code)
    duty = open_duty(session, report.id)
    in_time = now.date() <= duty.due_on
    day = duty.due_on if in_time else last_due_on(session, report, now)
    return _give(session, report, StepKind.TRANSFER, taker, due_on=day, by=by, now=now, call=call)


def takers(session: Session, report: Report) -> list[Unit]:
    """Return the units that an accepted report may be given to, in the order of the tree: not the one that has it."""
    command = get_unit(session, known(report.command_code))
    query = select(Unit).where(or_(Unit.level == Level.DEPARTMENT, below(command.path)))
    return [unit for unit in session.scalars(query.order_by(Unit.path)) if unit.code != report.department_code]


def _taker(session: Session, report: Report, unit_code: str) -> str:
    unit = get_unit(session, unit_code)
    below_command = unit.level is Level.DEPARTMENT or is_within(unit, get_unit(session, known(report.command_code)))
    if unit.code == report.department_code or not below_command:
        raise DispatchTargetError(unit.code)
    return unit.code


def _give(
    session: Session,
    report: Report,
    kind: StepKind,
    taker: str,
    *,
    due_on: date,
    by: Principal,
    now: datetime,
    call: Call | None,
) -> ReportStep:
    duty = open_duty(session, report.id)
    moved = move(session, duty, unit_code=taker, due_on=due_on, actor=by.actor, now=now)
    report.is_led, report.department_code = False, taker
    return take_step(
        session,
        report,
        kind,
        ReportStatus.DISPATCHED,
        by=by,
        now=now,
        call=call,
        unit_code=taker,
        old_due_on=duty.due_on,
        due_on=due_on,
        duty_entry=moved.entry,
    )
