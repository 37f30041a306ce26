"""Call-backs: reporters of a random sample are asked by somebody who had no part in their report."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from listening import ToCall, answer_call_back, get_call_back, open_call_backs
from people import Role, get_resident, masked_name, masked_phone
from reports import covering_of
from web.api.calls import call_of, once
from web.api.fields import Flag, Instant, PageQuery, Reply, Request, Text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal
from web.clock import now
from web.secret_keys import phone_vault
from web.unit_of_work import reading

blueprint = ApiBlueprint(
    "call-backs", "Call-backs: reporters of a random sample are asked by somebody who had no part in their report."
)


class CallBackResultRequest(Request):
    """What the reporter said; of who was not reached neither of both."""

    reached = Flag(required=True)
    resolved = Flag(load_default=None, allow_none=True)
    satisfied = Flag(load_default=None, allow_none=True)
    note = Text(load_default=None)


class CallBackReply(Reply):
    """A call-back: about which report, whom to call, and what they said, which is null until somebody called."""

    id = fields.UUID(required=True, attribute="call_back.id")
    report_id = fields.UUID(required=True, attribute="report.id")
    number = fields.String(required=True, attribute="report.number")
    category = fields.String(required=True, attribute="report.category_code")
    description = fields.String(required=True, allow_none=True)
    covered = fields.String(required=True, allow_none=True, metadata={"description": "Why the description is covered."})
    unit = fields.String(required=True, attribute="report.unit_code")
    department = fields.String(required=True, attribute="closure.unit_code")
    closed_at = Instant(required=True, attribute="closure.made_at")
    resident_id = fields.UUID(required=True, attribute="report.resident_id")
    name = fields.String(required=True, metadata={"description": "Masked."})
    phone = fields.String(required=True, metadata={"description": "Masked."})
    drawn_at = Instant(required=True, attribute="call_back.drawn_at")
    reached = fields.Boolean(required=True, allow_none=True, attribute="call_back.is_reached")
    resolved = fields.Boolean(required=True, allow_none=True, attribute="call_back.is_resolved")
    satisfied = fields.Boolean(required=True, allow_none=True, attribute="call_back.is_satisfied")
    note = fields.String(required=True, allow_none=True, attribute="call_back.note")
    answered_by = fields.String(required=True, allow_none=True, attribute="call_back.answered_by")
    answered_at = Instant(required=True, allow_none=True, attribute="call_back.answered_at")


@blueprint.get("/call-backs")
@access(Role.SUPERVISOR, Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(CallBackReply))
def list_open(asked: dict[str, Any]) -> Any:
    """List the calls that somebody may make, newest first: in their subtree, of reports in which they had no part."""

    def read(session: Session) -> dict[str, Any]:
        found = open_call_backs(session, seen_by=principal(), limit=asked["limit"], before=id_cursor(asked["cursor"]))
        return page([_told(session, each) for each in found.items], found.next_before)

    return reading(read)


@blueprint.get("/call-backs/<uuid:call_back_id>")
@access(Role.SUPERVISOR)
@blueprint.response(200, CallBackReply)
def show(call_back_id: UUID) -> Any:
    """Show a call-back, made or not, to a supervisor of its place."""
    return reading(lambda session: _of_id(session, call_back_id))


@blueprint.post("/call-backs/<uuid:call_back_id>/result")
@access(Role.SUPERVISOR)
@blueprint.arguments(CallBackResultRequest)
@blueprint.response(201, CallBackReply)
def answer(asked: dict[str, Any], call_back_id: UUID) -> Any:
    """Write down what the reporter said, or that they were not reached; once."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        made = answer_call_back(
            session,
            call_back_id=call_back_id,
            is_reached=asked["reached"],
            is_resolved=asked["resolved"],
            is_satisfied=asked["satisfied"],
            note=asked["note"],
            by=principal(),
            now=now(),
            call=call,
        )
        return _told(session, made)

    return once(call, make, _of_id)


def _of_id(session: Session, call_back_id: UUID) -> dict[str, Any]:
    return _told(session, get_call_back(session, call_back_id, seen_by=principal()))


def _told(session: Session, found: ToCall) -> dict[str, Any]:
    if found.report.resident_id is None:
        raise LookupError("a call-back about a report that is nobody's")
    reporter = get_resident(session, found.report.resident_id)
    covering = covering_of(session, found.report.id)
    return {
        "call_back": found.call_back,
        "report": found.report,
        "closure": found.closure,
        "description": found.report.description if covering is None else None,
        "covered": None if covering is None else covering.reason,
        "name": masked_name(reporter.name),
        "phone": masked_phone(reporter, phone_vault()),
    }
