"""What anybody may find: bare facts of open reports, words where somebody looked, and nothing of what is hidden."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import publishing
import reports
from people import Principal, Role, UnitUnknownError
from photos import PhotoUnknownError
from publishing import (
    PhotoDecision,
    PublicState,
    Wanted,
    copies_of,
    every_public_report,
    personal_looking,
    public_copy,
    public_report,
    public_reports,
    publications_waiting,
)
from reports import Appeal, AppealSubject, CoveredText, ReportStatus, ReportUnknownError
from responsibilities import publish_responsibilities, read_responsibilities
from tests.publishing.builders import Newsroom
from tests.reports.builders import (
    CITY_WORKS,
    COUNTY,
    HEADER,
    JUSTICE,
    LINES,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    person,
)


def waiting(office: Newsroom, by: Principal | None = None) -> list[UUID]:
    """Return the reports that wait for a decision of somebody, by themselves the supervisor."""
    return [each.id for each in publications_waiting(office.session, seen_by=by or office.supervisor)]


def test_bare_facts_are_public_before_anybody_looked_and_words_only_after(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.DISPATCHED)
    number = office.number(report_id)
    found = public_report(office.session, number, now=office.at)
    assert (found.report.id, found.category.code, found.shown) == (report_id, "C0101", None)
    assert found.duty is not None
    assert found.duty.unit_code == CITY_WORKS
    made = office.publish(report_id)
    assert public_report(office.session, number, now=office.at).shown is made


def test_what_is_hidden_is_found_nowhere(office: Newsroom) -> None:
    hidden = [office.submit("E0101"), office.confidential(), office.anonymous()]
    for report_id in hidden:
        office.accept(report_id)
        with pytest.raises(ReportUnknownError):
            public_report(office.session, office.number(report_id), now=office.at)
        with pytest.raises(ReportUnknownError):
            public_reports(office.session, wanted=Wanted(), now=office.at, after=office.number(report_id))
    assert office.numbers() == []
    assert list(every_public_report(office.session, wanted=Wanted(), now=office.at)) == []
    with pytest.raises(ReportUnknownError):
        public_report(office.session, "x", now=office.at)


def test_what_a_later_list_calls_private_disappears_with_its_words(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    made = office.publish(report_id)
    lines = [HEADER, LINES[0], LINES[1][:-1] + "1", *LINES[2:], ""]
    publish_responsibilities(
        office.session,
        lines=read_responsibilities("\n".join(lines).encode()),
        actor=office.supervisor.actor,
        now=office.at,
    )
    assert office.numbers() == []
    assert publishing.shown_of(office.session, [report_id]) == {}
    assert made.is_shown


def test_a_report_without_a_name_appears_when_it_is_published_and_not_before_the_next_day(office: Newsroom) -> None:
    report_id = office.anonymous()
    office.accept(report_id)
    office.publish(report_id)
    assert office.numbers() == []
    office.days_pass(1)
    assert office.numbers() == [office.number(report_id)]
    office.take_down(report_id)
    assert office.numbers() == []


def test_lists_are_restricted_by_place_category_state_and_who_owes(office: Newsroom) -> None:
    here, there = office.submit(), office.submit(unit=OTHER_VILLAGE)
    given = office.brought_to(ReportStatus.DISPATCHED)
    handled = office.brought_to(ReportStatus.HANDLED)
    closed = office.brought_to(ReportStatus.CLOSED)
    rejected = office.submit()
    reports.reject(office.session, report_id=rejected, reason="x", by=office.supervisor, now=office.at)
    number = office.number

    def found(**wanted: Any) -> set[str]:
        return set(office.numbers(Wanted(**wanted)))

    everything = {number(each) for each in (here, there, given, handled, closed, rejected)}
    assert (
        found() == found(unit_code=COUNTY) == found(category_code="C0101") == found(category_code="C01") == everything
    )
    assert found(unit_code=OTHER_TOWN) == {number(there)}
    assert found(unit_code=TOWN) == found(unit_code=VILLAGE) == everything - {number(there)}
    assert found(category_code="E0101") == found(category_code="none") == set()
    assert found(state=PublicState.RECEIVED) == {number(here), number(there)}
    assert found(state=PublicState.OPEN) == {number(given)}
    assert found(state=PublicState.CHECKED) == {number(handled)}
    assert found(state=PublicState.DONE) == {number(closed)}
    assert found(state=PublicState.ENDED) == {number(rejected)}
    assert found(state=PublicState.OVERDUE) == set()
    assert found(owed_by=CITY_WORKS) == {number(given), number(handled)}
    office.days_pass(60)
    # Nobody is late with what waits for somebody else's look.
    assert found(state=PublicState.OVERDUE) == found(state=PublicState.OVERDUE, owed_by=CITY_WORKS) == {number(given)}
    assert found(state=PublicState.OVERDUE, owed_by=JUSTICE) == set()
    with pytest.raises(UnitUnknownError):
        found(unit_code="nowhere")


def test_what_a_called_unit_owes_leads_to_the_report(office: Newsroom) -> None:
    report_id, _calls = office.called_to(reports.CallState.CALLED, CITY_WORKS, JUSTICE)
    for unit in (CITY_WORKS, JUSTICE, TOWN):
        assert office.numbers(Wanted(owed_by=unit)) == [office.number(report_id)]


def test_lists_go_on_after_a_number_newest_first(office: Newsroom) -> None:
    numbers = [office.number(office.submit()) for _ in range(5)][::-1]
    first = public_reports(office.session, wanted=Wanted(), now=office.at, limit=2)
    assert [each.report.number for each in first.items] == numbers[:2]
    assert first.next_after == numbers[1]
    rest = public_reports(office.session, wanted=Wanted(), now=office.at, limit=3, after=first.next_after)
    assert [each.report.number for each in rest.items] == numbers[2:]
    assert rest.next_after is None


def test_a_file_has_every_report_once(office: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publishing.public_lists._AT_ONCE", 2)
    numbers = [office.number(office.submit()) for _ in range(5)][::-1]
    parts = list(every_public_report(office.session, wanted=Wanted(), now=office.at))
    assert [each.report.number for part in parts for each in part] == numbers


def test_only_copies_of_what_is_shown_now_are_given_out(office: Newsroom) -> None:
    report_id = office.submit()
    photo = office.add_photo(report_id, 1)
    office.accept(report_id)
    number = office.number(report_id)
    with pytest.raises(PhotoUnknownError):
        public_copy(office.session, number, photo.id, now=office.at)
    made = office.publish(report_id, [PhotoDecision(photo.id, is_shown=True)])
    (copy,) = copies_of(office.session, [made])[made.id]
    assert public_copy(office.session, number, copy.id, now=office.at) is copy
    # The original is the office's, whatever is shown of it.
    with pytest.raises(PhotoUnknownError):
        public_copy(office.session, number, photo.id, now=office.at)
    office.take_down(report_id)
    with pytest.raises(PhotoUnknownError):
        public_copy(office.session, number, copy.id, now=office.at)


def test_what_nobody_looked_at_waits_oldest_first_for_those_who_may_decide(office: Newsroom) -> None:
    first, second = office.brought_to(ReportStatus.ACCEPTED), office.brought_to(ReportStatus.ACCEPTED)
    office.submit()
    for report_id in (office.submit("E0101"), office.confidential()):
        office.accept(report_id)
    assert waiting(office) == [first, second]
    page = publications_waiting(office.session, seen_by=office.supervisor, limit=1, after=first)
    assert [each.id for each in page] == [second]
    assert waiting(office, by=person(Role.SUPERVISOR, at=OTHER_TOWN)) == []
    assert waiting(office, by=office.handler) == []
    both = person(Role.SUPERVISOR, Role.DISPATCHER)
    office.dispatch(first, by=both)
    assert waiting(office, by=both) == [second]


def test_what_came_since_waits_again_and_what_was_taken_down_does_not(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.publish(report_id)
    assert waiting(office) == []
    office.at = office.at.replace(hour=13)
    office.handle(report_id)
    assert waiting(office) == [report_id]
    office.publish(report_id, answer="换了")
    assert waiting(office) == []
    photo = office.add_photo(report_id, 1)
    assert waiting(office) == [report_id]
    office.publish(report_id, [PhotoDecision(photo.id, is_shown=True)], answer="换了")
    assert waiting(office) == []
    office.take_down(report_id)
    office.add_photo(report_id, 2)
    assert waiting(office) == []


def uphold(office: Newsroom, appeal: Appeal) -> None:
    """Uphold an appeal, as a supervisor without part in its report."""
    reports.decide_appeal(
        office.session,
        report_id=appeal.report_id,
        appeal_id=appeal.id,
        is_upheld=True,
        note="对",
        by=person(Role.SUPERVISOR),
        now=office.at,
    )


def test_what_was_published_of_words_that_are_covered_is_shown_no_more_and_waits(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id)
    number = office.number(report_id)
    office.at += timedelta(minutes=1)
    covering = reports.cover(
        office.session,
        report_id=report_id,
        text_kind=CoveredText.REPORT,
        text_id=report_id,
        reason="骂人",
        by=office.supervisor,
        now=office.at,
    )
    assert public_report(office.session, number, now=office.at).shown is None
    assert waiting(office) == [report_id]
    # Opened again by an appeal, it waits all the same: somebody looks at it.
    office.at += timedelta(minutes=1)
    appeal = reports.appeal(
        office.session,
        report_id=report_id,
        subject=AppealSubject.COVERING,
        subject_id=covering.id,
        reason="没有骂人",
        by=office.reporter,
        now=office.at,
    )
    uphold(office, appeal)
    assert waiting(office) == [report_id]
    office.at += timedelta(minutes=1)
    office.publish(report_id, text="井盖丢失")
    shown = public_report(office.session, number, now=office.at).shown
    assert shown is not None
    assert shown.text == "井盖丢失"
    assert waiting(office) == []


def test_a_report_that_begins_anew_is_published_anew(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    photo = office.add_photo(report_id, 1)
    office.publish(report_id, [PhotoDecision(photo.id, is_shown=True)])
    office.at += timedelta(minutes=1)
    office.withdraw(report_id)
    # The copy goes, as of every report that ended without result.
    assert publishing.forget_stale_copies(office.session, office.store) == 1
    appeal = reports.appeal(
        office.session,
        report_id=report_id,
        subject=AppealSubject.WITHDRAWAL,
        reason="真的没了",
        by=office.reporter,
        now=office.at,
    )
    uphold(office, appeal)
    office.accept(report_id)
    assert public_report(office.session, office.number(report_id), now=office.at).shown is None
    assert waiting(office) == [report_id]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("打我电话13800001234，或 138-0000-1234", ["13800001234", "138-0000-1234"]),
        ("０５９１ 不是，0359-8022222 是", ["0359-8022222"]),
        ("身份证 14088119900101123X", ["14088119900101123X"]),
        ("车牌晋M12345和晋M·D12345挡住了", ["晋M12345", "晋M·D12345"]),
        ("写信 a.b@example.com", ["a.b@example.com"]),
        ("编号 202606010001，12345 热线，3号楼", []),
    ],
)
def test_what_looks_like_a_person_is_found_for_the_editor(text: str, found: list[str]) -> None:
    assert personal_looking(text) == found
