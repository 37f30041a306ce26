"""Paying shops on the office's pages: what can be settled, settlements, and the two signatures."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

import merchants
import settlements
from ledger import Call
from people import Role
from settlements import Settlement, SettlementStatus
from web.auth import BOOKS, access, principal
from web.clock import last_moment_of, now, today
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.lists import any_day_asked, id_cursor, list_page, more_url, number_cursor
from web.pages.office.blueprint import blueprint
from web.pages.office.payees import payee_view
from web.pages.office.typed_texts import typed_day, typed_text
from web.pages.settlements_shown import funds_of_lots, lines_file, settled_lines, settlement_rows, step_views
from web.pages.times import local
from web.unit_of_work import reading

_ON_PAGE, _LINES_ON_PAGE = 30, 50
STEPS: dict[str, tuple[Callable[..., Settlement], str]] = {
    "payment": (settlements.pay, "document"),
    "failure": (settlements.fail, "reason"),
    "cancellation": (settlements.cancel, "reason"),
    "return": (settlements.take_return, "reason"),
}


@blueprint.get("/settlements", endpoint="settlements")
@access(*BOOKS, everywhere=True)
def show_settlements() -> ResponseReturnValue:
    """Show what can be settled until a day, and the settlements there were."""
    return _overview(Form(), any_day_asked("until") or _end_of_last_month())


@blueprint.post("/settlements")
@access(Role.FINANCE, everywhere=True)
def open_settlements() -> ResponseReturnValue:
    """Open a settlement of one shop, or of every shop that collected something, until the end of a day."""
    form = Form.posted_once("merchant", "until")
    until, code = typed_day(form, "until"), form.values["merchant"]
    if not form.is_right:
        return _overview(form, _end_of_last_month())
    if code:
        made = form.attempt(lambda: _open(form, code, until))
        if made is None:
            return _overview(form, until)
        flash(_("The settlement is open. Another person pays it."), "success")
        return redirect(url_for("office.settlement", settlement_id=made), 303)
    return _open_all(form, until)


@blueprint.get("/settlements/<uuid:settlement_id>", endpoint="settlement")
@access(*BOOKS, everywhere=True)
def show_settlement(settlement_id: UUID) -> ResponseReturnValue:
    """Show a settlement: its sum by fund, who signed, its lines, and what can be done next."""
    return _settlement_page(settlement_id, Form())


@blueprint.get("/settlements/<uuid:settlement_id>/lines.csv", endpoint="settlement_lines")
@access(*BOOKS, everywhere=True)
def give_lines(settlement_id: UUID) -> ResponseReturnValue:
    """Give out the lines of a settlement as a file."""
    found = reading(lambda session: settlements.get_settlement(session, settlement_id))
    return lines_file(found.id, file_word=found.id.hex[:12])


@blueprint.post("/settlements/<uuid:settlement_id>/<any(payment,failure,cancellation,return):step>")
@access(Role.FINANCE, everywhere=True)
def take_settlement_step(settlement_id: UUID, step: str) -> ResponseReturnValue:
    """Pay a settlement, or say that it failed, is cancelled or came back."""
    way, why = STEPS[step]
    form = Form.posted_once(why)
    text = typed_text(form, why)
    if not form.is_right:
        return _settlement_page(settlement_id, form, open_form=step)
    call = form.call(**{why: text})

    def take(session: Session) -> UUID:
        facts: dict[str, Any] = {why: text, "actor": call.owner, "now": now(), "call": call}
        return way(session, settlement_id=settlement_id, **facts).id

    if form.attempt(lambda: once(call, take)) is None:
        return _settlement_page(settlement_id, form, open_form=step)
    flash(_("Booked."), "success")
    return redirect(url_for("office.settlement", settlement_id=settlement_id), 303)


def _open(form: Form, code: str, until: date, *, key: str = "") -> UUID:
    call = form.call(merchant=code, until=until.isoformat())
    call = Call(call.owner, call.route, f"{call.key}{key}", call.asked)

    def make(session: Session) -> UUID:
        present = now()
        merchant = merchants.merchant_by_code(session, code)
        moment = last_moment_of(until, present)
        return settlements.open_settlement(
            session, merchant=merchant, until=moment, actor=call.owner, now=present, call=call
        ).id

    return once(call, make)


def _open_all(form: Form, until: date) -> ResponseReturnValue:
    """Open one settlement a shop, each in a transaction of its own: what one shop refuses stops no other."""
    moment = last_moment_of(until, now())
    if moment > now():
        form.wrong("until", _("Choose a day that is not in the future."))
        return _overview(form, _end_of_last_month())
    found = reading(lambda session: settlements.settleable(session, until=moment))
    opened, refused = 0, []
    for one in found:
        if not one.amount:
            continue
        apart = Form(form.values, idempotency_key=form.idempotency_key)
        if apart.attempt(lambda: _open(apart, one.merchant.code, until, key=f" {one.merchant.code}")) is None:  # noqa: B023 - called at once
            refused.append(one.merchant.name)
        else:
            opened += 1
    flash(ngettext("%(num)s settlement is open.", "%(num)s settlements are open.", opened), "success")
    if refused:
        flash(_("Refused: %(shops)s. Open these one by one to see why.", shops=", ".join(refused[:10])), "warning")
    return redirect(url_for("office.settlements", until=until.isoformat()), 303)


def _overview(form: Form, until: date) -> ResponseReturnValue:
    day = min(until, today())
    status = request.args.get("status", "")
    chosen = SettlementStatus(status) if status in set(SettlementStatus) else None
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = settlements.list_settlements(session, status=chosen, limit=_ON_PAGE, before=before)
        listed = {
            "items": settlement_rows(session, found.items, _url),
            "more_url": more_url(found.next_before, status=status, until=request.args.get("until")),
        }
        if before is not None:
            return listed
        prospects = settlements.settleable(session, until=last_moment_of(day, now()))
        known = settlements.payees_of(session, [one.merchant.id for one in prospects])
        return {
            **listed,
            "prospects": [
                (one.merchant.code, one.merchant.name, one.amount, one.waits, one.merchant.id in known)
                for one in prospects
            ],
            "total": sum(one.amount for one in prospects),
            "held_amount": sum(one.held_amount for one in prospects),
            "held_payments": sum(one.held_payments for one in prospects),
            "held_of": {one.merchant.code: one.held_amount for one in prospects},
            "totals": settlements.totals_by_status(session),
        }

    if before is not None:
        return make_response(list_page("office/settlements.html", "office/_settlement_items.html", **reading(read)))
    page = render_template("office/settlements.html", until=day, chosen_status=status, **reading(read), **form.context)
    return make_response(page, form.status)


def _settlement_page(settlement_id: UUID, form: Form, *, open_form: str = "") -> ResponseReturnValue:
    before = number_cursor()

    def read(session: Session) -> dict[str, Any]:
        found, funds = settlements.get_settlement(session, settlement_id), fund_names(session)
        part = settlements.list_lines(session, settlement_id=found.id, limit=_LINES_ON_PAGE, before=before)
        steps = settlements.steps_of(session, found.id)
        names = actor_names(session, {step.made_by for step in steps})
        lots = settlements.lots_of_settlement(session, found.id)
        payees = settlements.payees_of(session, [found.merchant_id])
        return {
            "settlement": settlement_rows(session, [found], _url)[0],
            "funds": funds_of_lots([(lot.lot, lot.amount) for lot in lots], funds),
            "lines": settled_lines(session, part.items, funds),
            "more_url": more_url(part.next_before),
            "steps": step_views(session, found.id, names),
            "opened_by": names[found.opened_by],
            "paid_by": None if found.paid_by is None else names[found.paid_by],
            "is_opener": found.opened_by == principal().actor,
            "payee": payee_view(session, payees.get(found.merchant_id)),
            "opened_at": local(found.opened_at),
        }

    shown = reading(read)
    if before is not None:
        return make_response(list_page("office/settlement.html", "macros/_settled_lines.html", **shown))
    page = render_template("office/settlement.html", form=open_form, **shown, **form.context)
    return make_response(page, form.status)


def _url(settlement_id: UUID) -> str:
    return url_for("office.settlement", settlement_id=settlement_id)


def _end_of_last_month() -> date:
    return today().replace(day=1) - timedelta(days=1)
