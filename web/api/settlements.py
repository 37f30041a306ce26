"""Paying merchants what they collected: opened by one person, paid by another, with lines that explain every cent."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import ledger
import merchants
import payments
import settlements
from people import Role
from settlements import LineView, Settlement, SettlementStatus
from web.api.calls import call_of, once
from web.api.fields import Day, Instant, PageQuery, Reply, Request, a_code, a_text
from web.api.pages import id_cursor, number_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal, require
from web.clock import last_moment_of, now
from web.unit_of_work import reading

blueprint = ApiBlueprint("settlements", "Settlements: what merchants are paid for what they collected.")


class CutOff(Instant):
    """An instant, or a day of the community, which means its last moment, or the present one where it is today."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return Day().deserialize(value)
        except ValidationError:
            return super()._deserialize(value, attr, data, **kwargs)


class SettlementRequest(Request):
    """Whose collected credits are settled, and up to when, that instant included."""

    merchant = a_code()
    until = CutOff(required=True)


class SettlementPaymentRequest(Request):
    """The bank's order or receipt."""

    document = a_text()


class SettlementEndRequest(Request):
    """Why a settlement failed, was cancelled, or came back."""

    reason = a_text()


class SettlementFundReply(Reply):
    """What is paid out of one fund, in minor units; of a line negative where it was given back."""

    fund = fields.String(required=True)
    amount = fields.Integer(required=True)


class SettlementReply(Reply):
    """A settlement: `amount` in minor units is the sum of its `lines`, of which this is the number."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    merchant = fields.String(required=True)
    until = Instant(required=True)
    amount = fields.Integer(required=True)
    lines = fields.Integer(required=True)
    funds = fields.List(fields.Nested(SettlementFundReply), required=True)
    opened_by = fields.String(required=True)
    opened_at = Instant(required=True)
    paid_by = fields.String(required=True, allow_none=True)
    paid_at = Instant(required=True, allow_none=True)
    document = fields.String(required=True, metadata={"description": "Empty until it is paid."})


class SettlementStepReply(Reply):
    """One step: opening, payment, failure, cancellation or return, and its entry in the books."""

    kind = fields.String(required=True)
    reason = fields.String(required=True)
    document = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    made_by = fields.String(required=True)
    made_at = Instant(required=True)


class SettlementWithStepsReply(SettlementReply):
    """A settlement with all that was done with it, the first step first."""

    steps = fields.List(fields.Nested(SettlementStepReply), required=True)


class SettlementLineReply(Reply):
    """What one entry did to what is paid; the redemption it is about, where it is about one."""

    line = fields.Integer(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    funds = fields.List(fields.Nested(SettlementFundReply), required=True)
    entry_id = fields.UUID(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    order_no = fields.String(required=True, allow_none=True)
    occurred_at = Instant(required=True)


class SettlementQuery(PageQuery):
    """Which settlements are asked for."""

    merchant = fields.String(load_default=None)
    status = fields.String(load_default=None, validate=OneOf([status.value for status in SettlementStatus]))


@blueprint.post("/settlements")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(SettlementRequest)
@blueprint.response(201, SettlementReply)
def open_one(asked: dict[str, Any]) -> Any:
    """Open a settlement of what a merchant collected up to an instant and was not settled."""

    def make(session: Session, facts: dict[str, Any]) -> Settlement:
        merchant = merchants.merchant_by_code(session, asked["merchant"])
        until = _instant(asked["until"], facts["now"])
        return settlements.open_settlement(session, merchant=merchant, until=until, **facts)

    return _done(asked, make)


@blueprint.post("/settlements/<uuid:settlement_id>/payment")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(SettlementPaymentRequest)
@blueprint.response(201, SettlementReply)
def pay(asked: dict[str, Any], settlement_id: UUID) -> Any:
    """Book that the bank was told to pay, as another person than who opened the settlement."""
    return _done(asked, _step(settlements.pay, settlement_id, document=asked["document"]))


@blueprint.post("/settlements/<uuid:settlement_id>/failure")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(SettlementEndRequest)
@blueprint.response(201, SettlementReply)
def fail(asked: dict[str, Any], settlement_id: UUID) -> Any:
    """Book that the bank did not pay; the lines are free for the next settlement."""
    return _done(asked, _step(settlements.fail, settlement_id, reason=asked["reason"]))


@blueprint.post("/settlements/<uuid:settlement_id>/cancellation")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(SettlementEndRequest)
@blueprint.response(201, SettlementReply)
def cancel(asked: dict[str, Any], settlement_id: UUID) -> Any:
    """Give up a settlement that is not paid; the lines are free for the next one."""
    return _done(asked, _step(settlements.cancel, settlement_id, reason=asked["reason"]))


@blueprint.post("/settlements/<uuid:settlement_id>/return")
@access(Role.FINANCE, everywhere=True)
@blueprint.arguments(SettlementEndRequest)
@blueprint.response(201, SettlementReply)
def take_return(asked: dict[str, Any], settlement_id: UUID) -> Any:
    """Book that the bank sent the money of a paid settlement back; the lines are free for the next one."""
    return _done(asked, _step(settlements.take_return, settlement_id, reason=asked["reason"]))


@blueprint.get("/settlements")
@access(Role.MERCHANT_OWNER, *BOOKS)
@blueprint.arguments(SettlementQuery, location="query")
@blueprint.response(200, page_of(SettlementReply))
def list_all(asked: dict[str, Any]) -> Any:
    """List settlements, newest first: to the office all or those of a merchant, to an owner their own."""

    def read(session: Session) -> dict[str, Any]:
        asking = principal()
        merchant_id = None
        if asked["merchant"] is not None:
            merchant_id = merchants.merchant_by_code(session, asked["merchant"]).id
            require(_may_see(merchant_id))
        found = settlements.list_settlements(
            session,
            merchant_id=merchant_id,
            merchant_ids=None if asking.may_everywhere(*BOOKS) else asking.merchant_ids(Role.MERCHANT_OWNER),
            status=None if asked["status"] is None else SettlementStatus(asked["status"]),
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page(_shown(session, found.items), found.next_before)

    return reading(read)


@blueprint.get("/settlements/<uuid:settlement_id>")
@access(Role.MERCHANT_OWNER, *BOOKS)
@blueprint.response(200, SettlementWithStepsReply)
def show(settlement_id: UUID) -> Any:
    """Show a settlement with its steps to its merchant's owner and to the office."""

    def read(session: Session) -> dict[str, Any]:
        found = _seen(session, settlement_id)
        return {**_shown(session, [found])[0], "steps": settlements.steps_of(session, found.id)}

    return reading(read)


@blueprint.get("/settlements/<uuid:settlement_id>/lines")
@access(Role.MERCHANT_OWNER, *BOOKS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(SettlementLineReply))
def list_lines(asked: dict[str, Any], settlement_id: UUID) -> Any:
    """List the lines of a settlement, the latest first."""

    def read(session: Session) -> dict[str, Any]:
        found = _seen(session, settlement_id)
        part = settlements.list_lines(
            session, settlement_id=found.id, limit=asked["limit"], before=number_cursor(asked["cursor"])
        )
        return page(_lines_shown(session, part.items), part.next_before)

    return reading(read)


def _step(way: Callable[..., Settlement], settlement_id: UUID, **why: str) -> Callable[..., Settlement]:
    return lambda session, facts: way(session, settlement_id=settlement_id, **why, **facts)


def _done(asked: dict[str, Any], make: Callable[[Session, dict[str, Any]], Settlement]) -> Any:
    """Take a step once; `make` is given what all of them have in common."""
    call = call_of(asked)
    facts = {"actor": principal().actor, "call": call}

    def take(session: Session) -> dict[str, Any]:
        return _shown(session, [make(session, {**facts, "now": now()})])[0]

    def again(session: Session, settlement_id: UUID) -> dict[str, Any]:
        return _shown(session, [settlements.get_settlement(session, settlement_id)])[0]

    return once(call, take, again)


def _instant(until: datetime | date, present: datetime) -> datetime:
    return until if isinstance(until, datetime) else last_moment_of(until, present)


def _may_see(merchant_id: UUID) -> bool:
    return principal().may_everywhere(*BOOKS) or principal().acts_for_merchant(merchant_id, Role.MERCHANT_OWNER)


def _seen(session: Session, settlement_id: UUID) -> Settlement:
    found = settlements.get_settlement(session, settlement_id)
    require(_may_see(found.merchant_id))
    return found


def _shown(session: Session, found: Sequence[Settlement]) -> list[dict[str, Any]]:
    shops = merchants.merchants_by_id(session, {each.merchant_id for each in found})
    lots = settlements.lots_of_settlements(session, [each.id for each in found])
    names = (
        *("id", "status", "until", "amount", "lines", "opened_by", "opened_at", "paid_by", "paid_at"),
        "document",
    )
    return [
        {
            **{name: getattr(each, name) for name in names},
            "merchant": shops[each.merchant_id].code,
            "funds": _by_fund({part.lot: part.amount for part in lots[each.id]}),
        }
        for each in found
    ]


def _lines_shown(session: Session, lines: Sequence[LineView]) -> list[dict[str, Any]]:
    found = payments.payments_of_entries(session, [each.entry_id for each in lines])
    shown = []
    for each in lines:
        payment = found.get(each.entry_id)
        shown.append(
            {
                **{name: getattr(each, name) for name in ("line", "kind", "amount", "entry_id", "occurred_at")},
                "funds": _by_fund(each.lots),
                "redemption_id": None if payment is None else payment.redemption_id,
                "order_no": None if payment is None else payment.order_no,
            }
        )
    return shown


def _by_fund(lots: dict[str, int]) -> list[dict[str, Any]]:
    return [{"fund": ledger.CreditLot.parse(lot).fund, "amount": amount} for lot, amount in sorted(lots.items())]
