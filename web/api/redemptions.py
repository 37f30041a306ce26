"""Redemptions: a till is paid in a resident's credits, the outcome of every attempt, and refunds."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from merchants import merchants_by_id
from payments import (
    Attempt,
    Channel,
    Redemption,
    Refund,
    Refusal,
    get_redemption,
    get_refund,
    list_redemptions,
    list_refunds,
    outcome,
    redeem,
    refund,
    state_at,
    worth_of_slip,
)
from people import Role, get_resident, masked_name
from web.answers import answer
from web.api.calls import REPLAYED, call_of, once
from web.api.fields import Flag, Instant, PageQuery, Reply, Request, Text, a_text, an_amount
from web.api.pages import id_cursor, number_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import access, principal, require
from web.clock import now
from web.code_guesses import check_may_try_codes, note_refusal
from web.json_format import json_text
from web.pins import checked_pin_of_code
from web.problems import ProblemError, problem_of_refusal
from web.problems.requests import NOT_FOUND
from web.settings import current_settings
from web.unit_of_work import in_transaction, reading

blueprint = ApiBlueprint("redemptions", "Redemptions: credits spent at a till, their outcome, and refunds.")

_TILLS = (Role.TILL, Role.MERCHANT_OWNER)
_SEEN_BY = (*_TILLS, Role.RESIDENT, Role.ADMINISTRATOR)


class RedemptionRequest(Request):
    """A payment, in minor units, with the code that the resident shows."""

    # Whatever a scanner sends is looked up; what is no code of ours is refused as one that nobody knows.
    code = fields.String(required=True)
    amount = an_amount(required=True)
    order_no = Text(required=True, length_max=64)
    cash_amount = an_amount(least=0, load_default=0)
    confirm_duplicate = Flag(load_default=False)
    pin = Text(length_max=100, load_only=True)


class RedemptionReply(Reply):
    """One attempt to be paid. A refused one says why, and has no receipt."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    refusal = fields.String(allow_none=True)
    amount = fields.Integer(required=True)
    cash_amount = fields.Integer(required=True)
    refunded_total = fields.Integer(required=True)
    order_no = fields.String(required=True)
    channel = fields.String(required=True, metadata={"description": "`code`, `card`, `sheet`, `order` or `plaque`."})
    resident = fields.String(required=True, metadata={"description": "The payer's masked name."})
    merchant = fields.String(required=True)
    receipt_no = fields.String(required=True, allow_none=True)
    entry_id = fields.UUID(required=True, allow_none=True)
    redeemed_at = Instant(required=True)


class OutcomeReply(RedemptionReply):
    """What an order number came to: the one attempt, and the same as a list of one; or a list of payments."""

    items = fields.List(fields.Nested(RedemptionReply), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RedemptionQuery(PageQuery):
    """Which payments are asked for; a till asks for the outcome of one by its order number."""

    order_no = Text(load_default=None, length_max=64)


class RefundRequest(Request):
    """Credits to be given back, in minor units."""

    amount = an_amount(required=True)
    reason = a_text()


class RefundReply(Reply):
    """Credits given back; `refunded_total` counts all refunds of the payment so far."""

    id = fields.UUID(required=True)
    redemption_id = fields.UUID(required=True)
    amount = fields.Integer(required=True)
    refunded_total = fields.Integer(required=True)
    reason = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    refunded_at = Instant(required=True)


@blueprint.post("/redemptions")
@access(*_TILLS)
@blueprint.arguments(RedemptionRequest)
@blueprint.response(201, RedemptionReply)
def pay(asked: dict[str, Any]) -> Any:
    """Spend a resident's credits at the calling till's merchant."""
    merchant_id = _merchant_id()
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = call_of({**asked, "pin": None})
    check_may_try_codes(call.owner)
    pin = checked_pin_of_code(asked["code"], asked.get("pin"))
    attempt = in_transaction(
        lambda session: redeem(
            session,
            merchant_id=merchant_id,
            actor=call.owner,
            code=asked["code"],
            amount=asked["amount"],
            order_no=asked["order_no"],
            cash_amount=asked["cash_amount"],
            confirm_duplicate=asked["confirm_duplicate"],
            pin=pin,
            now=now(),
            grace_days=current_settings().grace_days,
            call=call,
        )
    )
    if not attempt.replayed:
        note_refusal(call.owner, attempt.redemption.refusal)
    return attempted(attempt)


def attempted(attempt: Attempt) -> Any:
    """Return the answer to an attempt to pay: what was paid, or the refusal that is remembered."""
    headers = REPLAYED if attempt.replayed else {}
    if attempt.redemption.refusal is not None:
        return _refused(attempt), headers
    # Written without the schema, whose fields these are: this is the one answer that is given all day long.
    text = json_text(_shown(attempt.redemption, attempt.merchant_code, attempt.payer))
    return Response(text, status=201, headers=headers, content_type="application/json")


@blueprint.get("/redemptions")
@access(*_SEEN_BY)
@blueprint.arguments(RedemptionQuery, location="query")
@blueprint.response(200, OutcomeReply)
def find(asked: dict[str, Any]) -> Any:
    """Show what an order number came to, or list payments: a till's own shop's, a resident's own, all to the office."""

    def read(session: Session) -> dict[str, Any]:
        asking = principal()
        if asked["order_no"] is not None and not asking.may(*_TILLS):
            raise ProblemError(NOT_FOUND)
        if asked["order_no"] is not None:
            item = _all_shown(session, [outcome(session, merchant_id=_merchant_id(), order_no=asked["order_no"])])[0]
            return {**item, **page([item], None)}
        require(asking.may(*_TILLS, Role.RESIDENT) or asking.may_everywhere(Role.ADMINISTRATOR))
        limit = asked["limit"]
        found = list_redemptions(
            session,
            merchant_id=_merchant_id() if asking.may(*_TILLS) else None,
            resident_id=asking.resident_id,
            limit=limit + 1,
            before=id_cursor(asked["cursor"]),
        )
        return page(_all_shown(session, found[:limit]), found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/redemptions/<uuid:redemption_id>")
@access(*_SEEN_BY)
@blueprint.response(200, RedemptionReply)
def show(redemption_id: UUID) -> Any:
    """Show one attempt to its shop, its payer and the office."""
    return reading(lambda session: _all_shown(session, [_seen(session, redemption_id)])[0])


@blueprint.post("/redemptions/<uuid:redemption_id>/refunds")
@access(*_TILLS)
@blueprint.arguments(RefundRequest)
@blueprint.response(201, RefundReply)
def give_back(asked: dict[str, Any], redemption_id: UUID) -> Any:
    """Give credits of a payment back, whole or in part, to the very lots they came from."""

    def make(session: Session) -> Refund:
        merchant_id = _merchant_id()
        return refund(
            session,
            redemption_id=redemption_id,
            merchant_id=merchant_id,
            amount=asked["amount"],
            reason=asked["reason"],
            by_owner=principal().acts_for_merchant(merchant_id, Role.MERCHANT_OWNER),
            actor=principal().actor,
            now=now(),
            grace_days=current_settings().grace_days,
            call=call,
        )

    call = call_of(asked)
    return once(call, make, _refund)


@blueprint.get("/redemptions/<uuid:redemption_id>/refunds")
@access(*_SEEN_BY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(RefundReply))
def list_given_back(asked: dict[str, Any], redemption_id: UUID) -> Any:
    """List the refunds of a payment, newest first."""

    def read(session: Session) -> dict[str, Any]:
        limit, before = asked["limit"], number_cursor(asked["cursor"])
        found = list_refunds(
            session, redemption_id=_seen(session, redemption_id).id, limit=limit + 1, below_total=before
        )
        return page(found[:limit], found[limit - 1].refunded_total if len(found) > limit else None)

    return reading(read)


@blueprint.get("/redemptions/<uuid:redemption_id>/refunds/<uuid:refund_id>")
@access(*_SEEN_BY)
@blueprint.response(200, RefundReply)
def show_refund(redemption_id: UUID, refund_id: UUID) -> Any:
    """Show one refund."""

    def read(session: Session) -> Refund:
        found = _refund(session, refund_id)
        require(found.redemption_id == _seen(session, redemption_id).id)
        return found

    return reading(read)


def _merchant_id() -> UUID:
    # A key of a shop's acts for that one shop.
    return principal().merchant_ids()[0]


def _refused(attempt: Attempt) -> Any:
    redemption = attempt.redemption
    facts: dict[str, Any] = {} if attempt.holder_id is None else {"id": attempt.holder_id}
    if redemption.refusal is Refusal.INSUFFICIENT_BALANCE and redemption.channel is Channel.SHEET:
        # A slip tells what it is worth: whoever holds it may spend just that.
        facts["worth"] = reading(lambda session: worth_of_slip(session, redemption.payment_code_id))
    return answer(
        problem_of_refusal(str(redemption.refusal), redemption_id=redemption.id, order_no=redemption.order_no, **facts)
    )


def _seen(session: Session, redemption_id: UUID) -> Redemption:
    found = get_redemption(session, redemption_id)
    asking = principal()
    require(
        asking.acts_for_merchant(found.merchant_id)
        or (found.resident_id is not None and asking.is_resident(found.resident_id))
        or asking.may_everywhere(Role.ADMINISTRATOR)
    )
    return found


def _refund(session: Session, refund_id: UUID) -> Refund:
    found = get_refund(session, refund_id)
    if found is None:
        raise ProblemError(NOT_FOUND)
    return found


def _all_shown(session: Session, found: Any) -> list[dict[str, Any]]:
    shops = merchants_by_id(session, {each.merchant_id for each in found})
    payers = {
        resident_id: masked_name(get_resident(session, resident_id).name)
        for resident_id in {each.resident_id for each in found}
        if resident_id is not None
    }
    return [_shown(each, shops[each.merchant_id].code, payers.get(each.resident_id, "")) for each in found]


def _shown(redemption: Redemption, merchant_code: str, payer: str) -> dict[str, Any]:
    return {
        "id": redemption.id,
        "status": state_at(redemption, now()).value,
        "refusal": redemption.refusal,
        "amount": redemption.amount,
        "cash_amount": redemption.cash_amount,
        "refunded_total": redemption.refunded_total,
        "order_no": redemption.order_no,
        "channel": Channel(redemption.channel).value,
        "resident": payer,
        "merchant": merchant_code,
        "receipt_no": redemption.receipt_no,
        "entry_id": redemption.entry_id,
        "redeemed_at": redemption.redeemed_at,
    }
