"""Payments that are held back until somebody of the office has looked, and what a shop says about it."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import merchants
import suspicions
from people import Role
from suspicions import DecisionOutcome, Suspicion, SuspicionDecision, SuspicionState, SuspicionView
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, a_text
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal, require
from web.clock import now
from web.unit_of_work import reading

blueprint = ApiBlueprint("suspicions", "Payments that are held back from settlements until somebody has looked.")

_OUTCOMES = [each.value for each in DecisionOutcome]


class SuspicionDecisionRequest(Request):
    """What comes of it: `cleared` comes with the next settlement, `upheld` stays out; and why."""

    decision = fields.String(required=True, validate=OneOf(_OUTCOMES))
    reason = a_text()


class SuspicionAppealRequest(Request):
    """What the shop says about it."""

    text = a_text()


class SuspicionDecisionReply(Reply):
    """What was decided; by whom only the office is told."""

    decision = fields.String(required=True)
    reason = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True)


class SuspicionAppealReply(Reply):
    """What the shop said."""

    text = fields.String(required=True)
    made_at = Instant(required=True)


class SuspicionReply(Reply):
    """A payment that a rule holds back; `state` is waiting, cleared, upheld, appealed or final."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    merchant = fields.String(required=True)
    redemption_id = fields.UUID(required=True)
    order_no = fields.String(required=True)
    amount = fields.Integer(required=True, metadata={"description": "In minor units, without what was given back."})
    redeemed_at = Instant(required=True)
    rule = fields.String(required=True)
    rules_number = fields.Integer(required=True)
    facts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Plain numbers; to a shop those of its own list of payments."},
    )
    raised_at = Instant(required=True)
    decision = fields.Nested(SuspicionDecisionReply, required=True, allow_none=True)
    appeal = fields.Nested(SuspicionAppealReply, required=True, allow_none=True)
    appeal_decision = fields.Nested(SuspicionDecisionReply, required=True, allow_none=True)


class SuspicionQuery(PageQuery):
    """Which of them are asked for."""

    state = fields.String(load_default=None, validate=OneOf([each.value for each in SuspicionState]))


@blueprint.get("/suspicions")
@access(Role.MERCHANT_OWNER, *BOOKS)
@blueprint.arguments(SuspicionQuery, location="query")
@blueprint.response(200, page_of(SuspicionReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List payments that are or were held back, newest first: to the office all, to an owner their own."""

    def read(session: Session) -> dict[str, Any]:
        asking = principal()
        found = suspicions.list_suspicions(
            session,
            merchant_ids=None if asking.may_everywhere(*BOOKS) else asking.merchant_ids(Role.MERCHANT_OWNER),
            state=None if asked["state"] is None else SuspicionState(asked["state"]),
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page(_shown(session, found.items), found.next_before)

    return reading(read)


@blueprint.get("/suspicions/<uuid:suspicion_id>")
@access(Role.MERCHANT_OWNER, *BOOKS)
@blueprint.response(200, SuspicionReply)
def show(suspicion_id: UUID) -> Any:
    """Show one to its merchant's owner and to the office."""

    def read(session: Session) -> dict[str, Any]:
        found = suspicions.get_suspicion(session, suspicion_id)
        require(principal().may_everywhere(*BOOKS) or _owns(found.suspicion))
        return _shown(session, [found])[0]

    return reading(read)


@blueprint.post("/suspicions/<uuid:suspicion_id>/decision")
@access(Role.ADMINISTRATOR, Role.FINANCE, everywhere=True)
@blueprint.arguments(SuspicionDecisionRequest)
@blueprint.response(201, SuspicionReply)
def decide(asked: dict[str, Any], suspicion_id: UUID) -> Any:
    """Decide, as somebody who has no part in the payment: it comes with the next settlement, or stays out."""
    facts = {"outcome": DecisionOutcome(asked["decision"]), "reason": asked["reason"]}
    return _done(asked, lambda session, who: suspicions.decide(session, suspicion_id=suspicion_id, **facts, **who))


@blueprint.post("/suspicions/<uuid:suspicion_id>/appeal")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(SuspicionAppealRequest)
@blueprint.response(201, SuspicionReply)
def appeal(asked: dict[str, Any], suspicion_id: UUID) -> Any:
    """Appeal, once, against a payment staying out of settlements."""

    def make(session: Session, who: dict[str, Any]) -> Suspicion:
        require(_owns(suspicions.get_suspicion(session, suspicion_id).suspicion))
        return suspicions.appeal(session, suspicion_id=suspicion_id, text=asked["text"], **who)

    return _done(asked, make)


@blueprint.post("/suspicions/<uuid:suspicion_id>/appeal/decision")
@access(Role.ADMINISTRATOR, Role.FINANCE, everywhere=True)
@blueprint.arguments(SuspicionDecisionRequest)
@blueprint.response(201, SuspicionReply)
def decide_appeal(asked: dict[str, Any], suspicion_id: UUID) -> Any:
    """Decide about an appeal, as another person than the one who upheld; that is the last word."""
    facts = {"outcome": DecisionOutcome(asked["decision"]), "reason": asked["reason"]}
    return _done(
        asked, lambda session, who: suspicions.decide_appeal(session, suspicion_id=suspicion_id, **facts, **who)
    )


def _done(asked: dict[str, Any], make: Callable[[Session, dict[str, Any]], Suspicion]) -> Any:
    """Do something once; `make` is given what all have in common."""
    call = call_of(asked)
    who = {"actor": principal().actor, "call": call}

    def take(session: Session) -> dict[str, Any]:
        return again(session, make(session, {**who, "now": now()}).id)

    def again(session: Session, suspicion_id: UUID) -> dict[str, Any]:
        return _shown(session, [suspicions.get_suspicion(session, suspicion_id)])[0]

    return once(call, take, again)


def _owns(suspicion: Suspicion) -> bool:
    return principal().acts_for_merchant(suspicion.merchant_id, Role.MERCHANT_OWNER)


def _shown(session: Session, found: Sequence[SuspicionView]) -> list[dict[str, Any]]:
    is_office = principal().may_everywhere(*BOOKS)
    shops = merchants.merchants_by_id(session, {each.suspicion.merchant_id for each in found})
    return [
        {
            **{name: getattr(each.suspicion, name) for name in ("id", "rule", "rules_number", "raised_at")},
            **{name: getattr(each.redemption, name) for name in ("order_no", "redeemed_at")},
            "state": each.state,
            "merchant": shops[each.suspicion.merchant_id].code,
            "redemption_id": each.redemption.id,
            "amount": each.amount,
            "facts": each.suspicion.facts if is_office else each.facts_for_shop,
            "decision": _decision(each.decision, is_office=is_office),
            "appeal": each.appeal,
            "appeal_decision": _decision(each.appeal_decision, is_office=is_office),
        }
        for each in found
    ]


def _decision(made: SuspicionDecision | None, *, is_office: bool) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "decision": made.outcome,
        "reason": made.reason,
        "decided_by": made.decided_by if is_office else None,
        "decided_at": made.decided_at,
    }
