"""What a shop took: a day's list, one payment with its refunds, looking one up, and the owner's page.

Adds its routes to the till's.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import balance
from merchants import get_merchant
from payments import (
    OrderNumberError,
    Redemption,
    RedemptionStatus,
    RedemptionUnknownError,
    get_redemption,
    list_redemptions,
    normal_order_no,
    normal_receipt_no,
    outcome,
    redemption_by_receipt,
    set_till_refund_limit,
    takings,
    till_refund_max,
)
from payments import (
    refund as make_refund,
)
from people import Role
from web.auth import access, principal, require
from web.clock import begin_of, end_of, now, today
from web.pages.applications_shown import renewal_view
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.lists import day_asked, id_cursor, list_page, more_url
from web.pages.papers import paper_page
from web.pages.payments_shown import payment_view, payment_views, refund_views, sealed_of_payment
from web.pages.shops_shown import current_of, naming_views, people_of_shop, shop_view, standing_today
from web.pages.till_arrivals import arriving
from web.pages.till_blueprint import OtherShopError, blueprint, outcome_url, payment_url
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.settings import current_settings
from web.statements import merchant_owner
from web.unit_of_work import reading

_ON_PAGE = 30


@blueprint.get("/look-up")
@access(*TILL_ROLES)
def look_up() -> ResponseReturnValue:
    """Find a payment by its order's number or its receipt's."""
    number = request.args.get("number", "").strip()[:100]
    found = reading(lambda session: _found(session, number)) if number else None
    if found is not None:
        return redirect(found, 303)
    page = render_template("till/look_up.html", number=number, unknown=bool(number))
    return make_response(page, 404 if number else 200)


@blueprint.get("/payments")
@access(*TILL_ROLES)
def payments() -> str:
    """List what was paid on one day, and its sum."""
    on = min(day_asked("on", today()), today())
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        since, until = begin_of(on), end_of(on)
        day = takings(session, merchant_id=shop_id(), since=since, until=until)
        found = list_redemptions(
            session,
            merchant_id=shop_id(),
            since=since,
            until=until,
            completed_only=True,
            limit=_ON_PAGE + 1,
            before=before,
        )
        more = found[_ON_PAGE - 1].id if len(found) > _ON_PAGE else None
        return {
            "items": payment_views(session, found[:_ON_PAGE], payment_url),
            "more_url": more_url(more, on=on.isoformat(), shop=shop_id() if len(shop_ids()) > 1 else None),
            "count": day.redemptions,
            "total": day.redeemed_total,
            "refunded": day.refunded_total,
            **(arriving(session) if on == today() else {"arrivals": [], "arrivals_url": None}),
        }

    return list_page(
        "till/payments.html",
        "till/_payment_items.html",
        on=on,
        previous_on=on - timedelta(days=1),
        next_on=on + timedelta(days=1) if on < today() else None,
        **reading(read),
    )


@blueprint.get("/payments/<uuid:redemption_id>")
@access(*TILL_ROLES)
def payment(redemption_id: UUID) -> ResponseReturnValue:
    """Show one payment with its refunds."""

    def read(session: Session) -> dict[str, Any]:
        found = _own(session, redemption_id)
        shown, refunds = payment_view(session, found, payment_url), refund_views(session, redemption_id)
        return {
            "payment": shown,
            "refunds": refunds,
            "entry_id": found.entry_id,
            "sealed": sealed_of_payment(session, found, refunds),
            "left": shown.left,
            "may_refund": shown.left > 0 and (_is_owner() or _cashier_may_refund(session, found)),
        }

    return render_template("till/payment.html", **reading(read))


@blueprint.get("/payments/<uuid:redemption_id>/refund")
@access(*TILL_ROLES)
def refund(redemption_id: UUID) -> ResponseReturnValue:
    """Ask how much to give back, and why."""
    return _refund_page(redemption_id, Form())


@blueprint.post("/payments/<uuid:redemption_id>/refund")
@access(*TILL_ROLES)
def give_back(redemption_id: UUID) -> ResponseReturnValue:
    """Give credits of a payment back to the payer."""
    form = Form.posted_once("amount", "reason")
    amount, reason = form.amount(), form.text("reason")
    if not form.is_right:
        return _refund_page(redemption_id, form)
    reading(lambda session: _own(session, redemption_id))
    call = form.call(amount=amount, reason=reason)
    merchant_id, by_owner, at = shop_id(), _is_owner(), now()

    def make(session: Session) -> UUID:
        return make_refund(
            session,
            redemption_id=redemption_id,
            merchant_id=merchant_id,
            amount=amount,
            reason=reason,
            by_owner=by_owner,
            actor=call.owner,
            now=at,
            grace_days=current_settings().grace_days,
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _refund_page(redemption_id, form)
    flash(_("The refund is made."), "success")
    return redirect(payment_url(redemption_id), 303)


@blueprint.get("/shop")
@access(Role.MERCHANT_OWNER)
def shop() -> ResponseReturnValue:
    """Show the owner what the shop took, what the office owes it, its naming, and who works there."""
    return _shop_page(Form())


@blueprint.post("/shop/refund-limit")
@access(Role.MERCHANT_OWNER)
def set_refund_limit() -> ResponseReturnValue:
    """Let cashiers refund so much of one payment by themselves; an empty field is nothing."""
    require(_is_owner())
    form = Form.posted_once("amount")
    amount = form.amount() if form.values["amount"].strip() else 0
    call, merchant_id, at = form.call(amount=amount), shop_id(), now()

    def make(session: Session) -> UUID:
        return set_till_refund_limit(
            session, merchant_id=merchant_id, amount=amount, actor=call.owner, now=at, call=call
        ).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _shop_page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("till.shop"), 303)


def _shop_page(form: Form) -> ResponseReturnValue:

    def read(session: Session) -> dict[str, Any]:
        merchant, funds = get_merchant(session, shop_id()), fund_names(session)
        standing = standing_today(session, merchant)
        month_began, until = begin_of(today().replace(day=1)), end_of(today())
        day = takings(session, merchant_id=merchant.id, since=begin_of(today()), until=until)
        month = takings(session, merchant_id=merchant.id, since=month_began, until=until)
        return {
            "merchant": shop_view(standing, funds),
            "today_count": day.redemptions,
            "today_total": day.redeemed_total,
            "month_count": month.redemptions,
            "month_total": month.redeemed_total,
            "month_refunded": month.refunded_total,
            "payable": balance(session, merchant.payable_account_id),
            "receivable": balance(session, merchant.receivable_account_id),
            "naming": current_of(naming_views(session, merchant, funds), standing),
            "renewal": renewal_view(session, merchant),
            "people": people_of_shop(session, merchant),
            "till_refund_max": till_refund_max(session, merchant.id),
        }

    require(_is_owner())
    return make_response(render_template("till/shop.html", **reading(read), **form.context), form.status)


@blueprint.get("/shop/paper", endpoint="paper")
@access(Role.MERCHANT_OWNER)
def show_paper() -> ResponseReturnValue:
    """Let the owner print the shop's statement, or keep it."""
    require(_is_owner())
    merchant = reading(lambda session: get_merchant(session, shop_id()))
    return paper_page("till/paper.html", lambda session: merchant_owner(session, merchant), file_word=merchant.code)


def _cashier_may_refund(session: Session, payment: Redemption) -> bool:
    return till_refund_max(session, payment.merchant_id) > payment.refunded_total


def _is_owner() -> bool:
    return principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER)


def _found(session: Session, number: str) -> str | None:
    """Return the page of the payment with this number, None where the shop has none."""
    try:
        order = outcome(session, merchant_id=shop_id(), order_no=normal_order_no(number))
        return outcome_url(order.order_no)
    except (RedemptionUnknownError, OrderNumberError):
        pass
    receipt_no = normal_receipt_no(number)
    try:
        return receipt_no and payment_url(
            redemption_by_receipt(session, merchant_id=shop_id(), receipt_no=receipt_no).id
        )
    except RedemptionUnknownError:
        return None


def _own(session: Session, redemption_id: UUID) -> Redemption:
    found: Redemption = get_redemption(session, redemption_id)
    require(found.merchant_id in shop_ids() and found.status is RedemptionStatus.COMPLETED)
    if found.merchant_id != shop_id():
        raise OtherShopError(found.merchant_id)
    return found


def _refund_page(redemption_id: UUID, form: Form) -> Response:
    shown = reading(lambda session: payment_view(session, _own(session, redemption_id), payment_url))
    return make_response(
        render_template("till/refund.html", payment=shown, left=shown.left, **form.context), form.status
    )
