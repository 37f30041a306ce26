"""The PIN at the till: the payer types it on the shop's device, for a payment that was refused without it.

Adds its routes to the till's.
"""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import payments
from payments import Redemption, Refusal, code_of, get_redemption
from people import get_resident, masked_name
from web.auth import access, require
from web.clock import now
from web.pages.forms import Form
from web.pages.till import blueprint, outcome_url
from web.pages.till_refusals import ASKED_FOR
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.pins import checked_pin
from web.problems import problem_of_refusal
from web.secret_keys import payment_code_secret
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading


@blueprint.get("/pins/<uuid:redemption_id>", endpoint="pin")
@access(*TILL_ROLES)
def ask_for_pin(redemption_id: UUID) -> ResponseReturnValue:
    """Ask the payer for their PIN."""
    return _page(redemption_id, Form())


@blueprint.post("/pins/<uuid:redemption_id>", endpoint="pay_with_pin")
@access(*TILL_ROLES)
def pay_with_pin(redemption_id: UUID) -> ResponseReturnValue:
    """Try the refused payment again with the PIN; it keeps the order's number, which the refusal freed."""
    form = Form.posted_once()
    refused = reading(lambda session: _refused(session, redemption_id))
    pin = request.form.get("pin", "")
    if not pin.strip():
        form.text("pin")
        return _page(redemption_id, form)
    # No PIN is remembered, not even as a hash of the call: it is short enough to be guessed from one.
    call = form.call()
    merchant_id, at = shop_id(), now()
    payer_id, code_id = refused.resident_id, refused.payment_code_id
    require(payer_id is not None and code_id is not None)
    checked = None if payer_id is None else checked_pin(payer_id, pin.strip())
    text = "" if code_id is None else code_of(code_id, payment_code_secret())
    in_transaction(
        lambda session: payments.redeem(
            session,
            merchant_id=merchant_id,
            actor=call.owner,
            code=text,
            amount=refused.amount,
            cash_amount=refused.cash_amount,
            order_no=refused.order_no,
            # Whether the same sum was meant was asked before the PIN was.
            confirm_duplicate=True,
            pin=checked,
            now=at,
            grace_days=current_settings().grace_days,
            call=call,
        )
    )
    return redirect(outcome_url(refused.order_no), 303)


def _refused(session: Session, redemption_id: UUID) -> Redemption:
    found = get_redemption(session, redemption_id)
    require(found.merchant_id in shop_ids() and found.merchant_id == shop_id() and found.refusal in ASKED_FOR)
    return found


def _page(redemption_id: UUID, form: Form) -> Response:
    def read(session: Session) -> dict[str, object]:
        found = _refused(session, redemption_id)
        payer = "" if found.resident_id is None else masked_name(get_resident(session, found.resident_id).name)
        return {"amount": found.amount, "cash_amount": found.cash_amount, "payer": payer, "refused": found}

    shown = reading(read)
    refused = shown.pop("refused")
    refusal = None
    if isinstance(refused, Redemption) and refused.refusal is Refusal.PIN_WRONG:
        refusal = problem_of_refusal(Refusal.PIN_WRONG.value)
    page = render_template(
        "till/pin.html",
        action=url_for("till.pay_with_pin", redemption_id=redemption_id),
        **shown,
        **{**form.context, "refusal": refusal},
    )
    return make_response(page, form.status)
