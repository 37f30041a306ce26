"""Limits on payments, which the office sets, and residents' PINs."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Range
from sqlalchemy.orm import Session

from ledger import remember_call
from people import Role, get_resident, get_unit
from safeguards import (
    PaymentLimits,
    PaymentLimitsSet,
    clear_pin,
    get_payment_limits,
    list_payment_limits,
    pin_state,
    set_payment_limits,
    set_pin,
)
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, Text, a_text, an_amount
from web.api.pages import page_of, page_of_versions
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, require
from web.clock import now
from web.pins import hashed_pin
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

blueprint = ApiBlueprint("payment_limits", "Limits on payments: none until the office sets them; and residents' PINs.")

_DAY_S, _COUNT_MAX, _REFUND_DAYS_MAX = 86_400, 10_000, 3_650


def _cents(description: str, *, least: int = 1) -> fields.Integer:
    return an_amount(required=True, allow_none=True, least=least, metadata={"description": description})


def _number(description: str, *, least: int, most: int) -> fields.Integer:
    return fields.Integer(
        required=True,
        allow_none=True,
        strict=True,
        validate=Range(min=least, max=most),
        metadata={"description": description},
    )


class PaymentLimitsRequest(Request):
    """All limits anew; null is none. Amounts are in minor units, days those of the community."""

    per_payment = _cents("One payment.")
    per_day = _cents("What one resident spends in a day, without what was refunded.")
    per_day_at_merchant = _cents("The same at one merchant.")
    per_day_of_cashier = _cents("What one cashier or till takes in a day, refunded or not.")
    pin_above_amount = _cents("A payment above this asks for the payer's PIN.", least=0)
    pin_above_count = _number("After so many payments of a day the next asks for the PIN.", least=0, most=_COUNT_MAX)
    duplicate_within_s = _number(
        "The same sum by the same resident at the same till within so many seconds is to be confirmed.",
        least=1,
        most=_DAY_S,
    )
    refund_within_days = _number(
        "A payment is refunded until so many days after its own.", least=1, most=_REFUND_DAYS_MAX
    )


class PaymentLimitsReply(Reply):
    """One version of the limits; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    per_payment = fields.Integer(required=True, allow_none=True)
    per_day = fields.Integer(required=True, allow_none=True)
    per_day_at_merchant = fields.Integer(required=True, allow_none=True)
    per_day_of_cashier = fields.Integer(required=True, allow_none=True)
    pin_above_amount = fields.Integer(required=True, allow_none=True)
    pin_above_count = fields.Integer(required=True, allow_none=True)
    duplicate_within_s = fields.Integer(required=True, allow_none=True)
    refund_within_days = fields.Integer(required=True, allow_none=True)
    set_at = Instant(required=True)


class PinRequest(Request):
    """A new PIN of six digits, in place of an older or locked one."""

    pin = Text(required=True, length_max=100, load_only=True)


class PinReply(Reply):
    """How it stands with a resident's PIN: `not_set`, `set` or `locked`; never the PIN."""

    state = fields.String(required=True)


class PinClearingRequest(Request):
    """Why a resident's PIN is taken away."""

    reason = a_text()


@blueprint.post("/payment-limits")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(PaymentLimitsRequest)
@blueprint.response(201, PaymentLimitsReply)
def set_some(asked: dict[str, Any]) -> Any:
    """Set the limits from now on, as their next version; until they are set, there are none."""
    call = call_of(asked)

    def make(session: Session) -> PaymentLimitsSet:
        return set_payment_limits(session, limits=PaymentLimits(**asked), actor=principal().actor, now=now(), call=call)

    return once(call, make, get_payment_limits)


@blueprint.get("/payment-limits")
@access(Role.ADMINISTRATOR, Role.AUDITOR, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(PaymentLimitsReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List all versions of the limits, newest first."""
    return reading(lambda session: page_of_versions(list_payment_limits(session), asked))


@blueprint.get("/payment-limits/<uuid:limits_id>")
@access(Role.ADMINISTRATOR, Role.AUDITOR, everywhere=True)
@blueprint.response(200, PaymentLimitsReply)
def show(limits_id: UUID) -> Any:
    """Show one version of the limits."""
    return reading(lambda session: get_payment_limits(session, limits_id))


@blueprint.get("/pin")
@access(Role.RESIDENT)
@blueprint.response(200, PinReply)
def show_pin() -> Any:
    """Say whether the caller has a PIN for payments, and whether it is locked."""
    return reading(lambda session: {"state": pin_state(session, resident_id=_resident_id())})


@blueprint.post("/pin")
@access(Role.RESIDENT)
@blueprint.arguments(PinRequest)
@blueprint.response(201, PinReply)
def choose_pin(asked: dict[str, Any]) -> Any:
    """Give oneself a PIN for payments, in place of an older or locked one."""
    resident_id = _resident_id()
    # No PIN is remembered, not even as a hash of the call: it is short enough to be guessed from one.
    call = call_of({})
    pin_hash = hashed_pin(resident_id, asked["pin"])

    def make(session: Session) -> dict[str, Any]:
        set_pin(session, resident_id=resident_id, pin_hash=pin_hash, actor=principal().actor, now=now(), call=call)
        return {"state": pin_state(session, resident_id=resident_id)}

    return once(call, make, lambda session, _made_id: {"state": pin_state(session, resident_id=resident_id)})


@blueprint.post("/residents/<uuid:resident_id>/pin-clearing")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(PinClearingRequest)
@blueprint.response(200, PinReply)
def take_pin_away(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Take away the PIN of a resident who proved who they are, locked or not: they choose a new one."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        unit = get_unit(session, get_resident(session, resident_id).unit_code)
        require(principal().may(Role.ADMINISTRATOR, unit_path=unit.path))
        clear_pin(session, resident_id=resident_id)
        remember_call(session, call, made_id=resident_id, now=now())
        return {"state": pin_state(session, resident_id=resident_id)}

    return once(call, make, lambda session, _made_id: {"state": pin_state(session, resident_id=resident_id)})


def _resident_id() -> UUID:
    resident_id = principal().resident_id
    if resident_id is None:
        raise ProblemError(NOT_FOUND)
    return resident_id
