"""督办: a supervisor orders the unit that owes something to report by a day, and it answers."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import oversight
import reports
from ledger import SamePersonError
from oversight import Order, OrderAnsweredError, OrderState, OrderUnknownError, list_orders
from people import Grant, Principal, Role, TextRefusedError
from reports import (
    CallState,
    DueDateError,
    Function,
    NothingOwedError,
    ReportStatus,
    ReportUnknownError,
    StepNotNowError,
)
from tests.clock import NOON
from tests.reports.builders import CITY_WORKS, JUSTICE, OTHER_TOWN, TOWN, VILLAGE, Office, person

TUESDAY = date(2026, 6, 2)


def ordered(
    office: Office, report_id: UUID, unit: str | None = None, due_on: date = TUESDAY, **who: Principal
) -> Order:
    by = who.get("by") or office.supervisor
    return reports.give_order(
        office.session, report_id=report_id, words="请说明进展", due_on=due_on, unit_code=unit, by=by, now=office.at
    )


def answered(office: Office, order: Order, by: Principal, words: str = "明天完成") -> Order:
    return reports.answer_order(
        office.session, report_id=order.matter_id, order_id=order.id, words=words, by=by, now=office.at
    )


def test_who_holds_the_duty_is_ordered_and_answers_and_no_book_knows(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    before = office.books()
    order = ordered(office, report_id)
    assert (order.unit_code, order.due_on, order.ordered_by) == (CITY_WORKS, TUESDAY, office.supervisor.actor)
    answered(office, order, office.handler)
    assert (order.answer, order.answered_by, order.answered_at) == ("明天完成", office.handler.actor, NOON)
    assert oversight.orders_about(office.session, report_id) == [order]
    assert office.books() == before
    assert office.proved()


def test_the_command_units_dispatcher_answers_as_long_as_it_has_the_report(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    order = ordered(office, report_id)
    assert order.unit_code == TOWN
    for stranger in (person(Role.HANDLER, at=TOWN), person(Role.DISPATCHER, at=OTHER_TOWN)):
        with pytest.raises(ReportUnknownError):
            answered(office, order, stranger)
    answered(office, order, office.dispatcher)


def test_a_called_unit_is_ordered_by_its_name(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.CALLED)
    assert ordered(office, report_id).unit_code == TOWN
    order = ordered(office, report_id, JUSTICE)
    with pytest.raises(ReportUnknownError):
        answered(office, order, person(Role.HANDLER, at=CITY_WORKS))
    answered(office, order, person(Role.HANDLER, at=JUSTICE))
    with pytest.raises(NothingOwedError):
        ordered(office, report_id, VILLAGE)


def test_a_unit_answers_what_it_was_asked_when_the_report_has_gone_on(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    order = ordered(office, report_id)
    office.transfer(report_id)
    with pytest.raises(ReportUnknownError):
        answered(office, order, person(Role.HANDLER, at=JUSTICE))
    answered(office, order, person(Role.HANDLER, at=CITY_WORKS))


def test_only_where_something_is_owed_and_within_a_year_anything_is_ordered(office: Office) -> None:
    for status in (ReportStatus.SUBMITTED, ReportStatus.VERIFIED, ReportStatus.CLOSED):
        with pytest.raises(StepNotNowError):
            ordered(office, office.brought_to(status))
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    for day in (NOON.date() - timedelta(days=1), NOON.date() + timedelta(days=367)):
        with pytest.raises(DueDateError):
            ordered(office, report_id, due_on=day)
    with pytest.raises(ReportUnknownError):
        ordered(office, report_id, by=person(Role.SUPERVISOR, at=OTHER_TOWN))
    with pytest.raises(TextRefusedError):
        answered(office, ordered(office, report_id), office.handler, " ")


def test_an_order_is_answered_once_and_about_its_report(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    order = ordered(office, report_id)
    answered(office, order, office.handler)
    with pytest.raises(OrderAnsweredError):
        answered(office, order, office.handler)
    with pytest.raises(OrderUnknownError):
        reports.answer_order(
            office.session, report_id=uuid4(), order_id=order.id, words="x", by=office.handler, now=office.at
        )
    with pytest.raises(OrderUnknownError):
        oversight.get_order(office.session, uuid4())


def test_who_orders_or_answers_takes_no_other_end(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    order = ordered(office, report_id, by=everything)
    with pytest.raises(SamePersonError):
        answered(office, order, everything)
    with pytest.raises(SamePersonError):
        office.acknowledge(report_id, by=everything)
    other = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
    answered(office, order, other)
    office.acknowledge(report_id)
    office.handle(report_id)
    with pytest.raises(SamePersonError):
        office.verify(report_id, by=other)
    office.verify(report_id, by=everything)
    in_command = person(Role.SUPERVISOR, Role.DISPATCHER)
    waiting = office.brought_to(ReportStatus.ACCEPTED)
    answered(office, ordered(office, waiting), in_command)
    with pytest.raises(SamePersonError):
        ordered(office, waiting, by=in_command)
    office.dispatch(waiting, by=in_command)


def test_nothing_waits_for_who_had_another_part_in_its_orders(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)

    def waits(function: Function) -> bool:
        return bool(reports.reports_waiting(office.session, seen_by=everything, function=function))

    report_id = office.brought_to(ReportStatus.ACCEPTED)
    ordered(office, report_id, by=everything)
    assert not waits(Function.COMMAND)
    office.dispatch(report_id)
    assert not waits(Function.HANDLING)
    other = office.brought_to(ReportStatus.DISPATCHED)
    answered(office, ordered(office, other), everything)
    assert waits(Function.HANDLING)
    office.acknowledge(other)
    office.handle(other)
    assert not waits(Function.SUPERVISION)


def test_orders_are_listed_by_where_they_stand_to_whom_they_concern(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    late, later, done = (
        ordered(office, report_id),
        ordered(office, report_id, due_on=TUESDAY + timedelta(days=9)),
        ordered(office, report_id),
    )
    answered(office, done, office.handler)
    in_command = ordered(office, office.brought_to(ReportStatus.ACCEPTED), due_on=TUESDAY + timedelta(days=9))
    office.days_pass(1)

    def listed(who: Principal, state: OrderState | None = None) -> list[UUID]:
        found = list_orders(office.session, seen_by=who, today=office.at.date(), state=state)
        return [each.id for each in found.items]

    assert listed(office.supervisor) == [in_command.id, done.id, later.id, late.id]
    assert listed(office.supervisor, OrderState.OVERDUE) == []
    office.days_pass(1)
    assert listed(office.supervisor, OrderState.OVERDUE) == [late.id]
    assert listed(office.supervisor, OrderState.OPEN) == [in_command.id, later.id, late.id]
    assert listed(office.supervisor, OrderState.ANSWERED) == [done.id]
    assert listed(person(Role.HANDLER, at=CITY_WORKS)) == [done.id, later.id, late.id]
    assert listed(person(Role.DISPATCHER, at=TOWN)) == [in_command.id]
    assert len(listed(Principal(actor="person:a", grants=(Grant(Role.ADMINISTRATOR),), name="a"))) == 4
    assert len(listed(Principal(actor="person:s", grants=(Grant(Role.SUPERVISOR),), name="s"))) == 4
    for stranger in (person(Role.SUPERVISOR, at=OTHER_TOWN), person(Role.HANDLER, at=JUSTICE), office.reporter):
        assert listed(stranger) == []
    page = list_orders(office.session, seen_by=office.supervisor, today=office.at.date(), limit=3)
    rest = list_orders(
        office.session, seen_by=office.supervisor, today=office.at.date(), limit=3, before=page.next_before
    )
    assert ([each.id for each in rest.items], rest.next_before) == ([late.id], None)
