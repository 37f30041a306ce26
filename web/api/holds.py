"""What a resident has set aside, for how long, and how it ended."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from holds import Hold, list_holds
from people import Role
from web.api.fields import Instant, PageQuery, Reply
from web.api.pages import id_cursor, page, page_of
from web.api.residents import blueprint
from web.api.seen import resident_seen
from web.auth import access
from web.unit_of_work import reading


class HoldReply(Reply):
    """Credits set aside: `left` is held now, `captured` was paid to somebody, `returned` came back."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"description": "open, captured, voided or expired."})
    amount = fields.Integer(required=True)
    left = fields.Integer(required=True)
    captured = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    purpose = fields.String(required=True)
    placed_at = Instant(required=True)
    expires_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    entry_id = fields.UUID(required=True)


@blueprint.get("/residents/<uuid:resident_id>/holds")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(HoldReply))
def show_holds(asked: dict[str, Any], resident_id: UUID) -> Any:
    """List what a resident has or had set aside, newest first."""

    def read(session: Session) -> dict[str, Any]:
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        found = list_holds(
            session,
            available=resident.available_account_id,
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page([_shown(hold) for hold in found.items], found.next_before)

    return reading(read)


def _shown(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "state": hold.state.value,
        "amount": hold.amount,
        "left": hold.left,
        "captured": hold.captured_total,
        "returned": hold.returned,
        "purpose": hold.purpose,
        "placed_at": hold.placed_at,
        "expires_at": hold.expires_at,
        "ended_at": hold.ended_at,
        "entry_id": hold.entry_id,
    }
