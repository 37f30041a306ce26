"""The steps of reports: what supervisors, dispatchers, departments and reporters do with them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import reports
from people import Role
from reports import RejectionKind, RequestKind, get_request, report_of_step
from responsibilities import Severity
from web.api.calls import call_of, nobodys_call_of, once
from web.api.fields import CODE_LENGTH_MAX, Day, Request, Text, a_code, a_text
from web.api.report_replies import AskedReply, ReportReply
from web.api.reports import blueprint
from web.auth import access, principal
from web.clock import now
from web.reports_shown import whole_report


class AcceptanceRequest(Request):
    """How grave it is; the list says the days."""

    severity = fields.Enum(Severity, by_value=True, required=True)


class ReportReasonRequest(Request):
    """Why something is done."""

    reason = a_text()


class RejectionRequest(ReportReasonRequest):
    """Why it is not accepted, in words, and of which kind that is; the kind is told to the reporter too."""

    kind = fields.Enum(
        RejectionKind,
        by_value=True,
        load_default=RejectionKind.OTHER,
        metadata={"description": "Only what is `false` counts for the rule about repeated false reports."},
    )


class ReportMergerRequest(Request):
    """The report about the same thing that goes on."""

    into = fields.UUID(required=True)


class VerificationRequest(Request):
    """Whether what was called done is done; what is returned says why."""

    result = fields.String(required=True, validate=OneOf(["verified", "returned"]))
    note = Text(load_default=None)

    @validates_schema
    def _returned_with_a_reason(self, asked: dict[str, Any], **_options: Any) -> None:
        if asked["result"] == "returned" and asked["note"] is None:
            raise ValidationError({"note": ["Missing data for required field."]})


class NothingRequest(Request):
    """Nothing is asked besides."""


class DispatchRequest(Request):
    """To whom, and until when; without a day, that of the list, than which none is later."""

    unit = Text(
        load_default=None,
        length_max=CODE_LENGTH_MAX,
        metadata={"description": "If missing, the department that the list names."},
    )
    due_on = Day(load_default=None)


class ReportTransferRequest(Request):
    """To whom."""

    unit = a_code()


class NoteRequest(Request):
    """What was done."""

    note = a_text()


class PostponementRequest(Request):
    """The later day, and the reason that everybody can read."""

    due_on = Day(required=True)
    reason = a_text()
    call_id = fields.UUID(
        load_default=None, metadata={"description": "A call whose day is meant; if missing, the report's own."}
    )


class ReportDecisionRequest(Request):
    """What another supervisor decides."""

    decision = fields.String(required=True, validate=OneOf(["approve", "reject"]))
    note = Text(load_default=None)


@blueprint.post("/reports/<uuid:report_id>/acceptance")
@access(Role.SUPERVISOR)
@blueprint.arguments(AcceptanceRequest)
@blueprint.response(201, ReportReply)
def accept(asked: dict[str, Any], report_id: UUID) -> Any:
    """Accept a report: its command unit owes from now on that it reaches a department."""
    return take_and_show(reports.accept, asked, report_id, severity=asked["severity"])


@blueprint.post("/reports/<uuid:report_id>/rejection")
@access(Role.SUPERVISOR)
@blueprint.arguments(RejectionRequest)
@blueprint.response(201, ReportReply)
def reject(asked: dict[str, Any], report_id: UUID) -> Any:
    """Reject a report, with a reason for its reporter."""
    return take_and_show(reports.reject, asked, report_id, reason=asked["reason"], kind=asked["kind"])


@blueprint.post("/reports/<uuid:report_id>/merger")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportMergerRequest)
@blueprint.response(201, ReportReply)
def merge(asked: dict[str, Any], report_id: UUID) -> Any:
    """Merge a report that is not accepted yet into another one about the same thing."""
    return take_and_show(reports.merge, asked, report_id, into_id=asked["into"])


@blueprint.post("/reports/<uuid:report_id>/verification")
@access(Role.SUPERVISOR)
@blueprint.arguments(VerificationRequest)
@blueprint.response(201, ReportReply)
def verify(asked: dict[str, Any], report_id: UUID) -> Any:
    """Confirm that it is done, or return it to its department."""
    take = reports.verify if asked["result"] == "verified" else reports.return_to_department
    return take_and_show(take, asked, report_id, note=asked["note"])


@blueprint.post("/reports/<uuid:report_id>/closure")
@access(Role.SUPERVISOR)
@blueprint.arguments(NothingRequest)
@blueprint.response(201, ReportReply)
def close(asked: dict[str, Any], report_id: UUID) -> Any:
    """Close a report that was verified."""
    return take_and_show(reports.close, asked, report_id)


@blueprint.post("/reports/<uuid:report_id>/dispatch")
@access(Role.DISPATCHER)
@blueprint.arguments(DispatchRequest)
@blueprint.response(201, ReportReply)
def dispatch(asked: dict[str, Any], report_id: UUID) -> Any:
    """Give a report to a department, or to a place below the command unit."""
    return take_and_show(reports.dispatch, asked, report_id, unit_code=asked["unit"], due_on=asked["due_on"])


@blueprint.post("/reports/<uuid:report_id>/transfer")
@access(Role.DISPATCHER)
@blueprint.arguments(ReportTransferRequest)
@blueprint.response(201, ReportReply)
def transfer(asked: dict[str, Any], report_id: UUID) -> Any:
    """Give a report to another department; in time its day stays, past it the first one missed."""
    return take_and_show(reports.transfer, asked, report_id, unit_code=asked["unit"])


@blueprint.post("/reports/<uuid:report_id>/acknowledgement")
@access(Role.HANDLER)
@blueprint.arguments(NothingRequest)
@blueprint.response(201, ReportReply)
def acknowledge(asked: dict[str, Any], report_id: UUID) -> Any:
    """Say that the department has seen what it owes."""
    return take_and_show(reports.acknowledge, asked, report_id)


@blueprint.post("/reports/<uuid:report_id>/handling")
@access(Role.HANDLER, Role.DISPATCHER)
@blueprint.arguments(NoteRequest)
@blueprint.response(201, ReportReply)
def handle(asked: dict[str, Any], report_id: UUID) -> Any:
    """Say that it is done, and how: as its department, or as the command unit whose calls are all accepted."""
    return take_and_show(reports.handle, asked, report_id, note=asked["note"])


@blueprint.post("/reports/<uuid:report_id>/reopening")
@access(Role.RESIDENT, by_code=True)
@blueprint.arguments(ReportReasonRequest)
@blueprint.response(201, ReportReply)
def reopen(asked: dict[str, Any], report_id: UUID) -> Any:
    """Say, as the reporter and within some days of closure, that it is not done."""
    return take_and_show(reports.reopen, asked, report_id, reason=asked["reason"])


@blueprint.post("/reports/<uuid:report_id>/postponement")
@access(Role.SUPERVISOR)
@blueprint.arguments(PostponementRequest)
@blueprint.response(201, AskedReply)
def ask_postponement(asked: dict[str, Any], report_id: UUID) -> Any:
    """Ask for a later day; another supervisor decides."""
    facts = {"due_on": asked["due_on"], "reason": asked["reason"], "call_id": asked["call_id"]}
    return _request(reports.ask_postponement, asked, report_id, **facts)


@blueprint.post("/reports/<uuid:report_id>/postponement/approval")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportDecisionRequest)
@blueprint.response(201, AskedReply)
def decide_postponement(asked: dict[str, Any], report_id: UUID) -> Any:
    """Decide, as another supervisor, whether a department gets a later day."""
    return _decision(RequestKind.POSTPONEMENT, asked, report_id)


@blueprint.post("/reports/<uuid:report_id>/withdrawal")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportReasonRequest)
@blueprint.response(201, AskedReply)
def ask_withdrawal(asked: dict[str, Any], report_id: UUID) -> Any:
    """Ask that an accepted report ends without result; another supervisor decides."""
    return _request(reports.ask_withdrawal, asked, report_id, reason=asked["reason"])


@blueprint.post("/reports/<uuid:report_id>/withdrawal/approval")
@access(Role.SUPERVISOR)
@blueprint.arguments(ReportDecisionRequest)
@blueprint.response(201, AskedReply)
def decide_withdrawal(asked: dict[str, Any], report_id: UUID) -> Any:
    """Decide, as another supervisor, whether a report ends without result."""
    return _decision(RequestKind.WITHDRAWAL, asked, report_id)


def take_and_show(take: Callable[..., reports.ReportStep], asked: dict[str, Any], report_id: UUID, **facts: Any) -> Any:
    """Take a step, and answer with the report as it then stands."""

    def make(session: Session) -> dict[str, Any]:
        step = take(session, report_id=report_id, by=principal(), now=now(), call=call, **facts)
        return again(session, step.id)

    def again(session: Session, step_id: UUID) -> dict[str, Any]:
        return whole_report(session, report_of_step(session, step_id), principal())

    # Of what an anonymous reporter does, no key leads to them.
    call = call_of(asked) if principal().matter_id is None else nobodys_call_of(asked)
    return once(call, make, again)


def _request(ask: Callable[..., reports.ReportRequest], asked: dict[str, Any], report_id: UUID, **facts: Any) -> Any:
    call = call_of(asked)
    return once(
        call,
        lambda session: ask(session, report_id=report_id, by=principal(), now=now(), call=call, **facts),
        get_request,
    )


def _decision(kind: RequestKind, asked: dict[str, Any], report_id: UUID) -> Any:
    approved = asked["decision"] == "approve"
    return _request(reports.decide, asked, report_id, kind=kind, is_approved=approved, note=asked["note"])
