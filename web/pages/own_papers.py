"""A resident's own card and sheets: how they stand, blocking the card, and giving lost sheets back.

Adds its routes to the resident's own.
"""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from cards import block_card, get_card, get_sheet, revoke_sheet
from people import Role
from web.auth import access, require
from web.clock import now
from web.pages.forms import Form, once
from web.pages.papers_shown import live_card_view, sheet_views
from web.pages.resident_blueprint import blueprint
from web.pages.viewer import resident_id
from web.settings import current_settings
from web.unit_of_work import reading

# What a resident need not say: that they did it themselves stands with the step.
_BY_THEMSELVES = "-"


@blueprint.get("/on-paper", endpoint="on_paper")
@access(Role.RESIDENT)
def show_papers() -> ResponseReturnValue:
    """Show the card and the sheets."""
    return _page(Form())


@blueprint.post("/on-paper/cards/<uuid:card_id>/blocking")
@access(Role.RESIDENT)
def block_own_card(card_id: UUID) -> ResponseReturnValue:
    """Let the resident's card pay no more."""
    form = Form.posted_once()
    call = form.call()

    def make(session: Session) -> UUID:
        require(get_card(session, card_id).resident_id == resident_id())
        return block_card(session, card_id=card_id, reason=_BY_THEMSELVES, actor=call.owner, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Your card is blocked. Nobody can pay with it."), "success")
    return redirect(url_for("resident.on_paper"), 303)


@blueprint.post("/on-paper/sheets/<uuid:sheet_id>/revocation")
@access(Role.RESIDENT)
def revoke_own_sheet(sheet_id: UUID) -> ResponseReturnValue:
    """Give what is unused of a sheet back to what the resident can spend."""
    form = Form.posted_once()
    call = form.call()

    def make(session: Session) -> UUID:
        require(get_sheet(session, sheet_id).resident_id == resident_id())
        return revoke_sheet(
            session,
            sheet_id=sheet_id,
            reason=_BY_THEMSELVES,
            actor=call.owner,
            now=now(),
            grace_days=current_settings().grace_days,
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("The sheet is revoked. What was not used of it can be spent again."), "success")
    return redirect(url_for("resident.on_paper"), 303)


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        own = resident_id()
        return {"card": live_card_view(session, own), "sheets": sheet_views(session, own)}

    page = render_template(
        "resident/on_paper.html", office_phone=current_settings().office_phone, **reading(read), **form.context
    )
    return make_response(page, form.status)
