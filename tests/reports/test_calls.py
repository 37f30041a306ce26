"""吹哨: the command unit keeps the report, calls several units, and accepts what each reports back."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import reports
import responsibilities
from people import Role
from reports import (
    CallsOpenError,
    CallState,
    DueDateError,
    ReportStatus,
    ReportStep,
    ReportUnknownError,
    StepKind,
    StepNotNowError,
    steps_of,
)
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    JUSTICE,
    TOWN,
    Office,
    person,
)

MONDAY = NOON.date()
TUESDAY, THURSDAY = date(2026, 6, 2), date(2026, 6, 4)


def kinds(office: Office, report_id: UUID) -> list[StepKind]:
    return [step.kind for step in steps_of(office.session, report_id)]


def test_a_call_goes_from_the_whistle_to_its_acceptance_and_the_books_say_where_it_is(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    first, second = office.call(report_id)
    assert office.duty(report_id) == (TOWN, THURSDAY)
    assert (office.duty(first), office.duty(second)) == ((CITY_WORKS, THURSDAY), (JUSTICE, THURSDAY))
    duties_of_three = {f"unit:{CITY_WORKS}:duties": 1, f"unit:{JUSTICE}:duties": 1, f"unit:{TOWN}:duties": 1}
    assert office.books() == {"duties:charged": 3, **duties_of_three}
    for call_id in (first, second):
        office.acknowledge_call(report_id, call_id)
        office.handle_call(report_id, call_id)
    assert office.books()[f"unit:{JUSTICE}:handled"] == 1
    office.accept_call(report_id, first)
    assert office.states(report_id) == [CallState.ACCEPTED, CallState.HANDLED]
    assert office.status(report_id) is ReportStatus.ACCEPTED
    assert office.proved()
    office.accept_call(report_id, second)
    office.complete(report_id)
    office.verify(report_id)
    ended = {f"unit:{CITY_WORKS}:met": 1, f"unit:{JUSTICE}:met": 1, f"unit:{TOWN}:met": 1}
    assert office.books() == {"duties:charged": 3, **ended}
    office.close(report_id)
    assert office.proved()
    assert kinds(office, report_id)[2:] == [
        *(StepKind.LEAD, StepKind.CALL, StepKind.CALL),
        *(StepKind.CALL_ACKNOWLEDGEMENT, StepKind.CALL_HANDLING) * 2,
        *(StepKind.CALL_ACCEPTANCE, StepKind.CALL_ACCEPTANCE),
        *(StepKind.COMPLETION, StepKind.VERIFICATION, StepKind.CLOSURE),
    ]


def test_every_step_of_a_call_says_who_when_for_whom_and_its_day(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.HANDLED, JUSTICE)
    lead, call, seen, handled = steps_of(office.session, report_id)[2:]
    assert (lead.unit_code, lead.old_due_on, lead.due_on, lead.call_id) == (TOWN, TUESDAY, THURSDAY, None)
    assert (call.unit_code, call.due_on, call.made_by) == (JUSTICE, THURSDAY, office.dispatcher.actor)
    assert {each.call_id for each in (call, seen, handled)} == {call_id}
    assert (handled.made_by, handled.made_at, handled.note) == (office.handler.actor, NOON, "来过了")
    assert (seen.entry_id is None, handled.entry_id is None) == (True, False)


def test_what_is_returned_keeps_its_day_and_counts_when_it_is_handled_again(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.HANDLED, JUSTICE)
    office.return_call(report_id, call_id)
    assert office.duty(call_id) == (JUSTICE, THURSDAY)
    assert office.proved()
    office.days_pass(4)
    office.handle_call(report_id, call_id)
    office.accept_call(report_id, call_id)
    assert office.books()[f"unit:{JUSTICE}:missed"] == 1
    assert office.proved()


# --- turns -----------------------------------------------------------------------------------------------------------


def test_no_step_of_a_call_is_taken_twice_or_out_of_turn(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.CALLED, JUSTICE)

    def refused(*steps: Callable[[UUID, UUID], ReportStep]) -> None:
        for step in steps:
            with pytest.raises(StepNotNowError):
                step(report_id, call_id)

    refused(office.handle_call, office.accept_call, office.return_call)
    office.acknowledge_call(report_id, call_id)
    refused(office.acknowledge_call, office.accept_call, office.return_call)
    office.handle_call(report_id, call_id)
    refused(office.acknowledge_call, office.handle_call)
    office.accept_call(report_id, call_id)
    refused(office.acknowledge_call, office.handle_call, office.accept_call, office.return_call)


@pytest.mark.parametrize(
    "status", [ReportStatus.SUBMITTED, ReportStatus.DISPATCHED, ReportStatus.HANDLED, ReportStatus.CLOSED]
)
def test_only_what_the_command_unit_has_is_called_about(office: Office, status: ReportStatus) -> None:
    report_id = office.brought_to(status)
    with pytest.raises(ReportUnknownError if status is ReportStatus.SUBMITTED else StepNotNowError):
        office.call(report_id)


@pytest.mark.parametrize("state", [CallState.CALLED, CallState.ACKNOWLEDGED, CallState.HANDLED])
def test_a_report_waits_for_the_last_of_its_calls(office: Office, state: CallState) -> None:
    report_id, [call_id] = office.called_to(state, JUSTICE)
    for step in (office.complete, office.dispatch):
        with pytest.raises(CallsOpenError) as told:
            step(report_id)
        assert told.value.unit_codes == JUSTICE
    with pytest.raises(StepNotNowError):
        office.verify(report_id)
    may = reports.may_take(office.session, office.report(report_id), office.dispatcher)
    assert may == {StepKind.CALL}
    if state is CallState.HANDLED:
        office.accept_call(report_id, call_id)
        may = reports.may_take(office.session, office.report(report_id), office.dispatcher)
        assert may == {StepKind.CALL, StepKind.COMPLETION, StepKind.DISPATCH}


def test_the_command_units_own_handler_may_say_that_all_is_done_too(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED)
    for stranger in (person(Role.HANDLER, at=JUSTICE), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.handle(report_id, by=stranger)
    step = office.handle(report_id, by=person(Role.HANDLER, at=TOWN))
    assert (step.kind, step.unit_code) == (StepKind.HANDLING, TOWN)
    with pytest.raises(StepNotNowError):
        office.complete(report_id)
    office.verify(report_id)
    assert office.proved()


def test_nothing_is_done_by_the_command_unit_alone(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    with pytest.raises(ReportUnknownError):
        office.complete(report_id)
    with pytest.raises(ReportUnknownError):
        office.complete(uuid4())
    assert StepKind.COMPLETION not in reports.may_take(office.session, office.report(report_id), office.dispatcher)


def test_a_report_that_is_returned_is_the_command_units_again(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED)
    office.complete(report_id)
    office.give_back(report_id)
    assert office.status(report_id) is ReportStatus.ACCEPTED
    assert office.duty(report_id) == (TOWN, THURSDAY)
    office.call(report_id, JUSTICE)
    assert office.proved()


def test_a_report_that_is_reopened_is_the_command_units_again(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED)
    for step in (office.complete, office.verify, office.close):
        step(report_id)
    today = office.days_pass(10)
    office.reopen(report_id)
    assert office.status(report_id) is ReportStatus.ACCEPTED
    assert office.duty(report_id) == (TOWN, responsibilities.due_on(today, 3))
    office.call(report_id, JUSTICE)
    assert office.proved()


def test_after_the_calls_a_department_gets_what_is_left_of_the_days(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED, JUSTICE)
    office.days_pass(2)
    with pytest.raises(DueDateError):
        office.dispatch(report_id, due_on=THURSDAY + timedelta(days=1))
    office.dispatch(report_id)
    assert office.duty(report_id) == (CITY_WORKS, THURSDAY)
    office.acknowledge(report_id)
    office.handle(report_id)
    office.give_back(report_id)
    assert office.status(report_id) is ReportStatus.RETURNED
    assert office.proved()


@pytest.mark.parametrize("state", [CallState.CALLED, CallState.ACKNOWLEDGED, CallState.HANDLED, CallState.RETURNED])
def test_a_withdrawal_takes_open_calls_along_as_if_they_had_never_been(office: Office, state: CallState) -> None:
    reached = CallState.HANDLED if state is CallState.RETURNED else state
    report_id, [call_id] = office.called_to(reached, JUSTICE)
    if state is CallState.RETURNED:
        office.return_call(report_id, call_id)
    office.withdraw(report_id)
    assert office.status(report_id) is ReportStatus.WITHDRAWN
    assert office.states(report_id) == [CallState.WITHDRAWN]
    assert office.books() == {}
    assert kinds(office, report_id)[-2:] == [StepKind.WITHDRAWAL, StepKind.CALL_WITHDRAWAL]
    assert office.proved()


def test_what_a_called_unit_has_met_stays_met_when_the_report_is_withdrawn(office: Office) -> None:
    report_id, [first, second] = office.called_to(CallState.HANDLED)
    office.accept_call(report_id, first)
    office.withdraw(report_id)
    assert office.states(report_id) == [CallState.ACCEPTED, CallState.WITHDRAWN]
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:met": 1}
    assert office.proved()
    with pytest.raises(StepNotNowError):
        office.accept_call(report_id, second)
