"""Counts for supervisors: by month in the community's time, and by category; of their own places."""

from datetime import date, datetime, timedelta

from people import Role
from reports import ReportStatus, counts_by_category, counts_by_month
from tests.reports.builders import OTHER_TOWN, OTHER_VILLAGE, TOWN, Office, person


def test_months_are_counted_in_the_communitys_time(office: Office) -> None:
    office.brought_to(ReportStatus.CLOSED)
    last_night_of_the_month = datetime(office.at.year, office.at.month + 1, 1, tzinfo=office.at.tzinfo)
    office.at = last_night_of_the_month - timedelta(minutes=1)
    office.submit()
    office.at = last_night_of_the_month
    office.submit(unit=OTHER_VILLAGE)
    counted = counts_by_month(office.session, seen_by=office.supervisor, now=office.at, months=3)
    first = date(office.at.year, office.at.month, 1)
    assert [(one.month_on, one.sent_in, one.closed) for one in counted[-2:]] == [
        (date(first.year, first.month - 1, 1), 2, 1),
        (first, 1, 0),
    ]
    assert len(counted) == 3
    of_the_town = counts_by_month(
        office.session, seen_by=person(Role.SUPERVISOR, at=OTHER_TOWN), now=office.at, months=1
    )
    assert [(one.sent_in, one.closed) for one in of_the_town] == [(1, 0)]


def test_a_year_reaches_back_over_its_turn(office: Office) -> None:
    now = datetime(2027, 1, 31, 12, tzinfo=office.at.tzinfo)
    months = [one.month_on for one in counts_by_month(office.session, seen_by=office.supervisor, now=now)]
    assert (months[0], months[-2], months[-1]) == (date(2026, 2, 1), date(2026, 12, 1), date(2027, 1, 1))


def test_a_reopened_report_is_not_closed(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.CLOSED)
    office.reopen(report_id)
    [month] = counts_by_month(office.session, seen_by=office.supervisor, now=office.at, months=1)
    assert (month.sent_in, month.closed) == (1, 0)


def test_categories_are_counted_of_a_period_and_place(office: Office) -> None:
    office.brought_to(ReportStatus.CLOSED)
    office.submit()
    [one] = counts_by_category(office.session, seen_by=office.supervisor)
    assert (one.sent_in, one.closed) == (2, 1)
    later = office.at + timedelta(seconds=1)
    assert counts_by_category(office.session, seen_by=office.supervisor, since=later) == []
    [until] = counts_by_category(office.session, seen_by=office.supervisor, until=later)
    assert until == one
    assert counts_by_category(office.session, seen_by=person(Role.SUPERVISOR, at=OTHER_TOWN)) == []
    assert counts_by_category(office.session, seen_by=person(Role.SUPERVISOR, at=TOWN)) == [one]
    assert counts_by_category(office.session, seen_by=office.handler) == []
