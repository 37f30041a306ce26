"""Payments that are held back, on the office's pages: the queue, each with its reason, and deciding about it."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import suspicions
from people import Role
from suspicions import DecisionOutcome, SuspicionState
from web.auth import BOOKS, access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.typed_texts import TEXT_LENGTH_MAX, typed_choice
from web.pages.suspicions_shown import suspicions_shown
from web.unit_of_work import reading

_ON_PAGE = 30
_STEPS = {"decision": suspicions.decide, "appeal-decision": suspicions.decide_appeal}


@blueprint.get("/suspicions", endpoint="suspicions")
@access(*BOOKS, everywhere=True)
def show_queue() -> ResponseReturnValue:
    """Show the payments that wait for somebody to look, or those in another state, newest first."""
    asked = request.args.get("state", SuspicionState.WAITING.value)
    state = SuspicionState(asked) if asked in set(SuspicionState) else None
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = suspicions.list_suspicions(session, state=state, limit=_ON_PAGE, before=before)
        return {
            "items": suspicions_shown(session, found.items, names_of=actor_names),
            "more_url": more_url(found.next_before, state=asked),
            "chosen_state": "" if state is None else state.value,
            "are_rules_set": suspicions.rules_in_force(session) is not None,
        }

    return make_response(list_page("office/suspicions.html", "office/_suspicion_items.html", **reading(read)))


@blueprint.get("/suspicions/<uuid:suspicion_id>", endpoint="suspicion")
@access(*BOOKS, everywhere=True)
def show_one(suspicion_id: UUID) -> ResponseReturnValue:
    """Show a payment that is held back, why, what was said about it, and what can be decided."""
    return _page(suspicion_id, Form())


@blueprint.post("/suspicions/<uuid:suspicion_id>/<any(decision,'appeal-decision'):step>", endpoint="decide_suspicion")
@access(Role.ADMINISTRATOR, Role.FINANCE, everywhere=True)
def decide(suspicion_id: UUID, step: str) -> ResponseReturnValue:
    """Decide about a payment, or about the shop's appeal."""
    form = Form.posted_once("decision", "reason")
    typed = typed_choice(form, "decision", {each.value for each in DecisionOutcome})
    reason = form.prose("reason", length_max=TEXT_LENGTH_MAX)
    if not form.is_right:
        return _page(suspicion_id, form)
    call = form.call(decision=typed, reason=reason)

    def make(session: Session) -> UUID:
        return _STEPS[step](
            session,
            suspicion_id=suspicion_id,
            outcome=DecisionOutcome(typed),
            reason=reason,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(suspicion_id, form)
    flash(_("Decided."), "success")
    return redirect(url_for("office.suspicions"), 303)


def _page(suspicion_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> Any:
        return suspicions_shown(session, [suspicions.get_suspicion(session, suspicion_id)], names_of=actor_names)[0]

    return make_response(render_template("office/suspicion.html", one=reading(read), **form.context), form.status)
