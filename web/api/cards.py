"""Paper cards: issued by officers, paid with by PIN, blocked by their owner or the office, replaced when lost."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from cards import (
    DAY_LIMIT,
    PaymentCard,
    block_card,
    get_card,
    issue_card,
    list_cards,
    replace_card,
    unblock_card,
)
from payments import code_of, paper_codes
from people import Role
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, a_text, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen
from web.auth import access, principal
from web.clock import now
from web.secret_keys import payment_code_secret
from web.unit_of_work import reading

blueprint = ApiBlueprint("cards", "Paper cards and sheets of codes, for residents without a smartphone.")


class CardRequest(Request):
    """A card to be issued: what may be paid with it in a day, in minor units."""

    per_day = an_amount(load_default=DAY_LIMIT)


class CardReasonRequest(Request):
    """Why a card is blocked, unblocked or replaced."""

    reason = a_text()


class CardReply(Reply):
    """A card. What its QR code holds is told once, when it is issued; `number` is printed on it and pays nothing."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    resident_id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"description": "`active`, `blocked` or `replaced`."})
    per_day = fields.Integer(required=True)
    code = fields.String()
    expires_at = Instant(required=True)
    replaces_id = fields.UUID(required=True, allow_none=True)
    issued_at = Instant(required=True)


@blueprint.post("/residents/<uuid:resident_id>/cards")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(CardRequest)
@blueprint.response(201, CardReply)
def issue(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Issue a card to a resident whom the officer sees; it pays with the resident's PIN only."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        made = issue_card(
            session,
            resident_id=resident.id,
            day_limit=asked["per_day"],
            secret=payment_code_secret(),
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _with_code(session, made)

    return once(call, make, lambda session, made_id: card_shown(session, get_card(session, made_id)))


@blueprint.get("/residents/<uuid:resident_id>/cards")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(CardReply))
def list_of_resident(asked: dict[str, Any], resident_id: UUID) -> Any:
    """List the cards that a resident ever had, newest first."""

    def read(session: Session) -> dict[str, Any]:
        limit, before = asked["limit"], id_cursor(asked["cursor"])
        resident = resident_seen(session, resident_id, Role.ADMINISTRATOR)
        found = list_cards(session, resident_id=resident.id, limit=limit + 1, before=before)
        items = [card_shown(session, each) for each in found[:limit]]
        return page(items, found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/cards/<uuid:card_id>")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.response(200, CardReply)
def show(card_id: UUID) -> Any:
    """Show a card to its owner and to the office."""
    return reading(lambda session: card_shown(session, _seen(session, card_id)))


@blueprint.post("/cards/<uuid:card_id>/blocking")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(CardReasonRequest)
@blueprint.response(200, CardReply)
def block(asked: dict[str, Any], card_id: UUID) -> Any:
    """Let a card pay no more: its owner, or an officer whom they called."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        card = _seen(session, card_id)
        made = block_card(
            session, card_id=card.id, reason=asked["reason"], actor=principal().actor, now=now(), call=call
        )
        return card_shown(session, made)

    return once(call, make, lambda session, made_id: card_shown(session, get_card(session, made_id)))


@blueprint.post("/cards/<uuid:card_id>/unblocking")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(CardReasonRequest)
@blueprint.response(200, CardReply)
def unblock(asked: dict[str, Any], card_id: UUID) -> Any:
    """Let a card that was found again pay again."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        card = _seen(session, card_id)
        made = unblock_card(
            session, card_id=card.id, reason=asked["reason"], actor=principal().actor, now=now(), call=call
        )
        return card_shown(session, made)

    return once(call, make, lambda session, made_id: card_shown(session, get_card(session, made_id)))


@blueprint.post("/cards/<uuid:card_id>/replacement")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(CardReasonRequest)
@blueprint.response(201, CardReply)
def replace(asked: dict[str, Any], card_id: UUID) -> Any:
    """Issue a card in place of another, which never pays again."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        card = _seen(session, card_id)
        made = replace_card(
            session,
            card_id=card.id,
            reason=asked["reason"],
            secret=payment_code_secret(),
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _with_code(session, made)

    return once(call, make, lambda session, made_id: card_shown(session, get_card(session, made_id)))


def _seen(session: Session, card_id: UUID) -> PaymentCard:
    card = get_card(session, card_id)
    resident_seen(session, card.resident_id, Role.ADMINISTRATOR)
    return card


def _with_code(session: Session, card: PaymentCard) -> dict[str, Any]:
    return {**card_shown(session, card), "code": code_of(card.payment_code_id, payment_code_secret())}


def card_shown(session: Session, card: PaymentCard) -> dict[str, Any]:
    """Return a card as it is answered, without its code."""
    code = paper_codes(session, [card.payment_code_id])[card.payment_code_id]
    return {
        "id": card.id,
        "number": card.number,
        "resident_id": card.resident_id,
        "state": card.state.value,
        "per_day": code.day_limit,
        "expires_at": code.expires_at,
        "replaces_id": card.replaces_id,
        "issued_at": card.issued_at,
    }
