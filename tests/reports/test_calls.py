"""吹哨: the command unit keeps the report, calls several units, and accepts what each reports back."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from people import Role, UnitUnknownError
from reports import (
    CallsOpenError,
    CallState,
    CallUnknownError,
    DispatchTargetError,
    DueDateError,
    Function,
    ReportStatus,
    ReportStep,
    ReportUnknownError,
    Severity,
    StepKind,
    StepNotNowError,
    list_reports,
    steps_of,
)
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    COUNTY,
    JUSTICE,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
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


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("severity", "days"), [(Severity.NORMAL, 3), (Severity.SERIOUS, 2), (Severity.URGENT, 1)])
def test_called_units_have_the_days_of_the_list_by_severity_or_fewer(
    office: Office, severity: Severity, days: int
) -> None:
    report_id = office.submit()
    office.accept(report_id, severity)
    [call_id] = office.call(report_id, JUSTICE)
    assert office.duty(call_id)[1] == office.duty(report_id)[1] == MONDAY + timedelta(days=days)
    [sooner] = office.call(report_id, CITY_WORKS, due_on=MONDAY)
    assert office.duty(sooner) == (CITY_WORKS, MONDAY)
    for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=days + 1)):
        with pytest.raises(DueDateError) as told:
            office.call(report_id, VILLAGE, due_on=day)
        assert (told.value.first_on, told.value.last_on) == (MONDAY, MONDAY + timedelta(days=days))


def test_who_calls_after_its_day_to_dispatch_has_missed_that_one(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.days_pass(4)
    office.call(report_id, JUSTICE)
    assert office.duty(report_id) == (TOWN, date(2026, 6, 10))
    assert office.books() == {
        "duties:charged": 3,
        f"unit:{JUSTICE}:duties": 1,
        f"unit:{TOWN}:duties": 1,
        f"unit:{TOWN}:missed": 1,
    }
    assert office.proved()


def test_a_later_call_has_what_is_left_of_the_command_units_days_and_past_them_new_ones(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.call(report_id, JUSTICE)
    office.days_pass(2)
    [second] = office.call(report_id, CITY_WORKS)
    assert office.duty(second)[1] == THURSDAY
    office.days_pass(2)
    [third] = office.call(report_id, VILLAGE)
    assert office.duty(third)[1] == date(2026, 6, 10)
    # The command unit's own day stays, and is missed.
    assert office.duty(report_id) == (TOWN, THURSDAY)


def test_an_earlier_day_of_the_list_takes_no_time_from_the_command_unit(office: Office) -> None:
    report_id = office.submit("E0101")
    office.accept(report_id, Severity.URGENT)
    own = office.duty(report_id)
    [call_id] = office.call(report_id, JUSTICE)
    assert (office.duty(report_id), office.duty(call_id)[1]) == (own, TUESDAY)
    [later] = office.call(report_id, CITY_WORKS)
    assert office.duty(later)[1] == TUESDAY


@pytest.mark.parametrize(("hours", "part"), [(11, "met"), (12, "missed")])
def test_a_called_units_last_day_ends_at_midnight_of_the_community(office: Office, hours: int, part: str) -> None:
    report_id, [call_id] = office.called_to(CallState.ACKNOWLEDGED, JUSTICE)
    office.at = NOON + timedelta(days=3, hours=hours, minutes=59 if hours == 11 else 0)
    office.handle_call(report_id, call_id)
    office.days_pass(30)
    office.accept_call(report_id, call_id)
    assert office.books()[f"unit:{JUSTICE}:{part}"] == 1


def test_a_postponed_report_leaves_its_calls_their_days_and_a_postponed_call_all_others(office: Office) -> None:
    report_id, [first, second] = office.called_to(CallState.CALLED)
    office.postpone(report_id, date(2026, 7, 1))
    assert office.duty(report_id) == (TOWN, date(2026, 7, 1))
    assert office.duty(first)[1] == office.duty(second)[1] == THURSDAY
    office.postpone(report_id, date(2026, 6, 20), first)
    assert (office.duty(first)[1], office.duty(second)[1]) == (date(2026, 6, 20), THURSDAY)
    step = steps_of(office.session, report_id)[-1]
    assert (step.kind, step.call_id, step.old_due_on) == (StepKind.CALL_POSTPONEMENT, first, THURSDAY)
    assert office.states(report_id) == [CallState.CALLED, CallState.CALLED]
    assert office.proved()


def test_no_day_is_asked_for_a_call_that_is_handled_or_of_another_report(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.HANDLED, JUSTICE)
    with pytest.raises(StepNotNowError):
        office.postpone(report_id, date(2026, 7, 1), call_id)
    with pytest.raises(CallUnknownError):
        office.postpone(office.brought_to(ReportStatus.ACCEPTED), date(2026, 7, 1), call_id)


# --- whom, and who ---------------------------------------------------------------------------------------------------


def test_departments_and_places_below_are_called_each_once_at_a_time(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for refused in ((TOWN,), (OTHER_VILLAGE,), (OTHER_TOWN,), (COUNTY,), (JUSTICE, JUSTICE)):
        with pytest.raises(DispatchTargetError), office.session.begin_nested():
            office.call(report_id, *refused)
    with pytest.raises(UnitUnknownError), office.session.begin_nested():
        office.call(report_id, "999")
    office.session.expire_all()
    office.call(report_id, VILLAGE, JUSTICE)
    with pytest.raises(DispatchTargetError):
        office.call(report_id, JUSTICE)
    assert office.proved()


def test_a_unit_is_called_again_once_its_call_has_ended(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.ACCEPTED, JUSTICE)
    office.call(report_id, JUSTICE)
    assert office.states(report_id) == [CallState.ACCEPTED, CallState.CALLED]
    assert office.proved()


def test_rights_end_at_the_subtree(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for stranger in (person(Role.DISPATCHER, at=OTHER_TOWN), person(Role.DISPATCHER, at=VILLAGE), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.call(report_id, by=stranger)
    [call_id] = office.call(report_id, JUSTICE, by=person(Role.DISPATCHER, at=TOWN))
    for stranger in (person(Role.HANDLER, at=CITY_WORKS), person(Role.HANDLER, at=TOWN), office.dispatcher):
        with pytest.raises(ReportUnknownError):
            office.acknowledge_call(report_id, call_id, by=stranger)
    theirs = person(Role.HANDLER, at=JUSTICE)
    office.acknowledge_call(report_id, call_id, by=theirs)
    office.handle_call(report_id, call_id, by=theirs)
    for stranger in (person(Role.DISPATCHER, at=OTHER_TOWN), office.supervisor, office.handler):
        for step in (office.accept_call, office.return_call):
            with pytest.raises(ReportUnknownError):
                step(report_id, call_id, by=stranger)
    with pytest.raises(CallUnknownError):
        office.accept_call(office.brought_to(ReportStatus.ACCEPTED), call_id)
    with pytest.raises(CallUnknownError):
        office.accept_call(report_id, uuid4())


def test_a_report_is_seen_where_it_is_called_about(office: Office) -> None:
    report_id, [call_id] = office.called_to(CallState.CALLED, JUSTICE)
    called, stranger = person(Role.HANDLER, at=JUSTICE), person(Role.HANDLER, at=CITY_WORKS)
    assert reports.get_report(office.session, report_id, seen_by=called).id == report_id
    assert [each.id for each, _ in list_reports(office.session, seen_by=called).items] == [report_id]
    assert list_reports(office.session, seen_by=stranger).items == []
    with pytest.raises(ReportUnknownError):
        reports.get_report(office.session, report_id, seen_by=stranger)

    def waiting(function: Function, who: object) -> list[UUID]:
        found = reports.calls_waiting(office.session, seen_by=who, function=function)  # type: ignore[arg-type]  # a Principal
        return [called.id for called, _report, _duty in found]

    assert waiting(Function.HANDLING, called) == [call_id]
    assert waiting(Function.HANDLING, stranger) == waiting(Function.COMMAND, office.dispatcher) == []
    office.acknowledge_call(report_id, call_id, by=called)
    office.handle_call(report_id, call_id, by=called)
    assert (waiting(Function.HANDLING, called), waiting(Function.COMMAND, office.dispatcher)) == ([], [call_id])
    assert waiting(Function.SUPERVISION, office.supervisor) == []


def test_supervision_command_and_handling_are_never_one_person(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)

    def refused(step: Callable[[], object]) -> None:
        with pytest.raises(SamePersonError):
            step()

    called, [call_id] = office.called_to(CallState.CALLED, JUSTICE)
    office.acknowledge_call(called, call_id, by=everything)
    office.handle_call(called, call_id)
    refused(lambda: office.accept_call(called, call_id, by=everything))
    refused(lambda: office.return_call(called, call_id, by=everything))
    refused(lambda: office.call(called, VILLAGE, by=everything))
    office.accept_call(called, call_id)
    refused(lambda: office.handle(called, by=everything))
    office.complete(called)
    refused(lambda: office.verify(called, by=everything))
    calling = office.brought_to(ReportStatus.ACCEPTED)
    [call_id] = office.call(calling, JUSTICE, by=everything)
    refused(lambda: office.acknowledge_call(calling, call_id, by=everything))
    office.acknowledge_call(calling, call_id)
    office.handle_call(calling, call_id)
    office.accept_call(calling, call_id)
    office.handle(calling, by=everything)
    refused(lambda: office.verify(calling, by=everything))


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
    assert office.duty(report_id) == (TOWN, reports.due_on(today, 3))
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
