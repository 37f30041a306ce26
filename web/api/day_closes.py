"""A shop's day: what it took, line by line and told apart, and the day closed for good.

Adds its routes to the tills'.
"""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy.orm import Session

import tills
from merchants import get_merchant
from tills import DayClose, DaySums, Sums
from web.api.calls import call_of, once
from web.api.fields import Day, Instant, PageQuery, Reply, Request, Text
from web.api.pages import id_cursor, number_cursor, page, page_of
from web.api.till_shifts import AT_THE_SHOP, SUMS, blueprint, own_shop, seen_shop
from web.auth import BOOKS, access, principal, require
from web.clock import now, today
from web.unit_of_work import reading


class DayQuery(PageQuery):
    """Which day is asked for; without one, today."""

    on = Day(load_default=None)


class DayOnlyQuery(Request):
    """Which day is asked for; without one, today."""

    on = Day(load_default=None)


class DayCloseRequest(Request):
    """Which day is closed, and a remark where there is something to say."""

    day = Day(required=True)
    remark = Text(load_default="", length_min=0)


class TakingsReply(Reply):
    """Numbers of payments and refunds, and their totals in minor units; what was paid in money beside credits."""

    payments = fields.Integer(required=True)
    paid_total = fields.Integer(required=True)
    refunds = fields.Integer(required=True)
    refunded_total = fields.Integer(required=True)
    net_total = fields.Integer(required=True)
    cash_total = fields.Integer(required=True)


class TakingsOfReply(TakingsReply):
    """The same of one cashier, one way to pay or one fund; what residents paid at the plaque has no cashier."""

    of = fields.String(required=True, allow_none=True)


class DayCloseReply(TakingsReply):
    """A day as it was closed, once and for good."""

    id = fields.UUID(required=True)
    merchant = fields.String(required=True)
    number = fields.Integer(required=True)
    day = Day(required=True)
    remark = fields.String(required=True)
    closed_by = fields.String(required=True)
    closed_at = Instant(required=True)


class DayStatementReply(TakingsReply):
    """What a shop took on a day so far, and the same told apart; `outside_shifts` was taken by cashiers without one."""

    merchant = fields.String(required=True)
    day = Day(required=True)
    by_cashier = fields.List(fields.Nested(TakingsOfReply), required=True)
    by_channel = fields.List(fields.Nested(TakingsOfReply), required=True)
    by_fund = fields.List(fields.Nested(TakingsOfReply), required=True)
    outside_shifts = fields.Nested(TakingsReply, required=True)
    close = fields.Nested(DayCloseReply, required=True, allow_none=True)


class DayLineReply(Reply):
    """One payment or refund: `amount` in minor units is what it did to what the shop is to be paid."""

    entry_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    cash_amount = fields.Integer(required=True)
    at = Instant(required=True)
    by = fields.String(required=True)
    channel = fields.String(required=True)
    order_no = fields.String(required=True)
    redemption_id = fields.UUID(required=True)


@blueprint.get("/merchants/<code>/day-statement")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.arguments(DayOnlyQuery, location="query")
@blueprint.response(200, DayStatementReply)
def show_statement(asked: dict[str, Any], code: str) -> Any:
    """Show what a shop took on a day, by cashier, way to pay and fund."""

    def read(session: Session) -> dict[str, Any]:
        shop, day = seen_shop(session, code), asked["on"] or today()
        sums = tills.sums_of_day(session, merchant=shop, day=day, now=now())
        closed = tills.close_of_day(session, merchant_id=shop.id, day=day)
        return {
            **_sums(sums.whole),
            **_told_apart(sums),
            "merchant": shop.code,
            "day": day,
            "close": None if closed is None else _shown(session, closed),
        }

    return reading(read)


@blueprint.get("/merchants/<code>/day-lines")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, page_of(DayLineReply))
def list_lines(asked: dict[str, Any], code: str) -> Any:
    """List a day's payments and refunds, the latest first."""

    def read(session: Session) -> dict[str, Any]:
        shop, limit = seen_shop(session, code), asked["limit"]
        begins_at, ends_at = tills.day_of(asked["on"] or today(), merchant=shop, now=now())
        found = tills.day_lines(
            session,
            merchant_id=shop.id,
            begins_at=begins_at,
            ends_at=ends_at,
            limit=limit + 1,
            before=id_cursor(asked["cursor"]),
        )
        return page(found[:limit], found[limit - 1].entry_id if len(found) > limit else None)

    return reading(read)


@blueprint.post("/merchants/<code>/day-closes")
@access(*AT_THE_SHOP)
@blueprint.arguments(DayCloseRequest)
@blueprint.response(201, DayCloseReply)
def close_day(asked: dict[str, Any], code: str) -> Any:
    """Close a day that is over: its numbers and totals are written down for good."""
    call = call_of(asked)

    def make(session: Session) -> dict[str, Any]:
        shop = own_shop(session, code)
        made = tills.close_day(
            session,
            merchant=shop,
            day=asked["day"],
            remark=asked["remark"],
            actor=principal().actor,
            now=now(),
            call=call,
        )
        return _shown(session, made)

    return once(call, make, lambda session, made_id: _shown(session, tills.get_day_close(session, made_id)))


@blueprint.get("/merchants/<code>/day-closes")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(DayCloseReply))
def list_closes(asked: dict[str, Any], code: str) -> Any:
    """List closed days of a shop, the latest closed first."""

    def read(session: Session) -> dict[str, Any]:
        shop, limit = seen_shop(session, code), asked["limit"]
        before = number_cursor(asked["cursor"])
        found = tills.list_day_closes(session, merchant_id=shop.id, limit=limit + 1, before=before)
        shown = [_shown(session, each) for each in found[:limit]]
        return page(shown, found[limit - 1].number if len(found) > limit else None)

    return reading(read)


@blueprint.get("/day-closes/<uuid:day_close_id>")
@access(*AT_THE_SHOP, *BOOKS)
@blueprint.response(200, DayCloseReply)
def show_close(day_close_id: UUID) -> Any:
    """Show one closed day."""

    def read(session: Session) -> dict[str, Any]:
        found = tills.get_day_close(session, day_close_id)
        require(principal().acts_for_merchant(found.merchant_id) or principal().may_everywhere(*BOOKS))
        return _shown(session, found)

    return reading(read)


def _sums(sums: Sums | DayClose) -> dict[str, Any]:
    return {name: getattr(sums, name) for name in (*SUMS, "net_total")}


def _told_apart(sums: DaySums) -> dict[str, Any]:
    ways = {"by_cashier": sums.by_cashier, "by_channel": sums.by_channel, "by_fund": sums.by_fund}
    return {
        **{name: [{"of": of or None, **_sums(part)} for of, part in parts.items()] for name, parts in ways.items()},
        "outside_shifts": _sums(sums.outside_shifts),
    }


def _shown(session: Session, closed: DayClose) -> dict[str, Any]:
    names = ("id", "number", "day", "remark", "closed_by", "closed_at")
    return {
        **{name: getattr(closed, name) for name in names},
        **_sums(closed),
        "merchant": get_merchant(session, closed.merchant_id).code,
    }
