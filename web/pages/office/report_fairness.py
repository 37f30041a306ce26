"""Appeals about a report, and words that are covered, on its page: supervisors decide, each by a form."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import reports
from people import Role
from reports import CoveredText
from web.auth import access
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.report_steps import act_once
from web.pages.office.typed_texts import typed_choice, typed_text

_DECISIONS = {"uphold", "dismiss"}


@blueprint.post("/reports/<uuid:report_id>/appeals/<uuid:appeal_id>/decision")
@access(Role.SUPERVISOR)
def decide_appeal(report_id: UUID, appeal_id: UUID) -> ResponseReturnValue:
    """Decide an appeal, with the reason that its author reads."""
    field, choice = f"appeal_note_{appeal_id.hex}", f"appeal_{appeal_id.hex}"
    form = Form.posted_once(field, choice)
    is_upheld = typed_choice(form, choice, _DECISIONS) == "uphold"
    return act_once(
        report_id,
        form,
        reports.decide_appeal,
        _("The appeal is upheld.") if is_upheld else _("The appeal is dismissed."),
        form_name=f"appeal-{appeal_id.hex}",
        appeal_id=appeal_id,
        is_upheld=is_upheld,
        note=typed_text(form, field),
    )


@blueprint.post("/reports/<uuid:report_id>/covering")
@access(Role.SUPERVISOR)
def cover_report(report_id: UUID) -> ResponseReturnValue:
    """Cover the words of a report."""
    return _cover(report_id, CoveredText.REPORT, report_id, "covering_reason", "covering")


@blueprint.post("/reports/<uuid:report_id>/joins/<uuid:join_id>/covering")
@access(Role.SUPERVISOR)
def cover_join(report_id: UUID, join_id: UUID) -> ResponseReturnValue:
    """Cover the words of somebody who joined a report."""
    return _cover(report_id, CoveredText.JOIN, join_id, f"covering_{join_id.hex}", f"covering-{join_id.hex}")


def _cover(report_id: UUID, kind: CoveredText, text_id: UUID, field: str, form_name: str) -> ResponseReturnValue:
    form = Form.posted_once(field)
    return act_once(
        report_id,
        form,
        reports.cover,
        _("Covered. Who wrote it is told, and may appeal."),
        form_name=form_name,
        text_kind=kind,
        text_id=text_id,
        reason=typed_text(form, field),
    )
