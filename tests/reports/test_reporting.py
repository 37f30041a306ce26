"""Sending a report in, and what becomes of one that is not accepted."""

from typing import Any
from uuid import uuid4

import pytest

import receivables
import reports
from people import ResidentUnknownError, Role, TextRefusedError, UnitUnknownError
from reports import (
    JointReportError,
    MergerTargetError,
    PlaceUnknownError,
    PositionError,
    ReportStatus,
    ReportUnknownError,
    StepNotNowError,
    steps_of,
)
from responsibilities import CategoryUnknownError
from tests.clock import NOON
from tests.reports.builders import (
    CITY_WORKS,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    Office,
    person,
)


def submission(office: Office, **changes: Any) -> reports.Report:
    asked: dict[str, Any] = {
        "category_code": "C0101",
        "description": "井盖没了",
        "unit_code": VILLAGE,
        "by": office.reporter,
        "now": NOON,
    }
    return reports.submit(office.session, **(asked | changes))


def test_a_report_keeps_what_was_told(office: Office) -> None:
    told = {"address": "电机厂门口", "latitude": 34.87, "longitude": 110.44, "resident_id": office.reporter.resident_id}
    made = submission(office, **told)
    assert {name: getattr(made, name) for name in told} == told
    assert (made.list_version, made.channel) == (1, reports.Channel.RESIDENT)
    assert made.number.startswith("260601")
    assert len(made.number) == 12


def test_an_officer_writes_a_report_for_a_caller(office: Office) -> None:
    made = submission(office, by=office.dispatcher)
    assert (made.channel, made.resident_id) == (reports.Channel.OFFICER, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"category_code": "C01"}, CategoryUnknownError),
        ({"category_code": "X"}, CategoryUnknownError),
        ({"unit_code": "999"}, UnitUnknownError),
        ({"unit_code": CITY_WORKS}, PlaceUnknownError),
        ({"latitude": 34.0}, PositionError),
        ({"longitude": 110.0}, PositionError),
        ({"latitude": 91.0, "longitude": 110.0}, PositionError),
        ({"latitude": float("nan"), "longitude": 110.0}, PositionError),
        ({"latitude": 34.0, "longitude": -181.0}, PositionError),
        ({"description": " "}, TextRefusedError),
        ({"description": "x" * 501}, TextRefusedError),
        ({"address": "x" * 101}, TextRefusedError),
        ({"resident_id": uuid4()}, ResidentUnknownError),
    ],
)
def test_a_report_of_nonsense_is_refused(office: Office, changes: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        submission(office, **changes)


# --- not accepting ---------------------------------------------------------------------------------------------------


def test_a_rejection_says_why_and_lays_no_duty_on_anybody(office: Office) -> None:
    report_id = office.submit()
    reports.reject(office.session, report_id=report_id, reason="不在本市", by=office.supervisor, now=NOON)
    assert office.status(report_id) is ReportStatus.REJECTED
    assert steps_of(office.session, report_id)[-1].note == "不在本市"
    assert office.books() == {}
    with pytest.raises(StepNotNowError):
        office.accept(report_id)
    assert office.proved()


def test_a_report_is_merged_into_another_before_it_is_accepted(office: Office) -> None:
    first, second = office.brought_to(ReportStatus.DISPATCHED), office.submit()
    reports.merge(office.session, report_id=second, into_id=first, by=office.supervisor, now=NOON)
    assert office.status(second) is ReportStatus.MERGED
    assert office.report(second).merged_into_id == first
    assert office.proved()
    third = office.submit()
    with pytest.raises(MergerTargetError):
        reports.merge(office.session, report_id=third, into_id=second, by=office.supervisor, now=NOON)
    with pytest.raises(MergerTargetError):
        reports.merge(office.session, report_id=third, into_id=third, by=office.supervisor, now=NOON)
    with pytest.raises(ReportUnknownError):
        reports.merge(office.session, report_id=third, into_id=uuid4(), by=office.supervisor, now=NOON)
    with pytest.raises(StepNotNowError):
        reports.merge(office.session, report_id=first, into_id=third, by=office.supervisor, now=NOON)


def test_nothing_is_merged_into_a_report_elsewhere(office: Office) -> None:
    here, there = office.submit(), office.submit(unit=OTHER_VILLAGE)
    of_the_town = person(Role.SUPERVISOR, at=TOWN)
    with pytest.raises(ReportUnknownError):
        reports.merge(office.session, report_id=here, into_id=there, by=of_the_town, now=NOON)


def test_whoever_is_named_by_a_record_that_was_merged_is_asked_under_the_one_that_goes_on(office: Office) -> None:
    old, goes_on = office.resident("13800000002"), office.resident("13800000003")
    assert old.resident_id is not None
    assert goes_on.resident_id is not None
    receivables.merge_residents(
        office.session,
        resident_id=old.resident_id,
        into_id=goes_on.resident_id,
        reason="重复登记",
        actor=person(Role.ADMINISTRATOR).actor,
        now=office.at,
    )
    made = submission(office, resident_id=office.reporter.resident_id, joint_with=[old.resident_id])
    assert [each.resident_id for each in reports.asked_together(office.session, made.id)] == [goes_on.resident_id]
    reports.answer_together(office.session, report_id=made.id, is_confirmed=True, by=goes_on, now=office.at)
    assert reports.together_of(office.session, made.id) == [goes_on.resident_id]
    # Both records are one person.
    with pytest.raises(JointReportError):
        submission(office, resident_id=office.reporter.resident_id, joint_with=[old.resident_id, goes_on.resident_id])
    with pytest.raises(JointReportError):
        submission(office, by=goes_on, resident_id=goes_on.resident_id, joint_with=[old.resident_id])
    with pytest.raises(ResidentUnknownError):
        submission(office, resident_id=office.reporter.resident_id, joint_with=[uuid4()])
