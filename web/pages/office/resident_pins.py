"""A resident's PIN, typed by them at the office's device: for whoever has no phone to choose it on."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import SamePersonError
from people import Role, check_has_not_left, is_of_household
from safeguards import pin_state, set_pin
from web.auth import access, principal
from web.clock import now
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import resident_in_reach
from web.pages.office.residents_shown import resident_row
from web.pins import hashed_pin
from web.unit_of_work import in_transaction, reading


@blueprint.get("/residents/<uuid:resident_id>/pin")
@access(Role.ADMINISTRATOR)
def set_resident_pin(resident_id: UUID) -> ResponseReturnValue:
    """Ask the resident for a PIN, at a device that the officer hands them."""
    return _page(resident_id, Form())


@blueprint.post("/residents/<uuid:resident_id>/pin")
@access(Role.ADMINISTRATOR)
def take_resident_pin(resident_id: UUID) -> ResponseReturnValue:
    """Take the PIN that a resident typed twice; an older or locked one is gone with it."""
    form = Form.posted("pin", "pin_again")
    pin, pin_again = (form.values.pop(name) for name in ("pin", "pin_again"))
    # What was typed stands nowhere again; that there are such fields does, for what is wrong about them.
    form.values |= {"pin": "", "pin_again": ""}
    if pin != pin_again:
        form.wrong("pin_again", _("The two are not the same."))
    pin_hash = form.attempt(lambda: hashed_pin(resident_id, pin)) if form.is_right else None
    actor, at = principal().actor, now()

    def work(session: Session) -> bool:
        resident = resident_in_reach(session, resident_id)
        check_has_not_left(resident)
        if is_of_household(session, actor=actor, resident=resident):
            raise SamePersonError(actor)
        set_pin(session, resident_id=resident.id, pin_hash=pin_hash or "", actor=actor, now=at)
        return True

    if pin_hash is None or form.attempt(lambda: in_transaction(work)) is None:
        return _page(resident_id, form)
    flash(_("The PIN is set. Only the resident knows it."), "success")
    return redirect(url_for("office.on_paper", resident_id=resident_id), 303)


def _page(resident_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        resident = resident_in_reach(session, resident_id)
        return {
            "resident": resident_row(session, resident),
            "state": pin_state(session, resident_id=resident.id).value,
        }

    return make_response(render_template("office/resident_pin.html", **reading(read), **form.context), form.status)
