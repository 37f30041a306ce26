"""What the public sees of reports: an officer decides, text by text and photo by photo; adds its routes to reports'."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Length, Range
from sqlalchemy.orm import Session

from people import Role
from photos import BOXES_MAX, PHOTOS_MAX, WHOLE, Box
from publishing import (
    PUBLIC_TEXT_LENGTH_MAX,
    PhotoDecision,
    Publication,
    get_publication,
    photos_decided,
    publications_of,
    shown_of,
)
from reports import get_report, only_followed
from web.api.calls import REPLAYED, call_of
from web.api.fields import Flag, Instant, Reply, Request, Text
from web.api.pages import page, page_of
from web.api.report_steps import ReportReasonRequest
from web.api.reports import SEE_REPORTS, blueprint
from web.auth import access, principal
from web.publications import publish_once, take_down_once
from web.unit_of_work import reading


def _words(**options: Any) -> fields.String:
    """Return a text of several lines; the domain cleans it."""
    return fields.String(allow_none=True, validate=Length(min=1, max=PUBLIC_TEXT_LENGTH_MAX), **options)


def _thousandths(least: int) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=Range(min=least, max=WHOLE))


class BoxRequest(Request):
    """A box over a photo, in thousandths of its width and height, from its upper left corner."""

    left = _thousandths(0)
    top = _thousandths(0)
    width = _thousandths(1)
    height = _thousandths(1)


class PhotoDecisionRequest(Request):
    """What is decided about one photo of the report."""

    photo_id = fields.UUID(required=True)
    shown = Flag(required=True)
    boxes = fields.List(fields.Nested(BoxRequest), load_default=list, validate=Length(max=BOXES_MAX))


class PublicationRequest(Request):
    """What anybody may see from now on; what is null is withheld, and then there is a reason for the reporter."""

    text = _words(required=True, metadata={"description": "What was reported, without names, phones and plates."})
    answer = _words(load_default=None, metadata={"description": "What the department did, likewise."})
    photos = fields.List(
        fields.Nested(PhotoDecisionRequest),
        required=True,
        validate=Length(max=2 * PHOTOS_MAX),
        metadata={"description": "Each photo of the report, once."},
    )
    reason = Text(load_default=None, allow_none=True)
    covering_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Where the report's words are covered, the covering that you have seen: a text is then not"
            " published without it (409 `words_covered`, which names it)."
        },
    )
    seen_number = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=Range(min=0, max=2**31 - 1),
        metadata={
            "description": "The number of the version that you have seen, 0 for none: where another one counts by now,"
            " nothing is published (409 `publication_changed`). Without it, whichever counts is replaced."
        },
    )


class BoxReply(Reply):
    """A box over a photo, in thousandths of its width and height, from its upper left corner."""

    left = fields.Integer(required=True)
    top = fields.Integer(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)


class PhotoDecisionReply(Reply):
    """What was decided about one photo of the report."""

    photo_id = fields.UUID(required=True)
    shown = fields.Boolean(required=True)
    boxes = fields.List(fields.Nested(BoxReply), required=True)


class PublicationReply(Reply):
    """One version of what anybody may see of a report; the highest number counts."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    shown = fields.Boolean(required=True, metadata={"description": "False where all was taken down."})
    text = fields.String(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    photos = fields.List(fields.Nested(PhotoDecisionReply), required=True)
    reason = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True, metadata={"description": "Null to residents."})


@blueprint.post("/reports/<uuid:report_id>/publications")
@access(Role.SUPERVISOR)
@blueprint.arguments(PublicationRequest)
@blueprint.response(201, PublicationReply)
def publish_one(asked: dict[str, Any], report_id: UUID) -> Any:
    """Decide what anybody may see of a report, as a supervisor who had no other part in it; the last word counts."""
    return _shown(
        publish_once(
            report_id,
            text=asked["text"],
            answer=asked["answer"],
            photos=[_decision(each) for each in asked["photos"]],
            reason=asked["reason"],
            covering_id=asked["covering_id"],
            seen_number=asked["seen_number"],
            call=call_of(asked),
        )
    )


@blueprint.post("/reports/<uuid:report_id>/takedown")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportReasonRequest)
@blueprint.response(201, PublicationReply)
def take_one_down(asked: dict[str, Any], report_id: UUID) -> Any:
    """Take down the words and photos that are shown of a report, with a reason for its reporter."""
    return _shown(take_down_once(report_id, reason=asked["reason"], call=call_of(asked)))


@blueprint.get("/reports/<uuid:report_id>/publications")
@access(*SEE_REPORTS, by_code=True)
@blueprint.response(200, page_of(PublicationReply))
def list_publications(report_id: UUID) -> Any:
    """List what was decided about the publication of a report, the newest first, to whoever may see the report."""

    def read(session: Session) -> list[dict[str, Any]]:
        report = get_report(session, report_id, seen_by=principal())
        if not only_followed(session, [report], principal()):
            return _told(session, publications_of(session, report.id))
        # Who joined it sees what everybody sees, and only now; why not more is told to its reporter.
        return [each | {"reason": None} for each in _told(session, list(shown_of(session, [report.id]).values()))]

    return page(reading(read), None)


def _decision(asked: dict[str, Any]) -> PhotoDecision:
    return PhotoDecision(asked["photo_id"], asked["shown"], tuple(Box(**box) for box in asked["boxes"]))


def _shown(made: tuple[UUID, bool]) -> tuple[dict[str, Any], dict[str, str]]:
    made_id, is_replayed = made
    [told] = reading(lambda session: _told(session, [get_publication(session, made_id)]))
    return told, REPLAYED if is_replayed else {}


def _told(session: Session, found: Sequence[Publication]) -> list[dict[str, Any]]:
    decided = photos_decided(session, [each.id for each in found])
    # As with steps: what an officer did is told, and who that is to officers only.
    is_officer = principal().resident_id is None and principal().matter_id is None
    return [
        {
            "id": each.id,
            "report_id": each.report_id,
            "number": each.number,
            "shown": each.is_shown,
            "text": each.text,
            "answer": each.answer,
            "photos": [
                {"photo_id": photo.photo_id, "shown": photo.copy_id is not None, "boxes": photo.boxes}
                for photo in decided.get(each.id, [])
            ],
            "reason": each.reason,
            "decided_at": each.decided_at,
            "decided_by": each.decided_by if is_officer else None,
        }
        for each in found
    ]
