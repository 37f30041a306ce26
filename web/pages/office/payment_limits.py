"""The limits on payments on the office's pages: what holds, what held before, and setting all of them anew."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Role
from safeguards import LIMIT_NAMES, PaymentLimits, PaymentLimitsSet, list_payment_limits, set_payment_limits
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, minor_units, once
from web.pages.office.blueprint import blueprint
from web.pages.office.limits_shown import LimitsView
from web.pages.times import local
from web.unit_of_work import reading

_NUMBERS = ("pin_above_count", "duplicate_within_s", "refund_within_days")
_NOTHING = {"0", "0.0", "0.00"}
# No number of people's is longer; what a limit may be at most, its room says.
_DIGITS_MAX = 9
_LAST_SHOWN = 20


@blueprint.get("/payment-limits", endpoint="payment_limits")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_limits() -> ResponseReturnValue:
    """Show the limits in force and those before, with the form to set them."""
    return _page(Form())


@blueprint.post("/payment-limits", endpoint="set_payment_limits")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_some() -> ResponseReturnValue:
    """Set all limits from now on, as their next version; what is empty is not limited."""
    form = Form.posted_once(*LIMIT_NAMES)
    limits = PaymentLimits(**{name: _typed(form, name) for name in LIMIT_NAMES})
    call = form.call(**asdict(limits))

    def make(session: Session) -> UUID:
        return set_payment_limits(session, limits=limits, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.payment_limits"), 303)


def _typed(form: Form, name: str) -> int | None:
    """Return a limit as it was typed, amounts in cents; None where it is empty, or wrong, which is noted."""
    typed = form.values[name].strip()
    if not typed:
        return None
    if name in _NUMBERS:
        if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS_MAX:
            return int(typed)
        form.wrong(name, _("Type a whole number, or leave it empty."))
        return None
    if typed in _NOTHING:
        # Where nought is too little, the limits' own rule says so.
        return 0
    cents = minor_units(typed)
    if cents is None:
        form.wrong(name, _("Type an amount such as 50 or 12.50, or leave it empty."))
    return cents


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> list[LimitsView]:
        found = list_payment_limits(session)[:_LAST_SHOWN]
        names = actor_names(session, {each.set_by for each in found})
        return [_view(each, names[each.set_by]) for each in found]

    views = reading(read)
    shown: dict[str, Any] = {"in_force": views[0] if views else None, "earlier": views[1:]}
    # All limits are set anew: those that hold stand in the form, to be changed one by one.
    in_force = {} if not views else views[0].values
    holding = {name: "" if value is None else _as_typed(name, value) for name, value in in_force.items()}
    asked = form.context | {"values": holding | form.values}
    return make_response(render_template("office/payment_limits.html", **shown, **asked), form.status)


def _view(found: PaymentLimitsSet, set_by: str) -> LimitsView:
    values = {name: getattr(found, name) for name in LIMIT_NAMES}
    return LimitsView(found.number, values, set_by, local(found.set_at))


def _as_typed(name: str, value: int) -> str:
    return str(value) if name in _NUMBERS else f"{value // 100}.{value % 100:02}"
