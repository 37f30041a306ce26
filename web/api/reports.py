"""Reports: what residents saw, where it stands, and who owes what until when."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import fields
from marshmallow.validate import Length, OneOf
from sqlalchemy.orm import Session

from people import Principal, Role, get_resident, get_unit, resident_by_number
from reports import (
    TOGETHER_MAX,
    Report,
    ReportStatus,
    answer_together,
    covered_among,
    get_report,
    give_claim_code,
    list_reports,
    nobody,
    only_followed,
    report_asked_together,
    report_of_step,
    submit,
    weights,
)
from web.api.calls import call_of, nobodys_call_of, once
from web.api.fields import (
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Flag,
    PageQuery,
    Request,
    Text,
    a_code,
    a_text,
)
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.report_replies import ReportReply, ReportSummaryReply
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.nameless_limits import spend_nameless_report
from web.problems import ProblemError
from web.problems.requests import FORBIDDEN, INVALID_FIELDS
from web.reports_shown import report_facts, whole_report
from web.request_ids import leave_no_trace
from web.unit_of_work import reading

# Officers who may write a report down for somebody who called or came.
TAKE_CALLS = (Role.SUPERVISOR, Role.DISPATCHER, Role.ADMINISTRATOR)
SEE_REPORTS = (Role.RESIDENT, Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER, Role.ADMINISTRATOR)

blueprint = ApiBlueprint("reports", "Reports: what residents saw, where it stands, and who owes what until when.")


class ReportRequest(Request):
    """What was seen, and where; `lat` and `long` in degrees (WGS 84), both or neither.

    An anonymous report has a claim code instead of a reporter; it is shown once. Whose a confidential one is only two
    officers together may learn.
    """

    category = a_code()
    description = a_text()
    unit = a_code(metadata={"description": "The community, village, grid or building where it is."})
    address = Text(load_default=None, length_max=NAME_LENGTH_MAX)
    latitude = fields.Float(data_key="lat", load_default=None, allow_nan=False)
    longitude = fields.Float(data_key="long", load_default=None, allow_nan=False)
    anonymous = Flag(load_default=False)
    confidential = Flag(load_default=False)
    urgent = Flag(
        load_default=False, metadata={"description": "Brought before the command unit and the one above it at once."}
    )
    on_behalf_of = Text(
        load_default=None,
        length_max=CODE_LENGTH_MAX + 4,
        metadata={"description": "Officers only: the id or the number of the resident who called or came."},
    )
    joint_with = fields.List(
        Text(length_max=CODE_LENGTH_MAX + 4),
        load_default=list,
        validate=Length(max=TOGETHER_MAX),
        metadata={
            "description": "Residents only: ids or numbers of those who report it together with them. Each is asked,"
            " and confirms within 7 days and before acceptance; those who did share evenly what the first one earns."
        },
    )


class TogetherRequest(Request):
    """Whether one reports together with whoever named one."""

    decision = fields.String(required=True, validate=OneOf(["confirm", "decline"]))


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
    if asked["anonymous"]:
        return _send_in_without_a_name(asked)

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
            is_urgent=asked["urgent"],
            is_confidential=asked["confidential"],
            joint_with=[_resident_named(session, each) for each in asked["joint_with"]],
            now=now(),
            call=call,
        )
        return whole_report(session, made, by)

    call = call_of(asked)
    return once(
        call, make, lambda session, step_id: whole_report(session, report_of_step(session, step_id), principal())
    )


@blueprint.post("/reports/<uuid:report_id>/together")
@access(Role.RESIDENT)
@blueprint.arguments(TogetherRequest)
@blueprint.response(201, ReportReply)
def answer_whether_together(asked: dict[str, Any], report_id: UUID) -> Any:
    """Confirm, or not, that one reports it together with who named one; within 7 days and before acceptance."""
    call = call_of(asked)
    is_confirmed = asked["decision"] == "confirm"

    def make(session: Session) -> dict[str, Any]:
        by = principal()
        made = answer_together(session, report_id=report_id, is_confirmed=is_confirmed, by=by, now=now(), call=call)
        return again(session, made.id)

    def again(session: Session, asked_id: UUID) -> dict[str, Any]:
        # Who declined has nothing to do with it any more, but is told what they declined.
        report = report_asked_together(session, asked_id)
        return whole_report(session, report, principal())

    return once(call, make, again)


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
        covered = covered_among(session, list(told))
        followed = only_followed(session, [report for report, _duty in found.items], by)
        items = [
            report_facts(report, duty, told[report.id], by, covered.get(report.id), is_followed=report.id in followed)
            for report, duty in found.items
        ]
        return page(items, found.next_before)

    return reading(read)


@blueprint.get("/reports/<uuid:report_id>")
@access(*SEE_REPORTS, by_code=True)
@blueprint.response(200, ReportReply)
def show(report_id: UUID) -> Any:
    """Show a report with its whole history."""
    return reading(lambda session: whole_report(session, _seen(session, report_id), principal()))


def _send_in_without_a_name(asked: dict[str, Any]) -> Any:
    others = asked["confidential"] or asked["on_behalf_of"] is not None or asked["joint_with"]
    if principal().resident_id is None or others:
        raise ProblemError(
            INVALID_FIELDS, errors={"anonymous": [_("Only residents report without a name, and then by no other way.")]}
        )
    leave_no_trace()
    spend_nameless_report()

    def make(session: Session) -> dict[str, Any]:
        made = submit(
            session,
            category_code=asked["category"],
            description=asked["description"],
            unit_code=asked["unit"],
            by=nobody(),
            address=asked["address"],
            latitude=asked["latitude"],
            longitude=asked["longitude"],
            is_urgent=asked["urgent"],
            now=now(),
            call=call,
        )
        code = give_claim_code(session, made)
        return whole_report(session, made, nobody(made.id)) | {"claim_code": code}

    def again(session: Session, step_id: UUID) -> dict[str, Any]:
        # The code is a secret: it is shown once.
        report = report_of_step(session, step_id)
        return whole_report(session, report, nobody(report.id))

    call = nobodys_call_of(asked)
    return once(call, make, again)


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
