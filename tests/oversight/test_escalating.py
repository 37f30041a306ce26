"""Duties past their day and urgent reports are brought before the level above, once, without anyone clicking."""

from datetime import timedelta
from uuid import UUID

import pytest

import reports
from oversight import Escalation, EscalationKind, escalate_overdue, escalations_about, list_escalations, unit_above
from people import Grant, Level, Principal, Role, add_unit
from reports import CallState, Function, Report, ReportStatus, reports_waiting
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

ADMINISTRATOR = Principal(actor="person:a", grants=(Grant(Role.ADMINISTRATOR),), name="a")


def swept(office: Office, limit: int = 50) -> int:
    """Run the sweep to its end, and return how many were escalated."""
    count, after = 0, None
    while True:
        found = escalate_overdue(office.session, now=office.at, limit=limit, after=after)
        count, after = count + found.count, found.next_after
        if after is None:
            return count


def told(office: Office, *matters: UUID) -> list[tuple[str, str | None]]:
    found = [(each.from_unit_code, each.to_unit_code) for each in escalations_about(office.session, matters)]
    return sorted(found, key=str)


def urgent(office: Office, unit: str = VILLAGE, by: Principal | None = None) -> Report:
    who = by or office.reporter
    return reports.submit(
        office.session,
        category_code="C0101",
        description="路塌了",
        unit_code=unit,
        by=who,
        resident_id=who.resident_id,
        is_urgent=True,
        now=office.at,
    )


def test_the_level_above_is_the_town_or_county_that_is_next(office: Office) -> None:
    add_unit(office.session, code="G1", parent_code=VILLAGE, level=Level.GRID, name="一网格")
    above = {"G1": TOWN, VILLAGE: TOWN, TOWN: COUNTY, CITY_WORKS: COUNTY}
    for code, expected in above.items():
        found = unit_above(office.session, code)
        assert found is not None
        assert found.code == expected
    assert unit_above(office.session, COUNTY) is None


def test_a_duty_past_its_day_is_brought_before_the_unit_above_once_and_stays(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.days_pass(3)
    assert swept(office) == 0
    office.days_pass(1)
    assert (swept(office), swept(office)) == (1, 0)
    assert told(office, report_id) == [(CITY_WORKS, COUNTY)]
    [escalation] = escalations_about(office.session, [report_id])
    assert (escalation.kind, escalation.raised_on) == (EscalationKind.OVERDUE, office.at.date())
    assert office.duty(report_id) == (CITY_WORKS, NOON.date() + timedelta(days=3))
    assert office.proved()


@pytest.mark.parametrize(("minutes", "count"), [(11 * 60 + 59, 0), (12 * 60, 1)])
def test_the_last_day_ends_at_midnight_of_the_community(office: Office, minutes: int, count: int) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    office.at = NOON + timedelta(days=3, minutes=minutes)
    assert swept(office) == count


def test_a_call_and_the_command_unit_that_called_are_late_each_by_its_own_day(office: Office) -> None:
    report_id, [first, second] = office.called_to(CallState.CALLED)
    office.postpone(report_id, NOON.date() + timedelta(days=30))
    office.postpone(report_id, NOON.date() + timedelta(days=10), second)
    office.days_pass(4)
    assert swept(office) == 1
    assert told(office, first) == [(CITY_WORKS, COUNTY)]
    office.days_pass(7)
    assert swept(office) == 1
    assert told(office, second) == [(JUSTICE, COUNTY)]
    office.days_pass(20)
    assert swept(office) == 1
    assert told(office, report_id) == [(TOWN, COUNTY)]
    assert office.proved()


def test_above_a_county_there_is_nobody_and_its_own_supervisors_see_it(office: Office) -> None:
    report_id = office.submit(unit=COUNTY)
    office.accept(report_id)
    office.days_pass(2)
    assert swept(office) == 1
    assert told(office, report_id) == [(COUNTY, None)]
    assert [each.matter_id for each in list_escalations(office.session, seen_by=office.supervisor).items] == [report_id]
    of_a_town = person(Role.SUPERVISOR, at=TOWN)
    assert list_escalations(office.session, seen_by=of_a_town).items == []


def test_nobody_is_late_with_what_is_handled_or_over(office: Office) -> None:
    office.brought_to(ReportStatus.HANDLED)
    office.brought_to(ReportStatus.CLOSED)
    office.withdraw(office.brought_to(ReportStatus.DISPATCHED))
    office.days_pass(60)
    assert swept(office) == 0


def test_a_duty_that_is_moved_late_is_another_and_may_be_late_again(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(4)
    swept(office)
    office.transfer(report_id)
    assert swept(office) == 0
    office.days_pass(30)
    assert swept(office) == 1
    assert told(office, report_id) == [(CITY_WORKS, COUNTY), (JUSTICE, COUNTY)]


def test_a_sweep_goes_on_where_it_stopped(office: Office) -> None:
    for _ in range(5):
        office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(4)
    first = escalate_overdue(office.session, now=office.at, limit=2)
    assert (first.count, first.next_after is None) == (2, False)
    assert (swept(office, limit=2), swept(office, limit=2)) == (3, 0)


# --- urgent ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "tos"),
    [(VILLAGE, [TOWN, COUNTY]), (TOWN, [TOWN, COUNTY]), (COUNTY, [COUNTY]), (OTHER_VILLAGE, [OTHER_TOWN, COUNTY])],
)
def test_what_is_urgent_is_before_the_command_unit_and_the_one_above_at_once(
    office: Office, unit: str, tos: list[str]
) -> None:
    report = urgent(office, unit)
    assert report.status is ReportStatus.SUBMITTED
    assert told(office, report.id) == sorted(((unit, to) for to in tos), key=str)
    assert {each.kind for each in escalations_about(office.session, [report.id])} == {EscalationKind.URGENT}
    assert office.proved()


def test_what_is_urgent_waits_first(office: Office) -> None:
    late = office.brought_to(ReportStatus.HANDLED)
    office.days_pass(1)
    usual, hasty = office.submit(), urgent(office).id
    waiting = reports_waiting(office.session, seen_by=office.supervisor, function=Function.SUPERVISION)
    assert [report.id for report, _duty in waiting] == [hasty, late, usual]


def test_an_anonymous_report_that_is_urgent_tells_its_day_and_nothing_more(office: Office) -> None:
    report = urgent(office, by=reports.nobody())
    assert len(told(office, report.id)) == 2
    for each in escalations_about(office.session, [report.id]):
        assert each.raised_at == NOON.replace(hour=0)
        # The first 48 bits of an id are its milliseconds.
        assert each.id.int >> 80 == report.id.int >> 80


# --- who sees it -----------------------------------------------------------------------------------------------------


def test_escalations_are_seen_where_they_were_brought_newest_first(office: Office) -> None:
    first, second = urgent(office), urgent(office, OTHER_VILLAGE)
    office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(4)
    swept(office)

    def seen(who: Principal, kind: EscalationKind | None = None) -> list[Escalation]:
        return list_escalations(office.session, seen_by=who, kind=kind).items

    assert [each.matter_id for each in seen(person(Role.SUPERVISOR, at=TOWN))] == [first.id]
    assert [each.matter_id for each in seen(person(Role.SUPERVISOR, at=OTHER_TOWN))] == [second.id]
    assert len(seen(office.supervisor)) == len(seen(ADMINISTRATOR)) == 5
    assert [each.kind for each in seen(office.supervisor, kind=EscalationKind.OVERDUE)] == [EscalationKind.OVERDUE]
    for stranger in (person(Role.SUPERVISOR, at=CITY_WORKS), person(Role.HANDLER), office.reporter):
        assert seen(stranger) == []
    page = list_escalations(office.session, seen_by=ADMINISTRATOR, limit=3)
    rest = list_escalations(office.session, seen_by=ADMINISTRATOR, limit=3, before=page.next_before)
    ids = [each.id for each in (*page.items, *rest.items)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest.next_before) == (5, None)
