"""Payments of a shop that are being looked at, for its owner: the reason of each, and an appeal.

Adds its routes to the till's.
"""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import suspicions
from people import Role
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.suspicions_shown import suspicions_shown
from web.pages.till_blueprint import OtherShopError, blueprint
from web.pages.viewer import shop_id, shop_ids
from web.unit_of_work import reading

_ON_PAGE, _TEXT_LENGTH_MAX = 20, 500


@blueprint.get("/held", endpoint="held")
@access(Role.MERCHANT_OWNER)
def show_held() -> ResponseReturnValue:
    """Show the owner which payments are looked at, and why, and what was decided."""
    return _page(Form())


@blueprint.post("/held/<uuid:suspicion_id>/appeal", endpoint="appeal_held")
@access(Role.MERCHANT_OWNER)
def appeal(suspicion_id: UUID) -> ResponseReturnValue:
    """Appeal, once, against a payment staying out of settlements."""
    form = Form.posted_once("text")
    text = form.prose("text", length_max=_TEXT_LENGTH_MAX)
    if not form.is_right:
        return _page(form, about=suspicion_id)
    call = form.call(text=text)

    def make(session: Session) -> UUID:
        merchant_id = suspicions.get_suspicion(session, suspicion_id).suspicion.merchant_id
        require(principal().acts_for_merchant(merchant_id, Role.MERCHANT_OWNER))
        if merchant_id != shop_id():
            raise OtherShopError(merchant_id)
        return suspicions.appeal(
            session, suspicion_id=suspicion_id, text=text, actor=call.owner, now=now(), call=call
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, about=suspicion_id)
    flash(_("Sent. Another person of the office decides."), "success")
    return redirect(url_for("till.held"), 303)


def _page(form: Form, *, about: UUID | None = None) -> ResponseReturnValue:
    require(principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER))
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = suspicions.list_suspicions(session, merchant_ids=[shop_id()], limit=_ON_PAGE, before=before)
        return {
            "items": suspicions_shown(session, found.items, names_of=None),
            "more_url": more_url(found.next_before, shop=shop_id() if len(shop_ids()) > 1 else None),
            "about": about,
        }

    shown = {**reading(read), **form.context}
    if before is not None:
        return make_response(list_page("till/held.html", "till/_held_items.html", **shown))
    return make_response(render_template("till/held.html", **shown), form.status)
