"""The office's queue of lines that shops dispute, and its answers."""

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import tills
from people import Role
from tills import Decision, Remedy
from web.auth import BOOKS, access, principal
from web.clock import now
from web.pages.actors import actor_names
from web.pages.disputes_shown import disputes_shown
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.typed_texts import typed_text
from web.unit_of_work import reading

_ON_PAGE = 30
_STATES = {"waiting": True, "answered": False}
# One choice on the page says both: what is decided, and what follows from it.
_DECISIONS: dict[str, tuple[Decision, Remedy | None]] = {
    **{remedy.value: (Decision.UPHELD, remedy) for remedy in Remedy},
    "rejected": (Decision.REJECTED, None),
}


@blueprint.get("/disputes", endpoint="disputes")
@access(*BOOKS, everywhere=True)
def show_disputes() -> ResponseReturnValue:
    """List disputes, those that wait or those that are answered."""
    before, state = id_cursor(), request.args.get("state", "")
    chosen = state if state in _STATES else "waiting"

    def read(session: Session) -> dict[str, Any]:
        found = tills.list_disputes(session, waiting=_STATES[chosen], limit=_ON_PAGE + 1, before=before)
        more = found[_ON_PAGE - 1].dispute.id if len(found) > _ON_PAGE else None
        return {
            "items": disputes_shown(session, found[:_ON_PAGE], _url, actor_names),
            "more_url": more_url(more, state=chosen),
            "waiting": tills.count_waiting(session),
        }

    return make_response(
        list_page("office/disputes.html", "macros/_dispute_items.html", chosen=chosen, with_shop=True, **reading(read))
    )


@blueprint.get("/disputes/<uuid:dispute_id>", endpoint="dispute")
@access(*BOOKS, everywhere=True)
def show_dispute(dispute_id: UUID) -> ResponseReturnValue:
    """Show one dispute, and its answer or the form for it."""
    return _page(dispute_id, Form())


@blueprint.post("/disputes/<uuid:dispute_id>")
@access(Role.FINANCE, Role.ADMINISTRATOR, everywhere=True)
def answer_dispute(dispute_id: UUID) -> ResponseReturnValue:
    """Answer a dispute."""
    form = Form.posted_once("decision", "note")
    chosen, note = form.values["decision"], typed_text(form, "note")
    if chosen not in _DECISIONS:
        form.wrong("decision", _("Choose one of these."))
    if not form.is_right:
        return _page(dispute_id, form)
    call, by = form.call(decision=chosen, note=note), principal()
    decision, remedy = _DECISIONS[chosen]

    def make(session: Session) -> UUID:
        return tills.answer_dispute(
            session, dispute_id=dispute_id, decision=decision, remedy=remedy, note=note, by=by, now=now(), call=call
        ).dispute_id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(dispute_id, form)
    flash(_("Answered. The shop sees it."), "success")
    return redirect(_url(dispute_id), 303)


def _page(dispute_id: UUID, form: Form) -> Response:
    def read(session: Session) -> dict[str, Any]:
        return {"one": disputes_shown(session, [tills.dispute_view(session, dispute_id)], _url, actor_names)[0]}

    may_answer = principal().may_everywhere(Role.FINANCE, Role.ADMINISTRATOR)
    page = render_template("office/dispute.html", may_answer=may_answer, **reading(read), **form.context)
    return make_response(page, form.status)


def _url(dispute_id: UUID) -> str:
    return url_for("office.dispute", dispute_id=dispute_id)
