"""Lines that a shop disputes, and the office's answers.

Adds its routes to the tills'.
"""

from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import tills
from merchants import get_merchant, merchant_by_code
from people import Role
from tills import Decision, DisputeView, Remedy
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, a_text
from web.api.pages import id_cursor, page, page_of
from web.api.till_shifts import AT_THE_SHOP, blueprint, own_shop
from web.auth import BOOKS, access, principal, require
from web.clock import now
from web.unit_of_work import reading

ANSWERED_BY = (Role.FINANCE, Role.ADMINISTRATOR)


class DisputeRequest(Request):
    """Which line, by its entry in the books, and what is wrong with it."""

    entry_id = fields.UUID(required=True)
    reason = a_text()


class DisputeAnswerRequest(Request):
    """What the office decides and why; of what is upheld, what follows from it."""

    decision = fields.String(required=True, validate=OneOf([each.value for each in Decision]))
    remedy = fields.String(load_default=None, validate=OneOf([each.value for each in Remedy]))
    note = a_text()


class DisputeAnswerReply(Reply):
    """The office's word: nothing is booked by it; the remedy says what is to be done by other means."""

    decision = fields.String(required=True)
    remedy = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    answered_at = Instant(required=True)


class DisputeReply(Reply):
    """A disputed line: `amount` in minor units is what its entry did to what the shop is to be paid."""

    id = fields.UUID(required=True)
    merchant = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    occurred_at = Instant(required=True)
    reason = fields.String(required=True)
    disputed_by = fields.String(required=True)
    disputed_at = Instant(required=True)
    answer = fields.Nested(DisputeAnswerReply, required=True, allow_none=True)


class DisputeQuery(PageQuery):
    """Which disputes are asked for."""

    merchant = fields.String(load_default=None)
    status = fields.String(load_default=None, validate=OneOf(["waiting", "answered"]))


@blueprint.post("/merchants/<code>/disputes")
@access(*AT_THE_SHOP)
@blueprint.arguments(DisputeRequest)
@blueprint.response(201, DisputeReply)
def dispute_line(asked: dict[str, Any], code: str) -> Any:
    """Dispute a line of the shop's days or settlements."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shop = own_shop(session, code)
        made = tills.dispute_line(
            session,
            merchant=shop,
            entry_id=asked["entry_id"],
            reason=asked["reason"],
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _shown(session, DisputeView(made, None))

    return once(call, make, _again)


@blueprint.get("/disputes")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.arguments(DisputeQuery, location="query")
@blueprint.response(200, page_of(DisputeReply))
def list_disputes(asked: dict[str, Any]) -> Any:
    """List disputes, newest first: to the office all or those of a shop, to who works at a shop its own."""

    def read(session: Session) -> dict[str, Any]:
        asking, limit = principal(), asked["limit"]
        shops = None if asking.may_everywhere(*BOOKS) else asking.merchant_ids(*AT_THE_SHOP)
        if asked["merchant"] is not None:
            merchant_id = merchant_by_code(session, asked["merchant"]).id
            require(shops is None or merchant_id in shops)
            shops = (merchant_id,)
        found = tills.list_disputes(
            session,
            merchant_ids=shops,
            waiting=None if asked["status"] is None else asked["status"] == "waiting",
            limit=limit + 1,
            before=id_cursor(asked["cursor"]),
        )
        shown = [_shown(session, each) for each in found[:limit]]
        return page(shown, found[limit - 1].dispute.id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/disputes/<uuid:dispute_id>")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.response(200, DisputeReply)
def show_dispute(dispute_id: UUID) -> Any:
    """Show a dispute and its answer to who works at the shop and to the office."""

    def read(session: Session) -> dict[str, Any]:
        found = tills.dispute_view(session, dispute_id)
        require(principal().acts_for_merchant(found.dispute.merchant_id) or principal().may_everywhere(*BOOKS))
        return _shown(session, found)

    return reading(read)


@blueprint.post("/disputes/<uuid:dispute_id>/answer")
@access(*ANSWERED_BY, everywhere=True)
@blueprint.arguments(DisputeAnswerRequest)
@blueprint.response(201, DisputeReply)
def answer(asked: dict[str, Any], dispute_id: UUID) -> Any:
    """Answer a dispute, once, as somebody who neither made the entry or the dispute nor works for the shop."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        tills.answer_dispute(
            session,
            dispute_id=dispute_id,
            decision=Decision(asked["decision"]),
            remedy=None if asked["remedy"] is None else Remedy(asked["remedy"]),
            note=asked["note"],
            by=principal(),
            now=now(),
            call=call,
        )
        return _again(session, dispute_id)

    return once(call, make, _again)


def _again(session: Session, dispute_id: UUID) -> dict[str, Any]:
    return _shown(session, tills.dispute_view(session, dispute_id))


def _shown(session: Session, found: DisputeView) -> dict[str, Any]:
    names = ("id", "entry_id", "kind", "amount", "occurred_at", "reason", "disputed_by", "disputed_at")
    return {
        **{name: getattr(found.dispute, name) for name in names},
        "merchant": get_merchant(session, found.dispute.merchant_id).code,
        "answer": found.answer,
    }
