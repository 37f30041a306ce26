"""吹哨: units that are called about a report, acknowledge, report back, and whose result is accepted or returned."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Length

import reports
from people import Role
from web.api.fields import CODE_LENGTH_MAX, Day, Request, Text
from web.api.report_replies import ReportReply
from web.api.report_steps import NoteRequest, NothingRequest, ReportReasonRequest, take_and_show
from web.api.reports import blueprint
from web.auth import access

UNITS_MAX = 20


class CallRequest(Request):
    """Whom, and until when; without a day, that of the list, than which none is later."""

    units = fields.List(
        Text(required=True, length_max=CODE_LENGTH_MAX), required=True, validate=Length(min=1, max=UNITS_MAX)
    )
    due_on = Day(load_default=None)


class CallAcceptanceRequest(Request):
    """What the command unit remarks, if anything."""

    note = Text(load_default=None)


@blueprint.post("/reports/<uuid:report_id>/calls")
@access(Role.DISPATCHER)
@blueprint.arguments(CallRequest)
@blueprint.response(201, ReportReply)
def call_some(asked: dict[str, Any], report_id: UUID) -> Any:
    """Call units about a report that the command unit keeps; each is charged with a duty of its own."""
    return take_and_show(reports.call_units, asked, report_id, unit_codes=asked["units"], due_on=asked["due_on"])


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/acknowledgement")
@access(Role.HANDLER)
@blueprint.arguments(NothingRequest)
@blueprint.response(201, ReportReply)
def acknowledge_call(asked: dict[str, Any], report_id: UUID, call_id: UUID) -> Any:
    """Say that the called unit has seen what it owes."""
    return take_and_show(reports.acknowledge_call, asked, report_id, call_id=call_id)


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/handling")
@access(Role.HANDLER)
@blueprint.arguments(NoteRequest)
@blueprint.response(201, ReportReply)
def handle_call(asked: dict[str, Any], report_id: UUID, call_id: UUID) -> Any:
    """Report back what the called unit did."""
    return take_and_show(reports.handle_call, asked, report_id, call_id=call_id, note=asked["note"])


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/acceptance")
@access(Role.DISPATCHER)
@blueprint.arguments(CallAcceptanceRequest)
@blueprint.response(201, ReportReply)
def accept_call(asked: dict[str, Any], report_id: UUID, call_id: UUID) -> Any:
    """Accept, for the command unit, what a called unit did: its duty is discharged."""
    return take_and_show(reports.accept_call, asked, report_id, call_id=call_id, note=asked["note"])


@blueprint.post("/reports/<uuid:report_id>/calls/<uuid:call_id>/return")
@access(Role.DISPATCHER)
@blueprint.arguments(ReportReasonRequest)
@blueprint.response(201, ReportReply)
def return_call(asked: dict[str, Any], report_id: UUID, call_id: UUID) -> Any:
    """Give back, for the command unit, what is not done; the called unit's day stays."""
    return take_and_show(reports.return_call, asked, report_id, call_id=call_id, reason=asked["reason"])
