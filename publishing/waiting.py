"""What waits for a decision about its publication, oldest first."""

from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from people import Principal
from photos import Photo
from publishing.model import Publication, PublicationPhoto
from publishing.versions import PUBLISHABLE, is_newest, is_overtaken
from reports import (
    WORK_DONE,
    Appeal,
    Function,
    Report,
    ReportStep,
    had_no_other_part,
    may_be_public,
    placed,
)


def publications_waiting(
    session: Session, *, seen_by: Principal, limit: int = 50, after: UUID | None = None
) -> list[Report]:
    """Return the reports about which somebody may decide what the public sees, oldest first, `after` one of them.

    Nobody has looked at them yet, or at what came since: a photo, what a department did, or that the words were covered
    or the report began anew. So do those whose reporter appealed against what is withheld, and was right. What else was
    taken down waits for nobody.
    """
    query = (
        select(Report)
        .where(
            Report.status.in_(PUBLISHABLE),
            may_be_public(),
            placed(seen_by, Function.SUPERVISION),
            had_no_other_part(seen_by, Function.SUPERVISION),
            or_(_is_undecided(), _has_something_new()),
        )
        .order_by(Report.submitted_at, Report.id)
        .limit(limit)
    )
    if after is not None and (last := session.get(Report, after)) is not None:
        came = Report.submitted_at
        query = query.where(came >= last.submitted_at, or_(came > last.submitted_at, Report.id > last.id))
    return list(session.scalars(query))


@cache
def _is_undecided() -> ColumnElement[bool]:
    return ~select(Publication.id).where(Publication.report_id == Report.id).correlate(Report).exists()


@cache
def _has_something_new() -> ColumnElement[bool]:
    decided = select(PublicationPhoto.photo_id).where(PublicationPhoto.publication_id == Publication.id)
    photo = select(Photo.id).where(Photo.matter_id == Report.id, Photo.id.not_in(decided.correlate(Publication)))
    answer = select(ReportStep.id).where(
        ReportStep.report_id == Report.id,
        ReportStep.kind.in_(WORK_DONE),
        ReportStep.made_at > Publication.decided_at,
    )
    upheld = select(Appeal.id).where(Appeal.subject_id == Publication.id, Appeal.is_upheld.is_(True))
    is_behind = and_(
        Publication.is_shown,
        or_(
            photo.correlate(Report, Publication).exists(),
            answer.correlate(Report, Publication).exists(),
            is_overtaken(),
        ),
    )
    is_stale = and_(
        Publication.report_id == Report.id,
        is_newest(),
        or_(is_behind, upheld.correlate(Publication).exists()),
    )
    return select(Publication.id).where(is_stale).correlate(Report).exists()
