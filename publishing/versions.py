"""The versions of what was published: which one counts, what it says of each photo, and copies that are of none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from photos import Box, Photo, PhotoStore, forget
from publishing.errors import PublicationUnknownError
from publishing.model import Publication, PublicationBox, PublicationPhoto
from reports import CoveredText, Covering, Report, ReportStatus, ReportStep, StepKind, may_be_public

# Somebody accepted it, so it is about something; and it did not end without result.
PUBLISHABLE = (
    *(ReportStatus.ACCEPTED, ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED, ReportStatus.HANDLED),
    *(ReportStatus.RETURNED, ReportStatus.VERIFIED, ReportStatus.CLOSED),
)


@dataclass(frozen=True, slots=True)
class DecidedPhoto:
    """What a version says of one photo of its report: the id of the copy that is shown, None where it is withheld."""

    photo_id: UUID
    copy_id: UUID | None
    boxes: tuple[Box, ...]


def publications_of(session: Session, report_id: UUID) -> list[Publication]:
    """Return all versions about a report, the newest first; that one counts."""
    query = select(Publication).where(Publication.report_id == report_id).order_by(Publication.number.desc())
    return list(session.scalars(query))


def get_publication(session: Session, publication_id: UUID) -> Publication:
    """Return the version with this id.

    Raises:
        PublicationUnknownError: there is none.
    """
    found = session.get(Publication, publication_id)
    if found is None:
        raise PublicationUnknownError(publication_id)
    return found


def newest_of(session: Session, report_ids: Collection[UUID]) -> dict[UUID, Publication]:
    """Return the version that counts of each of the reports about which there is one."""
    query = select(Publication).where(Publication.report_id.in_(report_ids), is_newest())
    return {each.report_id: each for each in session.scalars(query)}


def shown_of(session: Session, report_ids: Collection[UUID]) -> dict[UUID, Publication]:
    """Return what anybody may see of each of the reports now; those of which nothing is shown are left out."""
    query = (
        select(Publication)
        .join(Report, Report.id == Publication.report_id)
        .where(Publication.report_id.in_(report_ids), is_shown_now())
    )
    return {each.report_id: each for each in session.scalars(query)}


def photos_decided(session: Session, publication_ids: Collection[UUID]) -> dict[UUID, list[DecidedPhoto]]:
    """Return what versions say of photos, by version, in the order in which the photos came."""
    boxes: dict[tuple[UUID, UUID], list[Box]] = {}
    of_boxes = select(PublicationBox).where(PublicationBox.publication_id.in_(publication_ids))
    for box in session.scalars(of_boxes.order_by(PublicationBox.number)):
        drawn = Box(box.from_left, box.from_top, box.width, box.height)
        boxes.setdefault((box.publication_id, box.photo_id), []).append(drawn)
    found: dict[UUID, list[DecidedPhoto]] = {}
    of_photos: Select[PublicationPhoto] = (
        select(PublicationPhoto)
        .join(Photo, Photo.id == PublicationPhoto.photo_id)
        .where(PublicationPhoto.publication_id.in_(publication_ids))
        .order_by(Photo.kept_at, Photo.id)
    )
    for each in session.scalars(of_photos):
        key = (each.publication_id, each.photo_id)
        found.setdefault(each.publication_id, []).append(
            DecidedPhoto(each.photo_id, each.copy_id, tuple(boxes.get(key, ())))
        )
    return found


def copies_of(session: Session, publications: Collection[Publication]) -> Mapping[UUID, list[Photo]]:
    """Return the copies that versions show, by version, what was seen before what was done."""
    ids = [each.id for each in publications]
    query: Select[Photo] = select(Photo).where(Photo.matter_id.in_(ids)).order_by(Photo.kind.desc(), Photo.id)
    found: dict[UUID, list[Photo]] = {}
    for photo in session.scalars(query):
        found.setdefault(photo.matter_id, []).append(photo)
    return found


def forget_stale_copies(session: Session, store: PhotoStore, *, report_id: UUID | None = None, limit: int = 100) -> int:
    """Delete copies that nobody may see any more, of one report or of all, and return how many there were.

    They are of earlier versions, of what was taken down or overtaken, and of reports that ended without result.

    Raises:
        PhotoStoreUnavailableError: the store is away; what is left is found again.
    """
    query: Select[Photo] = (
        select(Photo)
        .join(Publication, Publication.id == Photo.matter_id)
        .join(Report, Report.id == Publication.report_id)
        .where(~is_shown_now())
        .order_by(Photo.id)
        .limit(limit)
    )
    if report_id is not None:
        query = query.where(Publication.report_id == report_id)
    stale = list(session.scalars(query))
    forget(session, store, stale)
    return len(stale)


@cache
def is_newest() -> ColumnElement[bool]:
    """Return the condition that a version is the last one about its report."""
    other = aliased(Publication)
    newest = select(func.max(other.number)).where(other.report_id == Publication.report_id)
    return Publication.number == newest.correlate(Publication).scalar_subquery()


@cache
def is_overtaken() -> ColumnElement[bool]:
    """Return the condition that a version was decided before its report's words were covered, or it began anew.

    What insults is not to stay public because somebody let it pass before; and of a report that ended without result
    the copies are gone. Somebody decides again, also where the words were opened since.
    """
    covered = select(Covering.id).where(
        Covering.report_id == Publication.report_id,
        Covering.text_kind == CoveredText.REPORT,
        Covering.is_covered,
        Covering.made_at >= Publication.decided_at,
    )
    restored = select(ReportStep.id).where(
        ReportStep.report_id == Publication.report_id,
        ReportStep.kind == StepKind.RESTORATION,
        ReportStep.made_at >= Publication.decided_at,
    )
    return or_(covered.correlate(Publication).exists(), restored.correlate(Publication).exists())


@cache
def is_shown_now() -> ColumnElement[bool]:
    """Return the condition that anybody may see a version, joined to its report: the last word, and not taken down."""
    return and_(Publication.is_shown, is_newest(), Report.status.in_(PUBLISHABLE), may_be_public(), ~is_overtaken())
