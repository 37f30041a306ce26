"""What others add to a report, and whose a confidential one is: supervisors decide, each by a form on its page."""

import logging
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import reports
from people import Role
from reports import Unmasking
from web.auth import access
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.report_steps import act_once
from web.pages.office.typed_texts import typed_choice, typed_text

logger = logging.getLogger(__name__)
_DECISIONS = {"approve", "reject"}


@blueprint.post("/reports/<uuid:report_id>/joins/<uuid:join_id>/decision")
@access(Role.SUPERVISOR)
def decide_join(report_id: UUID, join_id: UUID) -> ResponseReturnValue:
    """Say whether what somebody added is new evidence; what is not is told why."""
    # Several stand on one page: each has fields of its own.
    field, choice = f"join_note_{join_id.hex}", f"join_{join_id.hex}"
    form = Form.posted_once(field, choice)
    is_accepted = typed_choice(form, choice, _DECISIONS) == "approve"
    note = typed_text(form, field) if form.values[field].strip() or not is_accepted else None
    return act_once(
        report_id,
        form,
        reports.decide_join,
        _("Accepted as new evidence.") if is_accepted else _("Not accepted. Who added it reads why."),
        form_name=f"join-{join_id.hex}",
        join_id=join_id,
        is_accepted=is_accepted,
        note=note,
    )


@blueprint.post("/reports/<uuid:report_id>/unmasking")
@access(Role.SUPERVISOR)
def ask_whose(report_id: UUID) -> ResponseReturnValue:
    """Ask to learn whose a confidential report is; another supervisor decides."""
    form = Form.posted_once("unmasking_reason")
    return act_once(
        report_id,
        form,
        reports.ask_unmasking,
        _("Asked. Another supervisor decides."),
        form_name="unmasking",
        reason=typed_text(form, "unmasking_reason"),
    )


@blueprint.post("/reports/<uuid:report_id>/unmasking/decision")
@access(Role.SUPERVISOR)
def decide_whose(report_id: UUID) -> ResponseReturnValue:
    """Decide, as another supervisor; approved, the two of them see whose it is, and nobody else."""
    form = Form.posted_once("unmasking_note", "unmasking_decision")
    is_approved = typed_choice(form, "unmasking_decision", _DECISIONS) == "approve"
    note = typed_text(form, "unmasking_note") if form.values["unmasking_note"].strip() else None
    return act_once(
        report_id,
        form,
        _decide_whose,
        _("Approved. You and who asked see whose it is, and the reporter is told.")
        if is_approved
        else _("Not approved. Everything stays as it was."),
        form_name="unmasking_decision",
        is_approved=is_approved,
        note=note,
    )


def _decide_whose(*args: Any, **facts: Any) -> Unmasking:
    decided = reports.decide_unmasking(*args, **facts)
    logger.warning("unmasking %s: %s", decided.id, "approve" if decided.is_approved else "reject")
    return decided
