"""Forced corrections and waivers: what one person asks to be owed or to be owed no longer, and another decides."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import Session

import receivables
from awards import get_award
from people import Role
from receivables import Matter, MatterKind, MatterState
from web.api.calls import call_of, once
from web.api.fields import Instant, PageQuery, Reply, Request, Text, a_code, a_text, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen, subtrees_of
from web.auth import access, principal, require
from web.clock import now
from web.unit_of_work import reading

ASKING = (Role.ADMINISTRATOR, Role.FINANCE)
DECIDING = (Role.FINANCE, Role.APPROVER)
SEEING = (Role.ADMINISTRATOR, Role.FINANCE, Role.APPROVER, Role.AUDITOR)

blueprint = ApiBlueprint("corrections", "What residents owe back after a wrong award: forced corrections and waivers.")


class ForcedCorrectionRequest(Request):
    """What of a wrong award is to be owed, in minor units; without an amount, all that can be."""

    amount = an_amount(load_default=None)
    reason = a_text()


class WaiverRequest(Request):
    """What is to be owed to a fund no longer, in minor units."""

    fund = a_code()
    amount = an_amount(required=True)
    reason = a_text()


class DecisionRequest(Request):
    """How another person decides."""

    decision = fields.String(required=True, validate=OneOf(["approve", "reject"]))
    note = Text(load_default="", length_min=0)


class MatterReply(Reply):
    """What was asked for and how it was decided; `entry_id` is its entry in the books, null unless approved."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True, attribute="state")
    resident_id = fields.UUID(required=True)
    fund = fields.String(required=True, attribute="fund_code")
    award_id = fields.UUID(required=True, allow_none=True)
    amount = fields.Integer(required=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    note = fields.String(required=True)
    entry_id = fields.UUID(required=True, allow_none=True)


class MatterQuery(PageQuery):
    """Which are asked for."""

    status = fields.String(load_default=None, validate=OneOf([state.value for state in MatterState]))
    resident_id = fields.UUID(load_default=None)
    award_id = fields.UUID(load_default=None)


@blueprint.post("/awards/<uuid:award_id>/forced-corrections")
@access(*ASKING)
@blueprint.arguments(ForcedCorrectionRequest)
@blueprint.response(201, MatterReply)
def ask_forced_correction(asked: dict[str, Any], award_id: UUID) -> Any:
    """Ask that a resident owe what is spent of a wrong award; a claw-back comes first."""

    def make(session: Session, facts: dict[str, Any]) -> Matter:
        resident_seen(session, get_award(session, award_id).resident_id, *ASKING)
        return receivables.ask_forced_correction(session, award_id=award_id, **facts)

    return _asked_for(asked, make)


@blueprint.post("/residents/<uuid:resident_id>/waivers")
@access(*ASKING)
@blueprint.arguments(WaiverRequest)
@blueprint.response(201, MatterReply)
def ask_waiver(asked: dict[str, Any], resident_id: UUID) -> Any:
    """Ask that a resident owe a fund less; the fund bears it."""

    def make(session: Session, facts: dict[str, Any]) -> Matter:
        resident_seen(session, resident_id, *ASKING)
        return receivables.ask_waiver(session, resident_id=resident_id, fund_code=asked["fund"], **facts)

    return _asked_for(asked, make)


@blueprint.post("/forced-corrections/<uuid:matter_id>/approval")
@access(*DECIDING)
@blueprint.arguments(DecisionRequest)
@blueprint.response(201, MatterReply)
def decide_forced_correction(asked: dict[str, Any], matter_id: UUID) -> Any:
    """Approve or reject a forced correction, as another person than who asked; only an approval is posted."""
    return _decide(asked, matter_id, MatterKind.FORCED_CORRECTION)


@blueprint.post("/waivers/<uuid:matter_id>/approval")
@access(*DECIDING)
@blueprint.arguments(DecisionRequest)
@blueprint.response(201, MatterReply)
def decide_waiver(asked: dict[str, Any], matter_id: UUID) -> Any:
    """Approve or reject a waiver, as another person than who asked; only an approval is posted."""
    return _decide(asked, matter_id, MatterKind.WAIVER)


@blueprint.get("/forced-corrections/<uuid:matter_id>")
@access(Role.RESIDENT, *SEEING)
@blueprint.response(200, MatterReply)
def show_forced_correction(matter_id: UUID) -> Any:
    """Show a forced correction to its resident and to the office."""
    return reading(lambda session: _seen(session, matter_id, MatterKind.FORCED_CORRECTION))


@blueprint.get("/waivers/<uuid:matter_id>")
@access(Role.RESIDENT, *SEEING)
@blueprint.response(200, MatterReply)
def show_waiver(matter_id: UUID) -> Any:
    """Show a waiver to its resident and to the office."""
    return reading(lambda session: _seen(session, matter_id, MatterKind.WAIVER))


@blueprint.get("/forced-corrections")
@access(Role.RESIDENT, *SEEING)
@blueprint.arguments(MatterQuery, location="query")
@blueprint.response(200, page_of(MatterReply))
def list_forced_corrections(asked: dict[str, Any]) -> Any:
    """List forced corrections, newest first: to the office those of its residents, to a resident their own."""
    return _listed(asked, MatterKind.FORCED_CORRECTION)


@blueprint.get("/waivers")
@access(Role.RESIDENT, *SEEING)
@blueprint.arguments(MatterQuery, location="query")
@blueprint.response(200, page_of(MatterReply))
def list_waivers(asked: dict[str, Any]) -> Any:
    """List waivers, newest first: to the office those of its residents, to a resident their own."""
    return _listed(asked, MatterKind.WAIVER)


def _asked_for(asked: dict[str, Any], make: Callable[[Session, dict[str, Any]], Matter]) -> Any:
    """Ask for what another person decides, once; `make` is given what all such matters have in common."""
    call = call_of(asked)
    facts = {"amount": asked["amount"], "reason": asked["reason"], "actor": principal().actor, "call": call}
    return once(call, lambda session: make(session, {**facts, "now": now()}), receivables.get_matter)


def _decide(asked: dict[str, Any], matter_id: UUID, kind: MatterKind) -> Any:
    decide = receivables.approve if asked["decision"] == "approve" else receivables.reject

    def make(session: Session) -> Matter:
        resident_seen(session, receivables.get_matter(session, matter_id, kind).resident_id, *DECIDING)
        return decide(
            session,
            matter_id=matter_id,
            kind=kind,
            note=asked["note"],
            actor=principal().actor,
            now=now(),
            call=call,
        )

    call = call_of(asked)
    return once(call, make, receivables.get_matter)


def _seen(session: Session, matter_id: UUID, kind: MatterKind) -> Matter:
    found = receivables.get_matter(session, matter_id, kind)
    resident_seen(session, found.resident_id, *SEEING)
    return found


def _listed(asked: dict[str, Any], kind: MatterKind) -> Any:
    def read(session: Session) -> dict[str, Any]:
        own = principal().resident_id
        resident_id = asked["resident_id"] or own
        if resident_id is not None:
            resident_seen(session, resident_id, *SEEING)
        require(resident_id is not None or principal().may(*SEEING))
        found = receivables.list_matters(
            session,
            kind=kind,
            state=None if asked["status"] is None else MatterState(asked["status"]),
            resident_id=resident_id,
            award_id=asked["award_id"],
            within_path=None if own is not None else subtrees_of(*SEEING),
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page(found.items, found.next_before)

    return reading(read)
