"""Taking a resident's PIN away, for whoever came to the office and proved who they are: they choose a new one."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import remember_call
from people import Role, clean_text
from safeguards import clear_pin
from web.auth import access
from web.clock import now
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import resident_in_reach
from web.pages.office.residents import resident_page
from web.unit_of_work import reading

_REASON_LENGTH_MAX = 500


@blueprint.post("/residents/<uuid:resident_id>/pin-clearing")
@access(Role.ADMINISTRATOR)
def take_pin_away(resident_id: UUID) -> ResponseReturnValue:
    """Take the PIN away, locked or not, with the reason for it."""
    form = Form.posted_once("reason")
    reading(lambda session: resident_in_reach(session, resident_id))
    typed = form.text("reason")
    reason = form.attempt(lambda: clean_text(typed, field="reason", length_max=_REASON_LENGTH_MAX)) if typed else None
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        clear_pin(session, resident_id=resident_in_reach(session, resident_id).id)
        remember_call(session, call, made_id=resident_id, now=now())
        return resident_id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return resident_page(resident_id, form)
    flash(_("The PIN is taken away. The resident chooses a new one in their account."), "success")
    return redirect(url_for("office.resident", resident_id=resident_id), 303)
