"""What a resident owes back on the office's pages: repaid, offset with their consent, or asked to be waived."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import receivables
from awards import get_award
from ledger import Call, lots, spendable
from people import Role
from web.auth import access
from web.clock import now, today
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.office.awards import award_page
from web.pages.office.blueprint import blueprint
from web.pages.office.debts_shown import matter_views, repayment_views
from web.pages.office.reach import resident_within
from web.pages.office.residents_shown import resident_row
from web.pages.office.shapes import LeftView
from web.pages.office.typed_texts import typed_choice, typed_text
from web.unit_of_work import reading

_SEEING = (Role.ADMINISTRATOR, Role.FINANCE, Role.APPROVER)
_ASKING = (Role.ADMINISTRATOR, Role.FINANCE)
_SHOWN = 50


@blueprint.get("/residents/<uuid:resident_id>/owed")
@access(*_SEEING)
def owed(resident_id: UUID) -> ResponseReturnValue:
    """Show what a resident owes, why, and what they gave back of it."""
    return _owed_page(resident_id, Form())


@blueprint.post("/awards/<uuid:award_id>/forced-corrections")
@access(Role.ADMINISTRATOR)
def ask_forced_correction(award_id: UUID) -> ResponseReturnValue:
    """Ask that a resident owe what is spent of a wrong award."""
    form = Form.posted_once("owed_reason", "amount")
    reason, amount = form.text("owed_reason"), form.amount()
    if not form.is_right:
        return award_page(award_id, form)
    call = form.call(reason=reason, amount=amount)

    def make(session: Session) -> UUID:
        resident_within(session, get_award(session, award_id).resident_id, Role.ADMINISTRATOR)
        return receivables.ask_forced_correction(
            session, award_id=award_id, amount=amount, reason=reason, actor=call.owner, now=now(), call=call
        ).id

    matter_id = form.attempt(lambda: once(call, make))
    if matter_id is None:
        return award_page(award_id, form)
    flash(_("Asked. Another person decides."), "success")
    return redirect(url_for("office.correction", matter_id=matter_id), 303)


@blueprint.post("/residents/<uuid:resident_id>/repayments")
@access(Role.FINANCE)
def repay(resident_id: UUID) -> ResponseReturnValue:
    """Book money that a resident gave back."""

    def make(session: Session, call: Call, asked: dict[str, Any]) -> UUID:
        return receivables.repay_in_money(
            session, resident_id=resident_id, actor=call.owner, now=now(), call=call, **asked
        ).id

    return _done(resident_id, (Role.FINANCE,), "document", make, _("Booked."))


@blueprint.post("/residents/<uuid:resident_id>/offsets")
@access(Role.FINANCE)
def offset_with_consent(resident_id: UUID) -> ResponseReturnValue:
    """Give credits back for what is owed, with the resident's consent."""

    def make(session: Session, call: Call, asked: dict[str, Any]) -> UUID:
        return receivables.offset(session, resident_id=resident_id, actor=call.owner, now=now(), call=call, **asked).id

    return _done(resident_id, (Role.FINANCE,), "consent", make, _("Booked."))


@blueprint.post("/residents/<uuid:resident_id>/waivers")
@access(*_ASKING)
def ask_waiver(resident_id: UUID) -> ResponseReturnValue:
    """Ask that a resident owe less."""

    def make(session: Session, call: Call, asked: dict[str, Any]) -> UUID:
        return receivables.ask_waiver(
            session, resident_id=resident_id, actor=call.owner, now=now(), call=call, **asked
        ).id

    return _done(resident_id, _ASKING, "reason", make, _("Asked. Another person decides."))


def _done(
    resident_id: UUID,
    roles: tuple[Role, ...],
    text_field: str,
    make: Callable[[Session, Call, dict[str, Any]], UUID],
    sentence: str,
) -> ResponseReturnValue:
    """Read a form with fund, amount and a text, do what it asks, and go back to the page of the debt."""
    form = Form.posted_once("fund", "amount", text_field)
    asked: dict[str, Any] = {
        "fund_code": typed_choice(form, "fund", set(reading(fund_names))),
        "amount": form.amount(),
        text_field: typed_text(form, text_field),
    }
    if not form.is_right:
        return _owed_page(resident_id, form, open_form=text_field)
    call = form.call(**asked)

    def work(session: Session) -> UUID:
        resident_within(session, resident_id, *roles)
        return make(session, call, asked)

    if form.attempt(lambda: once(call, work)) is None:
        return _owed_page(resident_id, form, open_form=text_field)
    flash(sentence, "success")
    return redirect(url_for("office.owed", resident_id=resident_id), 303)


def _owed_page(resident_id: UUID, form: Form, *, open_form: str = "") -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        found = resident_within(session, resident_id, *_SEEING)
        names = fund_names(session)
        debts = receivables.owed_by_resident(session, resident_id)
        held = lots(session, found.available_account_id)
        return {
            "resident": resident_row(session, found),
            "owed": [LeftView("owed", names[code], amount) for code, amount in sorted(debts.items())],
            "funds": [(code, names[code]) for code in sorted(debts)],
            "spendable": sum(spendable(held, today=today(), funds={code}) for code in debts),
            "matters": matter_views(
                session, receivables.list_matters(session, resident_id=resident_id, limit=_SHOWN).items
            ),
            "repayments": repayment_views(
                session, receivables.list_repayments(session, resident_id=resident_id, limit=_SHOWN).items
            ),
        }

    page = render_template("office/owed.html", open_form=open_form, **reading(read), **form.context)
    return make_response(page, form.status)
