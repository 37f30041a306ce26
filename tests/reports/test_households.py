"""Nobody supervises what they or their household reported: acceptance grants credits."""

from uuid import UUID

import pytest

import reports
from ledger import SamePersonError
from people import Principal, Role
from reports import Function, ReportStatus, StepKind, may_act, may_take
from tests.reports.builders import VILLAGE, Office, relative_of


def confidential(office: Office) -> UUID:
    return reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        is_confidential=True,
        now=office.at,
    ).id


def household_of(office: Office, phone: str = "13800000001") -> Principal:
    """Return a supervisor who shares a phone with whoever has this one."""
    return relative_of(office.session, office.resident(phone))


def test_nobody_supervises_what_they_or_their_household_reported(office: Office) -> None:
    own, relative = relative_of(office.session, office.reporter), household_of(office)
    submitted, handled = office.submit(), office.brought_to(ReportStatus.HANDLED)
    for who in (own, relative):
        with pytest.raises(SamePersonError):
            office.accept(submitted, by=who)
        with pytest.raises(SamePersonError):
            reports.reject(office.session, report_id=submitted, reason="x", by=who, now=office.at)
        with pytest.raises(SamePersonError):
            office.verify(handled, by=who)
        assert may_take(office.session, office.report(submitted), who) == set()
        assert not may_act(office.session, office.report(handled), who, Function.SUPERVISION)
    office.accept(submitted, by=household_of(office, "13800000009"))
    office.verify(handled)


def test_nobody_supervises_what_their_household_reports_together_with_others(office: Office) -> None:
    together = office.resident("13800000002")
    assert together.resident_id is not None
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        joint_with=[together.resident_id],
        now=office.at,
    ).id
    relative = relative_of(office.session, together)
    assert StepKind.ACCEPTANCE in may_take(office.session, office.report(report_id), relative)
    reports.answer_together(office.session, report_id=report_id, is_confirmed=True, by=together, now=office.at)
    with pytest.raises(SamePersonError):
        office.accept(report_id, by=relative)


def test_nobody_judges_what_their_household_adds_to_a_report(office: Office) -> None:
    joiner = office.resident("13800000002")
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    joined = reports.join(office.session, report_id=report_id, evidence="还缺一个", by=joiner, now=office.at)
    with pytest.raises(SamePersonError):
        reports.decide_join(
            office.session,
            report_id=report_id,
            join_id=joined.id,
            is_accepted=True,
            note=None,
            by=relative_of(office.session, joiner),
            now=office.at,
        )


def test_of_a_confidential_report_no_refusal_tells_whose_household_it_is(office: Office) -> None:
    report_id = confidential(office)
    with pytest.raises(SamePersonError):
        office.accept(report_id, by=relative_of(office.session, office.reporter))
    office.accept(report_id, by=household_of(office))


def test_a_household_may_do_the_work(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.dispatch(report_id, by=relative_of(office.session, office.reporter, Role.DISPATCHER))
    office.acknowledge(report_id, by=relative_of(office.session, office.reporter, Role.HANDLER))
