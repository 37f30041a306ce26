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
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.limits_shown import LimitsView
from web.pages.office.typed_limits import as_typed, typed_limit
from web.pages.times import local
from web.unit_of_work import reading

_NUMBERS = ("pin_above_count", "duplicate_within_s", "refund_within_days")
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
    limits = PaymentLimits(**{name: typed_limit(form, name, is_number=name in _NUMBERS) for name in LIMIT_NAMES})
    call = form.call(**asdict(limits))

    def make(session: Session) -> UUID:
        return set_payment_limits(session, limits=limits, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.payment_limits"), 303)


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> list[LimitsView]:
        found = list_payment_limits(session)[:_LAST_SHOWN]
        names = actor_names(session, {each.set_by for each in found})
        return [_view(each, names[each.set_by]) for each in found]

    views = reading(read)
    shown: dict[str, Any] = {"in_force": views[0] if views else None, "earlier": views[1:]}
    # All limits are set anew: those that hold stand in the form, to be changed one by one.
    in_force = {} if not views else views[0].values
    holding = {name: as_typed(value, is_number=name in _NUMBERS) for name, value in in_force.items()}
    asked = form.context | {"values": holding | form.values}
    return make_response(render_template("office/payment_limits.html", **shown, **asked), form.status)


def _view(found: PaymentLimitsSet, set_by: str) -> LimitsView:
    values = {name: getattr(found, name) for name in LIMIT_NAMES}
    return LimitsView(found.number, values, set_by, local(found.set_at))
