"""督办 on a report: a supervisor orders the unit on which its duty lies to report by a day, and the unit answers."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import oversight
from duties import open_duty
from ledger import Call, remember_call
from oversight import Order
from people import Principal
from reports.calls import open_calls
from reports.errors import DueDateError, NothingOwedError, StepNotNowError
from reports.functions import Function
from reports.steps import WITH_DUTY, report_within_reach

# Nobody is ordered to report later than this.
ORDER_DAYS_MAX = 366
_ORDER = "order"


def give_order(
    session: Session,
    *,
    report_id: UUID,
    words: str,
    due_on: date,
    unit_code: str | None = None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Order:
    """Order the unit on which a report's duty lies, or a called one that is named, to report by the end of a day.

    Raises:
        ReportUnknownError, SamePersonError: as `steps.report_within_reach`.
        StepNotNowError: nobody owes anything about the report.
        NothingOwedError: no open duty about it lies on the unit that is named.
        DueDateError: the day is over, or more than 366 days ahead.
        TextRefusedError: the text is empty, too long, or has forbidden characters.
    """
    report = report_within_reach(session, report_id, Function.SUPERVISION, by=by, call=call)
    if report.status not in WITH_DUTY:
        raise StepNotNowError(_ORDER, report.status)
    last_on = now.date() + timedelta(days=ORDER_DAYS_MAX)
    if not now.date() <= due_on <= last_on:
        raise DueDateError(now.date(), last_on)
    holder = open_duty(session, report.id).unit_code
    unit = unit_code or holder
    if unit != holder and unit not in {each.unit_code for each in open_calls(session, report.id)}:
        raise NothingOwedError(unit)
    order = oversight.give_order(
        session,
        matter_id=report.id,
        place_code=report.unit_code,
        unit_code=unit,
        # A department has none: only then the duty lies on the command unit as such.
        is_to_command=unit == holder and report.department_code is None,
        words=words,
        due_on=due_on,
        actor=by.actor,
        now=now,
    )
    remember_call(session, call, made_id=order.id, now=now)
    return order


def answer_order(
    session: Session,
    *,
    report_id: UUID,
    order_id: UUID,
    words: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Order:
    """Answer an order, as a handler of the unit ordered, or as its dispatcher where it was asked as the one in command.

    The unit answers also when the report has gone to another one meanwhile.

    Raises:
        OrderUnknownError: there is no such order about the report.
        ReportUnknownError, SamePersonError: as `steps.report_within_reach`.
        OrderAnsweredError: it was answered before.
        TextRefusedError: the text is empty, too long, or has forbidden characters.
    """
    order = oversight.get_order(session, order_id, matter_id=report_id)
    function = Function.COMMAND if order.is_to_command else Function.HANDLING
    report_within_reach(session, report_id, function, at=order.unit_code, by=by, call=call)
    oversight.answer_order(session, order, words=words, actor=by.actor, now=now)
    remember_call(session, call, made_id=order.id, now=now)
    return order
