"""Limits on writing reports, which stand on the page of the caps: what is in force, what was, and setting the next."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Role
from reports import LIMIT_MAX, LIMIT_NAMES, LimitsError, WritingLimits, set_limits
from web.auth import access
from web.clock import now
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.caps import caps_page

_AT_FAULT: dict[type[Exception], str] = {LimitsError: "limit_false_days"}


@blueprint.post("/limits", endpoint="set_limits")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_some() -> ResponseReturnValue:
    """Set the limits from now on."""
    form = Form.posted_once(*(f"limit_{name}" for name in LIMIT_NAMES))
    typed = {name: _typed_number(form, f"limit_{name}") for name in LIMIT_NAMES}
    call = form.call(**typed)

    def make(session: Session) -> UUID:
        return set_limits(session, limits=WritingLimits(**typed), actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make), _AT_FAULT) is None:
        return caps_page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.caps"), 303)


def _typed_number(form: Form, field: str) -> int | None:
    typed = form.values[field].strip()
    if not typed:
        return None
    number = int(typed) if len(typed) <= len(str(LIMIT_MAX)) and typed.isascii() and typed.isdigit() else 0
    if not 1 <= number <= LIMIT_MAX:
        form.wrong(field, _("Type a whole number from 1 to %(most)s.", most=LIMIT_MAX))
        return None
    return number
