"""What the public sees is decided by an officer who looked at it, photo by photo and text by text."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DBAPIError

import publishing
import reports
from ledger import Call, LostRaceError, SamePersonError
from people import Role, TextRefusedError
from photos import PhotoKind, PhotoUnknownError, photo_key, photos_of
from publishing import (
    NeverPublicError,
    NotPublishedError,
    PhotoDecision,
    PhotosUndecidedError,
    PublicationChangedError,
    PublicationUnknownError,
    ReasonMissingError,
    ReportersPhotoError,
    WordsCoveredError,
    copies_of,
    forget_stale_copies,
    get_publication,
    newest_of,
    photos_decided,
    publications_of,
    shown_of,
)
from publishing.model import Publication, PublicationPhoto
from reports import AppealSubject, ReportStatus, ReportUnknownError, StepNotNowError
from tests.publishing.builders import FACE, Newsroom
from tests.reports.builders import OTHER_TOWN, TOWN, person


def shown(photo_id: UUID) -> PhotoDecision:
    return PhotoDecision(photo_id, is_shown=True, boxes=(FACE,))


def withheld(photo_id: UUID) -> PhotoDecision:
    return PhotoDecision(photo_id, is_shown=False)


def with_photo(office: Newsroom, status: ReportStatus = ReportStatus.ACCEPTED) -> tuple[UUID, UUID]:
    """Return a report in a status, and the photo that its reporter took."""
    report_id = office.submit()
    photo_id = office.add_photo(report_id, 1).id
    office.accept(report_id)
    if status is not ReportStatus.ACCEPTED:
        office.dispatch(report_id)
        office.acknowledge(report_id)
        office.handle(report_id)
    return report_id, photo_id


def test_a_version_shows_the_text_and_copies_with_boxes_and_nothing_else(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office, ReportStatus.HANDLED)
    done = office.add_photo(report_id, 2, by=office.handler)
    made = office.publish(
        report_id, [shown(photo_id), withheld(done.id)], text=" 路上井盖没了\n小心 ", answer="换了", reason="车牌"
    )
    assert (made.number, made.is_shown, made.text, made.answer) == (1, True, "路上井盖没了\n小心", "换了")
    assert shown_of(office.session, [report_id]) == {report_id: made}
    decided = {each.photo_id: each for each in photos_decided(office.session, [made.id])[made.id]}
    first, second = decided[photo_id], decided[done.id]
    assert (first.boxes, second.copy_id) == ((FACE,), None)
    (copy,) = copies_of(office.session, [made])[made.id]
    assert (copy.id, copy.kind, copy.matter_id) == (first.copy_id, PhotoKind.SEEN, made.id)
    stored = office.store.get(photo_key(copy.id))
    assert stored
    assert stored != office.store.get(photo_key(photo_id))
    # The originals are the report's own, as before.
    assert {each.id for each in photos_of(office.session, report_id)} == {photo_id, done.id}


def test_the_next_version_takes_the_place_of_the_one_before_and_its_copies_are_forgotten(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office)
    before = office.publish(report_id, [shown(photo_id)])
    (old,) = copies_of(office.session, [before])[before.id]
    after = office.publish(report_id, [PhotoDecision(photo_id, is_shown=True)], text="改过")
    assert forget_stale_copies(office.session, office.store, report_id=report_id) == 1
    assert office.store.get(photo_key(old.id)) is None
    (new,) = copies_of(office.session, [before, after])[after.id]
    assert office.store.get(photo_key(new.id)) is not None
    assert newest_of(office.session, [report_id])[report_id].text == "改过"
    assert [each.number for each in publications_of(office.session, report_id)] == [2, 1]
    assert get_publication(office.session, before.id) is before


def test_what_is_taken_down_is_gone_from_the_store_and_says_why(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office)
    made = office.publish(report_id, [shown(photo_id)])
    (copy,) = copies_of(office.session, [made])[made.id]
    down = office.take_down(report_id)
    assert (down.number, down.is_shown, down.text, down.reason) == (2, False, None, "有人认出")
    assert shown_of(office.session, [report_id]) == {}
    assert forget_stale_copies(office.session, office.store) == 1
    assert forget_stale_copies(office.session, office.store) == 0
    assert office.store.get(photo_key(copy.id)) is None
    assert office.store.get(photo_key(photo_id)) is not None
    with pytest.raises(NotPublishedError):
        office.take_down(report_id)
    assert office.publish(report_id, [shown(photo_id)]).number == 3


def test_nothing_of_a_private_category_or_a_confidential_report_is_ever_public(office: Newsroom) -> None:
    private, confidential = office.submit("E0101"), office.confidential()
    for report_id in (private, confidential):
        office.accept(report_id)
        with pytest.raises(NeverPublicError):
            office.publish(report_id)
        with pytest.raises(NeverPublicError):
            publishing.publish(
                office.session,
                office.store,
                report_id=report_id,
                text="x",
                answer=None,
                photos=[],
                reason=None,
                by=office.supervisor,
                now=office.at,
            )


@pytest.mark.parametrize("category", ["E0101", "C0101"])
def test_the_database_itself_refuses_to_show_what_is_hidden(office: Newsroom, category: str) -> None:
    report_id = office.submit("E0101") if category == "E0101" else office.confidential()
    row = {
        "report_id": report_id,
        "number": 1,
        "is_shown": True,
        "text": "x",
        "decided_by": "person:x",
        "decided_at": office.at,
    }
    with pytest.raises(DBAPIError, match="never public"):
        office.session.execute(insert(Publication).values(id=uuid4(), **row))


def test_the_database_itself_keeps_versions_and_reporters_photos(office: Newsroom) -> None:
    hidden, (open_one, photo_id) = office.anonymous(), with_photo(office)
    taken = office.add_photo(hidden, 1, by=reports.nobody(hidden))
    office.accept(hidden)
    made = office.publish(hidden, [withheld(taken.id)], reason="匿名")
    version = office.publish(open_one, [shown(photo_id)])
    office.session.commit()
    for wrong in (
        update(Publication).values(text="y"),
        delete(Publication),
        update(PublicationPhoto).values(copy_id=None),
        delete(PublicationPhoto),
        # Of somebody else's report, and of somebody without a name.
        insert(PublicationPhoto).values(publication_id=version.id, photo_id=taken.id, copy_id=uuid4()),
        insert(PublicationPhoto).values(publication_id=made.id, photo_id=photo_id, copy_id=None),
    ):
        with pytest.raises(DBAPIError):
            office.session.execute(wrong)
        office.session.rollback()


def test_photos_of_somebody_without_a_name_are_never_shown_but_what_was_done_is(office: Newsroom) -> None:
    report_id = office.anonymous()
    taken = office.add_photo(report_id, 1, by=reports.nobody(report_id))
    office.accept(report_id)
    office.dispatch(report_id)
    office.acknowledge(report_id)
    done = office.add_photo(report_id, 2, by=office.handler)
    with pytest.raises(ReportersPhotoError):
        office.publish(report_id, [shown(taken.id), shown(done.id)])
    made = office.publish(report_id, [withheld(taken.id), shown(done.id)], reason="匿名")
    assert [each.kind for each in copies_of(office.session, [made])[made.id]] == [PhotoKind.HANDLED]


def test_each_photo_is_decided_about_once(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office)
    for decisions in ([], [shown(photo_id)] * 2, [shown(photo_id), shown(uuid4())]):
        with pytest.raises(PhotosUndecidedError):
            office.publish(report_id, decisions)
    prepared = office.prepared(report_id, [shown(photo_id)])
    office.add_photo(report_id, 2)
    # A photo that came while somebody looked at the others was seen by nobody.
    with pytest.raises(PhotosUndecidedError):
        publishing.publish(
            office.session,
            office.store,
            report_id=report_id,
            text="x",
            answer=None,
            photos=prepared,
            reason=None,
            by=office.supervisor,
            now=office.at,
        )


def test_what_is_withheld_needs_a_reason(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office, ReportStatus.HANDLED)
    for text, answer, decision in (
        (None, "换了", shown(photo_id)),
        ("x", None, shown(photo_id)),
        ("x", "换了", withheld(photo_id)),
    ):
        with pytest.raises(ReasonMissingError):
            office.publish(report_id, [decision], text=text, answer=answer)
    made = office.publish(report_id, [withheld(photo_id)], text=None, reason="全是人名")
    assert (made.text, made.answer, made.is_shown) == (None, None, True)


def test_texts_are_cleaned_and_bounded(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    for text, reason in (("x" * 4_001, None), (" \n ", None), ("", None), ("x", "y" * 501)):
        with pytest.raises(TextRefusedError):
            office.publish(report_id, text=text, reason=reason)


def test_only_a_supervisor_of_its_place_who_had_no_other_part_decides(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office, ReportStatus.HANDLED)
    everything = (Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)
    for stranger in (person(Role.SUPERVISOR, at=OTHER_TOWN), person(Role.HANDLER), office.reporter):
        with pytest.raises(ReportUnknownError):
            office.publish(report_id, [shown(photo_id)], answer="x", by=stranger)
    both = person(*everything)
    other = office.brought_to(ReportStatus.ACKNOWLEDGED)
    office.handle(other, by=both)
    with pytest.raises(SamePersonError):
        office.publish(other, answer="x", by=both)
    office.publish(other, answer="x", by=person(Role.SUPERVISOR, at=TOWN))
    with pytest.raises(SamePersonError):
        office.take_down(other, by=both)


@pytest.mark.parametrize("end", ["rejected", "merged", "withdrawn"])
def test_what_ended_without_result_shows_nothing_any_more(office: Newsroom, end: str) -> None:
    report_id = office.submit()
    with pytest.raises(StepNotNowError):
        office.publish(report_id)
    if end == "rejected":
        reports.reject(office.session, report_id=report_id, reason="x", by=office.supervisor, now=office.at)
    elif end == "merged":
        into = office.submit(by=office.resident())
        reports.merge(office.session, report_id=report_id, into_id=into, by=office.supervisor, now=office.at)
    else:
        photo = office.add_photo(report_id, 1)
        office.accept(report_id)
        made = office.publish(report_id, [shown(photo.id)])
        office.withdraw(report_id)
        assert forget_stale_copies(office.session, office.store) == 1
        assert copies_of(office.session, [made]) == {}
    assert shown_of(office.session, [report_id]) == {}
    assert office.number(report_id) in office.numbers()
    with pytest.raises(StepNotNowError):
        office.publish(report_id, [withheld(each.id) for each in photos_of(office.session, report_id)], reason="x")


def test_the_same_call_publishes_once(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    call = Call(owner=office.supervisor.actor, route="POST x", key="k", asked={})
    office.publish(report_id, call=call)
    # Whoever waited for the lock with the same call runs again, and finds what was made.
    with pytest.raises(LostRaceError):
        office.publish(report_id, call=call)
    assert len(publications_of(office.session, report_id)) == 1


def test_a_picture_that_the_store_has_lost_cannot_be_published(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office)
    office.store.delete(photo_key(photo_id))
    with pytest.raises(PhotoUnknownError):
        office.publish(report_id, [shown(photo_id)])
    assert publications_of(office.session, report_id) == []


def test_there_is_no_publication_of_an_unknown_id(office: Newsroom) -> None:
    with pytest.raises(PublicationUnknownError):
        get_publication(office.session, uuid4())


def test_words_that_were_covered_since_somebody_looked_at_them_are_not_published(office: Newsroom) -> None:
    report_id, photo_id = with_photo(office)
    prepared = office.prepared(report_id, [shown(photo_id)])
    covering_id = office.cover(report_id)
    with pytest.raises(WordsCoveredError) as refused:
        publishing.publish(
            office.session,
            office.store,
            report_id=report_id,
            text="井盖没了",
            answer=None,
            photos=prepared,
            reason=None,
            by=office.supervisor,
            now=office.at,
        )
    assert (refused.value.covering_id, refused.value.reason) == (covering_id, "辱骂")
    assert publications_of(office.session, report_id) == []
    assert [photo.id for photo in photos_of(office.session, report_id)] == [photo_id]
    # Nothing of them goes out where they are withheld, and whoever has seen the covering may write anew.
    office.publish(report_id, [shown(photo_id)], text=None, reason="辱骂")
    office.publish(report_id, [shown(photo_id)], text="路上有问题", covering_id=covering_id)


def test_who_has_not_seen_what_counts_by_now_publishes_nothing(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    office.publish(report_id, seen_number=0)
    office.take_down(report_id)
    for seen in (0, 1, 3):
        with pytest.raises(PublicationChangedError) as refused:
            office.publish(report_id, seen_number=seen)
        assert refused.value.number == 2
    assert shown_of(office.session, [report_id]) == {}
    office.publish(report_id, seen_number=2)


def test_another_covering_has_to_be_seen_anew_and_none_is_once_the_words_are_open(office: Newsroom) -> None:
    report_id = office.brought_to(ReportStatus.ACCEPTED)
    first = office.cover(report_id)
    office.days_pass(1)
    office.appeal_upheld(report_id, AppealSubject.COVERING)
    office.days_pass(1)
    office.publish(report_id, covering_id=first)
    office.publish(report_id)
    office.cover(report_id)
    with pytest.raises(WordsCoveredError):
        office.publish(report_id, covering_id=first)
