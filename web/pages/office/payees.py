"""To which bank account a shop is paid, on the office's pages: the number is shown by its last digits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import merchants
import settlements
from people import Role
from settlements import Payee
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.typed_texts import NAME_LENGTH_MAX, typed_text
from web.pages.times import local
from web.secret_keys import phone_vault
from web.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class PayeeView:
    """Where a shop is paid, since somebody said so by a document; of the number only its end."""

    holder: str
    bank: str
    tail: str
    document: str
    by: str
    at: datetime


@blueprint.get("/merchants/<code>/payee")
@access(Role.FINANCE, everywhere=True)
def payee(code: str) -> ResponseReturnValue:
    """Show where a shop is paid, and ask for another account."""
    return _page(code, Form())


@blueprint.post("/merchants/<code>/payee")
@access(Role.FINANCE, everywhere=True)
def set_payee(code: str) -> ResponseReturnValue:
    """Pay a shop to this account from now on."""
    form = Form.posted_once("holder", "bank", "account", "document")
    holder, bank = (typed_text(form, field, length_max=NAME_LENGTH_MAX) for field in ("holder", "bank"))
    typed, document = form.text("account"), typed_text(form, "document")
    account = form.attempt(lambda: settlements.normal_account(typed)) if typed else None
    if not form.is_right or account is None:
        return _page(code, form)
    # The number itself is no part of the call that is remembered: only its keyed hash.
    call = form.call(holder=holder, bank=bank, account=phone_vault().lookup(account), document=document)

    def make(session: Session) -> UUID:
        return settlements.set_payee(
            session,
            merchant=merchants.merchant_by_code(session, code),
            holder=holder,
            bank=bank,
            account=account,
            document=document,
            vault=phone_vault(),
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(code, form)
    flash(_("The shop is paid to this account from now on."), "success")
    return redirect(url_for("office.payee", code=code), 303)


def payee_view(session: Session, found: Payee | None) -> PayeeView | None:
    """Return where a shop is paid as it is shown, None where nobody said it."""
    return None if found is None else payee_views(session, [found])[0]


def payee_views(session: Session, found: list[Payee]) -> list[PayeeView]:
    """Return what was said about where a shop is paid, in its order."""
    names = actor_names(session, {each.set_by for each in found})
    return [
        PayeeView(each.holder, each.bank, each.account_tail, each.document, names[each.set_by], local(each.set_at))
        for each in found
    ]


def _page(code: str, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        shop = merchants.merchant_by_code(session, code)
        return {
            "shop_name": shop.name,
            "code": shop.code,
            "history": payee_views(session, settlements.payee_history(session, shop.id)),
        }

    # A number that was refused is typed again: it stands in no page.
    form.values = {**form.values, "account": ""} if form.values else form.values
    return make_response(render_template("office/payee.html", **reading(read), **form.context), form.status)
