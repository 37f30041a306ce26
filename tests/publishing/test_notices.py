"""Who reported something is told what became of it for the public, and of the answer to their appeal."""

from uuid import UUID

import reports
from notices import NoticeKind, list_notices
from people import Principal, Role
from photos import photos_of
from publishing import PhotoDecision
from reports import AppealSubject, ReportStatus
from tests.publishing.builders import Newsroom
from tests.reports.builders import VILLAGE, person

OF_PUBLISHING = {NoticeKind.PUBLISHED, NoticeKind.WITHHELD, NoticeKind.TAKEN_DOWN}


def told(office: Newsroom, who: Principal, report_id: UUID) -> list[NoticeKind]:
    """Return what somebody is told of what the public sees of a report, the earliest first."""
    found = reversed(list_notices(office.session, seen_by=who).items)
    return [each.kind for each in found if each.matter_id == report_id and each.kind in OF_PUBLISHING]


def test_each_decision_is_told_to_who_reported_it(office: Newsroom) -> None:
    report_id = office.submit()
    photo = office.add_photo(report_id, 1)
    office.accept(report_id)
    for is_shown, reason in ((True, None), (False, "看得到车牌")):
        office.publish(report_id, [PhotoDecision(photo.id, is_shown=is_shown)], reason=reason)
        # Notices of one millisecond have no order.
        office.days_pass(1)
    office.take_down(report_id)
    kinds = told(office, office.reporter, report_id)
    assert sorted(kinds) == sorted([NoticeKind.PUBLISHED, NoticeKind.WITHHELD, NoticeKind.TAKEN_DOWN])


def test_who_reports_it_together_is_told_and_who_joined_is_not(office: Newsroom) -> None:
    together, asked, joiner = (office.resident(f"1380000000{number}") for number in (2, 3, 4))
    assert together.resident_id is not None
    assert asked.resident_id is not None
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        joint_with=[together.resident_id, asked.resident_id],
        now=office.at,
    ).id
    reports.answer_together(office.session, report_id=report_id, is_confirmed=True, by=together, now=office.at)
    reports.join(office.session, report_id=report_id, evidence=None, by=joiner, now=office.at)
    office.accept(report_id)
    office.publish(report_id)
    kinds = [told(office, who, report_id) for who in (office.reporter, together, asked, joiner)]
    assert kinds == [[NoticeKind.PUBLISHED], [NoticeKind.PUBLISHED], [], []]


def test_nobody_is_told_of_a_report_without_a_name(office: Newsroom) -> None:
    report_id = office.anonymous()
    office.accept(report_id)
    office.publish(report_id, text=None, reason="能认出人")
    assert told(office, office.reporter, report_id) == []
    assert photos_of(office.session, report_id) == []


def test_who_appealed_is_told_of_the_decision(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, text=None, reason="全是人名")
    office.appeal_upheld(report_id, AppealSubject.PUBLICATION)
    kinds = [each.kind for each in list_notices(office.session, seen_by=office.reporter).items]
    assert NoticeKind.APPEAL_DECIDED in kinds
    supervisors = [each.kind for each in list_notices(office.session, seen_by=person(Role.SUPERVISOR)).items]
    assert NoticeKind.APPEALED in supervisors
