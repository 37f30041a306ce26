"""Printed sheets of codes: each slip is set aside from the start, pays once, and comes back when the sheet is lost."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from cards import SLIPS_MAX, CodeSheet, get_sheet, issue_sheet, list_sheets, revoke_sheet, slips_of
from payments import code_of
from people import Role
from web.api.calls import call_of, once
from web.api.cards import blueprint
from web.api.fields import Day, Instant, PageQuery, Reply, Request, a_text, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.secret_keys import payment_code_secret
from web.settings import current_settings
from web.unit_of_work import reading


class SheetRequest(Request):
    """A sheet to be issued: so many slips, each of so many minor units, good through a day."""

    count = fields.Integer(required=True, strict=True, validate=Range(min=1, max=SLIPS_MAX))
    worth = an_amount(required=True)
    until = Day(
        load_default=None,
        metadata={"description": "Without it, the first last day of what is set aside, in a year at most."},
    )


class RevocationRequest(Request):
    """Why a sheet is revoked."""

    reason = a_text()


class SlipReply(Reply):
    """One slip: `worth` is set aside for it until it is used or comes back; its code is told once, with the sheet."""

    number = fields.Integer(required=True)
    code = fields.String()
    worth = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"description": "`open`, `captured`, `voided` or `expired`."})
    used_at = Instant(required=True, allow_none=True)


class SheetReply(Reply):
    """A sheet with its slips."""

    id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    count = fields.Integer(required=True)
    worth = fields.Integer(required=True)
    until = Day(required=True)
    issued_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)
    slips = fields.List(fields.Nested(SlipReply), required=True)


@blueprint.post("/residents/<uuid:resident_id>/code-sheets")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(SheetRequest)
@blueprint.response(201, SheetReply)
def issue_some(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Set credits of a resident aside as a sheet of single-use codes."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        made = issue_sheet(
            session,
            resident_id=resident.id,
            count=asked["count"],
            worth=asked["worth"],
            until=asked["until"],
            secret=payment_code_secret(),
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _shown(session, made, with_codes=True)

    return once(call, make, lambda session, made_id: _shown(session, get_sheet(session, made_id)))


@blueprint.get("/residents/<uuid:resident_id>/code-sheets")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(SheetReply))
def list_sheets_of_resident(asked: dict[str, Any], resident_id: UUID) -> Any:
    """List the sheets that a resident ever had, newest first."""

    def read(session: Session) -> dict[str, Any]:
        limit, before = asked["limit"], id_cursor(asked["cursor"])
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        found = list_sheets(session, resident_id=resident.id, limit=limit + 1, before=before)
        items = [_shown(session, each) for each in found[:limit]]
        return page(items, found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/code-sheets/<uuid:sheet_id>")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.response(200, SheetReply)
def show_sheet(sheet_id: UUID) -> Any:
    """Show a sheet to its owner and to the office."""
    return reading(lambda session: _shown(session, _seen(session, sheet_id)))


@blueprint.post("/code-sheets/<uuid:sheet_id>/revocation")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(RevocationRequest)
@blueprint.response(200, SheetReply)
def revoke(asked: dict[str, Any], sheet_id: UUID) -> Any:
    """Revoke a lost sheet: what is unused of it returns to the resident's lots."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        sheet = _seen(session, sheet_id)
        made = revoke_sheet(
            session,
            sheet_id=sheet.id,
            reason=asked["reason"],
            actor=principal().actor,
            now=now(),
            grace_days=current_settings().grace_days,
            call=call,
        )
        return _shown(session, made)

    return once(call, make, lambda session, made_id: _shown(session, get_sheet(session, made_id)))


def _seen(session: Session, sheet_id: UUID) -> CodeSheet:
    sheet = get_sheet(session, sheet_id)
    resident_seen(session, sheet.resident_id, Role.ADMINISTRATOR)
    return sheet


def _shown(session: Session, sheet: CodeSheet, *, with_codes: bool = False) -> dict[str, Any]:
    slips = [
        {
            "number": slip.number,
            "worth": slip.worth,
            "paid": slip.paid,
            "state": slip.state.value,
            "used_at": slip.used_at,
            **({"code": code_of(slip.payment_code_id, payment_code_secret())} if with_codes else {}),
        }
        for slip in slips_of(session, [sheet.id])[sheet.id]
    ]
    return {
        "id": sheet.id,
        "resident_id": sheet.resident_id,
        "count": sheet.count,
        "worth": sheet.worth,
        "until": sheet.valid_until,
        "issued_at": sheet.issued_at,
        "revoked_at": sheet.revoked_at,
        "slips": slips,
    }
