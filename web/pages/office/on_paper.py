"""What a resident without a smartphone pays with: their card, its replacement and blocks, and sheets of codes."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from cards import (
    DAY_LIMIT,
    SLIPS_MAX,
    PaymentCard,
    block_card,
    get_card,
    get_sheet,
    issue_card,
    issue_sheet,
    replace_card,
    revoke_sheet,
    unblock_card,
)
from ledger import lots, spendable
from payments import AmountError, live_block
from people import Resident, Role
from safeguards import pin_state
from web.auth import access
from web.clock import now, today
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import resident_in_reach
from web.pages.office.residents_shown import resident_row
from web.pages.office.typed_texts import typed_text
from web.pages.papers_shown import StepView, card_history, live_card_view, sheet_views
from web.pages.times import local
from web.secret_keys import payment_code_secret
from web.settings import current_settings
from web.unit_of_work import reading

_SHEET_FIELDS = ("count", "worth", "until")


@blueprint.get("/residents/<uuid:resident_id>/on-paper")
@access(Role.ADMINISTRATOR)
def on_paper(resident_id: UUID) -> ResponseReturnValue:
    """Show a resident's card and sheets, and what can be done about them."""
    return _page(resident_id, Form({"per_day": _yuan(DAY_LIMIT), "count": "12", "worth": "5"}))


@blueprint.post("/residents/<uuid:resident_id>/cards")
@access(Role.ADMINISTRATOR)
def issue_paper_card(resident_id: UUID) -> ResponseReturnValue:
    """Issue a card, and show what is printed."""
    form = Form.posted_once("per_day")
    per_day = form.amount("per_day")
    call = form.call(per_day=per_day)

    def make(session: Session) -> UUID:
        return issue_card(
            session,
            resident_id=resident_in_reach(session, resident_id).id,
            day_limit=per_day,
            secret=payment_code_secret(),
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    card_id = form.attempt(lambda: once(call, make)) if form.is_right else None
    if card_id is None:
        return _page(resident_id, form)
    return redirect(url_for("office.print_card", card_id=card_id), 303)


@blueprint.post("/cards/<uuid:card_id>/<any(blocking, unblocking):step>")
@access(Role.ADMINISTRATOR)
def change_card(card_id: UUID, step: str) -> ResponseReturnValue:
    """Block a card, as its owner asks on the phone or at the desk, or let it pay again."""
    form = Form.posted_once("reason")
    resident_id = reading(lambda session: _card_in_reach(session, card_id).resident_id)
    reason = typed_text(form, "reason")
    call = form.call(reason=reason)
    work = block_card if step == "blocking" else unblock_card

    def make(session: Session) -> UUID:
        return work(session, card_id=card_id, reason=reason, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(resident_id, form)
    flash(_("The card is blocked.") if step == "blocking" else _("The card pays again."), "success")
    return redirect(url_for("office.on_paper", resident_id=resident_id), 303)


@blueprint.post("/cards/<uuid:card_id>/replacement")
@access(Role.ADMINISTRATOR)
def replace_paper_card(card_id: UUID) -> ResponseReturnValue:
    """Issue a card in place of another, and show what is printed."""
    form = Form.posted_once("reason")
    resident_id = reading(lambda session: _card_in_reach(session, card_id).resident_id)
    reason = typed_text(form, "reason")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        return replace_card(
            session,
            card_id=card_id,
            reason=reason,
            secret=payment_code_secret(),
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    new_id = form.attempt(lambda: once(call, make)) if form.is_right else None
    if new_id is None:
        return _page(resident_id, form)
    return redirect(url_for("office.print_card", card_id=new_id), 303)


@blueprint.post("/residents/<uuid:resident_id>/sheets")
@access(Role.ADMINISTRATOR)
def issue_code_sheet(resident_id: UUID) -> ResponseReturnValue:
    """Set credits aside as a sheet of codes, and show what is printed."""
    form = Form.posted_once(*_SHEET_FIELDS)
    count, worth, until = _typed_count(form), form.amount("worth"), _typed_last_day(form)
    call = form.call(count=count, worth=worth, until=until)

    def make(session: Session) -> UUID:
        return issue_sheet(
            session,
            resident_id=resident_in_reach(session, resident_id).id,
            count=count,
            worth=worth,
            until=until,
            secret=payment_code_secret(),
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    sheet_id = form.attempt(lambda: once(call, make), {AmountError: "worth"}) if form.is_right else None
    if sheet_id is None:
        return _page(resident_id, form)
    return redirect(url_for("office.print_sheet", sheet_id=sheet_id), 303)


@blueprint.post("/sheets/<uuid:sheet_id>/revocation")
@access(Role.ADMINISTRATOR)
def revoke_code_sheet(sheet_id: UUID) -> ResponseReturnValue:
    """Revoke a lost sheet: what is unused of it returns."""
    form = Form.posted_once("reason")

    def owner(session: Session) -> UUID:
        return resident_in_reach(session, get_sheet(session, sheet_id).resident_id).id

    resident_id = reading(owner)
    reason = typed_text(form, "reason")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        return revoke_sheet(
            session,
            sheet_id=sheet_id,
            reason=reason,
            actor=call.owner,
            now=now(),
            grace_days=current_settings().grace_days,
            call=call,
        ).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _page(resident_id, form)
    flash(_("The sheet is revoked. What was not used of it can be spent again."), "success")
    return redirect(url_for("office.on_paper", resident_id=resident_id), 303)


def _card_in_reach(session: Session, card_id: UUID) -> PaymentCard:
    card = get_card(session, card_id)
    resident_in_reach(session, card.resident_id)
    return card


def _typed_count(form: Form) -> int:
    typed = form.values["count"].strip()
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(SLIPS_MAX)) else 0
    if not 1 <= count <= SLIPS_MAX:
        form.wrong("count", _("Type a whole number from 1 to %(most)s.", most=SLIPS_MAX))
    return count


def _typed_last_day(form: Form) -> date | None:
    typed = form.values["until"].strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        form.wrong("until", _("Choose a day."))
        return None


def _yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _page(resident_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        resident = resident_in_reach(session, resident_id)
        history = card_history(session, resident.id)
        names = actor_names(session, {step.made_by for step, _number in history})
        return {
            "resident": resident_row(session, resident),
            "has_left": resident.left_at is not None,
            "available": _available(session, resident),
            "codes_blocked": live_block(session, resident_id=resident.id) is not None,
            "pin_state": pin_state(session, resident_id=resident.id).value,
            "card": live_card_view(session, resident.id),
            "steps": [
                StepView(step.kind.value, number, step.reason or "", names[step.made_by], local(step.made_at))
                for step, number in history
            ],
            "sheets": sheet_views(session, resident.id),
        }

    page = render_template("office/on_paper.html", slips_max=SLIPS_MAX, **reading(read), **form.context)
    return make_response(page, form.status)


def _available(session: Session, resident: Resident) -> int:
    return spendable(lots(session, resident.available_account_id), today=today())
