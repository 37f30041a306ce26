"""What happened to a payment or an order of the till: each attempt ends in one outcome, and its page says which.

Adds its route to the till's.
"""

from datetime import datetime
from typing import Any

from flask import Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import payments
from payments import (
    Channel,
    OrderNumberError,
    Redemption,
    RedemptionStatus,
    RedemptionUnknownError,
    Refusal,
    normal_order_no,
    state_at,
)
from web.auth import access
from web.clock import now
from web.pages.lists import is_fragment
from web.pages.payments_shown import payment_view
from web.pages.till_blueprint import FRESH_FOR, blueprint, outcome_url, payment_url, shop_asked, wants_json
from web.pages.till_retries import retry_of
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id
from web.pay_addresses import pay_url
from web.problems import Problem, problem_of_refusal
from web.unit_of_work import reading


@blueprint.get("/outcomes/<path:order_no>")
@access(*TILL_ROLES)
def outcome(order_no: str) -> ResponseReturnValue:
    """Say what happened to an order: to people as a page, to the till's script in one word.

    A page that waits for the payer asks for its part anew: there is none as long as it waits.
    """
    merchant_id = shop_asked() or shop_id()

    def read(session: Session) -> Redemption | None:
        try:
            return payments.outcome(session, merchant_id=merchant_id, order_no=normal_order_no(order_no))
        except (RedemptionUnknownError, OrderNumberError):
            return None

    found = reading(read)
    state = None if found is None else state_at(found, now())
    if wants_json():
        return jsonify(state="unknown" if state is None else state.value)
    if is_fragment() and state is RedemptionStatus.AWAITING_PAYER:
        return Response(status=204)
    return _outcome_page(order_no, found)


def refused_page(order_no: str, refusal: Problem, amount: int | None) -> str:
    """Say why nothing was tried to be paid just now."""
    return _page(order_no, RedemptionStatus.REFUSED.value, amount=amount, at=now(), refusal=refusal)


def _outcome_page(order_no: str, found: Redemption | None) -> str:
    if found is None:
        return _page(order_no, "unknown")
    state = state_at(found, now())
    if state is RedemptionStatus.REFUSED:
        return _page(
            found.order_no,
            state.value,
            amount=found.amount,
            cash_amount=found.cash_amount,
            at=found.redeemed_at,
            refusal=_refusal_of(found),
            retry=reading(lambda session: retry_of(session, found)),
        )
    facts: dict[str, Any] = {"amount": found.amount, "cash_amount": found.cash_amount}
    if state is RedemptionStatus.AWAITING_PAYER and found.expires_at is not None:
        facts["order"] = {
            "id": found.id,
            "pay_url": pay_url(found.id),
            "seconds_left": max(0, int((found.expires_at - now()).total_seconds())),
            "expires_at": local(found.expires_at),
        }
    elif state is RedemptionStatus.COMPLETED:
        facts["payment"] = reading(lambda session: payment_view(session, found, payment_url))
        facts["at"] = found.redeemed_at
    else:
        facts["at"] = found.ended_at or found.expires_at
    return _page(found.order_no, state.value, **facts)


def _refusal_of(found: Redemption) -> Problem:
    """Return why an attempt was refused; of a slip of paper also what it is worth."""
    facts: dict[str, Any] = {}
    if found.refusal is Refusal.INSUFFICIENT_BALANCE and found.channel is Channel.SHEET:
        facts["worth"] = reading(lambda session: payments.worth_of_slip(session, found.payment_code_id))
    return problem_of_refusal(str(found.refusal), **facts)


def _page(order_no: str, state: str, *, at: datetime | None = None, **facts: Any) -> str:
    """Return the page of an outcome, or for htmx its part; `at` is when it came to be."""
    shown = {"payment": None, "refusal": None, "amount": None, "cash_amount": 0, "order": None, "retry": None}
    return render_template(
        "till/_outcome_alone.html" if is_fragment() else "till/outcome.html",
        order_no=order_no,
        state=state,
        attempted_at=None if at is None else local(at),
        fresh=at is not None and now() - at <= FRESH_FOR,
        outcome_url=outcome_url(order_no),
        **shown | facts,
    )
