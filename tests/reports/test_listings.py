"""Finding reports again: everybody sees what they have to do with, and first what is due first."""

from uuid import uuid4

import pytest

from people import Grant, Principal, Role
from reports import Function, ReportStatus, ReportUnknownError, duties_of, get_report, list_reports, reports_waiting
from tests.reports.builders import JUSTICE, OTHER_TOWN, OTHER_VILLAGE, TOWN, Office, person

STRANGER = person(Role.AUDITOR)
ADMINISTRATOR = Principal(actor="person:a", grants=(Grant(Role.ADMINISTRATOR),), name="a")


def test_a_report_is_seen_by_its_reporter_and_by_who_has_to_do_with_it(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    for somebody in (office.reporter, office.supervisor, office.dispatcher, office.handler, ADMINISTRATOR):
        assert get_report(office.session, report_id, seen_by=somebody).id == report_id
        assert [each.id for each, _ in list_reports(office.session, seen_by=somebody).items] == [report_id]
    strangers = (
        office.resident(),
        STRANGER,
        person(Role.SUPERVISOR, at=OTHER_TOWN),
        person(Role.DISPATCHER, at=OTHER_TOWN),
        person(Role.HANDLER, at=JUSTICE),
    )
    for somebody in strangers:
        with pytest.raises(ReportUnknownError):
            get_report(office.session, report_id, seen_by=somebody)
        assert list_reports(office.session, seen_by=somebody).items == []
    with pytest.raises(ReportUnknownError):
        get_report(office.session, uuid4(), seen_by=office.supervisor)


def test_who_has_a_role_in_the_whole_tree_sees_all(office: Office) -> None:
    everywhere = Principal(actor="person:a", grants=(Grant(Role.DISPATCHER),), name="a")
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.submit()
    # What is not accepted has no command unit yet.
    assert [each.id for each, _ in list_reports(office.session, seen_by=everywhere).items] == [report_id]


def test_lists_are_read_page_by_page_newest_first(office: Office) -> None:
    made = sorted((office.submit() for _ in range(5)), reverse=True)
    first = list_reports(office.session, seen_by=office.supervisor, limit=3)
    second = list_reports(office.session, seen_by=office.supervisor, limit=3, before=first.next_before)
    assert [each.id for each, _ in (*first.items, *second.items)] == made
    assert second.next_before is None


def test_lists_can_be_asked_by_status_and_category(office: Office) -> None:
    hole, family = office.brought_to(ReportStatus.DISPATCHED), office.submit("E0101")
    by_status = list_reports(office.session, seen_by=office.supervisor, statuses=[ReportStatus.DISPATCHED])
    assert [(each.id, duty and duty.due_on) for each, duty in by_status.items] == [(hole, office.duty(hole)[1])]
    by_category = list_reports(office.session, seen_by=office.supervisor, category_code="E0101")
    assert [(each.id, duty) for each, duty in by_category.items] == [(family, None)]


def test_what_waits_comes_by_its_day(office: Office) -> None:
    late, soon = office.brought_to(ReportStatus.ACCEPTED, "E0101"), office.brought_to(ReportStatus.ACCEPTED)
    office.submit()
    waiting = reports_waiting(office.session, seen_by=office.dispatcher, function=Function.COMMAND)
    assert [each.id for each, _ in waiting] == [soon, late]
    office.dispatch(soon)
    waiting = reports_waiting(office.session, seen_by=office.handler, function=Function.HANDLING)
    assert [each.id for each, _ in waiting] == [soon]
    assert reports_waiting(office.session, seen_by=office.handler, function=Function.COMMAND) == []


def test_a_supervisor_looks_at_what_was_handled_before_what_came_in(office: Office) -> None:
    new, handled = office.submit(), office.brought_to(ReportStatus.HANDLED)
    elsewhere = office.submit(unit=OTHER_VILLAGE)
    waiting = reports_waiting(office.session, seen_by=office.supervisor, function=Function.SUPERVISION)
    assert [each.id for each, _ in waiting] == [handled, new, elsewhere]
    of_the_town = person(Role.SUPERVISOR, at=TOWN)
    waiting = reports_waiting(office.session, seen_by=of_the_town, function=Function.SUPERVISION)
    assert [each.id for each, _ in waiting] == [handled, new]


def test_all_duties_of_a_report_are_told(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    assert [(each.unit_code, each.outcome) for each in duties_of(office.session, report_id)] == [
        (TOWN, "moved"),
        (office.duty(report_id)[0], None),
    ]
