"""Shifts at the till: beginning one, counting the drawer at its end, and the list.

Adds its routes to the till's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import people
import tills
from merchants import get_merchant
from people import Role
from tills import ShiftView, TakeOverError, TillShift
from web.auth import access, principal, require
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, minor_units, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.till_blueprint import blueprint, check_shop_named
from web.pages.times import local
from web.pages.viewer import TILL_ROLES, shop_id, shop_ids
from web.unit_of_work import reading

_ON_PAGE = 20
# Drawers that were counted longer ago are taken over by nobody.
_TAKEN_OVER_WITHIN = timedelta(days=3)
_NOTHING = {"0", "0.0", "0.00"}


@dataclass(frozen=True, slots=True)
class ShiftShown:
    """A shift as pages show it; amounts in minor units."""

    id: UUID
    cashier: str
    device: str
    opened_at: datetime
    ended_at: datetime | None
    payments: int
    paid_total: int
    refunded_total: int
    cash_total: int
    opening_cash: int
    handed_over: int | None
    expected_cash: int
    counted_cash: int | None
    difference: int | None
    remark: str
    end_remark: str
    ended_by: str


@blueprint.get("/shifts", endpoint="shifts")
@access(*TILL_ROLES)
def show_shifts() -> ResponseReturnValue:
    """Show the shift of whoever looks, or how to begin one, and the shifts there were."""
    return _page(Form())


@blueprint.post("/shifts")
@access(*TILL_ROLES)
def open_shift() -> ResponseReturnValue:
    """Begin a shift with what is in the drawer."""
    check_shop_named()
    form = Form.posted_once("opening_cash", "takes_over", "device", "remark")
    cash = _cash(form, "opening_cash")
    takes_over, device = _id_of(form, "takes_over"), _id_of(form, "device")
    remark = form.values["remark"]
    if not form.is_right:
        return _page(form)
    call, merchant_id = form.call(cash=cash, takes_over=takes_over, device=device, remark=remark), shop_id()

    def make(session: Session) -> UUID:
        return tills.open_shift(
            session,
            merchant=get_merchant(session, merchant_id),
            cashier=call.owner,
            opening_cash=cash,
            key_id=device,
            takes_over_id=takes_over,
            remark=remark,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make), {TakeOverError: "takes_over"}) is None:
        return _page(form)
    flash(_("Your shift has begun."), "success")
    return redirect(url_for("till.pay"), 303)


@blueprint.get("/shifts/<uuid:shift_id>", endpoint="shift")
@access(*TILL_ROLES)
def show_shift(shift_id: UUID) -> ResponseReturnValue:
    """Show one shift; while it lasts, how to end it."""
    return _shift_page(shift_id, Form())


@blueprint.post("/shifts/<uuid:shift_id>")
@access(*TILL_ROLES)
def end_shift(shift_id: UUID) -> ResponseReturnValue:
    """End a shift with what was counted in the drawer."""
    check_shop_named()
    form = Form.posted_once("counted_cash", "remark")
    cash, remark = _cash(form, "counted_cash"), form.values["remark"]
    if not form.is_right:
        return _shift_page(shift_id, form)
    call, merchant_id, by_owner = form.call(cash=cash, remark=remark), shop_id(), _is_owner()

    def make(session: Session) -> UUID:
        return tills.end_shift(
            session,
            shift_id=shift_id,
            merchant=get_merchant(session, merchant_id),
            counted_cash=cash,
            remark=remark,
            actor=call.owner,
            by_owner=by_owner,
            now=now(),
            call=call,
        ).shift_id

    if form.attempt(lambda: once(call, make)) is None:
        return _shift_page(shift_id, form)
    flash(_("The shift has ended. The next one takes the drawer over."), "success")
    return redirect(url_for("till.shift", shift_id=shift_id), 303)


def _page(form: Form) -> Response:
    before, me = id_cursor(), principal().actor

    def read(session: Session) -> dict[str, Any]:
        cashier = None if _is_owner() else me
        found = tills.list_shifts(session, merchant_id=shop_id(), cashier=cashier, limit=_ON_PAGE + 1, before=before)
        listed = {
            "items": _shown(session, tills.shift_views(session, found[:_ON_PAGE])),
            "more_url": more_url(found[_ON_PAGE - 1].id if len(found) > _ON_PAGE else None, shop=_shop_named()),
        }
        if before is not None:
            return listed
        mine = tills.shift_of(session, merchant_id=shop_id(), actor=me)
        waiting = tills.to_take_over(session, merchant_id=shop_id(), since=now() - _TAKEN_OVER_WITHIN)
        return {
            **listed,
            "mine": None if mine is None else _shown(session, tills.shift_views(session, [mine]))[0],
            "uses_shifts": tills.uses_shifts(session, shop_id()),
            "to_take_over": _shown(session, waiting),
            "devices": [
                (str(key.id), key.name)
                for key in people.merchant_keys(session, shop_id())
                if key.revoked_at is None and key.role is Role.TILL
            ],
        }

    page = list_page("till/shifts.html", "till/_shift_items.html", **reading(read), **form.context)
    return make_response(page, form.status)


def _shift_page(shift_id: UUID, form: Form) -> Response:
    def read(session: Session) -> ShiftShown:
        found = tills.get_shift(session, shift_id, merchant_id=shop_id())
        require(_is_owner() or principal().actor in (found.cashier, found.device))
        return _shown(session, tills.shift_views(session, [found]))[0]

    page = render_template("till/shift.html", shift=reading(read), **form.context)
    return make_response(page, form.status)


def _shown(session: Session, views: Sequence[ShiftView]) -> list[ShiftShown]:
    actors = {each for view in views for each in _actors_of(view.shift)} | {
        view.end.ended_by for view in views if view.end
    }
    names = actor_names(session, actors)
    return [
        ShiftShown(
            id=view.shift.id,
            cashier=names[view.shift.cashier],
            device=names[view.shift.device] if view.shift.device else "",
            opened_at=local(view.shift.opened_at),
            ended_at=local(view.end.ended_at) if view.end else None,
            payments=view.sums.payments,
            paid_total=view.sums.paid_total,
            refunded_total=view.sums.refunded_total,
            cash_total=view.sums.cash_total,
            opening_cash=view.shift.opening_cash,
            handed_over=view.handed_over,
            expected_cash=view.expected_cash,
            counted_cash=view.end.counted_cash if view.end else None,
            difference=view.difference,
            remark=view.shift.remark,
            end_remark=view.end.remark if view.end else "",
            ended_by=names[view.end.ended_by] if view.end else "",
        )
        for view in views
    ]


def _actors_of(shift: TillShift) -> list[str]:
    return [shift.cashier, *([shift.device] if shift.device else [])]


def _cash(form: Form, field: str) -> int:
    typed = form.values[field].strip()
    if typed in _NOTHING:
        return 0
    cash = minor_units(typed)
    if cash is None:
        form.wrong(field, _("Type what is in the drawer such as 350.00; an empty drawer is 0."))
    return cash or 0


def _id_of(form: Form, field: str) -> UUID | None:
    typed = form.values[field]
    try:
        return UUID(typed) if typed else None
    except ValueError:
        form.wrong(field, _("Choose one of these."))
        return None


def _shop_named() -> UUID | None:
    return shop_id() if len(shop_ids()) > 1 else None


def _is_owner() -> bool:
    return principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER)
