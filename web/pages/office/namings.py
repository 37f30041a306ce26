"""Naming a shop (命名), suspending, reinstating and revoking it, and who works there. Adds to the page of the shop."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import FundUnknownError, get_fund
from merchants import NamingStep, merchant_by_code, name_merchant, reinstate_naming, revoke_naming, suspend_naming
from people import Role, appoint
from web.auth import access, principal
from web.clock import now
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.shops import shop_page
from web.pages.office.typed_texts import NAME_LENGTH_MAX, typed_choice, typed_day, typed_text
from web.unit_of_work import in_transaction, reading

_FUNDS_MAX = 15


@blueprint.post("/merchants/<code>/namings", endpoint="name_merchant")
@access(Role.ADMINISTRATOR, everywhere=True)
def give_naming(code: str) -> ResponseReturnValue:
    """Name a shop from day to day, for all funds or for some."""
    form = Form.posted_once("class_name", "from_on", "until", "document")
    asked: dict[str, Any] = {
        "naming_class": typed_text(form, "class_name", length_max=NAME_LENGTH_MAX),
        "valid_from": typed_day(form, "from_on"),
        "valid_until": typed_day(form, "until"),
        "document": form.text("document"),
        "funds": sorted(set(request.form.getlist("funds"))) or None,
    }
    if len(asked["funds"] or ()) > _FUNDS_MAX:
        form.wrong("funds", _("Choose at most %(count)s funds, or none for all.", count=_FUNDS_MAX))
    call = form.call(**asked)

    def make(session: Session) -> UUID:
        merchant = merchant_by_code(session, code)
        for fund in asked["funds"] or ():
            get_fund(session, fund)
        return name_merchant(session, merchant=merchant, **asked, actor=call.owner, now=now(), call=call).id

    reading(lambda session: merchant_by_code(session, code))
    if not form.is_right or form.attempt(lambda: once(call, make), {FundUnknownError: "funds"}) is None:
        return shop_page(code, form, open_form="naming")
    return _done(code, _("The shop is named."))


@blueprint.post("/merchants/<code>/suspension", endpoint="suspend_merchant")
@access(Role.ADMINISTRATOR, everywhere=True)
def suspend(code: str) -> ResponseReturnValue:
    """Suspend a shop's naming."""
    return _step(code, "suspension", suspend_naming, _("The shop is suspended."))


@blueprint.post("/merchants/<code>/reinstatement", endpoint="reinstate_merchant")
@access(Role.ADMINISTRATOR, everywhere=True)
def reinstate(code: str) -> ResponseReturnValue:
    """End the suspension of a shop's naming."""
    return _step(code, "reinstatement", reinstate_naming, _("The shop takes credits again."))


@blueprint.post("/merchants/<code>/revocation", endpoint="revoke_merchant")
@access(Role.ADMINISTRATOR, everywhere=True)
def revoke(code: str) -> ResponseReturnValue:
    """Revoke a shop's naming for good."""
    return _step(code, "revocation", revoke_naming, _("The naming is revoked."))


@blueprint.post("/merchants/<code>/people")
@access(Role.ADMINISTRATOR, everywhere=True)
def appoint_cashier(code: str) -> ResponseReturnValue:
    """Let somebody work at a shop, as its owner or a cashier."""
    form = Form.posted("name", "handle", "role")
    name, handle = form.text("name"), form.text("handle")
    role = typed_choice(form, "role", {Role.TILL.value, Role.MERCHANT_OWNER.value})

    def make(session: Session) -> UUID:
        merchant = merchant_by_code(session, code)
        return appoint(
            session,
            handle=handle,
            name=name,
            role=Role(role),
            merchant_id=merchant.id,
            by=principal().actor,
            now=now(),
        ).id

    reading(lambda session: merchant_by_code(session, code))
    if not form.is_right or form.attempt(lambda: in_transaction(make)) is None:
        return shop_page(code, form, open_form="person")
    return _done(code, _("Added. Open the person's page to print an activation code."))


def _step(code: str, name: str, change: Callable[..., NamingStep], done: str) -> ResponseReturnValue:
    form = Form.posted_once("reason")
    reason = form.text("reason")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        merchant = merchant_by_code(session, code)
        return change(session, merchant=merchant, reason=reason, actor=call.owner, now=now(), call=call).id

    reading(lambda session: merchant_by_code(session, code))
    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return shop_page(code, form, open_form=name)
    return _done(code, done)


def _done(code: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("office.merchant", code=code), 303)
