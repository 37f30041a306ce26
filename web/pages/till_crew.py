"""The owner's page of their people and tills: cashiers, devices with a key each, and whether they work in shifts.

Adds its routes to the till's.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import people
import tills
from ledger import recall_call, remember_call
from merchants import get_merchant
from people import HandleTakenError, Role
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form, once
from web.pages.office.activation_sheets import activation_sheet
from web.pages.shops_shown import people_of_shop
from web.pages.till_blueprint import blueprint, check_shop_named
from web.pages.times import local
from web.pages.viewer import shop_id
from web.secret_keys import passwords
from web.unit_of_work import in_transaction, reading

# When a device last took a payment is looked for among the payments of so many days: no request writes it down.
_DAYS_LOOKED_BACK = 31


@blueprint.get("/shop/people", endpoint="crew")
@access(Role.MERCHANT_OWNER)
def show_crew() -> ResponseReturnValue:
    """Show who works at the shop, its devices, and whether it works in shifts."""
    return _page(Form())


@blueprint.post("/shop/people")
@access(Role.MERCHANT_OWNER)
def invite_cashier() -> ResponseReturnValue:
    """Take somebody new on as a cashier, and show their activation code this once."""
    _check_owner()
    form = Form.posted_once("name", "handle")
    name, handle = form.text("name"), form.text("handle")
    at, merchant_id = now(), shop_id()

    def make(session: Session) -> tuple[people.Person, str]:
        return tills.invite_cashier(
            session,
            merchant=get_merchant(session, merchant_id),
            handle=handle,
            name=name,
            passwords=passwords(),
            actor=principal().actor,
            now=at,
        )

    made = form.attempt(lambda: in_transaction(make), {HandleTakenError: "handle"}) if form.is_right else None
    if made is None:
        return _page(form, open_form="cashier")
    return _sheet(*made)


@blueprint.post("/shop/people/<uuid:person_id>/activation")
@access(Role.MERCHANT_OWNER)
def renew_cashier(person_id: UUID) -> ResponseReturnValue:
    """Make a new activation code for a cashier who works nowhere else, and show it this once."""
    _check_owner()
    form, at, merchant_id = Form.posted(), now(), shop_id()

    def make(session: Session) -> tuple[people.Person, str]:
        return tills.renew_cashier(
            session,
            merchant=get_merchant(session, merchant_id),
            person_id=person_id,
            passwords=passwords(),
            actor=principal().actor,
            now=at,
        )

    made = form.attempt(lambda: in_transaction(make))
    return _page(form) if made is None else _sheet(*made)


@blueprint.post("/shop/people/<uuid:person_id>/end")
@access(Role.MERCHANT_OWNER)
def end_cashier(person_id: UUID) -> ResponseReturnValue:
    """End a cashier's work at the shop."""
    _check_owner()
    form, merchant_id = Form.posted(), shop_id()

    def make(session: Session) -> bool:
        merchant = get_merchant(session, merchant_id)
        tills.end_cashier(session, merchant=merchant, person_id=person_id, actor=principal().actor, now=now())
        return True

    if form.attempt(lambda: in_transaction(make)) is None:
        return _page(form)
    flash(_("Their work at the till has ended. What they took stays in the list."), "success")
    return redirect(url_for("till.crew"), 303)


@blueprint.post("/shop/devices")
@access(Role.MERCHANT_OWNER)
def register_device() -> ResponseReturnValue:
    """Make a key for a device of the shop, and show it this once."""
    _check_owner()
    form = Form.posted_once("device_name")
    name = form.text("device_name")
    call, merchant_id, at = form.call(name=name), shop_id(), now()

    def make(session: Session) -> str:
        if recall_call(session, call) is not None:
            # A key is never told twice, and a form sent twice makes no second one.
            return ""
        key, secret = people.create_till_key(session, merchant_id=merchant_id, name=name, now=at)
        remember_call(session, call, made_id=key.id, now=at)
        return secret

    secret = form.attempt(lambda: in_transaction(make)) if form.is_right else None
    if secret is None:
        form.errors = {("device_name" if field == "name" else field): text for field, text in form.errors.items()}
        return _page(form, open_form="device")
    if not secret:
        flash(
            _("This key was shown before and cannot be shown again. Revoke it and register the till anew."), "warning"
        )
        return redirect(url_for("till.crew"), 303)
    return render_template("till/device_key.html", device_name=name, secret=secret)


@blueprint.post("/shop/devices/<uuid:key_id>/name")
@access(Role.MERCHANT_OWNER)
def rename_device(key_id: UUID) -> ResponseReturnValue:
    """Give a device another name."""
    _check_owner()
    form, merchant_id = Form.posted("name"), shop_id()
    name = form.text("name")

    def make(session: Session) -> bool:
        people.rename_till_key(session, key_id=key_id, merchant_id=merchant_id, name=name)
        return True

    if not form.is_right or form.attempt(lambda: in_transaction(make)) is None:
        return _page(form, open_form=str(key_id))
    flash(_("The till has its new name."), "success")
    return redirect(url_for("till.crew"), 303)


@blueprint.post("/shop/devices/<uuid:key_id>/revocation")
@access(Role.MERCHANT_OWNER)
def revoke_device(key_id: UUID) -> ResponseReturnValue:
    """End a key of the shop."""
    _check_owner()
    merchant_id = shop_id()

    def make(session: Session) -> None:
        require(any(each.id == key_id for each in people.merchant_keys(session, merchant_id)))
        people.revoke_key(session, key_id=key_id, now=now())

    in_transaction(make)
    flash(_("The key is revoked: this till takes nothing any more."), "success")
    return redirect(url_for("till.crew"), 303)


@blueprint.post("/shop/shifts")
@access(Role.MERCHANT_OWNER)
def use_shifts() -> ResponseReturnValue:
    """Say from now on whether the shop works in shifts."""
    _check_owner()
    form = Form.posted_once("used")
    is_used, merchant_id = request.form.get("used") == "yes", shop_id()
    call = form.call(used=is_used)

    def make(session: Session) -> UUID:
        shop = get_merchant(session, merchant_id)
        return tills.set_shift_use(session, merchant=shop, is_used=is_used, actor=call.owner, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("till.crew"), 303)


def _check_owner() -> None:
    """See that whoever sends a form owns the shop that it names, and no other of theirs."""
    if request.method == "POST":
        check_shop_named()
    require(principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER))


def _page(form: Form, *, open_form: str = "") -> Response:
    _check_owner()

    def read(session: Session) -> dict[str, Any]:
        shop = get_merchant(session, shop_id())
        return {
            "shop_name": shop.name,
            "people": people_of_shop(session, shop),
            "devices": [
                {
                    "id": each.listing.id,
                    "name": each.listing.name,
                    "role": each.listing.role.value,
                    "created_at": local(each.listing.created_at),
                    "revoked_at": None if each.listing.revoked_at is None else local(each.listing.revoked_at),
                    "last_paid_at": None if each.last_paid_at is None else local(each.last_paid_at),
                }
                for each in tills.devices(session, merchant=shop, since=now() - timedelta(days=_DAYS_LOOKED_BACK))
            ],
            "uses_shifts": tills.uses_shifts(session, shop.id),
        }

    page = render_template("till/crew.html", open_form=open_form, **reading(read), **form.context)
    return make_response(page, form.status)


def _sheet(person: people.Person, code: str) -> str:
    return activation_sheet(
        name=person.name,
        login_name=person.handle,
        code=code,
        issued_at=now(),
        kind="till",
        back_url=url_for("till.crew"),
        layout="layouts/till.html",
    )
