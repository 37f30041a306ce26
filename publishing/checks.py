"""What must be true of what was published: versions stay as they were decided, and nothing hidden is among them."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

import ledger
from photos import Photo
from publishing.model import Publication, PublicationPhoto
from reports import Moderation, Report

_TABLES = ["publications", "publication_photos", "publication_boxes"]
# What the migration creates: the database then refuses to change or remove a version, or to add one of what is hidden.
GUARDS = {
    "postgresql": (
        *(f"{table}_append_only" for table in _TABLES),
        *("publications_hide_the_hidden", "publication_photos_hide_reporters"),
    ),
    "sqlite": (
        *(f"{table}_refuse_{event}" for table in _TABLES for event in ("delete", "update")),
        *("publications_hide_the_hidden", "publication_photos_hide_reporters"),
    ),
}


def the_guards_of_publications_stand(session: Session) -> str | None:
    """Every trigger that keeps versions as they were decided, and hidden reports hidden, is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=_TABLES)


def nothing_confidential_was_published(session: Session) -> str | None:
    """No version shows anything of a confidential report, or a photo that is not of its report."""
    found = session.scalar(
        select(Publication.id)
        .join(Report, Report.id == Publication.report_id)
        .outerjoin(PublicationPhoto, PublicationPhoto.publication_id == Publication.id)
        .outerjoin(Photo, Photo.id == PublicationPhoto.photo_id)
        .where(
            Publication.is_shown,
            or_(Report.is_confidential, Photo.matter_id != Publication.report_id),
        )
        .order_by(Publication.id)
        .limit(1)
    )
    return None if found is None else f"publication {found} shows what is not for the public"


@ledger.no_differences
def appeals_know_of_every_version() -> ledger.Differences:
    """Beside each version stands for appeals who decided it and when, and against all that was taken down one may."""
    noted = and_(
        Moderation.id == Publication.id,
        Moderation.report_id == Publication.report_id,
        Moderation.number == Publication.number,
        Moderation.made_by == Publication.decided_by,
        Moderation.made_at == Publication.decided_at,
        or_(Moderation.is_against, Publication.is_shown),
    )
    return ledger.Differences(
        select(Publication.id).outerjoin(Moderation, noted).where(Moderation.id.is_(None)).order_by(Publication.id),
        "publication {id} is not noted for appeals as it was decided",
    )


CHECKS: tuple[ledger.Check, ...] = (
    the_guards_of_publications_stand,
    nothing_confidential_was_published,
    appeals_know_of_every_version,
)
