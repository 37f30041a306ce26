"""Payments in which an officer helps a resident who has no smartphone, and how much of that there may be in a day."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from cards import (
    AssistanceCaps,
    AssistedPayment,
    assisted_payment_of,
    get_assistance_caps,
    list_assistance_caps,
    list_assisted,
    pay_for_resident,
    set_assistance_caps,
)
from people import Role
from web.api.calls import call_of, once
from web.api.cards import blueprint
from web.api.fields import Instant, PageQuery, Reply, Request, Text, an_amount
from web.api.pages import id_cursor, page, page_of, page_of_versions
from web.api.redemptions import RedemptionReply, attempted
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.pins import checked_pin
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import in_transaction, reading


class AssistanceCapsRequest(Request):
    """How many minor units a day one officer may pay for others, and may be paid for one resident."""

    per_officer = an_amount(required=True)
    per_resident = an_amount(required=True)


class AssistanceCapsReply(Reply):
    """One version of the caps; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    per_officer = fields.Integer(required=True)
    per_resident = fields.Integer(required=True)
    set_at = Instant(required=True)


class AssistedPaymentRequest(Request):
    """For whom an order is paid; whoever has a PIN types it."""

    resident_id = fields.UUID(required=True)
    pin = Text(length_max=100, load_only=True)


class AssistedPaymentReply(Reply):
    """Who helped with a payment, and what proved it: the resident's `pin`, or the `shop` alone where they have none."""

    redemption_id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    officer = fields.String(required=True)
    amount = fields.Integer(required=True)
    proved_by = fields.String(required=True)
    made_at = Instant(required=True)


@blueprint.post("/assistance-caps")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(AssistanceCapsRequest)
@blueprint.response(201, AssistanceCapsReply)
def set_caps(asked: dict[str, Any]) -> Any:
    """Set the caps from now on; until they are set, nobody may help to pay."""
    call = call_of(asked)

    def make(session: Session) -> AssistanceCaps:
        return set_assistance_caps(session, **asked, actor=principal().actor, now=now(), call=call)

    return once(call, make, _caps)


@blueprint.get("/assistance-caps")
@access(Role.ADMINISTRATOR, Role.AUDITOR, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(AssistanceCapsReply))
def list_caps(asked: dict[str, Any]) -> Any:
    """List all versions of the caps, newest first."""
    return reading(lambda session: page_of_versions(list_assistance_caps(session), asked))


@blueprint.get("/assistance-caps/<uuid:caps_id>")
@access(Role.ADMINISTRATOR, Role.AUDITOR, everywhere=True)
@blueprint.response(200, AssistanceCapsReply)
def show_caps(caps_id: UUID) -> Any:
    """Show one version of the caps."""
    return reading(lambda session: _caps(session, caps_id))


@blueprint.post("/orders/<uuid:order_id>/assisted-payment")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(AssistedPaymentRequest)
@blueprint.response(201, RedemptionReply)
def help_to_pay(asked: dict[str, Any], order_id: UUID) -> Any:
    """Pay an order that waits for a resident of the officer's units who is present."""
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = call_of({"resident_id": asked["resident_id"]})
    resident_id = reading(lambda session: resident_seen(session, asked["resident_id"], Role.ADMINISTRATOR).id)
    pin = checked_pin(resident_id, asked.get("pin"))
    attempt = in_transaction(
        lambda session: pay_for_resident(
            session, order_id=order_id, resident_id=resident_id, by=principal(), pin=pin, now=now(), call=call
        )
    )
    return attempted(attempt)


@blueprint.get("/assisted-payments")
@access(Role.ADMINISTRATOR, Role.AUDITOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(AssistedPaymentReply))
def list_helped(asked: dict[str, Any]) -> Any:
    """List payments in which officers helped, newest first: all to the whole tree's, their own to others."""

    def read(session: Session) -> dict[str, Any]:
        asking, limit = principal(), asked["limit"]
        sees_all = asking.may_everywhere(Role.ADMINISTRATOR, Role.AUDITOR)
        officer, before = None if sees_all else asking.actor, id_cursor(asked["cursor"])
        found = list_assisted(session, officer=officer, limit=limit + 1, before=before)
        return page([_shown(each) for each in found[:limit]], found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/redemptions/<uuid:redemption_id>/assistance")
@access(Role.ADMINISTRATOR, Role.AUDITOR, Role.RESIDENT)
@blueprint.response(200, AssistedPaymentReply)
def show_helped(redemption_id: UUID) -> Any:
    """Show who helped with a payment, to its payer and the office."""

    def read(session: Session) -> dict[str, Any]:
        found = assisted_payment_of(session, redemption_id)
        if not principal().may_everywhere(Role.AUDITOR):
            resident_seen(session, found.resident_id, Role.ADMINISTRATOR)
        return _shown(found)

    return reading(read)


def _caps(session: Session, caps_id: UUID) -> AssistanceCaps:
    found = get_assistance_caps(session, caps_id)
    if found is None:
        raise ProblemError(NOT_FOUND)
    return found


def _shown(found: AssistedPayment) -> dict[str, Any]:
    return {
        "redemption_id": found.redemption_id,
        "resident_id": found.resident_id,
        "officer": found.officer,
        "amount": found.amount,
        "proved_by": found.proved_by.value,
        "made_at": found.made_at,
    }
