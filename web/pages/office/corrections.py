"""What one person asks to be owed, or to be owed no longer, and another decides."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import receivables
from people import Role
from receivables import Matter, MatterState, get_matter, list_matters
from web.auth import access, principal
from web.clock import now
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.debts_shown import matter_views
from web.pages.office.reach import paths_of, resident_within
from web.unit_of_work import reading

CORRECTING = (Role.ADMINISTRATOR, Role.FINANCE, Role.APPROVER)
DECIDING = (Role.FINANCE, Role.APPROVER)
_ON_PAGE = 30


@blueprint.get("/corrections", endpoint="corrections")
@access(*CORRECTING)
def show_corrections() -> str:
    """List what waits for a decision, or all that was decided, newest first."""
    chosen, before = request.args.get("state", MatterState.ASKED.value), id_cursor()
    state = MatterState(chosen) if chosen in set(MatterState) else None

    def read(session: Session) -> dict[str, Any]:
        found = list_matters(session, state=state, within_path=paths_of(*CORRECTING), limit=_ON_PAGE, before=before)
        return {
            "items": matter_views(session, found.items),
            "more_url": more_url(found.next_before, state=chosen),
            "chosen": state.value if state else "all",
        }

    return list_page("office/corrections.html", "office/_correction_items.html", **reading(read))


@blueprint.get("/corrections/<uuid:matter_id>")
@access(*CORRECTING)
def correction(matter_id: UUID) -> ResponseReturnValue:
    """Show what was asked for, and how it was decided."""
    return _correction_page(matter_id, Form())


@blueprint.post("/corrections/<uuid:matter_id>/decision")
@access(*DECIDING)
def decide(matter_id: UUID) -> ResponseReturnValue:
    """Approve or reject what another person asked for."""
    form = Form.posted_once("note", "decision")
    note, approving = form.values["note"], form.values["decision"] == "approve"
    call = form.call(note=note, decision=form.values["decision"])

    def make(session: Session) -> UUID:
        matter = get_matter(session, matter_id)
        resident_within(session, matter.resident_id, *DECIDING)
        act = receivables.approve if approving else receivables.reject
        return act(session, matter_id=matter_id, kind=matter.kind, note=note, actor=call.owner, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _correction_page(matter_id, form)
    flash(_("Approved and booked.") if approving else _("Rejected. Nothing was booked."), "success")
    return redirect(url_for("office.correction", matter_id=matter_id), 303)


def _correction_page(matter_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> tuple[Matter, dict[str, Any]]:
        found = get_matter(session, matter_id)
        resident_within(session, found.resident_id, *CORRECTING)
        return found, {"matter": matter_views(session, [found])[0]}

    found, shown = reading(read)
    # Of those who may decide, who asked may not: the page says so instead of offering a button that refuses.
    asking = principal()
    waits = found.state is MatterState.ASKED and asking.may(*DECIDING)
    page = render_template(
        "office/correction.html",
        may_decide=waits and found.asked_by != asking.actor,
        is_own=waits and found.asked_by == asking.actor,
        **shown,
        **form.context,
    )
    return make_response(page, form.status)
