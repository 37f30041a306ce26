"""The owner's view of the naming: asking for its renewal, and all that ever happened to the shop.

Adds its routes to the till's.
"""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from merchants import ask_for_renewal, get_merchant
from people import Role
from web.auth import access, principal, require
from web.clock import now
from web.pages.applications_shown import history_views, renewal_view
from web.pages.forms import Form, once
from web.pages.till_blueprint import blueprint, check_shop_named
from web.pages.viewer import shop_id
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading


@blueprint.get("/shop/naming")
@access(Role.MERCHANT_OWNER)
def naming() -> ResponseReturnValue:
    """Show how long the naming holds, and what happened so far."""
    return _page(Form())


@blueprint.post("/shop/naming", endpoint="ask_for_renewal")
@access(Role.MERCHANT_OWNER)
def ask() -> ResponseReturnValue:
    """Ask the office to renew the naming before it ends."""
    merchant_id = shop_id()
    require(principal().acts_for_merchant(merchant_id, Role.MERCHANT_OWNER))
    check_shop_named()
    form = Form.posted_once("naming", "words")
    words = form.values["words"].strip() or None
    try:
        naming_id = UUID(form.values["naming"])
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error
    call = form.call(naming=naming_id, words=words)

    def make(session: Session) -> UUID:
        return ask_for_renewal(
            session,
            merchant=get_merchant(session, merchant_id),
            naming_id=naming_id,
            words=words,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("The office knows that you want the naming renewed."), "success")
    return redirect(url_for("till.naming"), 303)


def _page(form: Form) -> ResponseReturnValue:
    require(principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER))

    def read(session: Session) -> dict[str, Any]:
        found = get_merchant(session, shop_id())
        return {
            "name": found.name,
            "renewal": renewal_view(session, found),
            "events": history_views(session, found),
        }

    return make_response(render_template("till/naming.html", **reading(read), **form.context), form.status)
