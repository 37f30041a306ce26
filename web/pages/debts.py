"""What a resident is to give back, why, and settling it out of their own credits if they want to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import receivables
from awards import get_award
from ledger import lots, spendable
from people import Resident, Role, get_resident
from receivables import Matter, MatterKind, MatterState, Repayment, RepaymentKind
from web.auth import access
from web.clock import now, today
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.resident_blueprint import blueprint
from web.pages.shapes import DebtReason, DebtView
from web.pages.times import local
from web.pages.viewer import resident_id
from web.unit_of_work import reading

_SHOWN = 50


@blueprint.get("/corrections", endpoint="debts")
@access(Role.RESIDENT)
def show_debts() -> ResponseReturnValue:
    """Show what is to be given back and why."""
    return _page(Form())


@blueprint.post("/offsets")
@access(Role.RESIDENT)
def offset() -> ResponseReturnValue:
    """Give credits back, as many as the resident says."""
    form = Form.posted_once("fund", "amount")
    fund_code, amount = form.values["fund"], form.amount()
    if not form.is_right:
        return _page(form)
    call = form.call(fund=fund_code, amount=amount)

    def make(session: Session) -> UUID:
        return receivables.offset(
            session,
            resident_id=resident_id(),
            fund_code=fund_code,
            amount=amount,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form)
    flash(_("Thank you. It is settled with your credits."), "success")
    return redirect(url_for("resident.debts"), 303)


def own_debts(session: Session, resident: Resident) -> list[DebtView]:
    """Return what a resident is to give back, fund by fund; for nearly everybody nothing."""
    owed = receivables.owed_by_resident(session, resident.id)
    if not owed:
        return []
    names, held = fund_names(session), lots(session, resident.available_account_id)
    return [
        DebtView(code, names[code], amount, min(amount, spendable(held, today=today(), funds={code})))
        for code, amount in sorted(owed.items())
    ]


def _page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        resident = get_resident(session, resident_id())
        names = fund_names(session)
        matters = receivables.list_matters(
            session, resident_id=resident.id, state=MatterState.APPROVED, limit=_SHOWN
        ).items
        repayments = receivables.list_repayments(session, resident_id=resident.id, limit=_SHOWN).items
        return {
            "owed": own_debts(session, resident),
            "reasons": [
                DebtReason(
                    get_award(session, each.award_id).reason,
                    each.reason,
                    names[each.fund_code],
                    each.amount,
                    local(each.decided_at or each.asked_at),
                )
                for each in matters
                if each.award_id is not None
            ],
            "settled": _settled(repayments, matters),
        }

    return make_response(render_template("resident/debts.html", **reading(read), **form.context), form.status)


def _settled(repayments: Sequence[Repayment], matters: Sequence[Matter]) -> list[tuple[str, int, datetime]]:
    """Return what was given back or cancelled, newest first: the kind of entry, the amount, when."""
    given = [
        ("repayment" if each.kind is RepaymentKind.MONEY else "offset", each.amount, each.made_at)
        for each in repayments
    ]
    waived = [
        (each.kind.value, each.amount, each.decided_at or each.asked_at)
        for each in matters
        if each.kind is MatterKind.WAIVER
    ]
    newest_first = sorted([*given, *waived], key=lambda each: each[2], reverse=True)
    return [(kind, amount, local(at)) for kind, amount, at in newest_first]
