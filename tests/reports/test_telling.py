"""Who is told of what becomes of a report: once for each step, and never who took it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

import reports
from ledger import Call, LostRaceError
from notices import Notice, NoticeKind, list_notices, tell
from people import Principal, Resident, Role
from reports import CallState, ReportStatus, join, merge, nobody, submit
from responsibilities import Severity
from tests.reports.builders import CITY_WORKS, JUSTICE, OTHER_TOWN, TOWN, VILLAGE, Office, person


def kinds(office: Office, who: Principal, report_id: UUID | None = None) -> list[str]:
    """Return what somebody was told, the earliest first."""
    found = list_notices(office.session, seen_by=who, limit=200).items
    told = [each for each in found if report_id in (None, each.matter_id)]
    return [each.kind.value for each in sorted(told, key=lambda each: each.id)]


def joined(office: Office, report_id: UUID) -> Principal:
    neighbour = office.resident()
    join(office.session, report_id=report_id, evidence=None, by=neighbour, now=office.at)
    return neighbour


def merged(office: Office, into: UUID) -> tuple[UUID, Principal]:
    other = office.resident()
    report_id = office.submit(by=other)
    merge(office.session, report_id=report_id, into_id=into, by=office.supervisor, now=office.at)
    return report_id, other


def test_called_units_are_told_that_they_are_and_reminded_of_it(office: Office) -> None:
    report_id, _calls = office.called_to(CallState.CALLED, CITY_WORKS, JUSTICE)
    office.days_pass(60)
    assert reminded(office) == 3
    for code in (CITY_WORKS, JUSTICE):
        assert kinds(office, person(Role.HANDLER, at=code), report_id) == ["called", "overdue"]
    assert kinds(office, person(Role.DISPATCHER, at=TOWN), report_id) == ["overdue"]


def test_each_step_is_told_to_whom_it_concerns(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.HANDLED)
    office.give_back(report_id)
    office.handle(report_id)
    office.verify(report_id)
    office.close(report_id)
    assert kinds(office, office.reporter) == ["accepted", "handled", "handled", "closed"]
    assert kinds(office, person(Role.HANDLER, at=CITY_WORKS)) == ["dispatched", "returned"]
    assert kinds(office, person(Role.SUPERVISOR, at=VILLAGE)) == ["new", "handled", "handled"]
    for nobody_here in (
        person(Role.HANDLER, at=JUSTICE),
        person(Role.SUPERVISOR, at=OTHER_TOWN),
        person(Role.DISPATCHER, at=TOWN),
        office.resident(),
    ):
        assert kinds(office, nobody_here) == []


def test_a_rejection_a_transfer_and_a_withdrawal_are_told(office: Office) -> None:
    rejected = office.submit()
    reports.reject(office.session, report_id=rejected, reason="x", by=office.supervisor, now=office.at)
    assert kinds(office, office.reporter, rejected) == ["rejected"]
    moved = office.brought_to(ReportStatus.DISPATCHED)
    office.transfer(moved)
    assert kinds(office, person(Role.HANDLER, at=JUSTICE)) == ["dispatched"]
    reports.ask_withdrawal(office.session, report_id=moved, reason="x", by=office.supervisor, now=office.at)
    reports.decide(
        office.session,
        report_id=moved,
        kind=reports.RequestKind.WITHDRAWAL,
        is_approved=True,
        by=office.other_supervisor,
        now=office.at,
    )
    assert kinds(office, office.reporter, moved) == ["accepted", "withdrawn"]


def test_what_is_urgent_is_told_to_the_supervisors_of_its_place(office: Office) -> None:
    office.accept(office.submit(), Severity.URGENT)
    assert kinds(office, person(Role.SUPERVISOR, at=TOWN)) == ["new", "urgent"]


def test_who_joined_and_whose_report_was_merged_are_told_too_each_of_the_report_they_know(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    neighbour = joined(office, report_id)
    first = office.submit(by=office.resident())
    second, second_reporter = merged(office, into=first)
    merge(office.session, report_id=first, into_id=report_id, by=office.supervisor, now=office.at)
    office.handle(report_id)
    assert kinds(office, neighbour) == ["handled"]
    # Merged into what was merged later: their own report tells them, first that it was merged, then what followed.
    assert kinds(office, second_reporter) == kinds(office, second_reporter, second) == ["merged", "merged", "handled"]
    assert kinds(office, office.reporter, report_id) == ["accepted", "handled"]


def test_who_follows_in_two_ways_is_told_once(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    _, other = merged(office, into=report_id)
    join(office.session, report_id=report_id, evidence="e", by=other, now=office.at)
    office.handle(report_id)
    assert kinds(office, other, report_id) == ["handled"]
    assert kinds(office, other) == ["merged", "handled"]


def test_who_reopens_is_not_told_that_they_did_and_the_others_are(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    neighbour = joined(office, report_id)
    for step in (office.handle, office.verify, office.close, office.reopen):
        step(report_id)
    assert kinds(office, office.reporter, report_id) == ["accepted", "handled", "closed"]
    assert kinds(office, neighbour) == ["handled", "closed", "reopened"]
    assert kinds(office, person(Role.HANDLER, at=CITY_WORKS)) == ["dispatched", "reopened"]


def test_nobody_is_told_who_left_and_of_two_records_the_one_that_goes_on_is(office: Office) -> None:
    gone, double = office.resident(), office.resident()
    office.session.execute(update(Resident).where(Resident.id == gone.resident_id).values(left_at=office.at))
    office.session.execute(
        update(Resident)
        .where(Resident.id == double.resident_id)
        .values(left_at=office.at, merged_into_id=office.reporter.resident_id)
    )
    office.session.expire_all()
    for who in (gone, double):
        office.accept(office.submit(by=who))
        assert kinds(office, who) == []
    assert kinds(office, office.reporter) == ["accepted"]


def test_of_an_anonymous_report_notices_tell_the_day_and_nothing_else(office: Office) -> None:
    report = submit(
        office.session, category_code="C0101", description="d", unit_code=VILLAGE, by=nobody(), now=office.at
    )
    found = list_notices(office.session, seen_by=person(Role.SUPERVISOR)).items
    assert [each.matter_id for each in found] == [report.id]
    day_s = int(office.at.replace(hour=0, minute=0).timestamp())
    assert found[0].created_at.timestamp() == day_s
    assert found[0].id.int >> 80 == day_s * 1_000


def test_a_step_that_is_taken_twice_tells_once(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.VERIFIED)
    call = Call(owner=office.supervisor.actor, route="close", key="same", asked={})
    reports.close(office.session, report_id=report_id, by=office.supervisor, now=office.at, call=call)
    with pytest.raises(LostRaceError):
        reports.close(office.session, report_id=report_id, by=office.supervisor, now=office.at, call=call)
    assert kinds(office, office.reporter).count("closed") == 1


def test_the_database_refuses_to_tell_of_one_cause_twice(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.CLOSED)
    closed = list_notices(office.session, seen_by=office.reporter).items[0]
    handled = list_notices(office.session, seen_by=person(Role.SUPERVISOR)).items[0]
    assert handled.unit_code is not None
    assert office.reporter.resident_id is not None
    tell(
        office.session,
        kind=NoticeKind.OVERDUE,
        matter_id=report_id,
        cause_id=closed.cause_id,
        residents=[office.reporter.resident_id] * 2,
        units=[(VILLAGE, Role.SUPERVISOR)] * 2,
        now=office.at,
    )
    recipients: tuple[tuple[Notice, dict[str, Any]], ...] = (
        (closed, {"residents": [office.reporter.resident_id]}),
        (handled, {"units": [(handled.unit_code, Role.SUPERVISOR)]}),
    )
    for cause, to in recipients:
        again = {"kind": cause.kind, "matter_id": report_id, "cause_id": cause.cause_id, "now": office.at, **to}
        with pytest.raises(IntegrityError), office.session.begin_nested():
            tell(office.session, **again)


def test_a_notice_holds_a_kind_and_ids_and_nothing_that_somebody_wrote(office: Office) -> None:
    office.brought_to(ReportStatus.CLOSED)
    texts = {
        str(value)
        for notice in office.session.scalars(select(Notice))
        for column in Notice.__table__.columns
        if isinstance(value := getattr(notice, column.name), str)
    }
    assert texts <= {*NoticeKind, VILLAGE, CITY_WORKS, "supervisor", "handler", "waiting"}


# --- reminding -------------------------------------------------------------------------------------------------------


def reminded(office: Office) -> int:
    after, count, more = None, 0, True
    while more:
        swept = reports.remind_units(office.session, now=office.at, after=after, limit=2)
        count, after = count + swept.count, swept.next_after
        more = after is not None
    return count


def test_a_unit_is_reminded_once_before_its_day_and_once_after_it(office: Office) -> None:
    handler = person(Role.HANDLER, at=CITY_WORKS)
    given = [office.brought_to(ReportStatus.DISPATCHED) for _ in range(3)]
    # NOON is a Monday; three working days reach to Thursday.
    assert [office.duty(each)[1].day for each in given] == [4, 4, 4]
    assert reminded(office) == 0
    office.days_pass(2)
    assert (reminded(office), reminded(office)) == (3, 0)
    office.days_pass(1)
    office.acknowledge(given[0])
    office.handle(given[0])
    assert reminded(office) == 0
    office.days_pass(1)
    assert (reminded(office), reminded(office)) == (2, 0)
    assert kinds(office, handler, given[0]) == ["dispatched", "due_tomorrow"]
    assert kinds(office, handler, given[1]) == ["dispatched", "due_tomorrow", "overdue"]


def test_on_friday_a_unit_is_reminded_of_monday_and_dispatchers_of_what_waits_for_them(office: Office) -> None:
    office.days_pass(3)
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.days_pass(1)
    late = office.brought_to(ReportStatus.ACCEPTED)
    assert office.duty(report_id)[1] == office.at.date()
    assert reminded(office) == 1
    assert kinds(office, person(Role.DISPATCHER, at=TOWN), late) == ["due_tomorrow"]
    assert kinds(office, person(Role.HANDLER, at=TOWN)) == []
