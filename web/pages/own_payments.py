"""A resident pays from their own phone: the order that a till shows them as a QR image."""

from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import payments
from ledger import lots, spendable
from merchants import get_merchant
from payments import Attempt, OrderUnknownError, RedemptionStatus, get_order, state_at
from people import Role, get_resident
from web.auth import access
from web.clock import now, today
from web.pages.forms import Form
from web.pages.paying import Confirmed, asked_besides, pay_by_form
from web.pages.resident import receipt_url
from web.pages.times import local
from web.pages.viewer import resident_id
from web.unit_of_work import reading

# Under no prefix: what stands in the QR image is short, so that old cameras read it.
blueprint = Blueprint("own_payments", __name__)


@blueprint.get("/pay/<uuid:order_id>")
@access(Role.RESIDENT)
def order(order_id: UUID) -> ResponseReturnValue:
    """Show to whom, how much and for what; or how the order ended."""
    return _order_page(order_id, Form())


@blueprint.post("/pay/<uuid:order_id>")
@access(Role.RESIDENT)
def pay(order_id: UUID) -> ResponseReturnValue:
    """Pay the order once; the same form again ends in the same outcome."""
    form, at = Form.posted_once("pin"), now()

    def make(session: Session, asked: Confirmed) -> Attempt:
        return payments.pay_order(
            session,
            order_id=order_id,
            resident=asked.resident,
            confirm_duplicate=asked.confirm_duplicate,
            pin=asked.pin,
            now=at,
            call=asked.call,
        )

    attempt = pay_by_form(form, make)
    if attempt is not None and attempt.redemption.refusal is None:
        return redirect(receipt_url(attempt.redemption.id), 303)
    return _order_page(order_id, form, attempt)


def _order_page(order_id: UUID, form: Form, attempt: Attempt | None = None) -> ResponseReturnValue:
    payer_id = resident_id()
    nothing = {"order": None, "paid_url": None, "available": 0}

    def read(session: Session) -> dict[str, Any]:
        found = get_order(session, order_id)
        is_mine = found.resident_id == payer_id
        if state_at(found, now()) is not RedemptionStatus.AWAITING_PAYER and not is_mine:
            # How an order of others ended is nobody's business; that it did, is.
            return nothing
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
        shown = nothing
    if shown["paid_url"] is not None:
        return redirect(shown["paid_url"], 303)
    page = render_template(
        "resident/order.html",
        order_id=order_id,
        **asked_besides(None if attempt is None else attempt.redemption.refusal),
        **form.context,
        **shown,
    )
    return make_response(page, form.status if shown["order"] is not None else max(form.status, 404))
