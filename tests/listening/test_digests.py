"""Weekly digests: written once for each unit and week, read by those whose unit it is."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import listening
from listening import DigestUnknownError, UnitDigest, list_digests
from people import Role
from reports import CallState, ReportStatus
from tests.listening.builders import CITY_WORKS, Listening
from tests.reports.builders import JUSTICE, TOWN, person

MONDAY = date(2026, 6, 1)


def written(office: Listening) -> int:
    return listening.write_digests(office.session, now=office.at)


def digest_of(office: Listening, unit_code: str) -> tuple[UnitDigest, list[str]]:
    found = list_digests(office.session, seen_by=office.supervisor, unit_code=unit_code).items[0]
    digest, late = listening.get_digest(office.session, found.id, seen_by=office.supervisor)
    return digest, [each.number for each in late]


def number(office: Listening, report_id: UUID) -> str:
    return office.report(report_id).number


def test_a_week_is_written_when_it_is_over_and_once(office: Listening) -> None:
    late, handled_later, done = (office.brought_to(ReportStatus.ACKNOWLEDGED) for _ in range(3))
    for step in (office.handle, office.verify, office.close):
        step(done)
    office.rate(done, 5)
    # Monday of the week itself: only the week before could be written, and it had no duties.
    assert written(office) == 0
    office.days_pass(7)
    # On Monday, before the job runs: it was late when the week ended.
    office.handle(handled_later)
    assert written(office) == 2
    digest, overdue = digest_of(office, CITY_WORKS)
    assert (digest.week_on, digest.written_at) == (MONDAY, office.at)
    assert (digest.charged, digest.moved_away, digest.discharged_on_time, digest.open) == (3, 0, 1, 2)
    assert (digest.open_overdue, digest.on_time_rate) == (2, 1 / 3)
    assert (digest.responded, digest.response_due, digest.response_rate) == (3, 3, 1)
    assert (digest.satisfied, digest.rated, digest.resolution_rate) == (1, 1, None)
    assert overdue == sorted(number(office, each) for each in (late, handled_later))
    assert written(office) == 0
    office.days_pass(3)
    assert written(office) == 0
    town, nothing = digest_of(office, TOWN)
    assert (town.charged, town.moved_away, nothing) == (3, 3, [])


def test_a_called_unit_is_late_with_its_call_by_the_number_of_the_report(office: Listening) -> None:
    report_id, (late, done) = office.called_to(CallState.ACKNOWLEDGED, CITY_WORKS, JUSTICE)
    office.handle_call(report_id, done)
    office.days_pass(7)
    office.handle_call(report_id, late)
    written(office)
    for unit_code, expected in ((CITY_WORKS, [number(office, report_id)]), (JUSTICE, [])):
        digest, overdue = digest_of(office, unit_code)
        assert (digest.open_overdue, overdue) == (len(expected), expected)


def test_what_ended_or_was_handled_in_the_week_is_not_late_and_what_is_due_on_sunday_is(office: Listening) -> None:
    handled, dispatched = office.brought_to(ReportStatus.HANDLED), office.brought_to(ReportStatus.DISPATCHED)
    returned = office.brought_to(ReportStatus.HANDLED)
    office.days_pass(4)
    office.give_back(returned)
    office.transfer(dispatched)
    office.days_pass(3)
    assert written(office) == 3
    works, late = digest_of(office, CITY_WORKS)
    assert (works.open, works.handled, works.open_overdue) == (1, 1, 1)
    assert late == [number(office, returned)]
    assert digest_of(office, JUSTICE)[0].charged == 1
    assert office.status(handled) is ReportStatus.HANDLED


def test_a_week_that_was_left_out_is_not_written_later_and_the_next_one_is(office: Listening) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(16)
    # The town's part was over in the first week.
    assert written(office) == 1
    found = list_digests(office.session, seen_by=office.supervisor).items
    assert {each.week_on for each in found} == {MONDAY + timedelta(days=7)}


def test_a_digest_is_read_by_officers_of_the_subtree(office: Listening) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    office.days_pass(7)
    written(office)
    whole = list_digests(office.session, seen_by=office.supervisor)
    assert [each.unit_code for each in whole.items] in ([CITY_WORKS, TOWN], [TOWN, CITY_WORKS])
    works = next(each for each in whole.items if each.unit_code == CITY_WORKS)
    for who, seen in (
        (person(Role.HANDLER, at=CITY_WORKS), [CITY_WORKS]),
        (person(Role.DISPATCHER, at=TOWN), [TOWN]),
        (person(Role.HANDLER, at=JUSTICE), []),
        (person(Role.FINANCE), []),
        (office.reporter, []),
    ):
        assert [each.unit_code for each in list_digests(office.session, seen_by=who).items] == seen
        if CITY_WORKS not in seen:
            with pytest.raises(DigestUnknownError):
                listening.get_digest(office.session, works.id, seen_by=who)
    with pytest.raises(DigestUnknownError):
        listening.get_digest(office.session, uuid4(), seen_by=office.supervisor)


def test_digests_come_in_parts_the_newest_first(office: Listening) -> None:
    office.brought_to(ReportStatus.DISPATCHED)
    for _ in range(3):
        office.days_pass(7)
        written(office)
    page = list_digests(office.session, seen_by=office.supervisor, unit_code=CITY_WORKS, limit=2)
    assert [each.week_on.day for each in page.items] == [15, 8]
    rest = list_digests(
        office.session, seen_by=office.supervisor, unit_code=CITY_WORKS, limit=2, before=page.next_before
    )
    assert ([each.week_on.day for each in rest.items], rest.next_before) == ([1], None)
