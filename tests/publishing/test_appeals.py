"""Against what a moderator withholds or takes down its reporter appeals once; somebody without part decides."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import ledger
import reports
from ledger import SamePersonError
from people import Principal, Role
from photos import photos_of
from publishing import PhotoDecision, publications_waiting, shown_of
from reports import (
    APPEAL_DAYS,
    Appeal,
    AppealedBeforeError,
    AppealOverError,
    AppealSubject,
    NothingToAppealError,
    ReportStatus,
    ReportUnknownError,
    appeal_against,
    appealable,
    appeals_waiting,
)
from tests.publishing.builders import Newsroom
from tests.reports.builders import VILLAGE, person


def appeal(office: Newsroom, report_id: UUID, by: Principal | None = None) -> Appeal:
    return reports.appeal(
        office.session,
        report_id=report_id,
        subject=AppealSubject.PUBLICATION,
        reason="没有写任何人的名字",
        by=by or office.reporter,
        now=office.at,
    )


def decide(office: Newsroom, made: Appeal, by: Principal, *, is_upheld: bool = True) -> None:
    reports.decide_appeal(
        office.session,
        report_id=made.report_id,
        appeal_id=made.id,
        is_upheld=is_upheld,
        note="可以公开",
        by=by,
        now=office.at,
    )


def waits(office: Newsroom, report_id: UUID, by: Principal | None = None) -> bool:
    return report_id in [each.id for each in publications_waiting(office.session, seen_by=by or office.supervisor)]


def may_appeal(office: Newsroom, report_id: UUID, by: Principal | None = None) -> bool:
    found = appealable(office.session, office.report(report_id), by or office.reporter, office.at)
    return AppealSubject.PUBLICATION in [each.subject for each in found]


def test_what_was_taken_down_waits_anew_when_an_appeal_is_upheld(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id)
    down = office.take_down(report_id)
    assert not waits(office, report_id)
    made = appeal(office, report_id)
    assert (made.subject_id, waits(office, report_id)) == (down.id, False)
    decider = person(Role.SUPERVISOR)
    decide(office, made, decider)
    assert appeal_against(office.session, down.id) == made
    assert shown_of(office.session, [report_id]) == {}
    assert waits(office, report_id)
    # Whoever upheld it may publish it at once.
    office.publish(report_id, by=decider)
    assert report_id in shown_of(office.session, [report_id])
    assert not waits(office, report_id)
    assert office.proved()


def test_what_is_shown_stays_while_a_photo_that_was_withheld_waits_anew(office: Newsroom) -> None:
    report_id = office.submit()
    photo = office.add_photo(report_id, 1)
    office.accept(report_id)
    shown = office.publish(report_id, [PhotoDecision(photo.id, is_shown=False)], reason="看得到车牌")
    decide(office, appeal(office, report_id), person(Role.SUPERVISOR))
    assert shown_of(office.session, [report_id]) == {report_id: shown}
    assert waits(office, report_id)


def test_a_dismissed_appeal_leaves_it_as_it_was_and_nobody_appeals_twice(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, text=None, reason="全是人名")
    decide(office, appeal(office, report_id), person(Role.SUPERVISOR), is_upheld=False)
    assert not waits(office, report_id)
    with pytest.raises(AppealedBeforeError):
        appeal(office, report_id)
    # The next decision is another one.
    office.take_down(report_id)
    appeal(office, report_id)


def test_only_against_what_is_withheld_and_only_against_the_last_word(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, text="井盖没了")
    with pytest.raises(NothingToAppealError):
        appeal(office, report_id)
    office.publish(report_id, text="路上有问题", reason="去掉了地点")
    assert may_appeal(office, report_id)
    office.publish(report_id, text=None, reason="全是人名")
    assert may_appeal(office, report_id)
    office.publish(report_id, text="井盖没了")
    assert not may_appeal(office, report_id)


@pytest.mark.parametrize("reason", ["去掉了地点", None])
def test_other_words_than_the_reporters_may_be_appealed_against_with_a_reason_or_without(
    office: Newsroom, reason: str | None
) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    made = office.publish(report_id, text="路上有问题", reason=reason)
    assert may_appeal(office, report_id)
    assert appeal(office, report_id).subject_id == made.id


def test_an_answer_that_is_withheld_can_be_appealed_against(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.HANDLED)
    office.publish(report_id, answer="换了")
    assert not may_appeal(office, report_id)
    office.publish(report_id, answer=None, reason="写了姓名")
    assert may_appeal(office, report_id)


def test_one_appeals_through_the_fifteenth_day(office: Newsroom) -> None:
    late, in_time = (office.brought_to(ReportStatus.ACCEPTED) for _ in range(2))
    for report_id in (late, in_time):
        office.publish(report_id, text=None, reason="全是人名")
    office.days_pass(APPEAL_DAYS)
    appeal(office, in_time)
    office.days_pass(1)
    assert not may_appeal(office, late)
    with pytest.raises(AppealOverError):
        appeal(office, late)


def test_nothing_of_what_ended_without_result_is_appealed_for(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, text=None, reason="全是人名")
    office.withdraw(report_id)
    with pytest.raises(NothingToAppealError):
        appeal(office, report_id)


def test_who_has_no_name_appeals_by_their_code_but_not_for_photos_that_are_never_shown(office: Newsroom) -> None:
    report_id = office.anonymous()
    taken = office.add_photo(report_id, 1, by=reports.nobody(report_id))
    office.accept(report_id)
    unshown = [PhotoDecision(taken.id, is_shown=False)]
    by = reports.nobody(report_id)
    office.publish(report_id, unshown, reason="匿名")
    assert not may_appeal(office, report_id, by)
    office.publish(report_id, unshown, text=None, reason="能认出人")
    made = appeal(office, report_id, by)
    assert (made.appealed_by, made.appealed_at.astimezone(office.at.tzinfo).hour) == (reports.NOBODY, 0)
    decide(office, made, person(Role.SUPERVISOR))
    assert waits(office, report_id)
    assert [photo.id for photo in photos_of(office.session, report_id)] == [taken.id]


def test_who_joined_or_reports_it_together_does_not_appeal_for_its_writer(office: Newsroom) -> None:
    together, joiner = office.resident("13800000002"), office.resident("13800000003")
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
    reports.answer_together(office.session, report_id=report_id, is_confirmed=True, by=together, now=office.at)
    reports.join(office.session, report_id=report_id, evidence=None, by=joiner, now=office.at)
    office.accept(report_id)
    office.publish(report_id, text=None, reason="全是人名")
    for other in (together, joiner, person(Role.SUPERVISOR)):
        with pytest.raises(ReportUnknownError):
            appeal(office, report_id, other)
    assert appeal(office, report_id).appealed_by == office.reporter.actor


def test_who_published_any_version_decides_no_appeal_about_the_report(office: Newsroom) -> None:
    first, second, third = (person(Role.SUPERVISOR) for _ in range(3))
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, by=first)
    office.take_down(report_id, by=second)
    made = appeal(office, report_id)
    for part in (first, second, office.supervisor):
        assert [each.id for each, _report in appeals_waiting(office.session, seen_by=part)] == []
        assert not reports.may_decide_appeal(office.session, office.report(report_id), part)
        with pytest.raises(SamePersonError):
            decide(office, made, part)
    assert [each.id for each, _report in appeals_waiting(office.session, seen_by=third)] == [made.id]
    decide(office, made, third)
    assert faults(office) == []


def test_who_published_it_decides_no_appeal_about_something_else_either(office: Newsroom) -> None:
    publisher = person(Role.SUPERVISOR)
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, by=publisher)
    office.withdraw(report_id)
    made = reports.appeal(
        office.session,
        report_id=report_id,
        subject=AppealSubject.WITHDRAWAL,
        reason="x",
        by=office.reporter,
        now=office.at,
    )
    with pytest.raises(SamePersonError):
        decide(office, made, publisher)


def faults(office: Newsroom) -> list[str]:
    office.session.flush()
    return [each.detail for each in ledger.audit(office.session, reports.CHECKS) if not each.ok]


def test_the_audit_names_an_appeal_that_its_own_moderator_decided(office: Newsroom) -> None:
    publisher = person(Role.SUPERVISOR)
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, text=None, reason="全是人名", by=publisher)
    office.days_pass(1)
    decide(office, appeal(office, report_id), person(Role.SUPERVISOR))
    assert faults(office) == []
    office.session.execute(text("UPDATE report_appeals SET decided_by = :by"), {"by": publisher.actor})
    assert "covered, published or unmasked" in "; ".join(faults(office))


def test_the_database_keeps_who_decided_what_is_public(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id)
    office.session.commit()
    for wrong in ("UPDATE report_moderations SET is_against = false", "DELETE FROM report_moderations"):
        with pytest.raises(DBAPIError, match="append-only"):
            office.session.execute(text(wrong))
        office.session.rollback()
