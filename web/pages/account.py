"""What belongs to whoever is logged in: their password, and where they are logged in."""

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

import people
from payments import live_block
from people import (
    PASSWORD_LENGTH_MIN,
    LogInOutcome,
    check_password_change,
    end_sessions,
    get_person,
    get_resident,
    live_sessions,
)
from safeguards import pin_state
from web.auth import access, principal, require
from web.clock import now
from web.pages.forms import Form
from web.pages.log_in import check_repeated
from web.pages.shapes import SessionView
from web.pages.times import local
from web.secret_keys import passwords
from web.unit_of_work import in_transaction, reading

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@access()
def home() -> ResponseReturnValue:
    """Show somebody's own log-in."""
    return _page(Form())


@blueprint.post("/password")
@access()
def change_password() -> ResponseReturnValue:
    """Change the password; other devices are logged out."""
    form = Form.posted("current_password", "password", "password_again")
    if not form.values["current_password"]:
        form.wrong("current_password", _("Fill this in."))
    check_repeated(form)
    if not form.is_right:
        return _page(form)
    credential_id, at = _credential_id(), now()
    checked = form.attempt(
        lambda: reading(
            lambda session: check_password_change(
                session,
                passwords=passwords(),
                credential_id=credential_id,
                password=form.values["current_password"],
                new_password=form.values["password"],
            )
        )
    )
    if checked is None:
        return _page(form)
    keep = principal().session_id
    done = in_transaction(
        lambda session: people.change_password(
            session, checked=checked, keep_session_id=keep, address=request.remote_addr, now=at
        )
    )
    if done.outcome is LogInOutcome.DONE:
        flash(_("The password is changed. Other devices are logged out."), "success")
        return redirect(url_for("account.home"), 303)
    form.wrong("current_password", not_confirmed(done.outcome, done.retry_after_s))
    return _page(form)


@blueprint.post("/sessions/<uuid:session_id>/end")
@access()
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Log one of somebody's own devices out."""
    credential_id, at = _credential_id(), now()
    in_transaction(
        lambda session: people.end_session(session, credential_id=credential_id, session_id=session_id, now=at)
    )
    flash(_("That device is logged out."), "success")
    return redirect(url_for("account.home"), 303)


@blueprint.post("/sessions/end-others")
@access()
def end_other_sessions() -> ResponseReturnValue:
    """Log all of somebody's other devices out."""
    credential_id, keep, at = _credential_id(), principal().session_id, now()
    in_transaction(lambda session: end_sessions(session, credential_id=credential_id, keep_id=keep, now=at))
    flash(_("All other devices are logged out."), "success")
    return redirect(url_for("account.home"), 303)


def not_confirmed(outcome: LogInOutcome, retry_after_s: int | None) -> str:
    """Say why a password that somebody logged in typed again was not taken."""
    if outcome is LogInOutcome.WRONG:
        return str(_("This is not your password."))
    minutes = -(-(retry_after_s or 60) // 60)
    return str(ngettext("Too many attempts. Wait %(num)s minute.", "Too many attempts. Wait %(num)s minutes.", minutes))


def _credential_id() -> UUID:
    found = principal().credential_id
    require(found is not None)
    return cast("UUID", found)


def _page(form: Form) -> Response:
    at = now()

    def read(session: Session) -> dict[str, Any]:
        asking = principal()
        sessions = live_sessions(session, credential_id=_credential_id(), now=at)
        if asking.resident_id is not None:
            login_name = get_resident(session, asking.resident_id).number
            blocked: bool | None = live_block(session, resident_id=asking.resident_id) is not None
        else:
            login_name, blocked = get_person(session, cast("UUID", asking.person_id)).handle, None
        pin = None if asking.resident_id is None else pin_state(session, resident_id=asking.resident_id).value
        return {
            "login_name": login_name,
            "codes_blocked": blocked,
            "pin_state": pin,
            "sessions": [
                SessionView(
                    id=each.id,
                    device=each.device,
                    started_at=local(each.started_at),
                    last_seen_on=each.last_seen_on,
                    is_current=each.id == asking.session_id,
                )
                for each in sessions
            ],
        }

    page = render_template(
        "account/home.html", **reading(read), password_length_min=PASSWORD_LENGTH_MIN, **form.context
    )
    return make_response(page, form.status)
