"""A resident pays from their own phone: the order that a till shows them as a QR image."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import payments
from ledger import lots, spendable
from merchants import get_merchant
from payments import Attempt, OrderUnknownError, RedemptionStatus, Refusal, get_order, state_at
from people import Role, get_resident
from web.auth import access
from web.clock import now, today
from web.pages.forms import Form
from web.pages.resident import receipt_url
from web.pages.times import local
from web.pages.viewer import resident_id
from web.pins import checked_pin
from web.problems import problem_of_refusal
from web.unit_of_work import in_transaction, reading

# Under no prefix: what stands in the QR image is short, so that old cameras read it.
blueprint = Blueprint("own_payments", __name__)

_PIN_REFUSALS = {Refusal.PIN_REQUIRED, Refusal.PIN_WRONG}


@blueprint.get("/pay/<uuid:order_id>")
@access(Role.RESIDENT)
def order(order_id: UUID) -> ResponseReturnValue:
    """Show to whom, how much and for what; or how the order ended."""
    return _order_page(order_id, Form())


@blueprint.post("/pay/<uuid:order_id>")
@access(Role.RESIDENT)
def pay(order_id: UUID) -> ResponseReturnValue:
    """Pay the order once; the same form again ends in the same outcome."""
    form = Form.posted_once("pin")
    payer_id, at = resident_id(), now()
    confirmed = request.form.get("confirm_duplicate") == "yes"
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = form.call(confirm_duplicate=confirmed)
    pin = checked_pin(payer_id, form.values.pop("pin"))

    def make(session: Session) -> Attempt:
        resident = get_resident(session, payer_id)
        return payments.pay_order(
            session, order_id=order_id, resident=resident, confirm_duplicate=confirmed, pin=pin, now=at, call=call
        )

    attempt = form.attempt(lambda: in_transaction(make))
    if attempt is None:
        return _order_page(order_id, form)
    refusal = attempt.redemption.refusal
    if refusal is None:
        return redirect(receipt_url(attempt.redemption.id), 303)
    form.refuse(problem_of_refusal(refusal.value))
    return _order_page(order_id, form, refusal=refusal, confirmed=confirmed)


def _order_page(
    order_id: UUID, form: Form, *, refusal: Refusal | None = None, confirmed: bool = False
) -> ResponseReturnValue:
    payer_id = resident_id()

    def read(session: Session) -> dict[str, Any]:
        found = get_order(session, order_id)
        state = state_at(found, now())
        is_mine = found.resident_id == payer_id
        if state is not RedemptionStatus.AWAITING_PAYER and not is_mine:
            # How an order of others ended is nobody's business; that it did, is.
            return {"order": None, "paid_url": None, "available": 0}
        resident = get_resident(session, payer_id)
        shown = {
            "merchant_name": get_merchant(session, found.merchant_id).name,
            "amount": found.amount,
            "cash_amount": found.cash_amount,
            "description": found.description,
            "expires_at": local(found.expires_at) if found.expires_at is not None else None,
        }
        return {
            "order": shown,
            "paid_url": receipt_url(found.id) if is_mine else None,
            "available": spendable(lots(session, resident.available_account_id), today=today()),
        }

    try:
        shown = reading(read)
    except OrderUnknownError:
        shown = {"order": None, "paid_url": None, "available": 0}
    if shown["paid_url"] is not None:
        return redirect(shown["paid_url"], 303)
    page = render_template(
        "resident/order.html",
        order_id=order_id,
        asks_for_pin=refusal in _PIN_REFUSALS,
        asks_again=refusal is Refusal.POSSIBLE_DUPLICATE,
        confirmed=confirmed,
        **form.context,
        **shown,
    )
    return _with_status(page, form.status if shown["order"] is not None else max(form.status, 404))


def _with_status(page: str, status: int) -> Response:
    return make_response(page, status)
