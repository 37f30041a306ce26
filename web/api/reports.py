"""Reports: what residents saw, where it stands, and who owes what until when."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from earnings import CutReason, EarningState, NothingReason, PartKind
from people import Principal, Role, get_resident, get_unit, resident_by_number
from reports import (
    JoinState,
    Report,
    ReportStatus,
    Severity,
    get_report,
    list_reports,
    report_of_step,
    submit,
    weights,
)
from web.api.calls import call_of, once
from web.api.fields import (
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Day,
    Instant,
    PageQuery,
    Reply,
    Request,
    Text,
    a_code,
    a_text,
)
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.problems import ProblemError
from web.problems.requests import FORBIDDEN
from web.reports_shown import report_facts, whole_report
from web.unit_of_work import reading

# Officers who may write a report down for somebody who called or came.
TAKE_CALLS = (Role.SUPERVISOR, Role.DISPATCHER, Role.ADMINISTRATOR)
SEE_REPORTS = (Role.RESIDENT, Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER, Role.ADMINISTRATOR)

blueprint = ApiBlueprint("reports", "Reports: what residents saw, where it stands, and who owes what until when.")


class ReportRequest(Request):
    """What was seen, and where; `lat` and `long` in degrees (WGS 84), both or neither."""

    category = a_code()
    description = a_text()
    unit = a_code(metadata={"description": "The community, village, grid or building where it is."})
    address = Text(load_default=None, length_max=NAME_LENGTH_MAX)
    latitude = fields.Float(data_key="lat", load_default=None, allow_nan=False)
    longitude = fields.Float(data_key="long", load_default=None, allow_nan=False)
    on_behalf_of = Text(
        load_default=None,
        length_max=CODE_LENGTH_MAX + 4,
        metadata={"description": "Officers only: the id or the number of the resident who called or came."},
    )


class DutyReply(Schema):
    """Who owes it now, and until the end of which day; overdue as of today."""

    unit = fields.String(required=True, attribute="unit_code")
    due_on = Day(required=True)
    overdue = fields.Boolean(required=True)


class ReportStepReply(Schema):
    """One step: what was done, the status it led to, for which unit, and the day before and after it."""

    number = fields.Integer(required=True, attribute="step.number")
    step = fields.String(required=True, attribute="step.kind")
    status = fields.String(required=True, attribute="step.status")
    unit = fields.String(required=True, allow_none=True, attribute="step.unit_code")
    old_due_on = Day(required=True, allow_none=True, attribute="step.old_due_on")
    due_on = Day(required=True, allow_none=True, attribute="step.due_on")
    note = fields.String(required=True, allow_none=True, attribute="step.note")
    entry_id = fields.UUID(required=True, allow_none=True, attribute="step.entry_id")
    made_at = Instant(required=True, attribute="step.made_at")
    made_by = fields.String(required=True, allow_none=True, metadata={"description": "Who took it; null to residents."})


class ChargedReply(Schema):
    """One duty that the report laid on a unit, and what became of it."""

    unit = fields.String(required=True, attribute="unit_code")
    due_on = Day(required=True)
    charged_at = Instant(required=True)
    handled_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)


class AskedReply(Reply):
    """What a supervisor asked about a report; another one decides."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    due_on = Day(required=True, allow_none=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = Instant(required=True)
    approved = fields.Boolean(
        required=True, allow_none=True, attribute="is_approved", metadata={"description": "Null until it is decided."}
    )
    note = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class JoinReply(Reply):
    """Somebody who says "me too", and what a supervisor said about their evidence."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    evidence = fields.String(required=True, allow_none=True)
    state = fields.Enum(JoinState, by_value=True, required=True)
    note = fields.String(required=True, allow_none=True)
    joined_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)


class CommentReply(Schema):
    """What somebody said in the program that brought the report, and where that program thinks the report stands."""

    id = fields.UUID(required=True)
    text = fields.String(required=True)
    status = fields.String(required=True)
    said_at = Instant(required=True)
    received_at = Instant(required=True)


class EarningPartReply(Schema):
    """A part of an award, in minor units: due by the published formula, and paid; less says why."""

    part = fields.Enum(PartKind, by_value=True, required=True, attribute="kind")
    resident_id = fields.UUID(required=True)
    due = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    cut_because = fields.Enum(CutReason, by_value=True, required=True, allow_none=True)
    award_id = fields.UUID(required=True, allow_none=True)
    paid_at = Instant(required=True)


class EarningReply(Schema):
    """What the report earns in minor units; `waiting` says that its fund has no money for it yet.

    `paid` is the sum of the parts shown: all of them to supervisors, to residents their own.
    """

    state = fields.Enum(EarningState, by_value=True, required=True)
    amount = fields.Integer(required=True, allow_none=True)
    nothing_because = fields.Enum(NothingReason, by_value=True, required=True, allow_none=True)
    loss = fields.Integer(required=True, allow_none=True)
    paid = fields.Integer(required=True)
    parts = fields.List(fields.Nested(EarningPartReply), required=True)


class ReportSummaryReply(Reply):
    """A report and its open duty, null where nobody owes anything about it."""

    id = fields.UUID(required=True, attribute="report.id")
    number = fields.String(required=True, attribute="report.number")
    status = fields.Enum(ReportStatus, by_value=True, required=True, attribute="report.status")
    category = fields.String(required=True, attribute="report.category_code")
    description = fields.String(required=True, attribute="report.description")
    unit = fields.String(required=True, attribute="report.unit_code")
    address = fields.String(required=True, allow_none=True, attribute="report.address")
    latitude = fields.Float(required=True, allow_none=True, data_key="lat", attribute="report.latitude")
    longitude = fields.Float(required=True, allow_none=True, data_key="long", attribute="report.longitude")
    channel = fields.String(required=True, attribute="report.channel")
    severity = fields.Enum(Severity, by_value=True, required=True, allow_none=True, attribute="report.severity")
    submitted_at = Instant(required=True, attribute="report.submitted_at")
    closed_at = Instant(required=True, allow_none=True, attribute="report.closed_at")
    merged_into = fields.UUID(required=True, allow_none=True, attribute="report.merged_into_id")
    resident_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Whose it is; null to whom that is nobody's business."}
    )
    duty = fields.Nested(DutyReply, required=True, allow_none=True)
    weight = fields.Integer(required=True, metadata={"description": "How many told of it."})


class ReportReply(ReportSummaryReply):
    """A report with its whole history; `duties` are all it ever laid on a unit, `requests` what two persons decide."""

    history = fields.List(fields.Nested(ReportStepReply), required=True)
    duties = fields.List(fields.Nested(ChargedReply), required=True)
    requests = fields.List(fields.Nested(AskedReply), required=True)
    joins = fields.List(fields.Nested(JoinReply), required=True)
    comments = fields.List(
        fields.Nested(CommentReply), required=True, metadata={"description": "Said outside; for officers only."}
    )
    award = fields.Nested(
        EarningReply,
        required=True,
        allow_none=True,
        metadata={"description": "Null before acceptance, and to whom it is nobody's business."},
    )


class ReportQuery(PageQuery):
    """Which reports are asked for."""

    status = fields.Enum(ReportStatus, by_value=True, load_default=None)
    category = Text(load_default=None, length_max=CODE_LENGTH_MAX)


@blueprint.post("/reports")
@access(Role.RESIDENT, *TAKE_CALLS)
@blueprint.arguments(ReportRequest)
@blueprint.response(201, ReportReply)
def send_in(asked: dict[str, Any]) -> Any:
    """Send a report in: a resident their own, an officer in whose subtree it is for somebody who called or came."""

    def make(session: Session) -> dict[str, Any]:
        by = principal()
        made = submit(
            session,
            category_code=asked["category"],
            description=asked["description"],
            unit_code=asked["unit"],
            by=by,
            resident_id=_reporter(session, by, asked),
            address=asked["address"],
            latitude=asked["latitude"],
            longitude=asked["longitude"],
            now=now(),
            call=call,
        )
        return whole_report(session, made, by)

    call = call_of(asked)
    return once(
        call, make, lambda session, step_id: whole_report(session, report_of_step(session, step_id), principal())
    )


@blueprint.get("/reports")
@access(*SEE_REPORTS)
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(200, page_of(ReportSummaryReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List reports, newest first: to residents their own, to officers those that they have something to do with."""

    def read(session: Session) -> dict[str, Any]:
        by = principal()
        found = list_reports(
            session,
            seen_by=by,
            statuses=[asked["status"]] if asked["status"] else (),
            category_code=asked["category"],
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        told = weights(session, [report.id for report, _duty in found.items])
        items = [report_facts(report, duty, told[report.id], by) for report, duty in found.items]
        return page(items, found.next_before)

    return reading(read)


@blueprint.get("/reports/<uuid:report_id>")
@access(*SEE_REPORTS)
@blueprint.response(200, ReportReply)
def show(report_id: UUID) -> Any:
    """Show a report with its whole history."""
    return reading(lambda session: whole_report(session, _seen(session, report_id), principal()))


def _seen(session: Session, report_id: UUID) -> Report:
    return get_report(session, report_id, seen_by=principal())


def _reporter(session: Session, by: Principal, asked: dict[str, Any]) -> UUID | None:
    """Return whose report it is: their own, or that of whom an officer names."""
    named = asked["on_behalf_of"]
    if by.resident_id is not None:
        if named is not None:
            raise ProblemError(FORBIDDEN)
        return by.resident_id
    if not by.may(*TAKE_CALLS, unit_path=get_unit(session, asked["unit"]).path):
        raise ProblemError(FORBIDDEN)
    if named is None:
        return None
    resident_id = _resident_named(session, named)
    return resident_seen(session, resident_id, *TAKE_CALLS).id


def _resident_named(session: Session, named: str) -> UUID:
    try:
        return get_resident(session, UUID(named)).id
    except ValueError:
        return resident_by_number(session, named).id
