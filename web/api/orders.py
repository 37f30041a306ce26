"""Orders: a till asks for an amount, whoever scans the order pays it; and payments at the plaque on a shop's door."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from merchants import get_merchant, merchant_by_code
from payments import (
    DESCRIPTION_LENGTH_MAX,
    OrderUnknownError,
    Redemption,
    RedemptionStatus,
    cancel_order,
    create_order,
    get_order,
    pay_at_merchant,
    pay_order,
    state_at,
)
from people import Role, get_resident
from web.api.calls import call_of, once
from web.api.fields import Flag, Instant, Reply, Request, Text, an_amount
from web.api.parsing import ApiBlueprint
from web.api.redemptions import RedemptionReply, attempted
from web.auth import access, principal
from web.clock import now
from web.pay_addresses import pay_url
from web.pins import checked_pin
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.qr_images import qr_png, qr_svg
from web.unit_of_work import in_transaction, reading

blueprint = ApiBlueprint("orders", "Orders: a till asks for an amount, and whoever scans it pays; plaques.")

_TILLS = (Role.TILL, Role.MERCHANT_OWNER)


class OrderRequest(Request):
    """An amount to be asked for, in minor units; the part in money is written down with it."""

    amount = an_amount(required=True)
    order_no = Text(required=True, length_max=64)
    description = Text(load_default="", length_max=DESCRIPTION_LENGTH_MAX, length_min=0)
    cash_amount = an_amount(least=0, load_default=0)


class OrderReply(Reply):
    """An order and how it stands with it. What only its shop may know is left out for others."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    merchant = fields.String(required=True)
    merchant_name = fields.String(required=True)
    amount = fields.Integer(required=True)
    cash_amount = fields.Integer(required=True)
    description = fields.String(required=True, allow_none=True)
    order_no = fields.String()
    pay_url = fields.String(metadata={"description": "What the order's QR image holds."})
    receipt_no = fields.String(allow_none=True)
    created_at = Instant()
    expires_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


class OrderPaymentRequest(Request):
    """The payer confirms; the PIN is asked for where a limit says so."""

    confirm_duplicate = Flag(load_default=False)
    pin = Text(length_max=100, load_only=True)


class PlaquePaymentRequest(OrderPaymentRequest):
    """An amount, in minor units, that the resident typed at a shop's plaque."""

    amount = an_amount(required=True)


class CancellationRequest(Request):
    """Nothing needs to be said."""


@blueprint.post("/orders")
@access(*_TILLS)
@blueprint.arguments(OrderRequest)
@blueprint.response(201, OrderReply)
def ask(asked: dict[str, Any]) -> Any:
    """Ask whoever scans the order for an amount; it waits for five minutes."""
    call = call_of(asked)
    merchant_id = principal().merchant_ids()[0]

    def make(session: Session) -> dict[str, Any]:
        order = create_order(
            session, merchant=get_merchant(session, merchant_id), actor=call.owner, now=now(), call=call, **asked
        )
        return _shown(session, order, to_shop=True)

    return once(call, make, lambda session, made_id: _shown(session, get_order(session, made_id), to_shop=True))


@blueprint.get("/orders/<uuid:order_id>")
@access(*_TILLS, Role.RESIDENT)
@blueprint.response(200, OrderReply)
def show(order_id: UUID) -> Any:
    """Show an order to its shop, to its payer, and to any resident while it waits for one."""
    return reading(lambda session: _shown(session, *_seen(session, order_id)))


@blueprint.get("/orders/<uuid:order_id>/qr.svg")
@access(*_TILLS)
@blueprint.response(200, content_type="image/svg+xml")
def show_svg(order_id: UUID) -> Response:
    """Show the address at which the order is paid as a QR image."""
    return Response(qr_svg(_own_pay_url(order_id)), content_type="image/svg+xml")


@blueprint.get("/orders/<uuid:order_id>/qr.png")
@access(*_TILLS)
@blueprint.response(200, content_type="image/png")
def show_png(order_id: UUID) -> Response:
    """Show the address at which the order is paid as a QR image."""
    return Response(qr_png(_own_pay_url(order_id)), content_type="image/png")


@blueprint.post("/orders/<uuid:order_id>/payment")
@access(Role.RESIDENT)
@blueprint.arguments(OrderPaymentRequest)
@blueprint.response(201, RedemptionReply)
def pay(asked: dict[str, Any], order_id: UUID) -> Any:
    """Pay an order that waits, with the caller's credits; it is paid once."""
    resident_id = _resident_id()
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = call_of({**asked, "pin": None})
    pin = checked_pin(resident_id, asked.get("pin"))
    attempt = in_transaction(
        lambda session: pay_order(
            session,
            order_id=order_id,
            resident=get_resident(session, resident_id),
            confirm_duplicate=asked["confirm_duplicate"],
            pin=pin,
            now=now(),
            call=call,
        )
    )
    return attempted(attempt)


@blueprint.post("/orders/<uuid:order_id>/cancellation")
@access(*_TILLS)
@blueprint.arguments(CancellationRequest)
@blueprint.response(200, OrderReply)
def cancel(asked: dict[str, Any], order_id: UUID) -> Any:
    """End an order that still waits; one that was cancelled before stays so."""
    call = call_of(asked)
    merchant_id = principal().merchant_ids()[0]

    def make(session: Session) -> dict[str, Any]:
        order = cancel_order(
            session, order_id=order_id, merchant_id=merchant_id, actor=call.owner, now=now(), call=call
        )
        return _shown(session, order, to_shop=True)

    return once(call, make, lambda session, made_id: _shown(session, get_order(session, made_id), to_shop=True))


@blueprint.post("/merchants/<code>/payments")
@access(Role.RESIDENT)
@blueprint.arguments(PlaquePaymentRequest)
@blueprint.response(201, RedemptionReply)
def pay_at_plaque(asked: dict[str, Any], code: str) -> Any:
    """Pay an amount at the plaque on a shop's door; what counts is the shop's list, not the payer's screen."""
    resident_id = _resident_id()
    call = call_of({**asked, "pin": None})
    pin = checked_pin(resident_id, asked.get("pin"))
    attempt = in_transaction(
        lambda session: pay_at_merchant(
            session,
            merchant=merchant_by_code(session, code),
            resident=get_resident(session, resident_id),
            amount=asked["amount"],
            confirm_duplicate=asked["confirm_duplicate"],
            pin=pin,
            now=now(),
            call=call,
        )
    )
    return attempted(attempt)


def _own_pay_url(order_id: UUID) -> str:
    order, to_shop = reading(lambda session: _seen(session, order_id))
    if not to_shop:
        raise ProblemError(NOT_FOUND)
    return pay_url(order.id)


def _seen(session: Session, order_id: UUID) -> tuple[Redemption, bool]:
    """Return an order, and whether its shop asks."""
    order = get_order(session, order_id)
    asking = principal()
    if asking.acts_for_merchant(order.merchant_id):
        return order, True
    is_payer = order.resident_id is not None and asking.is_resident(order.resident_id)
    waits = state_at(order, now()) is RedemptionStatus.AWAITING_PAYER and asking.resident_id is not None
    if not (is_payer or waits):
        raise OrderUnknownError(order_id)
    return order, False


def _resident_id() -> UUID:
    resident_id = principal().resident_id
    if resident_id is None:
        raise ProblemError(NOT_FOUND)
    return resident_id


def _shown(session: Session, order: Redemption, to_shop: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - as _seen returns it
    merchant = get_merchant(session, order.merchant_id)
    shown = {
        "id": order.id,
        "status": state_at(order, now()).value,
        "merchant": merchant.code,
        "merchant_name": merchant.name,
        "amount": order.amount,
        "cash_amount": order.cash_amount,
        "description": order.description,
        "expires_at": order.expires_at,
        "ended_at": order.ended_at,
    }
    if not to_shop:
        return shown
    return {**shown, "order_no": order.order_no, "pay_url": pay_url(order.id), "receipt_no": order.receipt_no}
