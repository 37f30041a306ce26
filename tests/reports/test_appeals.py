"""Appeals: once, in time, by whom it concerns; decided by somebody without part; upheld, it is put right."""

from uuid import UUID, uuid4

import pytest

import reports
from ledger import SamePersonError
from notices import NoticeKind, list_notices
from people import Principal, Role
from reports import (
    APPEAL_DAYS,
    Appeal,
    AppealDecidedError,
    AppealedBeforeError,
    AppealOverError,
    AppealSubject,
    AppealUnknownError,
    CoveredText,
    JoinState,
    NothingToAppealError,
    RejectionKind,
    ReportStatus,
    ReportUnknownError,
    StepKind,
)
from tests.reports.builders import OTHER_TOWN, VILLAGE, Office, person, relative_of


def rejected(office: Office, kind: RejectionKind = RejectionKind.OTHER, by: Principal | None = None) -> UUID:
    report_id = office.submit(by=by)
    reports.reject(office.session, report_id=report_id, reason="看不清", kind=kind, by=office.supervisor, now=office.at)
    return report_id


def appeal(
    office: Office,
    report_id: UUID,
    subject: AppealSubject = AppealSubject.REJECTION,
    by: Principal | None = None,
    subject_id: UUID | None = None,
) -> Appeal:
    return reports.appeal(
        office.session,
        report_id=report_id,
        subject=subject,
        subject_id=subject_id,
        reason="井盖真的没了",
        by=by or office.reporter,
        now=office.at,
    )


def decide(
    office: Office, made: Appeal, *, is_upheld: bool = True, by: Principal | None = None, report_id: UUID | None = None
) -> Appeal:
    return reports.decide_appeal(
        office.session,
        report_id=report_id or made.report_id,
        appeal_id=made.id,
        is_upheld=is_upheld,
        note="照片清楚",
        by=by or person(Role.SUPERVISOR),
        now=office.at,
    )


def told(office: Office, who: Principal) -> list[NoticeKind]:
    return [each.kind for each in list_notices(office.session, seen_by=who).items]


def test_an_upheld_appeal_against_a_rejection_takes_the_report_up_again(office: Office) -> None:
    report_id = rejected(office)
    made = appeal(office, report_id)
    assert office.status(report_id) is ReportStatus.REJECTED
    decide(office, made)
    assert office.status(report_id) is ReportStatus.SUBMITTED
    last = reports.steps_of(office.session, report_id)[-1]
    assert (last.kind, last.status, last.note) == (StepKind.RESTORATION, ReportStatus.SUBMITTED, "照片清楚")
    assert {NoticeKind.APPEAL_DECIDED, NoticeKind.RESTORED} <= set(told(office, office.reporter))
    office.accept(report_id)
    assert office.proved()


def test_a_dismissed_appeal_says_why_and_changes_nothing(office: Office) -> None:
    report_id = rejected(office)
    made = decide(office, appeal(office, report_id), is_upheld=False)
    assert office.status(report_id) is ReportStatus.REJECTED
    assert (made.is_upheld, made.note) == (False, "照片清楚")
    with pytest.raises(AppealedBeforeError):
        appeal(office, report_id)
    assert office.proved()


def test_each_rejection_can_be_appealed_against_once(office: Office) -> None:
    report_id = rejected(office)
    decide(office, appeal(office, report_id))
    reports.reject(office.session, report_id=report_id, reason="还是不行", by=office.supervisor, now=office.at)
    decide(office, appeal(office, report_id))
    assert office.status(report_id) is ReportStatus.SUBMITTED
    assert office.proved()


def test_nobody_who_had_a_part_in_the_report_decides(office: Office) -> None:
    made = appeal(office, rejected(office))
    with pytest.raises(SamePersonError):
        decide(office, made, by=office.supervisor)
    decider = person(Role.SUPERVISOR)
    decide(office, made, by=decider)
    reports.reject(office.session, report_id=made.report_id, reason="x", by=person(Role.SUPERVISOR), now=office.at)
    again = appeal(office, made.report_id)
    with pytest.raises(SamePersonError):
        decide(office, again, by=decider)


def test_who_wrote_it_down_for_somebody_does_not_decide(office: Office) -> None:
    clerk = person(Role.SUPERVISOR)
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code="140881001001",
        by=clerk,
        resident_id=office.reporter.resident_id,
        now=office.at,
    ).id
    reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    made = appeal(office, report_id)
    with pytest.raises(SamePersonError):
        decide(office, made, by=clerk)
    assert [each.id for each, _report in reports.appeals_waiting(office.session, seen_by=clerk)] == []


def test_nobody_decides_for_the_household_of_who_reports_together_or_appeals(office: Office) -> None:
    together, joiner = office.resident("13800000002"), office.resident("13800000003")
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        joint_with=[together.resident_id or uuid4()],
        now=office.at,
    ).id
    reports.answer_together(office.session, report_id=report_id, is_confirmed=True, by=together, now=office.at)
    joined = reports.join(office.session, report_id=report_id, evidence="懒", by=joiner, now=office.at)
    reports.cover(
        office.session,
        report_id=report_id,
        text_kind=CoveredText.JOIN,
        text_id=joined.id,
        reason="辱骂",
        by=office.supervisor,
        now=office.at,
    )
    made = appeal(office, report_id, AppealSubject.COVERING, by=joiner)
    for relative in (together, joiner):
        with pytest.raises(SamePersonError):
            decide(office, made, by=relative_of(office.session, relative))
    assert decide(office, made).is_upheld


def test_an_appeal_waits_for_supervisors_of_the_place_without_part(office: Office) -> None:
    made = appeal(office, rejected(office))

    def waiting(who: Principal) -> list[UUID]:
        return [each.id for each, _report in reports.appeals_waiting(office.session, seen_by=who)]

    assert waiting(person(Role.SUPERVISOR)) == [made.id]
    assert waiting(office.supervisor) == waiting(person(Role.SUPERVISOR, at=OTHER_TOWN)) == []
    assert waiting(person(Role.DISPATCHER)) == []
    with pytest.raises(ReportUnknownError):
        decide(office, made, by=person(Role.SUPERVISOR, at=OTHER_TOWN))
    decide(office, made)
    assert waiting(person(Role.SUPERVISOR)) == []


def test_an_appeal_is_of_its_report_and_decided_once(office: Office) -> None:
    made = appeal(office, rejected(office))
    with pytest.raises(AppealUnknownError):
        decide(office, made, report_id=rejected(office))
    decide(office, made)
    with pytest.raises(AppealDecidedError):
        decide(office, made)
    with pytest.raises(AppealUnknownError):
        reports.get_appeal(office.session, uuid4())


def test_only_the_reporter_appeals_and_in_time(office: Office) -> None:
    report_id = rejected(office)
    with pytest.raises(ReportUnknownError):
        appeal(office, report_id, by=office.resident())
    office.days_pass(APPEAL_DAYS)
    assert [each.subject for each in offered(office, report_id)] == [AppealSubject.REJECTION]
    office.days_pass(1)
    assert offered(office, report_id) == []
    with pytest.raises(AppealOverError):
        appeal(office, report_id)


def offered(office: Office, report_id: UUID) -> list[reports.Appealable]:
    return reports.appealable(office.session, office.report(report_id), office.reporter, office.at)


def test_what_stands_not_cannot_be_appealed_against(office: Office) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for subject in AppealSubject:
        with pytest.raises(NothingToAppealError):
            appeal(office, report_id, subject)


def test_whoever_has_no_name_appeals_with_the_code(office: Office) -> None:
    made = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code="140881001001",
        by=reports.nobody(),
        now=office.at,
    )
    reports.reject(office.session, report_id=made.id, reason="x", by=office.supervisor, now=office.at)
    written = appeal(office, made.id, by=reports.nobody(made.id))
    assert (written.appealed_by, written.appealed_at.strftime("%H%M%S")) == (reports.NOBODY, "000000")
    assert decide(office, written).is_upheld
    assert office.status(made.id) is ReportStatus.SUBMITTED


def test_a_covered_text_is_open_again_when_its_author_is_right(office: Office) -> None:
    report_id = office.submit()
    with_evidence = reports.join(
        office.session, report_id=report_id, evidence="你们瞎了吗", by=office.resident(), now=office.at
    )
    joiner = office.resident()
    other = reports.join(office.session, report_id=report_id, evidence="懒", by=joiner, now=office.at)
    for text_id, kind in ((with_evidence.id, CoveredText.JOIN), (other.id, CoveredText.JOIN)):
        reports.cover(
            office.session,
            report_id=report_id,
            text_kind=kind,
            text_id=text_id,
            reason="辱骂",
            by=office.supervisor,
            now=office.at,
        )
    assert other.state is JoinState.ASKED
    with pytest.raises(NothingToAppealError):
        appeal(office, report_id, AppealSubject.COVERING)
    made = appeal(office, report_id, AppealSubject.COVERING, by=joiner)
    decide(office, made)
    assert set(reports.covered_among(office.session, [with_evidence.id, other.id])) == {with_evidence.id}
    assert office.proved()


def test_who_asked_or_decided_whose_a_confidential_report_is_decides_no_appeal_about_it(office: Office) -> None:
    report_id = reports.submit(
        office.session,
        category_code="C0101",
        description="井盖没了",
        unit_code=VILLAGE,
        by=office.reporter,
        resident_id=office.reporter.resident_id,
        is_confidential=True,
        now=office.at,
    ).id
    reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    made = appeal(office, report_id)
    asker, other, apart = (person(Role.SUPERVISOR) for _ in range(3))
    reports.ask_unmasking(office.session, report_id=report_id, reason="核实", by=asker, now=office.at)
    # Even before anybody has answered: they may soon know whose it is.
    with pytest.raises(SamePersonError):
        decide(office, made, by=asker)
    reports.decide_unmasking(office.session, report_id=report_id, is_approved=False, note=None, by=other, now=office.at)
    for part in (asker, other):
        assert reports.appeals_waiting(office.session, seen_by=part) == []
        assert not reports.may_decide_appeal(office.session, office.report(report_id), part)
        with pytest.raises(SamePersonError):
            decide(office, made, by=part)
    assert [each.id for each, _report in reports.appeals_waiting(office.session, seen_by=apart)] == [made.id]
    decide(office, made, by=apart)
    assert office.proved()
