"""A resident's PIN for payments: chosen, changed, or unlocked by a new one, always with the password first.

Adds its routes to the resident's own.
"""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import LogInOutcome, Role, check_password, confirm_password, get_resident
from safeguards import limits_in_force, pin_state, set_pin
from web.auth import access, principal
from web.clock import now
from web.pages.account import not_confirmed
from web.pages.forms import Form
from web.pages.local_paths import local_path
from web.pages.resident_blueprint import blueprint
from web.pages.viewer import resident_id
from web.pins import hashed_pin
from web.secret_keys import passwords
from web.unit_of_work import in_transaction, reading


@blueprint.get("/pin", endpoint="pin")
@access(Role.RESIDENT)
def show_pin() -> ResponseReturnValue:
    """Show whether there is a PIN, when it is asked for, and the form for a new one."""
    return _page(Form())


@blueprint.post("/pin")
@access(Role.RESIDENT)
def choose_pin() -> ResponseReturnValue:
    """Take a new PIN of whoever knows the password and not only holds the phone."""
    form = Form.posted("password", "pin", "pin_again")
    password, pin, pin_again = (form.values.pop(name) for name in ("password", "pin", "pin_again"))
    # What was typed stands nowhere again; that there are such fields does, for what is wrong about them.
    form.values |= {"password": "", "pin": "", "pin_again": ""}
    if not password:
        form.wrong("password", _("Fill this in."))
    if pin != pin_again:
        form.wrong("pin_again", _("The two are not the same."))
    pin_hash = form.attempt(lambda: hashed_pin(resident_id(), pin))
    if pin_hash is None or not form.is_right:
        return _page(form)
    outcome, retry_after_s = _set_with_password(password, pin_hash)
    if outcome is not LogInOutcome.DONE:
        form.wrong("password", not_confirmed(outcome, retry_after_s))
        return _page(form)
    flash(_("Your PIN is set."), "success")
    return redirect(local_path(request.form.get("next", ""), url_for("resident.pin")), 303)


def _set_with_password(password: str, pin_hash: str) -> tuple[LogInOutcome, int | None]:
    """Set the PIN if the password is right; return what came of it, and for how many seconds to wait."""
    owner_id, at = resident_id(), now()
    checked = reading(
        lambda session: check_password(
            session,
            passwords=passwords(),
            login_name=get_resident(session, owner_id).number,
            password=password,
        )
    )

    def work(session: Session) -> tuple[LogInOutcome, int | None]:
        done = confirm_password(session, checked=checked, address=request.remote_addr, now=at)
        if done.outcome is LogInOutcome.DONE:
            set_pin(session, resident_id=owner_id, pin_hash=pin_hash, actor=principal().actor, now=at)
        return done.outcome, done.retry_after_s

    return in_transaction(work)


def _page(form: Form) -> Response:
    state, limits = reading(lambda session: (pin_state(session, resident_id=resident_id()), limits_in_force(session)))
    page = render_template(
        "resident/pin.html",
        state=state.value,
        above_amount=limits.pin_above_amount,
        above_count=limits.pin_above_count,
        next=local_path(request.values.get("next", ""), ""),
        **form.context,
    )
    return make_response(page, form.status)
