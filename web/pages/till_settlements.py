"""What a shop is paid, for its owner: what the next settlement will be of, and each one there was, line by line.

Adds its routes to the till's.
"""

from typing import Any
from uuid import UUID

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

import settlements
from merchants import get_merchant
from payments import takings
from people import Role
from settlements import Settlement
from web.auth import access, principal, require
from web.clock import begin_of, end_of, now, today
from web.pages.funds_shown import fund_names
from web.pages.lists import id_cursor, list_page, more_url, number_cursor
from web.pages.settlements_shown import funds_of_lots, lines_file, settled_lines, settlement_rows, step_views
from web.pages.till_blueprint import OtherShopError, blueprint
from web.pages.viewer import shop_id, shop_ids
from web.unit_of_work import reading

_ON_PAGE, _LINES_ON_PAGE = 20, 50


@blueprint.get("/settlements", endpoint="settlements")
@access(Role.MERCHANT_OWNER)
def show_settlements() -> ResponseReturnValue:
    """Show the owner what the next settlement will be of, and what was paid out so far."""
    require(_is_owner())
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = settlements.list_settlements(session, merchant_id=shop_id(), limit=_ON_PAGE, before=before)
        listed = {
            "items": settlement_rows(session, found.items, _url),
            "more_url": more_url(found.next_before, shop=shop_id() if len(shop_ids()) > 1 else None),
        }
        if before is not None:
            return listed
        merchant, present = get_merchant(session, shop_id()), now()
        month_began = begin_of(today().replace(day=1))
        prospects = settlements.settleable(session, until=present, merchant_id=merchant.id)
        return {
            **listed,
            "shop_name": merchant.name,
            "day": takings(session, merchant_id=merchant.id, since=begin_of(today()), until=end_of(today())),
            "month": takings(session, merchant_id=merchant.id, since=month_began, until=end_of(today())),
            "next_amount": sum(one.amount for one in prospects),
            "waits": sum(one.waits for one in prospects),
            "held_amount": sum(one.held_amount for one in prospects),
            "held_payments": sum(one.held_payments for one in prospects),
            "totals": settlements.totals_by_status(session, merchant_id=merchant.id),
        }

    return make_response(list_page("till/settlements.html", "till/_settlement_items.html", **reading(read)))


@blueprint.get("/settlements/<uuid:settlement_id>", endpoint="settlement")
@access(Role.MERCHANT_OWNER)
def show_settlement(settlement_id: UUID) -> ResponseReturnValue:
    """Show the owner a settlement with each of its lines."""
    require(_is_owner())
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        found, funds = _own(session, settlement_id), fund_names(session)
        part = settlements.list_lines(session, settlement_id=found.id, limit=_LINES_ON_PAGE, before=before)
        lots = settlements.lots_of_settlement(session, found.id)
        # By whom is the office's business; an owner sees what was done and when.
        names = {step.made_by: "" for step in settlements.steps_of(session, found.id)}
        return {
            "settlement": settlement_rows(session, [found], _url)[0],
            "funds": funds_of_lots([(lot.lot, lot.amount) for lot in lots], funds),
            "lines": settled_lines(session, part.items, funds),
            "more_url": more_url(part.next_before, shop=shop_id() if len(shop_ids()) > 1 else None),
            "may_dispute": True,
            "steps": step_views(session, found.id, names),
        }

    shown = reading(read)
    if before is not None:
        return make_response(list_page("till/settlement.html", "macros/_settled_lines.html", **shown))
    return make_response(render_template("till/settlement.html", **shown))


@blueprint.get("/settlements/<uuid:settlement_id>/lines.csv", endpoint="settlement_lines")
@access(Role.MERCHANT_OWNER)
def give_lines(settlement_id: UUID) -> ResponseReturnValue:
    """Give the owner the lines of a settlement as a file."""
    require(_is_owner())
    found = reading(lambda session: _own(session, settlement_id))
    return lines_file(found.id, file_word=found.id.hex[:12])


def _is_owner() -> bool:
    return principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER)


def _own(session: Session, settlement_id: UUID) -> Settlement:
    found = settlements.get_settlement(session, settlement_id)
    require(found.merchant_id in shop_ids())
    if found.merchant_id != shop_id():
        raise OtherShopError(found.merchant_id)
    return found


def _url(settlement_id: UUID) -> str:
    shop = shop_id() if len(shop_ids()) > 1 else None
    return url_for("till.settlement", settlement_id=settlement_id, shop=shop)
