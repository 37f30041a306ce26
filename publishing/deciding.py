"""Deciding what anybody may see of a report: text by text and photo by photo, by an officer who looked at each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import Call, SamePersonError, new_id, remember_call
from notices import NoticeKind, tell
from people import Principal, clean_lines, clean_text
from photos import Box, CleanPhoto, Photo, PhotoKind, PhotoStore, PhotoUnknownError, cover, keep, photo_key, photos_of
from publishing.errors import (
    NeverPublicError,
    NotPublishedError,
    PhotosUndecidedError,
    PublicationChangedError,
    ReasonMissingError,
    ReportersPhotoError,
    WordsCoveredError,
)
from publishing.model import (
    PUBLIC_TEXT_LENGTH_MAX,
    REASON_LENGTH_MAX,
    Publication,
    PublicationBox,
    PublicationPhoto,
)
from publishing.versions import PUBLISHABLE, newest_of
from reports import (
    Function,
    Report,
    ReportUnknownError,
    StepNotNowError,
    covering_of,
    is_placed,
    may_act,
    may_be_public,
    note_moderation,
    report_within_reach,
    steps_of,
    together_of,
    what_was_done,
)


@dataclass(frozen=True, slots=True)
class PhotoDecision:
    """What is decided about one photo: shown with these boxes painted over it, or withheld."""

    photo_id: UUID
    is_shown: bool
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """A decision with the copy that the public will see; None of what is withheld."""

    photo_id: UUID
    boxes: tuple[Box, ...]
    picture: CleanPhoto | None


def moderated_report(session: Session, report_id: UUID, *, by: Principal) -> Report:
    """Return a report about whose publication somebody decides: a supervisor of its place who had no other part in it.

    Raises:
        ReportUnknownError: there is none where they supervise.
        SamePersonError: they gave it on, handled it or sent it in.
        NeverPublicError: its category is or was private, or whose it is is confidential.
    """
    report = session.get(Report, report_id)
    if report is None or not is_placed(session, report, by, Function.SUPERVISION):
        raise ReportUnknownError(report_id)
    if not may_act(session, report, by, Function.SUPERVISION):
        raise SamePersonError(by.actor)
    _check_may_be_public(session, report)
    return report


def prepare(
    session: Session, store: PhotoStore, *, report_id: UUID, decisions: Sequence[PhotoDecision], by: Principal
) -> list[PreparedPhoto]:
    """Make the copies of photos that are to be shown, before anything is locked: painting takes its time.

    Raises:
        ReportUnknownError, SamePersonError, NeverPublicError: as `moderated_report`.
        PhotosUndecidedError: not each photo of the report is decided about, once.
        ReportersPhotoError: somebody without a name took one that is to be shown.
        BoxError: a box lies outside of its photo.
        PhotoUnknownError: the store has lost one. PhotoStoreUnavailableError: the store is away.
    """
    report = moderated_report(session, report_id, by=by)
    by_id = _decided_photos(session, report, [(each.photo_id, each.is_shown) for each in decisions])
    return [
        PreparedPhoto(
            each.photo_id,
            each.boxes if each.is_shown else (),
            _copy(store, by_id[each.photo_id], each.boxes) if each.is_shown else None,
        )
        for each in decisions
    ]


def publish(
    session: Session,
    store: PhotoStore,
    *,
    report_id: UUID,
    text: str | None,
    answer: str | None,
    photos: Sequence[PreparedPhoto],
    reason: str | None,
    by: Principal,
    now: datetime,
    covering_id: UUID | None = None,
    seen_number: int | None = None,
    call: Call | None = None,
) -> Publication:
    """Let anybody see this of a report from now on, and nothing of what was shown before.

    `photos` are what `prepare` made; a text that is None is withheld. `covering_id` is what covered the report's words
    when whoever decides looked at them, `seen_number` the version that counted then (0: none; None: whichever does).
    The caller deletes what was put into the store where this or the transaction fails, and afterwards the copies of the
    version before (`forget_stale_copies`).

    Raises:
        ReportUnknownError, SamePersonError, NeverPublicError: as `moderated_report`.
        StepNotNowError: nobody has accepted it yet, or it ended without result.
        WordsCoveredError: as `check_covering_seen`.
        PublicationChangedError: another version was decided since, or all was taken down.
        PhotosUndecidedError, ReportersPhotoError: as `prepare`; also where photos came meanwhile.
        ReasonMissingError: a text or a photo is withheld, without a reason.
        TextRefusedError: a text is empty, too long, or has forbidden characters.
        PhotoStoreUnavailableError: the store is away.
    """
    report = _locked(session, report_id, by, call)
    if report.status not in PUBLISHABLE:
        raise StepNotNowError("publication", report.status)
    check_covering_seen(session, report, text=text, covering_id=covering_id)
    newest = newest_of(session, [report.id]).get(report.id)
    number = 0 if newest is None else newest.number
    if seen_number not in {None, number}:
        raise PublicationChangedError(report.id, number)
    by_id = _decided_photos(session, report, [(each.photo_id, each.picture is not None) for each in photos])
    is_answer_withheld = answer is None and what_was_done(steps_of(session, report.id)) is not None
    is_withheld = text is None or is_answer_withheld
    if reason is None and (is_withheld or any(each.picture is None for each in photos)):
        raise ReasonMissingError
    made = _add_version(session, report, is_shown=True, text=text, answer=answer, reason=reason, by=by, now=now)
    is_withheld |= any(each.picture is None and _may_be_shown(report, by_id[each.photo_id]) for each in photos)
    # Other words than the reporter's may be appealed against, with a reason or without; told as withheld they are
    # where somebody says why.
    is_changed = made.text != report.description
    is_told = is_withheld or (is_changed and reason is not None)
    _note(session, report, made, is_against=is_withheld or is_changed, is_told_as_withheld=is_told, by=by)
    for each in photos:
        _add_photo(session, store, made, by_id[each.photo_id], each)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def check_covering_seen(session: Session, report: Report, *, text: str | None, covering_id: UUID | None) -> None:
    """See that words for the public were written by somebody who knew that the report's own are covered, if they are.

    Raises:
        WordsCoveredError: they are covered by another covering than the one that was seen, and words are to be shown.
    """
    covering = covering_of(session, report.id)
    if text is not None and covering is not None and covering.id != covering_id:
        raise WordsCoveredError(covering.id, covering.reason)


def take_down(
    session: Session, *, report_id: UUID, reason: str, by: Principal, now: datetime, call: Call | None = None
) -> Publication:
    """Show nobody any longer what was published of a report, in whatever state it is; the bare facts stay.

    Raises:
        ReportUnknownError, SamePersonError: as `moderated_report`.
        NotPublishedError: nothing is shown.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = _locked(session, report_id, by, call, is_hiding=True)
    newest = newest_of(session, [report.id]).get(report.id)
    if newest is None or not newest.is_shown:
        raise NotPublishedError(report_id)
    made = _add_version(session, report, is_shown=False, text=None, answer=None, reason=reason, by=by, now=now)
    _note(session, report, made, is_against=True, is_told_as_withheld=True, by=by)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def _locked(session: Session, report_id: UUID, by: Principal, call: Call | None, *, is_hiding: bool = False) -> Report:
    report = report_within_reach(session, report_id, Function.SUPERVISION, by=by, call=call)
    if not is_hiding:
        _check_may_be_public(session, report)
    return report


def is_never_public(session: Session, report: Report) -> bool:
    """Say whether nothing of a report can ever be public: its category is or was private, or it is confidential."""
    return session.scalar(select(Report.id).where(Report.id == report.id, may_be_public())) is None


def _check_may_be_public(session: Session, report: Report) -> None:
    if is_never_public(session, report):
        raise NeverPublicError(report.id)


def _decided_photos(session: Session, report: Report, decided: Sequence[tuple[UUID, bool]]) -> dict[UUID, Photo]:
    """Return the report's photos by id, where each is decided about once."""
    by_id = {photo.id: photo for photo in photos_of(session, report.id)}
    named = [photo_id for photo_id, _is_shown in decided]
    if len(named) != len(set(named)) or set(named) != by_id.keys():
        raise PhotosUndecidedError(sorted(set(named) ^ by_id.keys()))
    for photo_id, is_shown in decided:
        if is_shown and not _may_be_shown(report, by_id[photo_id]):
            raise ReportersPhotoError(photo_id)
    return by_id


def _may_be_shown(report: Report, photo: Photo) -> bool:
    # Where somebody stood, and the pattern of a camera's sensor, may tell who they are; no box hides that.
    return not (report.is_anonymous and photo.kind is PhotoKind.SEEN)


def _copy(store: PhotoStore, photo: Photo, boxes: Sequence[Box]) -> CleanPhoto:
    stored = store.get(photo_key(photo.id))
    if stored is None:
        raise PhotoUnknownError(photo.id)
    return cover(stored, boxes)


def _add_version(
    session: Session,
    report: Report,
    *,
    is_shown: bool,
    text: str | None,
    answer: str | None,
    reason: str | None,
    by: Principal,
    now: datetime,
) -> Publication:
    earlier = session.scalar(select(func.count()).where(Publication.report_id == report.id)) or 0
    made = Publication(
        id=new_id(),
        report_id=report.id,
        number=earlier + 1,
        is_shown=is_shown,
        text=None if text is None else clean_lines(text, field="text", length_max=PUBLIC_TEXT_LENGTH_MAX),
        answer=None if answer is None else clean_lines(answer, field="answer", length_max=PUBLIC_TEXT_LENGTH_MAX),
        reason=None if reason is None else clean_text(reason, field="reason", length_max=REASON_LENGTH_MAX),
        decided_by=by.actor,
        decided_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _note(
    session: Session, report: Report, made: Publication, *, is_against: bool, is_told_as_withheld: bool, by: Principal
) -> None:
    """Let appeals know of a version, and tell of it who reported it: no words, for the reason is with the report."""
    note_moderation(
        session,
        report,
        decision_id=made.id,
        number=made.number,
        is_against=is_against,
        by=by,
        now=made.decided_at,
    )
    shown = NoticeKind.WITHHELD if is_told_as_withheld else NoticeKind.PUBLISHED
    tell(
        session,
        kind=shown if made.is_shown else NoticeKind.TAKEN_DOWN,
        matter_id=report.id,
        cause_id=made.id,
        residents=[*([report.resident_id] if report.resident_id else []), *together_of(session, report.id)],
        now=made.decided_at,
    )


def _add_photo(session: Session, store: PhotoStore, made: Publication, photo: Photo, prepared: PreparedPhoto) -> None:
    copy_id = None
    if prepared.picture is not None:
        pictures, now = [prepared.picture], made.decided_at
        [copy] = keep(session, store, matter_id=made.id, kind=photo.kind, pictures=pictures, now=now)
        copy_id = copy.id
    session.add(PublicationPhoto(publication_id=made.id, photo_id=photo.id, copy_id=copy_id))
    session.flush()
    session.add_all(
        PublicationBox(
            publication_id=made.id,
            photo_id=photo.id,
            number=number,
            from_left=box.left,
            from_top=box.top,
            width=box.width,
            height=box.height,
        )
        for number, box in enumerate(prepared.boxes, start=1)
    )
