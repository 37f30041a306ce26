"""What reports can earn one person at most, on the office's pages: what is in force, what was, and setting the next."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from earnings import EarningCaps, list_caps, set_caps
from people import Role
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.limits_shown import limits_views
from web.pages.office.report_shapes import CapsView
from web.pages.times import local
from web.unit_of_work import reading

_LAST_SHOWN = 20


@blueprint.get("/caps", endpoint="caps")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_caps() -> ResponseReturnValue:
    """Show the caps in force and those before, with the form to set them."""
    return caps_page(Form())


@blueprint.post("/caps", endpoint="set_caps")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_some() -> ResponseReturnValue:
    """Set the caps from now on."""
    form = Form.posted_once("per_day", "per_month")
    per_day, per_month = (
        form.amount(field) if form.values[field].strip() else None for field in ("per_day", "per_month")
    )
    call = form.call(per_day=per_day, per_month=per_month)

    def make(session: Session) -> UUID:
        return set_caps(session, caps=EarningCaps(per_day, per_month), actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return caps_page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.caps"), 303)


def caps_page(form: Form) -> ResponseReturnValue:
    """Show the caps and the limits, with a form that was refused as it was typed."""

    def read(session: Session) -> dict[str, Any]:
        found = list_caps(session)[:_LAST_SHOWN]
        names = actor_names(session, {each.set_by for each in found})
        views = [
            CapsView(each.number, each.per_day, each.per_month, names[each.set_by], local(each.set_at))
            for each in found
        ]
        limits = limits_views(session)
        return {
            "in_force": views[0] if views else None,
            "earlier": views[1:],
            "limits": limits[0] if limits else None,
            "earlier_limits": limits[1:],
        }

    shown = reading(read)
    # All limits are set anew: those that hold stand in the form, to be changed one by one.
    in_force = {} if shown["limits"] is None else shown["limits"].values
    holding = {f"limit_{name}": "" if value is None else str(value) for name, value in in_force.items()}
    asked = form.context | {"values": holding | form.values}
    return make_response(render_template("office/caps.html", **shown, **asked), form.status)
