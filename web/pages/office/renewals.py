"""Renewing a shop's naming, refusing to, and all that ever happened to a shop."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from merchants import application_of_merchant, merchant_by_code, refuse_renewal, renew_naming
from people import Role
from web.auth import access
from web.clock import now
from web.pages.applications_shown import history_views
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.shops import shop_page
from web.pages.office.typed_texts import typed_day
from web.unit_of_work import reading


@blueprint.post("/merchants/<code>/namings/<uuid:naming_id>/renewal", endpoint="renew_naming")
@access(Role.ADMINISTRATOR, everywhere=True)
def renew(code: str, naming_id: UUID) -> ResponseReturnValue:
    """Let another naming follow one without a day between."""
    form = Form.posted_once("until", "document")
    last_day, document = typed_day(form, "until"), form.text("document")
    call = form.call(until=last_day, document=document)

    def make(session: Session) -> UUID:
        return renew_naming(
            session,
            merchant=merchant_by_code(session, code),
            naming_id=naming_id,
            valid_until=last_day,
            document=document,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    reading(lambda session: merchant_by_code(session, code))
    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return shop_page(code, form, open_form="renewal")
    flash(_("The naming is renewed."), "success")
    return redirect(url_for("office.merchant", code=code), 303)


@blueprint.post("/merchants/<code>/namings/<uuid:naming_id>/renewal-refusal", endpoint="refuse_renewal")
@access(Role.ADMINISTRATOR, everywhere=True)
def refuse(code: str, naming_id: UUID) -> ResponseReturnValue:
    """Refuse the renewal that the owner asked for."""
    form = Form.posted_once("reason")
    reason = form.text("reason")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        return refuse_renewal(
            session,
            merchant=merchant_by_code(session, code),
            naming_id=naming_id,
            reason=reason,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    reading(lambda session: merchant_by_code(session, code))
    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return shop_page(code, form, open_form="renewal_refusal")
    flash(_("The renewal is refused. The owner sees why."), "success")
    return redirect(url_for("office.merchant", code=code), 303)


@blueprint.get("/merchants/<code>/history", endpoint="merchant_history")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_history(code: str) -> str:
    """Show all that happened to a shop, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = merchant_by_code(session, code)
        row = application_of_merchant(session, found.id)
        return {
            "name": found.name,
            "code": found.code,
            "events": history_views(session, found),
            "application_id": None if row is None else row.application.id,
        }

    return render_template("office/merchant_history.html", **reading(read))
