"""Appeals: reporters say once why a decision is wrong, and supervisors who had no part in the report decide."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import reports
from people import Role
from reports import Appeal, AppealSubject, appeals_waiting, get_appeal
from web.api.calls import call_of, nobodys_call_of, once
from web.api.fields import PageQuery, Request, a_text
from web.api.pages import id_cursor, page, page_of
from web.api.report_replies import AppealReply
from web.api.reports import blueprint
from web.auth import access, principal
from web.clock import now
from web.unit_of_work import reading


class AppealRequest(Request):
    """Against which decision about one's own report, and why.

    `rejection` and `withdrawal`: upheld, the report is decided about anew. `nothing_earned`: that whoever reported it
    works for the department that answers for it. `covering`: that a text of theirs is covered. `publication`: that
    something of it is withheld from the public, or taken down; upheld, it is decided about anew what the public sees.
    """

    subject = fields.Enum(AppealSubject, by_value=True, required=True)
    subject_id = fields.UUID(
        load_default=None, metadata={"description": "Which covering, where more than one text is covered."}
    )
    reason = a_text()


class AppealDecisionRequest(Request):
    """Whether the appeal is right, with the reason that its author reads."""

    decision = fields.String(required=True, validate=OneOf(["uphold", "dismiss"]))
    reason = a_text()


@blueprint.post("/reports/<uuid:report_id>/appeals")
@access(Role.RESIDENT, by_code=True)
@blueprint.arguments(AppealRequest)
@blueprint.response(201, AppealReply)
def appeal(asked: dict[str, Any], report_id: UUID) -> Any:
    """Appeal, as the reporter and within 15 days, against a decision; once against each."""
    call = call_of(asked) if principal().matter_id is None else nobodys_call_of(asked)

    def make(session: Session) -> Appeal:
        return reports.appeal(session, report_id=report_id, by=principal(), now=now(), call=call, **asked)

    return once(call, make, get_appeal)


@blueprint.post("/reports/<uuid:report_id>/appeals/<uuid:appeal_id>/decision")
@access(Role.SUPERVISOR)
@blueprint.arguments(AppealDecisionRequest)
@blueprint.response(201, AppealReply)
def decide(asked: dict[str, Any], report_id: UUID, appeal_id: UUID) -> Any:
    """Decide an appeal, as a supervisor who had no part in the report; upheld, it is put right at once."""
    call = call_of(asked)

    def make(session: Session) -> Appeal:
        return reports.decide_appeal(
            session,
            report_id=report_id,
            appeal_id=appeal_id,
            is_upheld=asked["decision"] == "uphold",
            note=asked["reason"],
            by=principal(),
            now=now(),
            call=call,
        )

    return once(call, make, get_appeal)


@blueprint.get("/appeals")
@access(Role.SUPERVISOR, Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(AppealReply))
def list_waiting(asked: dict[str, Any]) -> Any:
    """List the appeals that wait for the caller's decision, newest first."""
    before, limit = id_cursor(asked["cursor"]), asked["limit"]

    def read(session: Session) -> dict[str, Any]:
        found = appeals_waiting(session, seen_by=principal(), limit=limit + 1, newest_first=True, before=before)
        newest = [each for each, _report in found]
        return page(newest[:limit], newest[limit - 1].id if len(newest) > limit else None)

    return reading(read)
