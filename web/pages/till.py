"""The till: being paid in credits once, whatever the network does, and the outcome by the order's number."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import payments
from ledger import KeyReusedError
from merchants import get_merchant
from payments import (
    CODE_ALPHABET,
    Attempt,
    OrderNumberError,
    Redemption,
    RedemptionStatus,
    RedemptionUnknownError,
    Refusal,
    normal_code,
    normal_order_no,
    state_at,
    takings,
)
from web.auth import access
from web.clock import begin_of, end_of, now, today
from web.pages.forms import Form, minor_units
from web.pages.funds_shown import fund_names
from web.pages.payments_shown import payment_view
from web.pages.shops_shown import shop_view, standing_today
from web.pages.till_refusals import refusal_of
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.problems import Problem, ProblemError, problem_of, problem_of_refusal
from web.problems.requests import CSRF_FAILED, NOT_FOUND
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading

blueprint = Blueprint("till", __name__, url_prefix="/till")

# So long a payment counts as happening now: its page makes a sound, a later look at it does not.
_FRESH_FOR = timedelta(minutes=2)
_ORDER_NO_RANDOM = 6


class OtherShopError(Exception):
    """A page asks something of one shop of theirs while somebody acts for another."""

    def __init__(self, merchant_id: UUID) -> None:
        super().__init__(merchant_id)
        self.merchant_id = merchant_id


@blueprint.get("")
@access(*TILL_ROLES)
def pay() -> ResponseReturnValue:
    """Show the till with a number and a key for the next payment."""
    amount = request.args.get("amount", "")
    values = {"amount": amount if minor_units(amount) else "", "code": ""}
    return _till(Form(values), _new_order_no())


@blueprint.post("/redemptions")
@access(*TILL_ROLES)
def redeem() -> ResponseReturnValue:
    """Take one payment; the same form again ends in the same outcome."""
    form = Form.posted_once("amount", "code")
    # Whoever works at several shops sends for which one; that it is the present one was looked at before.
    if shop_asked() is None and len(shop_ids()) > 1:
        raise ProblemError(CSRF_FAILED)
    try:
        order_no = normal_order_no(request.form.get("order_no", ""))
    except OrderNumberError as error:
        # The page makes the number: whoever sends another has no form of ours.
        raise ProblemError(CSRF_FAILED) from error
    amount = form.amount()
    if not form.values["code"].strip():
        form.wrong("code", _("Scan the resident's code, or type it."))
    if not form.is_right:
        return _till(form, order_no)
    code = normal_code(form.values["code"])
    confirmed = request.form.get("confirm_duplicate") == "yes"
    call = form.call(order_no=order_no, amount=amount, code=code, confirm_duplicate=confirmed)
    merchant_id, at = shop_id(), now()
    try:
        attempt = in_transaction(
            lambda session: payments.redeem(
                session,
                merchant_id=merchant_id,
                actor=call.owner,
                code=code,
                amount=amount,
                order_no=order_no,
                now=at,
                grace_days=current_settings().grace_days,
                call=call,
            )
        )
    except KeyReusedError as error:
        return _refused(order_no, problem_of(error), amount), 409
    if attempt.redemption.refusal == Refusal.ORDER_NO_USED:
        return _refused(order_no, _order_no_used(attempt), amount), 409
    return redirect(outcome_url(order_no), 303)


@blueprint.get("/outcomes/<path:order_no>")
@access(*TILL_ROLES)
def outcome(order_no: str) -> ResponseReturnValue:
    """Say what happened to an order: to people as a page, to the till's script in one word."""
    merchant_id = shop_asked() or shop_id()

    def read(session: Session) -> Redemption | None:
        try:
            return payments.outcome(session, merchant_id=merchant_id, order_no=normal_order_no(order_no))
        except (RedemptionUnknownError, OrderNumberError):
            return None

    found = reading(read)
    if wants_json():
        return jsonify(state="unknown" if found is None else state_at(found, now()).value)
    return _outcome_page(order_no, found)


def payment_url(redemption_id: UUID) -> str:
    """Return where a shop finds one of its payments."""
    return url_for("till.payment", redemption_id=redemption_id)


def outcome_url(order_no: str) -> str:
    """Return where the shop finds what happened to an order, with the shop for whoever works at several."""
    return url_for("till.outcome", order_no=order_no, shop=shop_id() if len(shop_ids()) > 1 else None)


def shop_asked() -> UUID | None:
    """Return the shop for which a form or an address of ours was made, None where it names none.

    Raises:
        ProblemError: it was not made by us.
    """
    text = request.values.get("shop", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error


def wants_json() -> bool:
    """Say whether the till's script asks, and not a person."""
    kinds = ("text/html", "application/json")
    return request.accept_mimetypes.best_match(kinds, default="text/html") == "application/json"


def _new_order_no() -> str:
    letters = "".join(secrets.choice(CODE_ALPHABET) for _each in range(_ORDER_NO_RANDOM))
    return f"{today():%y%m%d}-{letters}"


def _till(form: Form, order_no: str) -> Response:
    def read(session: Session) -> dict[str, Any]:
        merchant = get_merchant(session, shop_id())
        day = takings(session, merchant_id=merchant.id, since=begin_of(today()), until=end_of(today()))
        return {
            "merchant": shop_view(standing_today(session, merchant), fund_names(session)),
            "today_count": day.redemptions,
            "today_total": day.redeemed_total,
        }

    page = render_template("till/pay.html", order_no=order_no, **form.context, **reading(read))
    return make_response(page, form.status)


def _order_no_used(attempt: Attempt) -> Problem:
    held_by_url = None if attempt.holder_id is None else payment_url(attempt.holder_id)
    return problem_of_refusal(
        Refusal.ORDER_NO_USED.value, order_no=attempt.redemption.order_no, held_by_url=held_by_url
    )


def _refused(order_no: str, refusal: Problem, amount: int | None, at: datetime | None = None) -> str:
    moment = at or now()
    return render_template(
        "till/outcome.html",
        order_no=order_no,
        state=RedemptionStatus.REFUSED.value,
        payment=None,
        refusal=refusal,
        amount=amount,
        attempted_at=local(moment),
        fresh=now() - moment <= _FRESH_FOR,
    )


def _outcome_page(order_no: str, found: Redemption | None) -> str:
    if found is None:
        unknown = {"payment": None, "refusal": None, "amount": None, "attempted_at": None, "fresh": False}
        return render_template("till/outcome.html", order_no=order_no, state="unknown", **unknown)
    if found.status is RedemptionStatus.REFUSED:
        return _refused(order_no, refusal_of(found), found.amount, found.redeemed_at)
    state = state_at(found, now())
    if state is RedemptionStatus.AWAITING_PAYER:
        waits = {"payment": None, "refusal": None, "attempted_at": None, "fresh": False}
        return render_template(
            "till/outcome.html", order_no=found.order_no, state=state.value, amount=found.amount, **waits
        )
    if state is not RedemptionStatus.COMPLETED:
        closed = problem_of_refusal("order_closed")
        return _refused(found.order_no, closed, found.amount, found.ended_at or found.expires_at)
    completed = found
    return render_template(
        "till/outcome.html",
        order_no=found.order_no,
        state=RedemptionStatus.COMPLETED.value,
        payment=reading(lambda session: payment_view(session, completed, payment_url)),
        refusal=None,
        amount=found.amount,
        attempted_at=local(found.redeemed_at),
        fresh=now() - found.redeemed_at <= _FRESH_FOR,
    )
