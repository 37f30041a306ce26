"""Caps: what reports can earn one person at most in a day and in a month."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from earnings import EarningCaps, EarningCapsSet, get_caps, list_caps, set_caps
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, an_amount
from web.api.pages import page_of, page_of_versions
from web.api.parsing import ApiBlueprint
from web.auth import access, principal
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("award_caps", "Caps: what reports can earn one person at most.")


class CapsRequest(Request):
    """What one person can earn at most, in minor units; null is no cap."""

    per_day = an_amount(required=True, allow_none=True)
    per_month = an_amount(required=True, allow_none=True)


class CapsReply(Reply):
    """One version of the caps; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    per_day = fields.Integer(required=True, allow_none=True)
    per_month = fields.Integer(required=True, allow_none=True)
    set_at = Instant(required=True)


@blueprint.post("/award-caps")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(CapsRequest)
@blueprint.response(201, CapsReply)
def set_some(asked: dict[str, Any]) -> Any:
    """Set the caps from now on, as their next version; until they are set, there are none."""
    call = call_of(asked)

    def make(session: Session) -> EarningCapsSet:
        caps = EarningCaps(asked["per_day"], asked["per_month"])
        return set_caps(session, caps=caps, actor=principal().actor, now=now(), call=call)

    return once(call, make, get_caps)


@blueprint.get("/award-caps")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(CapsReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List all versions of the caps, newest first."""
    return reading(lambda session: page_of_versions(list_caps(session), asked))


@blueprint.get("/award-caps/<uuid:caps_id>")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.response(200, CapsReply)
def show(caps_id: UUID) -> Any:
    """Show one version of the caps."""
    return reading(lambda session: get_caps(session, caps_id))
