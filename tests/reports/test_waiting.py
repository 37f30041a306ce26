"""What waits for whom: nothing that somebody had another part in, and counted by status, place, category and day."""

from datetime import timedelta

import pytest

from people import Role
from reports import (
    Function,
    ReportStatus,
    ReportUnknownError,
    ask_postponement,
    count_waiting,
    join,
    may_act,
    may_decide,
    open_by_age,
    report_by_number,
    reports_waiting,
    requests_waiting,
    takers,
)
from tests.reports.builders import CITY_WORKS, JUSTICE, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, Office, person


def test_a_report_is_found_by_its_number_by_who_may_see_it(office: Office) -> None:
    report = office.report(office.submit())
    typed = f" {report.number[:6]} {report.number[6:]}"
    assert report_by_number(office.session, typed, seen_by=office.supervisor).id == report.id
    assert report_by_number(office.session, report.number, seen_by=office.reporter).id == report.id
    for number, somebody in (
        (report.number, person(Role.SUPERVISOR, at=OTHER_TOWN)),
        ("26060100000", office.supervisor),
        ("一二三\x00", office.supervisor),
        (report.number * 9, office.supervisor),
    ):
        with pytest.raises(ReportUnknownError):
            report_by_number(office.session, number, seen_by=somebody)


def test_what_somebody_had_another_part_in_waits_for_others(office: Office) -> None:
    both = person(Role.SUPERVISOR, Role.DISPATCHER)
    mine, other = office.submit(), office.submit()
    office.accept(mine, by=both)
    office.accept(other)
    for somebody, expected in ((both, [other]), (office.dispatcher, [mine, other])):
        waiting = reports_waiting(office.session, seen_by=somebody, function=Function.COMMAND)
        assert [each.id for each, _ in waiting] == expected
    assert not may_act(office.session, office.report(mine), both, Function.COMMAND)
    assert may_act(office.session, office.report(mine), office.dispatcher, Function.COMMAND)


def test_who_asked_about_a_report_does_not_handle_it(office: Office) -> None:
    both = person(Role.SUPERVISOR, Role.HANDLER)
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    assert [each.id for each, _ in reports_waiting(office.session, seen_by=both, function=Function.HANDLING)] == [
        report_id
    ]
    day = office.duty(report_id)[1] + timedelta(days=9)
    ask_postponement(office.session, report_id=report_id, due_on=day, reason="x", by=both, now=office.at)
    assert reports_waiting(office.session, seen_by=both, function=Function.HANDLING) == []


def test_what_waits_is_counted_and_asked_by_status_place_and_category(office: Office) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    seen = office.brought_to(ReportStatus.ACKNOWLEDGED)
    family = office.submit("E0101", unit=OTHER_VILLAGE)
    office.accept(family)
    office.dispatch(family, unit=CITY_WORKS)
    # The holes are due in three working days, the dispute in fifteen.
    for days, overdue, due_today in ((0, 0, 0), (3, 0, 2), (1, 2, 0)):
        today = office.days_pass(days)
        counts = count_waiting(office.session, seen_by=office.handler, function=Function.HANDLING, today=today)
        assert [(each.status, each.unit_code, each.category_code, each.count) for each in counts] == [
            (ReportStatus.ACKNOWLEDGED, VILLAGE, "C0101", 1),
            (ReportStatus.DISPATCHED, VILLAGE, "C0101", 1),
            (ReportStatus.DISPATCHED, OTHER_VILLAGE, "E0101", 1),
        ]
        assert (sum(each.overdue for each in counts), sum(each.due_today for each in counts)) == (overdue, due_today)
    wanted = {"statuses": [ReportStatus.ACKNOWLEDGED]}, {"unit_code": OTHER_VILLAGE}, {"category_code": "E0101"}
    found = [
        [
            each.id
            for each, _ in reports_waiting(office.session, seen_by=office.handler, function=Function.HANDLING, **x)
        ]
        for x in wanted
    ]
    assert found == [[seen], [family], [family]]


def test_nobody_is_late_with_what_is_handled(office: Office) -> None:
    office.brought_to(ReportStatus.HANDLED)
    today = office.days_pass(30)
    counts = count_waiting(office.session, seen_by=office.supervisor, function=Function.SUPERVISION, today=today)
    assert [(each.status, each.count, each.overdue) for each in counts] == [(ReportStatus.HANDLED, 1, 0)]
    assert open_by_age(office.session, seen_by=office.supervisor, today=today) == []


def test_what_is_asked_waits_for_other_supervisors_of_the_place(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    day = office.duty(report_id)[1] + timedelta(days=9)
    asked = ask_postponement(
        office.session, report_id=report_id, due_on=day, reason="x", by=office.supervisor, now=office.at
    )
    other, report = office.other_supervisor, office.report(report_id)
    assert [(each.id, of.id) for each, of in requests_waiting(office.session, seen_by=other)] == [(asked.id, report_id)]
    assert may_decide(office.session, asked, report, other)
    for somebody in (office.supervisor, office.dispatcher, person(Role.SUPERVISOR, at=OTHER_TOWN)):
        assert requests_waiting(office.session, seen_by=somebody) == []
        assert not may_decide(office.session, asked, report, somebody)


def test_open_duties_are_counted_by_unit_and_age(office: Office) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    office.brought_to(ReportStatus.ACCEPTED)
    elsewhere = office.submit(unit=OTHER_VILLAGE)
    office.accept(elsewhere)
    ages = []
    for days in (0, 1, 2, 7):
        counted = open_by_age(office.session, seen_by=office.supervisor, today=office.days_pass(days))
        assert [one.total for one in counted] == [1, 1, 1]
        ages.append({one.unit_code: (one.due_later, one.due_today, one.overdue, one.long_overdue) for one in counted})
    # A street has one working day to dispatch, the department three to handle.
    later, now, overdue, long_overdue = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
    assert ages == [
        {TOWN: later, OTHER_TOWN: later, CITY_WORKS: later},
        {TOWN: now, OTHER_TOWN: now, CITY_WORKS: later},
        {TOWN: overdue, OTHER_TOWN: overdue, CITY_WORKS: now},
        {TOWN: long_overdue, OTHER_TOWN: long_overdue, CITY_WORKS: overdue},
    ]
    of_the_town = person(Role.SUPERVISOR, at=TOWN)
    counted = open_by_age(office.session, seen_by=of_the_town, today=office.at.date())
    assert {one.unit_code for one in counted} == {TOWN, CITY_WORKS}


def test_a_report_is_offered_to_departments_and_places_below_its_command_unit(office: Office) -> None:
    accepted = office.report(office.brought_to(ReportStatus.ACCEPTED))
    assert {unit.code for unit in takers(office.session, accepted)} == {TOWN, VILLAGE, CITY_WORKS, JUSTICE}
    office.dispatch(accepted.id)
    assert {unit.code for unit in takers(office.session, accepted)} == {TOWN, VILLAGE, JUSTICE}


def test_of_one_day_what_more_people_told_of_comes_first(office: Office) -> None:
    first, second, urgent = (office.brought_to(ReportStatus.DISPATCHED) for _ in range(3))
    office.report(urgent).is_urgent = True
    join(office.session, report_id=second, evidence=None, by=office.resident("13800000009"), now=office.at)
    waiting = reports_waiting(office.session, seen_by=office.handler, function=Function.HANDLING)
    assert [each.id for each, _ in waiting] == [urgent, second, first]
