"""Notices: what happened about the reports that somebody follows, or that their unit has to do with."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from notices import Notice, get_notice, list_notices, mark_read
from people import Role
from reports import numbers_of
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.reports import SEE_REPORTS
from web.auth import access, principal
from web.clock import now
from web.notices_shown import sentence
from web.unit_of_work import reading

blueprint = ApiBlueprint("notices", "Notices: what happened about reports, for those whom it concerns.")

# Whoever may be told of something.
_READERS = (Role.RESIDENT, Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER)


class NoticeQuery(PageQuery):
    """Which notices are asked for."""

    unread = fields.Boolean(load_default=False, metadata={"description": "true: only what is not read."})


class NoticeReadingRequest(Request):
    """Nothing is said besides."""


class NoticeReply(Reply):
    """One notice, in the language of whoever asks; `unit` and `role` where it is to those who have a role in a unit."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "What happened; there may be new ones."})
    report_id = fields.UUID(required=True)
    number = fields.String(required=True)
    text = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    read_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "Of a unit's notice, when the first of its officers read it."},
    )


@blueprint.get("/notices")
@access(*SEE_REPORTS)
@blueprint.arguments(NoticeQuery, location="query")
@blueprint.response(200, page_of(NoticeReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List one's own notices, newest first: a resident's, or those to one's roles in the units of one's subtree."""

    def read(session: Session) -> dict[str, Any]:
        found = list_notices(
            session,
            seen_by=principal(),
            is_unread=asked["unread"],
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        numbers = numbers_of(session, {each.matter_id for each in found.items})
        return page([_told(each, numbers[each.matter_id]) for each in found.items], found.next_before)

    return reading(read)


@blueprint.get("/notices/<uuid:notice_id>")
@access(*_READERS)
@blueprint.response(200, NoticeReply)
def show(notice_id: UUID) -> Any:
    """Show a notice of one's own."""
    return reading(lambda session: _of_id(session, notice_id))


@blueprint.post("/notices/<uuid:notice_id>/reading")
@access(*_READERS)
@blueprint.arguments(NoticeReadingRequest)
@blueprint.response(201, NoticeReply)
def mark(asked: dict[str, Any], notice_id: UUID) -> Any:
    """Say that a notice was read."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        read = mark_read(session, notice_id=notice_id, by=principal(), now=now(), call=call)
        return _of_id(session, read.id)

    return once(call, make, _of_id)


def _of_id(session: Session, notice_id: UUID) -> dict[str, Any]:
    notice = get_notice(session, notice_id, seen_by=principal())
    return _told(notice, numbers_of(session, [notice.matter_id])[notice.matter_id])


def _told(notice: Notice, number: str) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "report_id": notice.matter_id,
        "number": number,
        "text": sentence(notice.kind, number),
        "unit": notice.unit_code,
        "role": notice.role,
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }
