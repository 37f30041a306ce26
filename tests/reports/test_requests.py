"""What one supervisor asks and another decides: a later day for a department, and the end of a report."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from people import Principal, Role, TextRefusedError
from reports import (
    DueDateError,
    ReportRequest,
    ReportStatus,
    RequestKind,
    RequestPendingError,
    RequestUnknownError,
    StepKind,
    StepNotNowError,
    steps_of,
)
from tests.clock import NOON
from tests.reports.builders import CITY_WORKS, TOWN, Office, person

THURSDAY, WEEK_LATER = date(2026, 6, 4), date(2026, 6, 11)


def postponement(office: Office, report_id: UUID, due_on: date = WEEK_LATER, reason: str = "等新井盖") -> ReportRequest:
    return reports.ask_postponement(
        office.session, report_id=report_id, due_on=due_on, reason=reason, by=office.supervisor, now=office.at
    )


def withdrawal(office: Office, report_id: UUID) -> ReportRequest:
    return reports.ask_withdrawal(
        office.session, report_id=report_id, reason="没有这回事", by=office.supervisor, now=office.at
    )


def decided(
    office: Office,
    report_id: UUID,
    kind: RequestKind = RequestKind.POSTPONEMENT,
    *,
    is_approved: bool = True,
    by: Principal | None = None,
) -> ReportRequest:
    return reports.decide(
        office.session,
        report_id=report_id,
        kind=kind,
        is_approved=is_approved,
        note="看过了",
        by=by or office.other_supervisor,
        now=office.at,
    )


def test_a_postponement_in_time_moves_the_day_and_nothing_else(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    request = postponement(office, report_id)
    assert office.duty(report_id) == (CITY_WORKS, THURSDAY)
    decided(office, report_id)
    assert office.duty(report_id) == (CITY_WORKS, WEEK_LATER)
    assert office.status(report_id) is ReportStatus.ACKNOWLEDGED
    assert office.books() == {"duties:charged": 1, f"unit:{CITY_WORKS}:duties": 1}
    step = steps_of(office.session, report_id)[-1]
    assert (step.kind, step.note, step.old_due_on, step.due_on) == (
        StepKind.POSTPONEMENT,
        "等新井盖",
        THURSDAY,
        WEEK_LATER,
    )
    assert reports.get_request(office.session, request.id).decided_by == office.other_supervisor.actor
    assert [each.id for each in reports.requests_of(office.session, report_id)] == [request.id]
    assert office.proved()


def test_a_postponement_past_the_date_is_a_miss_and_a_new_duty(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.days_pass(4)
    postponement(office, report_id)
    decided(office, report_id)
    assert office.duty(report_id) == (CITY_WORKS, WEEK_LATER)
    assert office.books() == {
        "duties:charged": 2,
        f"unit:{CITY_WORKS}:duties": 1,
        f"unit:{CITY_WORKS}:missed": 1,
    }
    assert office.proved()


def test_the_command_unit_may_be_given_time_too(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    postponement(office, report_id)
    decided(office, report_id)
    assert office.duty(report_id) == (TOWN, WEEK_LATER)


def test_what_is_rejected_changes_nothing_and_can_be_asked_again(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    postponement(office, report_id)
    request = decided(office, report_id, is_approved=False)
    assert (request.is_approved, request.note) == (False, "看过了")
    assert office.duty(report_id) == (CITY_WORKS, THURSDAY)
    postponement(office, report_id)
    assert office.proved()


@pytest.mark.parametrize("day", [THURSDAY, THURSDAY - timedelta(days=1), NOON.date() + timedelta(days=367)])
def test_a_later_day_is_later_and_within_a_year(office: Office, day: date) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    with pytest.raises(DueDateError):
        postponement(office, report_id, day)


def test_a_day_that_is_over_by_the_time_of_the_decision_is_refused_and_can_be_rejected(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    postponement(office, report_id)
    office.days_pass(30)
    with pytest.raises(DueDateError), office.session.begin_nested():
        decided(office, report_id)
    office.session.expire_all()
    assert decided(office, report_id, is_approved=False).is_approved is False


def test_a_postponement_of_what_is_handled_meanwhile_can_only_be_rejected(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    postponement(office, report_id)
    office.handle(report_id)
    with pytest.raises(StepNotNowError), office.session.begin_nested():
        decided(office, report_id)
    office.session.expire_all()
    decided(office, report_id, is_approved=False)


def test_one_thing_is_asked_at_a_time(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    request = postponement(office, report_id)
    with pytest.raises(RequestPendingError) as told:
        withdrawal(office, report_id)
    assert told.value.request_id == request.id


def test_what_nobody_asked_is_not_decided(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    with pytest.raises(RequestUnknownError):
        decided(office, report_id)
    withdrawal(office, report_id)
    with pytest.raises(RequestUnknownError):
        decided(office, report_id)
    with pytest.raises(RequestUnknownError):
        reports.get_request(office.session, uuid4())


def test_nobody_decides_what_they_asked(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    postponement(office, report_id)
    with pytest.raises(SamePersonError):
        decided(office, report_id, by=office.supervisor)


def test_who_asks_or_decides_takes_no_other_end(office: Office) -> None:
    both = person(Role.SUPERVISOR, Role.HANDLER)
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    postponement(office, report_id)
    decided(office, report_id, by=both)
    with pytest.raises(SamePersonError):
        office.acknowledge(report_id, by=both)


@pytest.mark.parametrize("words", ["", "x" * 501])
def test_a_reason_is_a_text(office: Office, words: str) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    with pytest.raises(TextRefusedError):
        postponement(office, report_id, reason=words)


@pytest.mark.parametrize(
    "status",
    [ReportStatus.ACCEPTED, ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED, ReportStatus.HANDLED],
)
def test_a_withdrawal_takes_the_duty_back_as_if_it_had_never_been(office: Office, status: ReportStatus) -> None:
    report_id = office.brought_to(status)
    withdrawal(office, report_id)
    decided(office, report_id, RequestKind.WITHDRAWAL)
    assert office.status(report_id) is ReportStatus.WITHDRAWN
    assert office.books() == {}
    assert office.proved()


@pytest.mark.parametrize("ask", [withdrawal, postponement])
def test_nothing_is_asked_about_what_has_no_duty(office: Office, ask: Callable[[Office, UUID], ReportRequest]) -> None:
    with pytest.raises(StepNotNowError):
        ask(office, office.submit())
    with pytest.raises(StepNotNowError):
        ask(office, office.brought_to(ReportStatus.VERIFIED))
