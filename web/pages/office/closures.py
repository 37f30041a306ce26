"""Closing residents and shops on the office's pages, and the report of what went where, for printing."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import merchants
import payments
import receivables
from ledger import balance, lots
from people import ResidentUnknownError, Role, get_resident, grouped_number, resident_by_number
from receivables import Closure, ClosureState
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import check_in_reach, resident_in_reach
from web.pages.office.residents_shown import resident_row
from web.pages.office.shapes import ClosureLineView, ClosureView, LeftView
from web.pages.office.typed_texts import typed_text
from web.pages.times import local
from web.unit_of_work import reading


@blueprint.get("/residents/<uuid:resident_id>/closure", endpoint="closure")
@access(Role.ADMINISTRATOR)
def show_closure(resident_id: UUID) -> ResponseReturnValue:
    """Ask whether a resident is to be closed, or show the report."""
    return _resident_page(resident_id, Form())


@blueprint.post("/residents/<uuid:resident_id>/closure", endpoint="close_resident")
@access(Role.ADMINISTRATOR)
def close_resident(resident_id: UUID) -> ResponseReturnValue:
    """Close a resident, or go on with it."""
    form = Form.posted_once("reason")
    reason = typed_text(form, "reason")
    if not form.is_right:
        return _resident_page(resident_id, form)
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        resident_in_reach(session, resident_id)
        at = now()
        payments.block_codes(session, resident_id=resident_id, actor=call.owner, now=at)
        return receivables.close_resident(
            session, resident_id=resident_id, reason=reason, actor=call.owner, now=at, call=call
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _resident_page(resident_id, form)
    return redirect(url_for("office.closure", resident_id=resident_id), 303)


@blueprint.post("/residents/<uuid:resident_id>/merger", endpoint="merge_resident")
@access(Role.ADMINISTRATOR)
def merge_resident(resident_id: UUID) -> ResponseReturnValue:
    """Merge a record into another of the same person."""
    form = Form.posted_once("into", "merger_reason")
    number, reason = form.text("into"), typed_text(form, "merger_reason")
    if not form.is_right:
        return _resident_page(resident_id, form)
    call = form.call(into=number, reason=reason)

    def make(session: Session) -> UUID:
        resident_in_reach(session, resident_id)
        into = resident_by_number(session, number)
        check_in_reach(session, into)
        at = now()
        payments.block_codes(session, resident_id=resident_id, actor=call.owner, now=at)
        return receivables.merge_residents(
            session, resident_id=resident_id, into_id=into.id, reason=reason, actor=call.owner, now=at, call=call
        ).id

    if form.attempt(lambda: once(call, make), {ResidentUnknownError: "into"}) is None:
        return _resident_page(resident_id, form)
    return redirect(url_for("office.closure", resident_id=resident_id), 303)


@blueprint.get("/merchants/<code>/closure", endpoint="merchant_closure")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_merchant_closure(code: str) -> ResponseReturnValue:
    """Ask whether a shop is to be closed, or show how far it is."""
    return _merchant_page(code, Form())


@blueprint.post("/merchants/<code>/closure", endpoint="close_merchant")
@access(Role.ADMINISTRATOR, everywhere=True)
def close_merchant(code: str) -> ResponseReturnValue:
    """Close a shop, or go on with it."""
    form = Form.posted_once("reason")
    reason = typed_text(form, "reason")
    if not form.is_right:
        return _merchant_page(code, form)
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        shop = merchants.merchant_by_code(session, code)
        return merchants.close_merchant(
            session, merchant=shop, reason=reason, actor=call.owner, now=now(), call=call
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _merchant_page(code, form)
    flash(_("The shop is named no more."), "success")
    return redirect(url_for("office.merchant_closure", code=code), 303)


def _resident_page(resident_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        found = resident_in_reach(session, resident_id)
        names = fund_names(session)
        closure = receivables.closure_of_resident(session, resident_id)
        owed = receivables.owed_by_resident(session, resident_id)
        return {
            "name": found.name,
            "number": found.number,
            "resident": resident_row(session, found),
            "closure": _view(session, closure),
            "available": receivables.by_fund(lots(session, found.available_account_id)),
            "names": names,
            "left": [LeftView("owed", names[code], amount) for code, amount in sorted(owed.items())],
            "minutes": balance(session, found.minutes_account_id),
        }

    return _page(reading(read), form, back_url=url_for("office.resident", resident_id=resident_id))


def _merchant_page(code: str, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        shop = merchants.merchant_by_code(session, code)
        names = fund_names(session)
        return {
            "name": shop.name,
            "number": shop.code,
            "resident": None,
            "closure": _view(session, receivables.closure_of_merchant(session, shop.id)),
            "available": {},
            "names": names,
            "left": [
                LeftView("owed" if what == "receivable" else what, names[fund], amount)
                for what, sums in merchants.left_of_merchant(session, shop).items()
                for fund, amount in sorted(sums.items())
            ],
            "minutes": 0,
        }

    return _page(reading(read), form, back_url=url_for("office.merchant", code=code))


def _page(shown: dict[str, Any], form: Form, *, back_url: str) -> ResponseReturnValue:
    page = render_template("office/closure.html", back_url=back_url, **shown, **form.context)
    return make_response(page, form.status)


def _view(session: Session, closure: Closure | None) -> ClosureView | None:
    if closure is None:
        return None
    into = get_resident(session, closure.merged_into_id) if closure.merged_into_id else None
    return ClosureView(
        state=closure.state.value,
        reason=closure.reason,
        by=actor_names(session, {closure.begun_by})[closure.begun_by],
        begun_at=local(closure.begun_at),
        closed_at=local(closure.closed_at) if closure.state is ClosureState.CLOSED and closure.closed_at else None,
        merged_into=grouped_number(into.number) if into else "",
        lines=[
            ClosureLineView(
                account=line.account.rpartition(":")[2],
                lot=line.lot,
                amount=line.amount,
                scale=line.asset.scale,
                where_to=line.where_to.value,
                destination=line.destination,
                entry_id=line.entry_id,
            )
            for line in receivables.closure_report(session, closure).lines
        ],
    )
