"""The rules by which payments are held back, on the office's pages: what holds, what held before, setting them anew."""

from dataclasses import asdict
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Role
from suspicions import BOUNDS, RULE_NAMES, SuspicionRules, list_suspicion_rules, set_suspicion_rules
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.limits_shown import LimitsView
from web.pages.office.typed_limits import as_typed, typed_limit
from web.pages.times import local
from web.unit_of_work import reading

_LAST_SHOWN = 20
_AMOUNT = "pair_credits"


@blueprint.get("/suspicion-rules", endpoint="suspicion_rules")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_rules() -> ResponseReturnValue:
    """Show the rules in force and those before, with the form to set them."""
    return _page(Form())


@blueprint.post("/suspicion-rules", endpoint="set_suspicion_rules")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_some() -> ResponseReturnValue:
    """Set all rules from now on, as their next version; a rule whose values are empty is off."""
    form = Form.posted_once(*RULE_NAMES)
    rules = SuspicionRules(**{name: typed_limit(form, name, is_number=name != _AMOUNT) for name in RULE_NAMES})
    call = form.call(**asdict(rules))

    def make(session: Session) -> UUID:
        return set_suspicion_rules(session, rules=rules, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Set. It holds from now on."), "success")
    return redirect(url_for("office.suspicion_rules"), 303)


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> list[LimitsView]:
        found = list_suspicion_rules(session)[:_LAST_SHOWN]
        names = actor_names(session, {each.set_by for each in found})
        return [
            LimitsView(
                each.number,
                {name: getattr(each, name) for name in RULE_NAMES},
                names[each.set_by],
                local(each.set_at),
            )
            for each in found
        ]

    views = reading(read)
    # All rules are set anew: those that hold stand in the form, to be changed one by one.
    in_force = views[0].values if views else {}
    holding = {name: as_typed(value, is_number=name != _AMOUNT) for name, value in in_force.items()}
    asked = form.context | {"values": holding | form.values}
    shown = {"in_force": views[0] if views else None, "earlier": views[1:], "bounds": BOUNDS}
    return make_response(render_template("office/suspicion_rules.html", **shown, **asked), form.status)
