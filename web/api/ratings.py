"""Ratings: what reporters think of the work on their reports."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from listening import STARS_MAX, ReportRating, get_rating, rate, ratings_of
from people import Role
from reports import get_report
from web.api.calls import call_of, nobodys_call_of, once
from web.api.fields import Instant, Reply, Request, Text
from web.api.pages import page, page_of
from web.api.reports import SEE_REPORTS, blueprint
from web.auth import access, principal
from web.clock import now
from web.covered_texts import is_author, ratings_facts
from web.unit_of_work import reading


class RatingRequest(Request):
    """How the reporter finds what was done."""

    stars = fields.Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=STARS_MAX),
        metadata={"description": "4 and 5 count as satisfied."},
    )
    note = Text(load_default=None)


class RatingReply(Reply):
    """A rating of the work of the department that had the report when it was closed; never of a person."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    stars = fields.Integer(required=True)
    note = fields.String(required=True, allow_none=True)
    covered = fields.String(
        required=True, allow_none=True, metadata={"description": "Why the note is covered; then its author reads it."}
    )
    rated_at = Instant(required=True)


@blueprint.post("/reports/<uuid:report_id>/rating")
@access(Role.RESIDENT, by_code=True)
@blueprint.arguments(RatingRequest)
@blueprint.response(201, RatingReply)
def rate_one(asked: dict[str, Any], report_id: UUID) -> Any:
    """Rate, as the reporter and within 30 days of closure, how the report was dealt with; once for each closure."""
    call = call_of(asked) if principal().matter_id is None else nobodys_call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        rated = rate(
            session,
            report_id=report_id,
            stars=asked["stars"],
            note=asked["note"],
            by=principal(),
            now=now(),
            call=call,
        )
        return _told(session, [rated])[0]

    return once(call, make, lambda session, rating_id: _told(session, [get_rating(session, rating_id)])[0])


@blueprint.get("/reports/<uuid:report_id>/ratings")
@access(*SEE_REPORTS, by_code=True)
@blueprint.response(200, page_of(RatingReply))
def list_ratings(report_id: UUID) -> Any:
    """List a report's ratings, newest first, of which that one counts; to its reporter and the office."""

    def read(session: Session) -> dict[str, Any]:
        report = get_report(session, report_id, seen_by=principal())
        # Who joined it is one of many neighbours, and a rating is its reporter's.
        is_followed = principal().resident_id is not None and not is_author(report, principal())
        return page([] if is_followed else _told(session, ratings_of(session, report.id)), None)

    return reading(read)


def _told(session: Session, ratings: list[ReportRating]) -> list[dict[str, Any]]:
    if not ratings:
        return []
    report = get_report(session, ratings[0].report_id, seen_by=principal())
    return ratings_facts(session, report, ratings, principal())
