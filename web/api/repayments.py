"""What residents and merchants owe back, and what they gave back of it: in money, or out of credits."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import merchants
import receivables
from people import Role
from receivables import Repayment
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, Text, a_code, a_text, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen
from web.auth import access, principal, require
from web.clock import now
from web.unit_of_work import reading

SEEING = (Role.ADMINISTRATOR, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
SEEING_ALL = (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR)

blueprint = ApiBlueprint("repayments", "What is owed back, and what was given back of it.")


class RepaymentRequest(Request):
    """Money that came back, in minor units, and the document that proves it."""

    fund = a_code()
    amount = an_amount(required=True)
    document = a_text()


class OffsetRequest(Request):
    """Credits given back, in minor units; an officer names the document by which the resident agrees."""

    fund = a_code()
    amount = an_amount(required=True)
    consent = Text(load_default="", length_min=0)


class RepaymentReply(Reply):
    """What somebody gave back of what they owed, in minor units."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    resident_id = fields.UUID(required=True, allow_none=True)
    merchant_id = fields.UUID(required=True, allow_none=True)
    fund = fields.String(required=True, attribute="fund_code")
    amount = fields.Integer(required=True)
    document = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    made_at = Instant(required=True)


class OwedReply(Reply):
    """What is owed to one fund, in minor units."""

    fund = fields.String(required=True)
    amount = fields.Integer(required=True)


class OwedItemsReply(Reply):
    """What is owed, fund by fund."""

    items = fields.List(fields.Nested(OwedReply), required=True)


@blueprint.get("/residents/<uuid:resident_id>/receivables")
@access(Role.RESIDENT, *SEEING)
@blueprint.response(200, OwedItemsReply)
def show_owed_by_resident(resident_id: UUID) -> Any:
    """Show what a resident owes back, fund by fund; nothing for nearly everybody."""

    def read(session: Session) -> dict[str, Any]:
        resident_seen(session, resident_id, *SEEING)
        return _shown(receivables.owed_by_resident(session, resident_id))

    return reading(read)


@blueprint.get("/merchants/<code>/receivables")
@access(Role.MERCHANT_OWNER, *SEEING_ALL)
@blueprint.response(200, OwedItemsReply)
def show_owed_by_merchant(code: str) -> Any:
    """Show what a merchant owes back for refunds after its settlement, fund by fund."""

    def read(session: Session) -> dict[str, Any]:
        merchant = merchants.merchant_by_code(session, code)
        asking = principal()
        require(asking.acts_for_merchant(merchant.id) or asking.may_everywhere(*SEEING_ALL))
        return _shown(merchants.owed_by_merchant(session, merchant))

    return reading(read)


@blueprint.post("/residents/<uuid:resident_id>/repayments")
@access(Role.FINANCE)
@blueprint.arguments(RepaymentRequest)
@blueprint.response(201, RepaymentReply)
def repay(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Book money that a resident gave back."""

    def make(session: Session, facts: dict[str, Any]) -> Repayment:
        resident_seen(session, resident_id, Role.FINANCE)
        return receivables.repay_in_money(session, resident_id=resident_id, document=asked["document"], **facts)

    return _given_back(asked, make)


@blueprint.post("/merchants/<code>/repayments")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(RepaymentRequest)
@blueprint.response(201, RepaymentReply)
def repay_as_merchant(asked: dict[str, Any], code: str) -> Any:
    """Book money that a merchant gave back."""

    def make(session: Session, facts: dict[str, Any]) -> Repayment:
        merchant_id = merchants.merchant_by_code(session, code).id
        return merchants.repay_in_money(session, merchant_id=merchant_id, document=asked["document"], **facts)

    return _given_back(asked, make)


@blueprint.post("/residents/<uuid:resident_id>/offsets")
@access(Role.RESIDENT, Role.FINANCE)
@blueprint.arguments(OffsetRequest)
@blueprint.response(201, RepaymentReply)
def offset(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Give credits of a fund back for what is owed to it: the resident's own act, or with their consent."""

    def make(session: Session, facts: dict[str, Any]) -> Repayment:
        resident_seen(session, resident_id, Role.FINANCE)
        return receivables.offset(session, resident_id=resident_id, consent=asked["consent"], **facts)

    return _given_back(asked, make)


@blueprint.get("/residents/<uuid:resident_id>/repayments")
@access(Role.RESIDENT, *SEEING)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(RepaymentReply))
def list_of_resident(asked: dict[str, Any], resident_id: UUID) -> Any:
    """List what a resident gave back, in money and out of credits, newest first."""

    def read(session: Session) -> dict[str, Any]:
        resident_seen(session, resident_id, *SEEING)
        found = receivables.list_repayments(
            session, resident_id=resident_id, limit=asked["limit"], before=id_cursor(asked["cursor"])
        )
        return page(found.items, found.next_before)

    return reading(read)


@blueprint.get("/repayments")
@access(*SEEING_ALL, everywhere=True)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(RepaymentReply))
def list_all(asked: dict[str, Any]) -> Any:
    """List what residents and merchants gave back, newest first."""

    def read(session: Session) -> dict[str, Any]:
        found = receivables.list_repayments(session, limit=asked["limit"], before=id_cursor(asked["cursor"]))
        return page(found.items, found.next_before)

    return reading(read)


@blueprint.get("/repayments/<uuid:repayment_id>")
@access(Role.RESIDENT, *SEEING)
@blueprint.response(200, RepaymentReply)
def show(repayment_id: UUID) -> Any:
    """Show a repayment to who made it and to the office."""

    def read(session: Session) -> Repayment:
        found = receivables.get_repayment(session, repayment_id)
        if found.resident_id is not None:
            resident_seen(session, found.resident_id, *SEEING)
        else:
            require(principal().may_everywhere(*SEEING_ALL))
        return found

    return reading(read)


def _given_back(asked: dict[str, Any], make: Callable[[Session, dict[str, Any]], Repayment]) -> Any:
    """Book what somebody gives back, once; `make` is given what all ways of doing so have in common."""
    call = call_of(asked)
    facts = {"fund_code": asked["fund"], "amount": asked["amount"], "actor": principal().actor, "call": call}
    return once(call, lambda session: make(session, {**facts, "now": now()}), receivables.get_repayment)


def _shown(owed: dict[str, int]) -> dict[str, Any]:
    return {"items": [{"fund": fund, "amount": amount} for fund, amount in sorted(owed.items())]}
