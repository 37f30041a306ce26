"""Awards: credits granted to residents out of a fund, singly or in lists, and taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

from awards import (
    Award,
    AwardBatch,
    BatchLine,
    ClawBack,
    award,
    award_batch,
    claw_back,
    claw_backs_of,
    get_award,
    get_batch,
    get_claw_back,
    list_awards,
    list_batches,
)
from ledger import reversals_of
from people import Role
from web.api.calls import call_of, once
from web.api.fields import CODE_LENGTH_MAX, Day, Instant, PageQuery, Reply, Request, Text, a_code, a_text, an_amount
from web.api.pages import id_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.api.seen import resident_seen, subtrees_of
from web.auth import access, principal, require
from web.clock import begin_of, end_of, now
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

_SHOWN_AS_THEY_ARE = (
    "id",
    "status",
    "resident_id",
    "fund_code",
    "amount",
    "reason",
    "expires_on",
    "entry_id",
    "batch_id",
    "granted_at",
)

blueprint = ApiBlueprint("awards", "Awards: credits granted to residents out of a fund.")


class AwardRequest(Request):
    """Credits for one resident, in minor units."""

    resident_id = fields.UUID(required=True)
    fund = a_code()
    amount = an_amount(required=True)
    reason = a_text()


class AwardReply(Reply):
    """An award. `entry_id` is its entry in the books, null while it waits."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    resident_id = fields.UUID(required=True)
    fund = fields.String(required=True, attribute="fund_code")
    amount = fields.Integer(required=True)
    reason = fields.String(required=True)
    expires_on = Day(required=True, allow_none=True)
    entry_id = fields.UUID(required=True, allow_none=True)
    batch_id = fields.UUID(required=True, allow_none=True)
    granted_at = Instant(required=True)
    reversed_by = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The entry that reversed it, null while it stands."}
    )
    clawed_back = fields.Integer(required=True, metadata={"description": "What was taken back of it."})


class BatchItemRequest(Request):
    """One line of a list of awards."""

    resident_id = fields.UUID(required=True)
    amount = an_amount(required=True)


class BatchRequest(Request):
    """A list of awards out of one fund for one reason, all or nothing, up to 10,000 lines."""

    fund = a_code()
    reason = a_text()
    items = fields.List(fields.Nested(BatchItemRequest), required=True)


class BatchReply(Reply):
    """A list of awards that was granted; `total` in minor units."""

    id = fields.UUID(required=True)
    count = fields.Integer(required=True)
    total = fields.Integer(required=True)
    fund = fields.String(required=True, attribute="fund_code")
    reason = fields.String(required=True)
    granted_at = Instant(required=True)


class ReasonRequest(Request):
    """Why something is done."""

    reason = a_text()


class ClawBackReply(Reply):
    """What was left of an award and went back to its fund, in minor units."""

    id = fields.UUID(required=True)
    award_id = fields.UUID(required=True)
    amount = fields.Integer(required=True)
    reason = fields.String(required=True)
    entry_id = fields.UUID(required=True)
    made_at = Instant(required=True)


class AwardQuery(PageQuery):
    """Which awards are asked for."""

    resident_id = fields.UUID(load_default=None)
    fund = Text(load_default=None, length_max=CODE_LENGTH_MAX)
    batch_id = fields.UUID(load_default=None)
    first_on = Day(
        data_key="from", load_default=None, metadata={"description": "The first day on which they were granted."}
    )
    last_on = Day(data_key="until", load_default=None, metadata={"description": "The last such day."})


class BatchQuery(PageQuery):
    """Which lists of awards are asked for."""

    fund = Text(load_default=None, length_max=CODE_LENGTH_MAX)


@blueprint.post("/awards")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(AwardRequest)
@blueprint.response(201, AwardReply)
def grant_one(asked: dict[str, Any]) -> Any:
    """Grant credits to a resident of the caller's subtree."""

    def make(session: Session) -> dict[str, Any]:
        resident_seen(session, asked["resident_id"], Role.ADMINISTRATOR)
        made = award(
            session,
            resident_id=asked["resident_id"],
            fund_code=asked["fund"],
            amount=asked["amount"],
            reason=asked["reason"],
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _as_shown(made)

    call = call_of(asked)
    return once(call, make, lambda session, award_id: _all_shown(session, [get_award(session, award_id)])[0])


@blueprint.get("/awards")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.arguments(AwardQuery, location="query")
@blueprint.response(200, page_of(AwardReply))
def list_some(asked: dict[str, Any]) -> Any:
    """List awards, newest first: to the office those of its residents, to a resident their own."""

    def read(session: Session) -> dict[str, Any]:
        resident_id = asked["resident_id"] or principal().resident_id
        if resident_id is not None:
            resident_seen(session, resident_id, Role.ADMINISTRATOR)
        first_on, last_on = asked["first_on"], asked["last_on"]
        found = list_awards(
            session,
            resident_id=resident_id,
            fund_code=asked["fund"],
            batch_id=asked["batch_id"],
            within_path=subtrees_of(Role.ADMINISTRATOR) if resident_id is None else None,
            since=None if first_on is None else begin_of(first_on),
            until=None if last_on is None else end_of(last_on),
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page(_all_shown(session, found.items), found.next_before)

    return reading(read)


@blueprint.get("/awards/<uuid:award_id>")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.response(200, AwardReply)
def show(award_id: UUID) -> Any:
    """Show an award to its resident and to the office."""
    return reading(lambda session: _all_shown(session, [_seen(session, award_id)])[0])


@blueprint.post("/awards/batches")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(BatchRequest)
@blueprint.response(201, BatchReply)
def grant_list(asked: dict[str, Any]) -> Any:
    """Grant a list of awards to residents of the caller's subtree, all or nothing."""

    def make(session: Session) -> AwardBatch:
        return award_batch(
            session,
            fund_code=asked["fund"],
            reason=asked["reason"],
            lines=[BatchLine(item["resident_id"], item["amount"]) for item in asked["items"]],
            actor=principal().actor,
            now=now(),
            call=call,
            within_path=subtrees_of(Role.ADMINISTRATOR),
        )

    call = call_of(asked)
    return once(call, make, get_batch)


@blueprint.get("/awards/batches")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(BatchQuery, location="query")
@blueprint.response(200, page_of(BatchReply))
def list_lists(asked: dict[str, Any]) -> Any:
    """List what was granted in lists, newest first: everybody's for the whole tree, else the caller's own."""

    def read(session: Session) -> dict[str, Any]:
        asking = principal()
        found = list_batches(
            session,
            fund_code=asked["fund"],
            granted_by=None if asking.may_everywhere(Role.ADMINISTRATOR) else asking.actor,
            limit=asked["limit"],
            before=id_cursor(asked["cursor"]),
        )
        return page(found.items, found.next_before)

    return reading(read)


@blueprint.get("/awards/batches/<uuid:batch_id>")
@access(Role.ADMINISTRATOR)
@blueprint.response(200, BatchReply)
def show_list(batch_id: UUID) -> Any:
    """Show a list of awards; its lines are the awards with its `batch_id`."""

    def read(session: Session) -> AwardBatch:
        found = get_batch(session, batch_id)
        asking = principal()
        require(asking.may_everywhere(Role.ADMINISTRATOR) or found.granted_by == asking.actor)
        return found

    return reading(read)


@blueprint.post("/awards/<uuid:award_id>/claw-back")
@access(Role.ADMINISTRATOR)
@blueprint.arguments(ReasonRequest)
@blueprint.response(201, ClawBackReply)
def take_back(asked: dict[str, Any], award_id: UUID) -> Any:
    """Take back what is left of a wrong award, once."""

    def make(session: Session) -> ClawBack:
        _seen(session, award_id)
        return claw_back(
            session, award_id=award_id, reason=asked["reason"], actor=principal().actor, now=now(), call=call
        )

    call = call_of(asked)
    return once(call, make, get_claw_back)


@blueprint.get("/awards/<uuid:award_id>/claw-back")
@access(Role.RESIDENT, Role.ADMINISTRATOR)
@blueprint.response(200, ClawBackReply)
def show_claw_back(award_id: UUID) -> Any:
    """Show what was taken back of an award."""

    def read(session: Session) -> ClawBack:
        _seen(session, award_id)
        taken = claw_backs_of(session, [award_id]).get(award_id)
        if taken is None:
            raise ProblemError(NOT_FOUND)
        return taken

    return reading(read)


def _all_shown(session: Session, found: Sequence[Award]) -> list[dict[str, Any]]:
    """Return awards with what became of them afterwards."""
    reversals = reversals_of(session, [each.entry_id for each in found if each.entry_id is not None])
    taken = claw_backs_of(session, [each.id for each in found])
    return [
        _as_shown(
            each,
            reversed_by=reversals.get(each.entry_id) if each.entry_id is not None else None,
            clawed_back=taken[each.id].amount if each.id in taken else 0,
        )
        for each in found
    ]


def _as_shown(found: Award, *, reversed_by: UUID | None = None, clawed_back: int = 0) -> dict[str, Any]:
    shown = {name: getattr(found, name) for name in _SHOWN_AS_THEY_ARE}
    return {**shown, "reversed_by": reversed_by, "clawed_back": clawed_back}


def _seen(session: Session, award_id: UUID) -> Award:
    found = get_award(session, award_id)
    resident_seen(session, found.resident_id, Role.ADMINISTRATOR)
    return found
