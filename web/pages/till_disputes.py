"""Disputing a line of what a shop is to be paid, and what became of it.

Adds its routes to the till's.
"""

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import tills
from merchants import get_merchant
from payments import payments_of_entries
from web.auth import access, require
from web.clock import now
from web.pages.actors import actor_names
from web.pages.disputes_shown import disputes_shown
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.till_blueprint import OtherShopError, blueprint, check_shop_named
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

_ON_PAGE, _REASON_LENGTH_MAX = 30, 500


@blueprint.get("/disputes", endpoint="disputes")
@access(*TILL_ROLES)
def show_disputes() -> ResponseReturnValue:
    """List what the shop disputed, newest first."""
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = tills.list_disputes(session, merchant_ids=[shop_id()], limit=_ON_PAGE + 1, before=before)
        more = found[_ON_PAGE - 1].dispute.id if len(found) > _ON_PAGE else None
        return {
            "items": disputes_shown(session, found[:_ON_PAGE], _url, actor_names),
            "more_url": more_url(more, shop=shop_id() if len(shop_ids()) > 1 else None),
        }

    return make_response(list_page("till/disputes.html", "macros/_dispute_items.html", **reading(read)))


@blueprint.get("/disputes/<uuid:dispute_id>", endpoint="dispute")
@access(*TILL_ROLES)
def show_dispute(dispute_id: UUID) -> str:
    """Show one dispute and the office's answer."""

    def read(session: Session) -> dict[str, Any]:
        found = tills.dispute_view(session, dispute_id)
        require(found.dispute.merchant_id in shop_ids())
        if found.dispute.merchant_id != shop_id():
            raise OtherShopError(found.dispute.merchant_id)
        return {"one": disputes_shown(session, [found], _url, actor_names)[0]}

    return render_template("till/dispute.html", **reading(read))


@blueprint.get("/lines/<uuid:entry_id>/dispute", endpoint="dispute_line")
@access(*TILL_ROLES)
def ask_why(entry_id: UUID) -> ResponseReturnValue:
    """Ask what is wrong with a line."""
    return _page(entry_id, Form())


@blueprint.post("/lines/<uuid:entry_id>/dispute")
@access(*TILL_ROLES)
def send_dispute(entry_id: UUID) -> ResponseReturnValue:
    """Dispute a line of the shop's."""
    check_shop_named()
    form = Form.posted_once("reason")
    reason = form.prose("reason", length_max=_REASON_LENGTH_MAX)
    if not form.is_right:
        return _page(entry_id, form)
    call, merchant_id = form.call(reason=reason), shop_id()

    def make(session: Session) -> UUID:
        shop = get_merchant(session, merchant_id)
        return tills.dispute_line(
            session, merchant=shop, entry_id=entry_id, reason=reason, actor=call.owner, now=now(), call=call
        ).id

    made = form.attempt(lambda: once(call, make))
    if made is None:
        return _page(entry_id, form)
    flash(_("The office has your dispute, and answers it."), "success")
    return redirect(_url(made), 303)


def _page(entry_id: UUID, form: Form) -> Response:
    def read(session: Session) -> dict[str, Any]:
        try:
            line = tills.line_to_dispute(session, merchant=get_merchant(session, shop_id()), entry_id=entry_id)
        except tills.LineUnknownError as error:
            raise ProblemError(NOT_FOUND) from error
        paid = payments_of_entries(session, [entry_id]).get(entry_id)
        return {
            "entry_id": entry_id,
            "kind": line.kind,
            "amount": line.amount,
            "at": local(line.occurred_at),
            "order_no": "" if paid is None else paid.order_no,
        }

    return make_response(render_template("till/dispute_line.html", **reading(read), **form.context), form.status)


def _url(dispute_id: UUID) -> str:
    shop = shop_id() if len(shop_ids()) > 1 else None
    return url_for("till.dispute", dispute_id=dispute_id, shop=shop)
