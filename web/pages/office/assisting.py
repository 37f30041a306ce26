"""Paying for a resident who stands before the officer: an order of the shop's till, the resident's PIN, a receipt."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from cards import assisted_payment_of, list_assistance_caps, pay_for_resident, set_assistance_caps
from merchants import find_merchant, get_merchant, list_merchants
from payments import get_redemption, waiting_orders
from people import ResidentUnknownError, Role, masked_name, resident_by_number
from people import get_resident as resident_of
from web.auth import access, principal, require
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import check_in_reach, resident_in_reach
from web.pages.times import local
from web.pins import checked_pin
from web.problems import problem_of_refusal
from web.unit_of_work import in_transaction, reading

_SHOPS_MAX = 1_000
_AT_FAULT: dict[type[Exception], str] = {ResidentUnknownError: "number"}


@blueprint.get("/assisting")
@access(Role.ADMINISTRATOR)
def assisting() -> ResponseReturnValue:
    """Ask at which shop, and show the orders that wait there."""
    return _page(Form({"shop": request.args.get("shop", "")}))


@blueprint.post("/assisting/caps")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_caps_of_assisting() -> ResponseReturnValue:
    """Set how much may be paid with an officer's help in a day."""
    form = Form.posted_once("per_officer", "per_resident")
    typed = {name: form.amount(name) for name in ("per_officer", "per_resident")}
    call = form.call(**typed)

    def make(session: Session) -> UUID:
        return set_assistance_caps(session, **typed, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.assisting"), 303)


@blueprint.post("/assisting/orders/<uuid:order_id>")
@access(Role.ADMINISTRATOR)
def assist(order_id: UUID) -> ResponseReturnValue:
    """Pay an order for a resident, and show the receipt of both parties."""
    form = Form.posted_once("number", "shop")
    number, pin = form.text("number"), request.form.get("pin", "").strip()

    def find(session: Session) -> UUID:
        found = resident_by_number(session, number)
        check_in_reach(session, found)
        return found.id

    resident_id = form.attempt(lambda: reading(find), _AT_FAULT) if form.is_right else None
    if resident_id is None:
        return _page(form)
    # No PIN is remembered, not even as a hash of the call: it is short enough to be guessed from one.
    call, checked = form.call(resident_id=resident_id), checked_pin(resident_id, pin)
    attempt = form.attempt(
        lambda: in_transaction(
            lambda session: pay_for_resident(
                session, order_id=order_id, resident_id=resident_id, by=principal(), pin=checked, now=now(), call=call
            )
        )
    )
    if attempt is None:
        return _page(form)
    if attempt.redemption.refusal is not None:
        form.refuse(problem_of_refusal(str(attempt.redemption.refusal)))
        return _page(form)
    return redirect(url_for("office.assisted", redemption_id=attempt.redemption.id), 303)


@blueprint.get("/assisting/<uuid:redemption_id>")
@access(Role.ADMINISTRATOR)
def assisted(redemption_id: UUID) -> str:
    """Show the receipt that the officer and the resident keep."""

    def read(session: Session) -> dict[str, Any]:
        noted = assisted_payment_of(session, redemption_id)
        resident_in_reach(session, noted.resident_id)
        paid = get_redemption(session, redemption_id)
        return {
            "officer_name": actor_names(session, {noted.officer})[noted.officer],
            "resident_masked": masked_name(resident_of(session, noted.resident_id).name),
            "merchant_name": get_merchant(session, paid.merchant_id).name,
            "payment": paid,
            "by_pin": noted.proved_by.value == "pin",
            "paid_at": local(paid.redeemed_at),
        }

    return render_template("office/assisted.html", **reading(read))


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        shop = None
        if form.values.get("shop"):
            shop = find_merchant(session, form.values["shop"])
            require(shop is not None)
        orders = [] if shop is None else waiting_orders(session, merchant_id=shop.id, now=now())
        found = list_assistance_caps(session)
        return {
            "shops": [(each.code, each.name) for each in list_merchants(session, limit=_SHOPS_MAX)],
            "shop": shop,
            "orders": [
                {"id": each.id, "amount": each.amount, "order_no": each.order_no, "made_at": local(each.redeemed_at)}
                for each in orders
            ],
            "caps": found[0] if found else None,
        }

    page = render_template(
        "office/assisting.html",
        may_set=principal().may_everywhere(Role.ADMINISTRATOR),
        **reading(read),
        **form.context,
    )
    return make_response(page, form.status)
