"""Closing residents who leave, records made twice, and merchants: with a report of what went where and what is left."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import merchants
import payments
import receivables
from people import Role, resident_by_number
from receivables import Closure
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, Text, a_text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.unit_of_work import reading

SEEING_ALL = (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR)

blueprint = ApiBlueprint("closures", "Residents and merchants who leave, and where went what they had.")


class ClosureRequest(Request):
    """Why somebody is closed."""

    reason = a_text()


class MergerRequest(Request):
    """Into which record of the same person this one is merged, and why."""

    into = Text(required=True, length_max=40, metadata={"description": "The number of the record that goes on."})
    reason = a_text()


class ClosureLineReply(Reply):
    """One lot: how much it held, where that went, and the entry that moved it."""

    account = fields.String(required=True)
    asset = fields.String(required=True)
    lot = fields.String(required=True)
    amount = fields.Integer(required=True)
    where_to = fields.String(required=True)
    destination = fields.String(required=True)
    entry_id = fields.UUID(required=True)


class LeftReply(Reply):
    """What is left, in minor units: `owed`, `minutes`, `payable` or `in_settlement`; the fund where there is one."""

    what = fields.String(required=True)
    fund = fields.String(required=True, allow_none=True)
    amount = fields.Integer(required=True)


class ClosureReply(Reply):
    """A closure; while `status` is "closing", something is still owed or to be paid: ask again when that has ended."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    resident_id = fields.UUID(required=True, allow_none=True)
    merchant = fields.String(required=True, allow_none=True)
    merged_into_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    begun_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)


class ClosureReportReply(ClosureReply):
    """A closure with what went where, and what is left now."""

    lines = fields.List(fields.Nested(ClosureLineReply), required=True)
    left = fields.List(fields.Nested(LeftReply), required=True)


@blueprint.post("/residents/<uuid:resident_id>/closure")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(ClosureRequest)
@blueprint.response(201, ClosureReportReply)
def close_resident(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Close a resident who moved away or died; again, when what they owed is repaid or waived."""

    def make(session: Session) -> dict[str, Any]:
        resident_seen(session, resident_id, Role.ADMINISTRATOR)
        at, actor = now(), principal().actor
        payments.block_codes(session, resident_id=resident_id, actor=actor, now=at)
        made = receivables.close_resident(
            session, resident_id=resident_id, reason=asked["reason"], actor=actor, now=at, call=call
        )
        return _report(session, made.id)

    call = call_of(asked)
    return once(call, make, _report)


@blueprint.post("/residents/<uuid:resident_id>/merger")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(MergerRequest)
@blueprint.response(201, ClosureReportReply)
def merge_resident(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Merge a record into another of the same person: lots and minutes go there, and the number leads there."""

    def make(session: Session) -> dict[str, Any]:
        resident_seen(session, resident_id, Role.ADMINISTRATOR)
        into = resident_by_number(session, asked["into"])
        resident_seen(session, into.id, Role.ADMINISTRATOR)
        at, actor = now(), principal().actor
        payments.block_codes(session, resident_id=resident_id, actor=actor, now=at)
        made = receivables.merge_residents(
            session,
            resident_id=resident_id,
            into_id=into.id,
            reason=asked["reason"],
            actor=actor,
            now=at,
            call=call,
        )
        return _report(session, made.id)

    call = call_of(asked)
    return once(call, make, _report)


@blueprint.post("/merchants/<code>/closure")
@access(Role.ADMINISTRATOR, everywhere=True)
@blueprint.arguments(ClosureRequest)
@blueprint.response(201, ClosureReportReply)
def close_merchant(asked: dict[str, Any], code: str) -> Any:
    """Close a merchant; again, when all it collected is settled and nothing is owed."""

    def make(session: Session) -> dict[str, Any]:
        made = merchants.close_merchant(
            session,
            merchant=merchants.merchant_by_code(session, code),
            reason=asked["reason"],
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _report(session, made.id)

    call = call_of(asked)
    return once(call, make, _report)


@blueprint.get("/residents/<uuid:resident_id>/closure")
@access(*SEEING_ALL)
@blueprint.response(200, ClosureReportReply)
def show_of_resident(resident_id: UUID) -> Any:
    """Show what went where when a resident was closed, and what is left."""

    def read(session: Session) -> dict[str, Any]:
        resident_seen(session, resident_id, *SEEING_ALL)
        closure = receivables.closure_of_resident(session, resident_id)
        if closure is None:
            raise receivables.ClosureUnknownError(resident_id)
        return _report(session, closure.id)

    return reading(read)


@blueprint.get("/merchants/<code>/closure")
@access(*SEEING_ALL, everywhere=True)
@blueprint.response(200, ClosureReportReply)
def show_of_merchant(code: str) -> Any:
    """Show how far a merchant is closed, and what is left."""

    def read(session: Session) -> dict[str, Any]:
        merchant = merchants.merchant_by_code(session, code)
        closure = receivables.closure_of_merchant(session, merchant.id)
        if closure is None:
            raise receivables.ClosureUnknownError(merchant.id)
        return _report(session, closure.id)

    return reading(read)


@blueprint.get("/closures/<uuid:closure_id>")
@access(*SEEING_ALL, everywhere=True)
@blueprint.response(200, ClosureReportReply)
def show(closure_id: UUID) -> Any:
    """Show a closure with its report."""
    return reading(lambda session: _report(session, closure_id))


@blueprint.get("/closures")
@access(*SEEING_ALL, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ClosureReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List closures, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = receivables.list_closures(session, limit=asked["limit"], before=id_cursor(asked["cursor"]))
        return page([_shown(session, each) for each in found.items], found.next_before)

    return reading(read)


def _shown(session: Session, closure: Closure) -> dict[str, Any]:
    merchant = merchants.get_merchant(session, closure.merchant_id) if closure.merchant_id is not None else None
    return {
        "id": closure.id,
        "status": closure.state,
        "resident_id": closure.resident_id,
        "merchant": merchant.code if merchant else None,
        "merged_into_id": closure.merged_into_id,
        "reason": closure.reason,
        "begun_at": closure.begun_at,
        "closed_at": closure.closed_at,
    }


def _report(session: Session, closure_id: UUID) -> dict[str, Any]:
    closure = receivables.get_closure(session, closure_id)
    report = receivables.closure_report(session, closure)
    left = [{"what": "owed", "fund": fund, "amount": amount} for fund, amount in sorted(report.owed.items())]
    if report.minutes:
        left.append({"what": "minutes", "fund": None, "amount": report.minutes})
    if closure.merchant_id is not None:
        parts = merchants.left_of_merchant(session, merchants.get_merchant(session, closure.merchant_id))
        left += [
            {"what": "owed" if what == "receivable" else what, "fund": fund, "amount": amount}
            for what, sums in parts.items()
            for fund, amount in sorted(sums.items())
        ]
    return {**_shown(session, closure), "lines": report.lines, "left": left}
