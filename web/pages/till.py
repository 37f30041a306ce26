"""The till: being paid in credits once, whatever the network does."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import payments
import tills
from ledger import KeyReusedError
from merchants import get_merchant
from payments import Attempt, Refusal, normal_code, takings, waiting_orders
from web.auth import access, principal
from web.clock import begin_of, end_of, now, today
from web.code_guesses import check_may_try_codes, note_refusal
from web.pages.forms import Form, minor_units
from web.pages.funds_shown import fund_names
from web.pages.shops_shown import shop_view, standing_today
from web.pages.till_arrivals import arriving
from web.pages.till_blueprint import (
    blueprint,
    check_shop_named,
    new_order_no,
    outcome_url,
    payment_url,
    posted_order_no,
    typed_cash,
)
from web.pages.till_outcomes import refused_page
from web.pages.till_retries import note_attempt
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id
from web.pins import checked_pin_of_code
from web.problems import Problem, ProblemError, problem_of, problem_of_refusal
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading

_WAITING_SHOWN = 3
_FIELDS = ("amount", "cash_amount", "code")


@blueprint.get("")
@access(*TILL_ROLES)
def pay() -> ResponseReturnValue:
    """Show the till with a number and a key for the next payment."""
    typed = {name: request.args.get(name, "") for name in ("amount", "cash_amount")}
    return till_page(Form({name: text if minor_units(text) else "" for name, text in typed.items()}), new_order_no())


@blueprint.post("/redemptions")
@access(*TILL_ROLES)
def redeem() -> ResponseReturnValue:
    """Take one payment; the same form again ends in the same outcome."""
    form = Form.posted_once(*_FIELDS)
    typed_pin = request.form.get("pin", "")
    check_shop_named()
    order_no = posted_order_no()
    amount, cash_amount = form.amount(), typed_cash(form)
    if not form.values["code"].strip():
        form.wrong("code", _("Scan the resident's code, or type it."))
    if not form.is_right:
        return till_page(form, order_no)
    code = normal_code(form.values["code"])
    confirmed = request.form.get("confirm_duplicate") == "yes"
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = form.call(order_no=order_no, amount=amount, cash_amount=cash_amount, code=code, confirm_duplicate=confirmed)
    merchant_id, at = shop_id(), now()
    pin = checked_pin_of_code(code, typed_pin)
    try:
        check_may_try_codes(call.owner)
        attempt = in_transaction(
            lambda session: payments.redeem(
                session,
                merchant_id=merchant_id,
                actor=call.owner,
                code=code,
                amount=amount,
                cash_amount=cash_amount,
                order_no=order_no,
                confirm_duplicate=confirmed,
                pin=pin,
                now=at,
                grace_days=current_settings().grace_days,
                call=call,
            )
        )
    except (KeyReusedError, ProblemError) as error:
        return refused_page(order_no, problem_of(error), amount), 409
    if not attempt.replayed:
        note_refusal(call.owner, attempt.redemption.refusal)
    if attempt.redemption.refusal == Refusal.ORDER_NO_USED:
        return refused_page(order_no, _order_no_used(attempt), amount), 409
    note_attempt(attempt.redemption, code, confirmed=confirmed)
    return redirect(outcome_url(order_no), 303)


def till_page(form: Form, order_no: str) -> Response:
    """Show the till with what was typed."""

    def read(session: Session) -> dict[str, Any]:
        merchant = get_merchant(session, shop_id())
        day = takings(session, merchant_id=merchant.id, since=begin_of(today()), until=end_of(today()))
        return {
            "merchant": shop_view(standing_today(session, merchant), fund_names(session)),
            "today_count": day.redemptions,
            "today_total": day.redeemed_total,
            "waiting": [
                {
                    "amount": order.amount,
                    "url": outcome_url(order.order_no),
                    "expires_at": None if order.expires_at is None else local(order.expires_at),
                }
                for order in waiting_orders(session, merchant_id=merchant.id, now=now(), limit=_WAITING_SHOWN)
            ],
            # Where it is missing the payment counts all the same: nobody waits at the till for a drawer to be counted.
            "needs_shift": tills.uses_shifts(session, merchant.id)
            and tills.shift_of(session, merchant_id=merchant.id, actor=principal().actor) is None,
            **arriving(session),
        }

    page = render_template("till/pay.html", order_no=order_no, **form.context, **reading(read))
    return make_response(page, form.status)


def _order_no_used(attempt: Attempt) -> Problem:
    held_by_url = None if attempt.holder_id is None else payment_url(attempt.holder_id)
    return problem_of_refusal(
        Refusal.ORDER_NO_USED.value, order_no=attempt.redemption.order_no, held_by_url=held_by_url
    )
