"""Limits on writing: none until the office sets them, counted from the cases, and said in the refusal."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from people import Principal, Role
from reports import (
    DailyLimitError,
    FalseReportsError,
    LimitsError,
    LimitsUnknownError,
    OnBehalfLimitError,
    RejectionKind,
    ReportStatus,
    WaitingLimitError,
    WritingLimits,
)
from tests.reports.builders import VILLAGE, Office, person


def set_limits(office: Office, **limits: int) -> None:
    reports.set_limits(office.session, limits=WritingLimits(**limits), actor="person:a", now=office.at)


def rejected(office: Office, kind: RejectionKind, by: Principal | None = None) -> UUID:
    report_id = office.submit(by=by)
    reports.reject(office.session, report_id=report_id, reason="x", kind=kind, by=office.supervisor, now=office.at)
    return report_id


def written(office: Office, by: Principal, resident: Principal | None = None) -> UUID:
    return reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=by,
        resident_id=(resident or office.reporter).resident_id,
        now=office.at,
    ).id


def test_nothing_is_limited_until_it_is_set(office: Office) -> None:
    assert reports.limits_in_force(office.session) == WritingLimits()
    for _ in range(12):
        office.submit()


def test_the_newest_version_holds_and_the_others_stay(office: Office) -> None:
    set_limits(office, per_day=1)
    set_limits(office, waiting=4)
    assert reports.limits_in_force(office.session) == WritingLimits(waiting=4)
    versions = reports.list_limits(office.session)
    assert [(each.number, each.per_day, each.waiting) for each in versions] == [(2, None, 4), (1, 1, None)]
    assert reports.get_limits(office.session, versions[0].id) is versions[0]
    with pytest.raises(LimitsUnknownError):
        reports.get_limits(office.session, uuid4())


@pytest.mark.parametrize(
    "limits", [{"per_day": 0}, {"waiting": 10_001}, {"false_count": 2}, {"false_days": 30}, {"on_behalf_per_month": -1}]
)
def test_limits_that_make_no_sense_are_refused(office: Office, limits: dict[str, int]) -> None:
    with pytest.raises(LimitsError):
        set_limits(office, **limits)


def test_reports_and_joins_of_a_day_count_together(office: Office) -> None:
    set_limits(office, per_day=2)
    others = office.submit(by=office.resident())
    reports.join(office.session, report_id=others, evidence=None, by=office.reporter, now=office.at)
    office.submit()
    with pytest.raises(DailyLimitError) as refused:
        office.submit()
    assert (refused.value.limit, refused.value.ends_on) == (2, office.at.date())
    one_more = office.submit(by=office.resident())
    with pytest.raises(DailyLimitError):
        reports.join(office.session, report_id=one_more, evidence="x", by=office.reporter, now=office.at)
    office.days_pass(1)
    office.submit()


def test_what_others_write_for_somebody_is_not_theirs_to_count(office: Office) -> None:
    set_limits(office, per_day=1, waiting=1)
    written(office, person(Role.DISPATCHER))
    office.submit()


def test_only_so_many_wait_at_one_time(office: Office) -> None:
    set_limits(office, waiting=2)
    first = office.submit()
    office.submit()
    with pytest.raises(WaitingLimitError) as refused:
        office.submit()
    assert refused.value.limit == 2
    office.accept(first)
    office.submit()


def test_after_false_reports_one_waits_at_a_time_until_they_are_old(office: Office) -> None:
    set_limits(office, false_count=2, false_days=30)
    first = rejected(office, RejectionKind.FALSE)
    office.days_pass(3)
    second = rejected(office, RejectionKind.FALSE)
    office.submit()
    with pytest.raises(FalseReportsError) as refused:
        office.submit()
    assert refused.value.numbers == ", ".join(office.report(each).number for each in (first, second))
    assert refused.value.ends_on == office.at.date() - timedelta(days=3) + timedelta(days=30)
    office.at = office.at.replace(year=refused.value.ends_on.year, month=refused.value.ends_on.month)
    office.days_pass((refused.value.ends_on - office.at.date()).days)
    with pytest.raises(FalseReportsError):
        office.submit()
    office.days_pass(1)
    office.submit()


def test_other_rejections_do_not_count_as_false(office: Office) -> None:
    set_limits(office, false_count=1, false_days=30)
    for kind in set(RejectionKind) - {RejectionKind.FALSE}:
        rejected(office, kind)
    rejected(office, RejectionKind.FALSE, by=office.resident())
    office.submit()
    office.submit()


def test_a_rejection_that_an_appeal_undid_does_not_count(office: Office) -> None:
    set_limits(office, false_count=1, false_days=30)
    report_id = rejected(office, RejectionKind.FALSE)
    office.appeal_upheld(report_id)
    office.submit()
    office.submit()
    reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    # Rejected anew as something else: that is what stands.
    office.submit()


def test_an_officer_writes_so_many_for_residents_a_month_and_for_one_of_them(office: Office) -> None:
    set_limits(office, on_behalf_per_month=3, on_behalf_per_resident=2)
    clerk, others = person(Role.DISPATCHER), [office.resident(), office.resident()]
    written(office, clerk)
    written(office, clerk)
    with pytest.raises(OnBehalfLimitError) as refused:
        written(office, clerk)
    assert (refused.value.limit, refused.value.is_of_one_resident) == (2, True)
    written(office, clerk, others[0])
    with pytest.raises(OnBehalfLimitError) as refused:
        written(office, clerk, others[1])
    assert (refused.value.limit, refused.value.is_of_one_resident) == (3, False)
    assert refused.value.ends_on == date(office.at.year, office.at.month + 1, 1) - timedelta(days=1)
    written(office, person(Role.DISPATCHER))
    office.days_pass(31)
    written(office, clerk)


def test_who_wrote_it_for_somebody_has_no_other_part_in_it(office: Office) -> None:
    everything = person(Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
    report_id = written(office, everything)
    with pytest.raises(SamePersonError):
        office.accept(report_id, by=everything)
    office.accept(report_id)
    with pytest.raises(SamePersonError):
        office.dispatch(report_id, by=everything)
    joined = reports.join(office.session, report_id=report_id, evidence="x", by=office.resident(), now=office.at)
    with pytest.raises(SamePersonError):
        reports.decide_join(
            office.session,
            report_id=report_id,
            join_id=joined.id,
            is_accepted=True,
            note=None,
            by=everything,
            now=office.at,
        )
    reports.ask_withdrawal(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    with pytest.raises(SamePersonError):
        reports.decide(
            office.session,
            report_id=report_id,
            kind=reports.RequestKind.WITHDRAWAL,
            is_approved=True,
            by=everything,
            now=office.at,
        )
    assert office.status(report_id) is ReportStatus.ACCEPTED
