"""吹哨 on the office's pages: calling units, acknowledging, reporting back, and accepting or returning the result."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import reports
from people import Role, UnitUnknownError
from reports import DispatchTargetError, DueDateError, StepKind
from web.auth import access
from web.pages.forms import Form
from web.pages.office.blueprint import blueprint
from web.pages.office.report_steps import act_once
from web.pages.office.typed_texts import typed_day, typed_text

UNITS_MAX = 20


@blueprint.post("/reports/<uuid:report_id>/calls")
@access(Role.DISPATCHER)
def call_units(report_id: UUID) -> ResponseReturnValue:
    """Call units about a report that the command unit keeps."""
    form = Form.posted_once("call_units", "call_due_on")
    units = [code for code in dict.fromkeys(request.form.getlist("call_units")) if code]
    # What was chosen is shown again, as a text in which each code stands between blanks.
    form.values["call_units"] = f" {' '.join(units)} "
    if not units:
        form.wrong("call_units", _("Choose at least one."))
    elif len(units) > UNITS_MAX:
        form.wrong("call_units", _("Choose at most %(count)s.", count=UNITS_MAX))
    due_on = typed_day(form, "call_due_on") if form.values["call_due_on"].strip() else None
    return act_once(
        report_id,
        form,
        reports.call_units,
        _("Called. Each sees it at once, with its own day."),
        form_name=StepKind.CALL,
        at_fault={
            DispatchTargetError: "call_units",
            UnitUnknownError: "call_units",
            DueDateError: "call_due_on",
        },
        unit_codes=units,
        due_on=due_on,
    )


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/acknowledgement")
@access(Role.HANDLER)
def acknowledge_call(report_id: UUID, call_id: UUID) -> ResponseReturnValue:
    """Say that the called unit has seen what it owes."""
    return act_once(
        report_id,
        Form.posted_once(),
        reports.acknowledge_call,
        _("Acknowledged."),
        form_name=f"acknowledge-{call_id.hex}",
        call_id=call_id,
    )


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/handling")
@access(Role.HANDLER)
def handle_call(report_id: UUID, call_id: UUID) -> ResponseReturnValue:
    """Report back what the called unit did."""
    # Several calls stand on one page: each has fields of its own.
    field = f"report_back_{call_id.hex}"
    form = Form.posted_once(field)
    return act_once(
        report_id,
        form,
        reports.handle_call,
        _("Reported back. The unit in command looks at it."),
        form_name=f"report_back-{call_id.hex}",
        call_id=call_id,
        note=typed_text(form, field),
    )


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/acceptance")
@access(Role.DISPATCHER)
def accept_call(report_id: UUID, call_id: UUID) -> ResponseReturnValue:
    """Accept, for the command unit, what a called unit did."""
    field = f"accept_{call_id.hex}"
    form = Form.posted_once(field)
    return act_once(
        report_id,
        form,
        reports.accept_call,
        _("The result is accepted."),
        form_name=f"accept-{call_id.hex}",
        call_id=call_id,
        note=typed_text(form, field) if form.values[field].strip() else None,
    )


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/return")
@access(Role.DISPATCHER)
def return_call(report_id: UUID, call_id: UUID) -> ResponseReturnValue:
    """Give back, for the command unit, what is not done."""
    field = f"send_back_{call_id.hex}"
    form = Form.posted_once(field)
    return act_once(
        report_id,
        form,
        reports.return_call,
        _("Returned: it is not done."),
        form_name=f"send_back-{call_id.hex}",
        call_id=call_id,
        reason=typed_text(form, field),
    )
