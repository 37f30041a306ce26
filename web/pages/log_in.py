"""Logging in and out, and the first log-in with the code that the office printed.

Passwords are compared outside of any writing transaction: that takes long on purpose.
"""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import people
from people import (
    PASSWORD_LENGTH_MIN,
    LogIn,
    LogInOutcome,
    check_activation,
    check_password,
    end_session,
)
from web.auth import begin_page_session, end_page_session, principal, public, viewer
from web.clock import now
from web.pages.devices import device_of
from web.pages.forms import Form
from web.pages.local_paths import local_path
from web.pages.viewer import home_url
from web.problems import Problem
from web.secret_keys import passwords
from web.unit_of_work import in_transaction, reading

blueprint = Blueprint("auth", __name__)


@blueprint.get("/log-in")
@public
def log_in() -> ResponseReturnValue:
    """Ask for name and password; whoever is logged in already goes on."""
    somebody = viewer()
    wanted = local_path(request.args.get("next", ""), "")
    if somebody is not None:
        return redirect(wanted or home_url(somebody), 303)
    return _asked(Form(), wanted)


@blueprint.post("/log-in")
@public
def take_log_in() -> ResponseReturnValue:
    """Log somebody in."""
    form = Form.posted("login_name", "password")
    wanted = local_path(request.form.get("next", ""), "")
    login_name, at = form.text("login_name"), now()
    if not form.values["password"]:
        form.text("password")
    if not form.is_right:
        return _asked(form, wanted)
    checked = reading(
        lambda session: check_password(
            session, passwords=passwords(), login_name=login_name, password=form.values["password"]
        )
    )
    done = in_transaction(
        lambda session: people.log_in(session, checked=checked, device=_device(), address=request.remote_addr, now=at)
    )
    if done.outcome is LogInOutcome.DONE and done.token is not None:
        return _begin(done.token, wanted)
    if done.outcome is LogInOutcome.WRONG:
        form.errors["form"] = _("The name or the password is wrong.")
        form.status = 401
    else:
        form.refuse(locked(done))
    return _asked(form, wanted, done)


@blueprint.post("/log-out")
@public
def log_out() -> ResponseReturnValue:
    """End the present session, here and in the books of sessions."""
    somebody = viewer()
    if somebody is not None and somebody.credential_id is not None and somebody.session_id is not None:
        credential_id, session_id, at = somebody.credential_id, somebody.session_id, now()
        in_transaction(lambda session: end_session(session, credential_id=credential_id, session_id=session_id, now=at))
    end_page_session()
    flash(_("You are logged out."), "success")
    return redirect(url_for("public.front"), 303)


@blueprint.get("/activate")
@public
def activate() -> ResponseReturnValue:
    """Ask for the printed code and a first password."""
    return _first_asked(Form())


@blueprint.post("/activate")
@public
def take_activation() -> ResponseReturnValue:
    """Set the first password and log in."""
    form = Form.posted("login_name", "activation_code", "password", "password_again")
    login_name, code, at = form.text("login_name"), form.text("activation_code"), now()
    check_repeated(form)
    if not form.is_right:
        return _first_asked(form)
    checked = form.attempt(
        lambda: reading(
            lambda session: check_activation(
                session,
                passwords=passwords(),
                login_name=login_name,
                code=code,
                new_password=form.values["password"],
            )
        )
    )
    if checked is None:
        return _first_asked(form)
    done = in_transaction(
        lambda session: people.activate(session, checked=checked, device=_device(), address=request.remote_addr, now=at)
    )
    if done.outcome is LogInOutcome.DONE and done.token is not None:
        answer = _begin(done.token, "")
        # The new log-in forgets what was in the cookie before.
        flash(_("Welcome. From now on you log in with this password."), "success")
        return answer
    if done.outcome is LogInOutcome.CODE_EXPIRED:
        form.refuse(Problem(409, "activation_expired", "", ""))
    elif done.outcome is LogInOutcome.WRONG:
        form.refuse(Problem(409, "activation_unknown", "", ""))
    else:
        form.refuse(locked(done))
    return _first_asked(form, done)


def check_repeated(form: Form) -> None:
    """Note it where a new password is missing, or was not typed twice the same."""
    if not form.values["password"]:
        form.wrong("password", _("Fill this in."))
    elif form.values["password"] != form.values["password_again"]:
        form.wrong("password_again", _("This is not the same as above."))


def locked(done: LogIn) -> Problem:
    """Return how it is told that a log-in name, or an address, must wait."""
    minutes = -(-(done.retry_after_s or 60) // 60)
    return Problem(
        429, "login_locked", "", "", {"minutes": minutes}, headers={"Retry-After": str(done.retry_after_s or 60)}
    )


def _device() -> str:
    return device_of(request.headers.get("User-Agent", ""))


def _begin(token: str, wanted: str) -> ResponseReturnValue:
    begin_page_session(token)
    return redirect(wanted or home_url(principal()), 303)


def _asked(form: Form, wanted: str, done: LogIn | None = None) -> Response:
    return _answered(render_template("auth/log_in.html", next=wanted, **form.context), form, done)


def _first_asked(form: Form, done: LogIn | None = None) -> Response:
    page = render_template("auth/activate.html", password_length_min=PASSWORD_LENGTH_MIN, **form.context)
    return _answered(page, form, done)


def _answered(page: str, form: Form, done: LogIn | None) -> Response:
    response = make_response(page, form.status)
    if form.status == 429 and done is not None and done.retry_after_s:
        response.headers["Retry-After"] = str(done.retry_after_s)
    return response
