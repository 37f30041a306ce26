"""Until when the command unit and whom it calls have time, and who is late."""

from datetime import date, timedelta

import pytest

from reports import CallState, CallUnknownError, DueDateError, ReportStatus, StepKind, StepNotNowError, steps_of
from responsibilities import Severity
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    JUSTICE,
    TOWN,
    VILLAGE,
    Office,
)

MONDAY = NOON.date()
TUESDAY, THURSDAY = date(2026, 6, 2), date(2026, 6, 4)


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
