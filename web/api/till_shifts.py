"""Shifts of cashiers: whether a shop works in them, their beginning, their end with the counted drawer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import tills
from merchants import Merchant, get_merchant, merchant_by_code
from people import Role
from tills import ShiftUse, ShiftView, TillShift
from web.api.calls import call_of, once
from web.api.fields import Flag, Instant, PageQuery, Reply, Request, Text, an_amount
from web.api.pages import id_cursor, page, page_of, page_of_versions
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, principal, require
from web.clock import now
from web.unit_of_work import reading

AT_THE_SHOP = (Role.TILL, Role.MERCHANT_OWNER)

blueprint = ApiBlueprint("tills", "Tills: shifts of cashiers, closed days, and lines that a shop disputes.")


class ShiftUseRequest(Request):
    """Whether the shop works in shifts."""

    used = Flag(required=True)


class ShiftUseReply(Reply):
    """One version of whether the shop works in shifts; the one with the highest number is in force."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    used = fields.Boolean(required=True, attribute="is_used")
    set_at = Instant(required=True)


class TillShiftRequest(Request):
    """What is in the drawer, in minor units; after whose shift, and, where that one had counted another sum, why."""

    opening_cash = an_amount(least=0, required=True)
    takes_over = fields.UUID(load_default=None)
    remark = Text(load_default="", length_min=0)


class TillShiftEndRequest(Request):
    """What was counted in the drawer, in minor units; where it is not what should be there, the remark says why."""

    counted_cash = an_amount(least=0, required=True)
    remark = Text(load_default="", length_min=0)


class TillShiftReply(Reply):
    """A shift: what belongs to it, what should be in the drawer, and, when it has ended, what was counted.

    Amounts are in minor units; `handed_over` is what the one before had counted.
    """

    id = fields.UUID(required=True)
    merchant = fields.String(required=True)
    cashier = fields.String(required=True)
    device = fields.String(required=True, allow_none=True)
    takes_over = fields.UUID(required=True, allow_none=True)
    opened_at = Instant(required=True)
    opening_cash = fields.Integer(required=True)
    handed_over = fields.Integer(required=True, allow_none=True)
    remark = fields.String(required=True)
    payments = fields.Integer(required=True)
    paid_total = fields.Integer(required=True)
    refunds = fields.Integer(required=True)
    refunded_total = fields.Integer(required=True)
    cash_total = fields.Integer(required=True)
    expected_cash = fields.Integer(required=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by = fields.String(required=True, allow_none=True)
    counted_cash = fields.Integer(required=True, allow_none=True)
    difference = fields.Integer(required=True, allow_none=True)
    end_remark = fields.String(required=True, allow_none=True)


@blueprint.post("/merchants/<code>/shift-uses")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(ShiftUseRequest)
@blueprint.response(201, ShiftUseReply)
def set_use(asked: dict[str, Any], code: str) -> Any:
    """Say from now on whether the shop works in shifts."""
    call = call_of(asked)

    def make(session: Session) -> ShiftUse:
        shop = own_shop(session, code, Role.MERCHANT_OWNER)
        return tills.set_shift_use(
            session, merchant=shop, is_used=asked["used"], actor=principal().actor, now=now(), call=call
        )

    return once(call, make, tills.get_shift_use)


@blueprint.get("/merchants/<code>/shift-uses")
@access(Role.MERCHANT_OWNER)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ShiftUseReply))
def list_uses(asked: dict[str, Any], code: str) -> Any:
    """List all that the owner ever said about it, newest first."""
    return reading(
        lambda session: page_of_versions(
            tills.list_shift_uses(session, own_shop(session, code, Role.MERCHANT_OWNER).id), asked
        )
    )


@blueprint.post("/merchants/<code>/till-shifts")
@access(*AT_THE_SHOP)
@blueprint.arguments(TillShiftRequest)
@blueprint.response(201, TillShiftReply)
def open_shift(asked: dict[str, Any], code: str) -> Any:
    """Begin a shift of whoever bears the key: what they take from now on belongs to it."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shift = tills.open_shift(
            session,
            merchant=own_shop(session, code),
            cashier=principal().actor,
            opening_cash=asked["opening_cash"],
            takes_over_id=asked["takes_over"],
            remark=asked["remark"],
            now=now(),
            call=call,
        )
        return _shown(session, [shift])[0]

    return once(call, make, _again)


@blueprint.get("/merchants/<code>/till-shifts")
@access(*AT_THE_SHOP)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(TillShiftReply))
def list_shifts(asked: dict[str, Any], code: str) -> Any:
    """List shifts, newest first: to the owner all of the shop, to a cashier their own."""

    def read(session: Session) -> dict[str, Any]:
        shop, limit = own_shop(session, code), asked["limit"]
        sees_all = principal().acts_for_merchant(shop.id, Role.MERCHANT_OWNER)
        cashier, before = None if sees_all else principal().actor, id_cursor(asked["cursor"])
        found = tills.list_shifts(session, merchant_id=shop.id, cashier=cashier, limit=limit + 1, before=before)
        return page(_shown(session, found[:limit]), found[limit - 1].id if len(found) > limit else None)

    return reading(read)


@blueprint.get("/till-shifts/<uuid:shift_id>")
@access(*AT_THE_SHOP)
@blueprint.response(200, TillShiftReply)
def show_shift(shift_id: UUID) -> Any:
    """Show a shift to its cashier and the owner."""
    return reading(lambda session: _shown(session, [_seen(session, shift_id)])[0])


@blueprint.post("/till-shifts/<uuid:shift_id>/end")
@access(*AT_THE_SHOP)
@blueprint.arguments(TillShiftEndRequest)
@blueprint.response(201, TillShiftReply)
def end_shift(asked: dict[str, Any], shift_id: UUID) -> Any:
    """End a shift with what was counted in the drawer, as its cashier or the owner."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shift = _seen(session, shift_id)
        tills.end_shift(
            session,
            shift_id=shift.id,
            merchant=get_merchant(session, shift.merchant_id),
            counted_cash=asked["counted_cash"],
            remark=asked["remark"],
            actor=principal().actor,
            by_owner=principal().acts_for_merchant(shift.merchant_id, Role.MERCHANT_OWNER),
            now=now(),
            call=call,
        )
        return _shown(session, [shift])[0]

    return once(call, make, _again)


def own_shop(session: Session, code: str, *roles: Role) -> Merchant:
    """Return the shop with a code at which the caller has one of the roles, without roles any."""
    merchant = merchant_by_code(session, code)
    require(principal().acts_for_merchant(merchant.id, *roles))
    return merchant


def seen_shop(session: Session, code: str) -> Merchant:
    """Return the shop with a code, to who works there and to the office's readers of the books."""
    merchant = merchant_by_code(session, code)
    require(principal().acts_for_merchant(merchant.id) or principal().may_everywhere(*BOOKS))
    return merchant


def _seen(session: Session, shift_id: UUID) -> TillShift:
    found = tills.find_shift(session, shift_id)
    if found is None:
        raise tills.ShiftUnknownError(shift_id)
    asking = principal()
    own = asking.acts_for_merchant(found.merchant_id) and asking.actor in (found.cashier, found.device)
    require(own or asking.acts_for_merchant(found.merchant_id, Role.MERCHANT_OWNER))
    return found


def _again(session: Session, shift_id: UUID) -> dict[str, Any]:
    return _shown(session, [_seen(session, shift_id)])[0]


def _shown(session: Session, shifts: Sequence[TillShift]) -> list[dict[str, Any]]:
    return [_reply(view, get_merchant(session, view.shift.merchant_id)) for view in tills.shift_views(session, shifts)]


def _reply(view: ShiftView, shop: Merchant) -> dict[str, Any]:
    shift, end, sums = view.shift, view.end, view.sums
    own = ("id", "cashier", "device", "opened_at", "opening_cash", "remark")
    return {
        **{name: getattr(shift, name) for name in own},
        **{name: getattr(sums, name) for name in SUMS},
        "merchant": shop.code,
        "takes_over": shift.takes_over_id,
        "handed_over": view.handed_over,
        "expected_cash": view.expected_cash,
        "difference": view.difference,
        **{name: None if end is None else getattr(end, name) for name in ("ended_at", "ended_by", "counted_cash")},
        "end_remark": None if end is None else end.remark,
    }


SUMS = ("payments", "paid_total", "refunds", "refunded_total", "cash_total")
