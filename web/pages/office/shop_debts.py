"""What shops owe back on the office's pages: which, why, and the money they repay, looked at once more."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import merchants
import receivables
from ledger import statement
from merchants import Merchant, merchant_by_code, owed_by_merchant, owing_merchants
from people import Role
from web.auth import access
from web.clock import now
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.office.blueprint import blueprint
from web.pages.office.debts_shown import repayment_views
from web.pages.office.shapes import LeftView, OwingShopRow
from web.pages.office.typed_texts import typed_choice, typed_text
from web.pages.statements_shown import statement_lines
from web.unit_of_work import reading

# Shops belong to no unit, so only a role in the whole tree reaches their debts.
_SEEING = (Role.ADMINISTRATOR, Role.FINANCE)
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """A repayment as the form asks for it, in minor units."""

    fund_code: str
    amount: int
    document: str


@blueprint.get("/owing-shops", endpoint="owing_shops")
@access(*_SEEING, everywhere=True)
def show_owing_shops() -> str:
    """List the shops that owe anything back, the largest debt first."""

    def read(session: Session) -> list[OwingShopRow]:
        return [
            OwingShopRow(shop.name, shop.code, amount, url_for("office.shop_owed", code=shop.code))
            for shop, amount in owing_merchants(session)
        ]

    return render_template("office/owing_shops.html", items=reading(read))


@blueprint.get("/merchants/<code>/owed")
@access(*_SEEING, everywhere=True)
def shop_owed(code: str) -> ResponseReturnValue:
    """Show what a shop owes to each fund, where that came from, and what it gave back."""
    return _owed_page(code, Form())


@blueprint.post("/merchants/<code>/repayments")
@access(Role.FINANCE, everywhere=True)
def repay_as_shop(code: str) -> ResponseReturnValue:
    """Show money that a shop gave back once more, or, when it was seen and confirmed, book it."""
    form = Form.posted_once("fund", "amount", "document")
    shop = reading(lambda session: merchant_by_code(session, code))
    if request.form.get("back"):
        return _owed_page(code, form, is_open=True)
    asked = _Asked(typed_choice(form, "fund", set(reading(fund_names))), form.amount(), typed_text(form, "document"))
    if not form.is_right:
        return _owed_page(code, form, is_open=True)
    if request.form.get("confirmed") != "yes":
        return _look_once_more(shop, form, asked)
    call = form.call(fund=asked.fund_code, amount=asked.amount, document=asked.document)

    def make(session: Session) -> UUID:
        return merchants.repay_in_money(
            session,
            merchant_id=shop.id,
            fund_code=asked.fund_code,
            amount=asked.amount,
            document=asked.document,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    if form.attempt(lambda: once(call, make)) is None:
        return _owed_page(code, form, is_open=True)
    flash(_("Booked."), "success")
    return redirect(url_for("office.shop_owed", code=code), 303)


def _look_once_more(shop: Merchant, form: Form, asked: _Asked) -> ResponseReturnValue:
    """Show what would be booked; whether that much is owed is decided as if it were."""

    def read(session: Session) -> dict[str, Any]:
        owed = owed_by_merchant(session, shop)
        receivables.check_owed(owed, asked.fund_code, asked.amount)
        return {
            "shop_name": shop.name,
            "fund_name": fund_names(session)[asked.fund_code],
            "amount": asked.amount,
            "left": owed[asked.fund_code] - asked.amount,
            "document": asked.document,
        }

    shown = form.attempt(lambda: reading(read))
    if shown is None:
        return _owed_page(shop.code, form, is_open=True)
    return make_response(render_template("office/shop_repayment_confirm.html", code=shop.code, **shown, **form.context))


def _owed_page(code: str, form: Form, *, is_open: bool = False) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        shop, names = merchant_by_code(session, code), fund_names(session)
        debts = owed_by_merchant(session, shop)
        moved = statement(session, shop.receivable_account_id, limit=_SHOWN)
        return {
            "shop_name": shop.name,
            "code": shop.code,
            "owed": [LeftView("owed", names[fund], amount) for fund, amount in sorted(debts.items())],
            "funds": [(fund, names[fund]) for fund in sorted(debts)],
            "items": statement_lines(session, moved.items),
            "repayments": repayment_views(
                session, receivables.list_repayments(session, merchant_id=shop.id, limit=_SHOWN).items
            ),
        }

    page = render_template("office/shop_owed.html", is_open=is_open, **reading(read), **form.context)
    return make_response(page, form.status)
