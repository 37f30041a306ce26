"""The life of a report from submission to closure and back: what each step leaves, in the report and in the books."""

from datetime import date, timedelta

import pytest

import responsibilities
from people import UnitUnknownError
from reports import (
    DispatchTargetError,
    DueDateError,
    ReopeningClosedError,
    ReportStatus,
    ReportUnknownError,
    StepKind,
    steps_of,
    what_was_done,
)
from responsibilities import Severity
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
)

MONDAY = NOON.date()
TUESDAY, THURSDAY = date(2026, 6, 2), date(2026, 6, 4)


def test_a_report_goes_from_its_reporter_to_its_end_and_the_books_say_where_it_is(office: Office) -> None:
    report_id = office.submit()
    assert office.books() == {}
    office.accept(report_id)
    assert office.duty(report_id) == (TOWN, TUESDAY)
    assert office.books() == {"duties:charged": 1, f"unit:{TOWN}:duties": 1}
    office.dispatch(report_id)
    assert office.duty(report_id) == (CITY_WORKS, THURSDAY)
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:duties": 1}
    office.acknowledge(report_id)
    office.handle(report_id)
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:handled": 1}
    office.verify(report_id)
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:met": 1}
    office.close(report_id)
    assert office.status(report_id) is ReportStatus.CLOSED
    assert [(step.number, step.kind, step.status) for step in steps_of(office.session, report_id)] == [
        (1, StepKind.SUBMISSION, ReportStatus.SUBMITTED),
        (2, StepKind.ACCEPTANCE, ReportStatus.ACCEPTED),
        (3, StepKind.DISPATCH, ReportStatus.DISPATCHED),
        (4, StepKind.ACKNOWLEDGEMENT, ReportStatus.ACKNOWLEDGED),
        (5, StepKind.HANDLING, ReportStatus.HANDLED),
        (6, StepKind.VERIFICATION, ReportStatus.VERIFIED),
        (7, StepKind.CLOSURE, ReportStatus.CLOSED),
    ]
    assert office.proved()


def test_every_step_says_who_when_for_whom_and_the_day_before(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    step = steps_of(office.session, report_id)[-1]
    assert (step.made_by, step.made_at) == (office.dispatcher.actor, NOON)
    assert (step.unit_code, step.old_due_on, step.due_on) == (CITY_WORKS, TUESDAY, THURSDAY)
    assert step.entry_id is not None


@pytest.mark.parametrize(("severity", "days"), [(Severity.NORMAL, 3), (Severity.SERIOUS, 2), (Severity.URGENT, 1)])
def test_a_department_has_the_working_days_of_the_list_by_severity(
    office: Office, severity: Severity, days: int
) -> None:
    report_id = office.submit()
    office.accept(report_id, severity)
    office.dispatch(report_id)
    assert office.duty(report_id) == (CITY_WORKS, MONDAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("place", "command"), [(VILLAGE, TOWN), (TOWN, TOWN), (COUNTY, COUNTY), (OTHER_VILLAGE, OTHER_TOWN)]
)
def test_the_command_unit_is_the_town_above_the_place_else_the_county(office: Office, place: str, command: str) -> None:
    report_id = office.submit(unit=place)
    office.accept(report_id)
    assert office.duty(report_id)[0] == command


# --- command ---------------------------------------------------------------------------------------------------------


def test_a_dispatcher_may_name_another_department_and_an_earlier_day(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.dispatch(report_id, JUSTICE, TUESDAY)
    assert office.duty(report_id) == (JUSTICE, TUESDAY)


def test_a_place_below_the_command_unit_may_be_given_the_report_too(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.dispatch(report_id, VILLAGE)
    assert office.duty(report_id) == (VILLAGE, THURSDAY)


@pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), THURSDAY + timedelta(days=1)])
def test_a_dispatcher_sets_no_day_that_is_over_or_later_than_the_list_says(office: Office, day: date) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    with pytest.raises(DueDateError) as told:
        office.dispatch(report_id, due_on=day)
    assert (told.value.first_on, told.value.last_on) == (MONDAY, THURSDAY)


def test_a_report_is_not_given_to_another_towns_place_nor_to_who_has_it(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for place in (OTHER_VILLAGE, COUNTY):
        with pytest.raises(DispatchTargetError):
            office.dispatch(report_id, place)
    with pytest.raises(UnitUnknownError):
        office.dispatch(report_id, "999")
    office.dispatch(report_id)
    with pytest.raises(DispatchTargetError):
        office.transfer(report_id, CITY_WORKS)


def test_a_transfer_in_time_takes_the_day_along(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    assert office.days_pass(3) == THURSDAY
    office.transfer(report_id)
    assert office.status(report_id) is ReportStatus.DISPATCHED
    assert office.duty(report_id) == (JUSTICE, THURSDAY)
    assert office.books() == {"duties:charged": 1, f"unit:{JUSTICE}:duties": 1}
    assert office.proved()


def test_past_its_date_a_duty_is_missed_where_it_lies_and_the_next_one_is_new(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    # The town was to dispatch by Tuesday; on Friday it does, and the department has days of its own.
    office.days_pass(4)
    office.dispatch(report_id)
    assert office.duty(report_id) == (CITY_WORKS, date(2026, 6, 10))
    assert office.books() == {"duties:charged": 2, f"unit:{CITY_WORKS}:duties": 1, f"unit:{TOWN}:missed": 1}
    office.days_pass(6)
    office.transfer(report_id)
    assert office.duty(report_id) == (JUSTICE, date(2026, 6, 16))
    assert office.books() == {
        "duties:charged": 3,
        f"unit:{CITY_WORKS}:missed": 1,
        f"unit:{JUSTICE}:duties": 1,
        f"unit:{TOWN}:missed": 1,
    }
    assert office.proved()


# --- handling and verification ---------------------------------------------------------------------------------------


def test_nobody_is_late_for_anothers_delay(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.HANDLED)
    office.days_pass(60)
    office.verify(report_id)
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:met": 1}


def test_what_is_handled_on_its_last_day_is_met_and_a_day_later_missed(office: Office) -> None:
    last, late = office.brought_to(ReportStatus.ACKNOWLEDGED), office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.days_pass(3)
    office.handle(last)
    office.days_pass(1)
    office.handle(late)
    office.verify(last)
    office.verify(late)
    assert office.books() == {
        "duties:charged": 2,
        f"unit:{CITY_WORKS}:met": 1,
        f"unit:{CITY_WORKS}:missed": 1,
    }


def test_what_is_returned_keeps_its_day_and_counts_when_it_is_handled_again(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.HANDLED)
    office.give_back(report_id)
    assert office.status(report_id) is ReportStatus.RETURNED
    assert office.duty(report_id) == (CITY_WORKS, THURSDAY)
    office.days_pass(4)
    office.handle(report_id)
    office.verify(report_id)
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:missed": 1}
    assert office.proved()


def test_a_reopened_report_is_a_new_duty_of_its_department(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.CLOSED)
    today = office.days_pass(15)
    office.reopen(report_id)
    assert office.status(report_id) is ReportStatus.DISPATCHED
    assert office.duty(report_id) == (CITY_WORKS, responsibilities.due_on(today, 3))
    assert office.books() == {
        "duties:charged": 2,
        f"unit:{CITY_WORKS}:duties": 1,
        f"unit:{CITY_WORKS}:met": 1,
    }
    office.acknowledge(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)
    assert office.proved()


def test_after_its_days_a_report_stays_closed(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.CLOSED)
    office.days_pass(16)
    with pytest.raises(ReopeningClosedError) as told:
        office.reopen(report_id)
    assert told.value.last_on == date(2026, 6, 16)


def test_only_its_reporter_reopens_a_report(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.CLOSED)
    for somebody in (office.resident(), office.supervisor):
        with pytest.raises(ReportUnknownError):
            office.reopen(report_id, by=somebody)


def test_what_was_done_is_what_was_last_said_to_be_done(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    assert what_was_done(steps_of(office.session, report_id)) is None
    office.handle(report_id)
    assert what_was_done(steps_of(office.session, report_id)) == "换了新井盖"
