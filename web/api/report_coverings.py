"""Covering words that insult: others read why instead; supervisors can open them."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import reports
from listening import cover_rating
from people import Role
from reports import CoveredText, Covering, Function, get_covering, get_report, is_placed
from web.api.calls import call_of, once
from web.api.fields import Instant, Reply, Request, a_text
from web.api.reports import blueprint
from web.auth import access, principal, require
from web.clock import now
from web.covered_texts import covered_text
from web.unit_of_work import reading


class CoveringRequest(Request):
    """Which text, and why; the reason is shown instead of it, and its author reads it."""

    text = fields.Enum(CoveredText, by_value=True, required=True)
    text_id = fields.UUID(
        load_default=None, metadata={"description": "The join or the rating; not needed for the report's own text."}
    )
    reason = a_text()


class CoveringReply(Reply):
    """What is covered, why, and the words themselves, to supervisors who ask for them."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    text = fields.Enum(CoveredText, by_value=True, required=True, attribute="text_kind")
    text_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    made_at = Instant(required=True)


class OpenedReply(CoveringReply):
    """A covering with the words that it covers."""

    words = fields.String(required=True)


@blueprint.post("/reports/<uuid:report_id>/coverings")
@access(Role.SUPERVISOR)
@blueprint.arguments(CoveringRequest)
@blueprint.response(201, CoveringReply)
def cover(asked: dict[str, Any], report_id: UUID) -> Any:
    """Cover a text that insults: of the report, of somebody who joined it, or beside a rating."""
    call = call_of(asked)
    text_id = asked["text_id"] or report_id

    def make(session: Session) -> Covering:
        common: dict[str, Any] = {"reason": asked["reason"], "by": principal(), "now": now(), "call": call}
        if asked["text"] is CoveredText.RATING:
            return cover_rating(session, report_id=report_id, rating_id=text_id, **common)
        return reports.cover(session, report_id=report_id, text_kind=asked["text"], text_id=text_id, **common)

    return once(call, make, get_covering)


@blueprint.get("/reports/<uuid:report_id>/coverings/<uuid:covering_id>")
@access(Role.SUPERVISOR)
@blueprint.response(200, OpenedReply)
def show(report_id: UUID, covering_id: UUID) -> Any:
    """Show the words that are covered, to a supervisor of the report's place."""

    def read(session: Session) -> dict[str, Any]:
        report, covering = get_report(session, report_id, seen_by=principal()), get_covering(session, covering_id)
        require(covering.report_id == report.id and is_placed(session, report, principal(), Function.SUPERVISION))
        names = ("id", "report_id", "text_kind", "text_id", "reason", "made_at")
        return {name: getattr(covering, name) for name in names} | {"words": covered_text(session, report, covering)}

    return reading(read)
