"""An order of the till: a code with an amount, to be scanned by whoever pays. Its page is that of its outcome.

Adds its routes to the till's.
"""

from contextlib import suppress
from uuid import UUID

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import payments
from merchants import get_merchant
from payments import OrderClosedError, Redemption, get_order
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form, once
from web.pages.till import till_page
from web.pages.till_blueprint import (
    OtherShopError,
    blueprint,
    check_shop_named,
    new_order_no,
    outcome_url,
    posted_order_no,
    typed_cash,
)
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.pay_addresses import pay_url
from web.qr_images import qr_svg
from web.unit_of_work import in_transaction, reading


@blueprint.post("/orders")
@access(*TILL_ROLES)
def create_order() -> ResponseReturnValue:
    """Ask whoever scans the code for an amount; the same form again is the same order."""
    form = Form.posted_once("amount", "cash_amount", "code")
    check_shop_named()
    order_no = posted_order_no()
    amount, cash_amount = form.amount(), typed_cash(form)
    if not form.is_right:
        return till_page(form, order_no)
    call = form.call(order_no=order_no, amount=amount, cash_amount=cash_amount)
    merchant_id, at = shop_id(), now()

    def make(session: Session) -> UUID:
        return payments.create_order(
            session,
            merchant=get_merchant(session, merchant_id),
            actor=call.owner,
            amount=amount,
            cash_amount=cash_amount,
            order_no=order_no,
            now=at,
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        # Also where the number was used meanwhile: the next try takes another.
        return till_page(form, new_order_no())
    return redirect(outcome_url(order_no), 303)


@blueprint.post("/orders/<uuid:order_id>/cancellation")
@access(*TILL_ROLES)
def cancel_order(order_id: UUID) -> ResponseReturnValue:
    """End an order that waits; whatever it ended in, by then or now, its page says."""
    merchant_id, at, actor = shop_id(), now(), principal().actor
    order_no = reading(lambda session: _own(session, order_id).order_no)
    # Paid in the same moment, or over: the page says which.
    with suppress(OrderClosedError):
        in_transaction(
            lambda session: payments.cancel_order(
                session, order_id=order_id, merchant_id=merchant_id, actor=actor, now=at
            )
        )
    return redirect(outcome_url(order_no), 303)


@blueprint.get("/orders/<uuid:order_id>/qr.svg")
@access(*TILL_ROLES)
def order_qr(order_id: UUID) -> Response:
    """Show the address at which an order is paid as an image that any camera reads."""
    order = reading(lambda session: _own(session, order_id))
    return Response(qr_svg(pay_url(order.id)), content_type="image/svg+xml")


def _own(session: Session, order_id: UUID) -> Redemption:
    found: Redemption = get_order(session, order_id)
    require(found.merchant_id in shop_ids())
    if found.merchant_id != shop_id():
        raise OtherShopError(found.merchant_id)
    return found
