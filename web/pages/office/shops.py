"""Shops on the office's pages: the list, a new one, and one with its naming, people and payments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ledger import balances
from merchants import (
    Merchant,
    NamingState,
    Standing,
    accepted_by,
    application_of_merchant,
    create_merchant,
    list_standings,
    merchant_by_code,
    named_merchants,
)
from payments import list_redemptions
from people import Role, TextRefusedError, clean_text
from web.auth import access, principal
from web.clock import now, today
from web.pages.applications_shown import renewal_view
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.awards_shown import fund_choices
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import ShopRow
from web.pages.payments_shown import payment_views
from web.pages.shops_shown import current_of, naming_views, people_of_shop, shop_view, standing_today
from web.pages.times import local
from web.unit_of_work import reading

_ON_PAGE, _PAYMENTS_SHOWN = 30, 5
_SEARCH_LENGTH_MAX = 100


@blueprint.get("/merchants", endpoint="merchants")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_shops() -> str:
    """List the shops by how they stand today, newest first."""
    text, before = _search_text(request.args.get("q", "")), id_cursor()
    chosen = request.args.get("state", "")
    state = NamingState(chosen) if chosen in set(NamingState) else None

    def read(session: Session) -> dict[str, Any]:
        if text is None:
            return {"items": [], "more_url": None}
        found = list_standings(session, day=today(), state=state, text=text, limit=_ON_PAGE, before=before)
        return {
            "items": _rows(session, found.items),
            "more_url": more_url(found.next_before, q=text, state=state and state.value),
        }

    return list_page(
        "office/merchants.html",
        "office/_merchant_items.html",
        q=text or "",
        chosen_state=state.value if state else "",
        **reading(read),
    )


@blueprint.get("/new-shop")
@access(Role.ADMINISTRATOR, everywhere=True)
def new_merchant() -> ResponseReturnValue:
    """Ask for what a new shop is."""
    return _registration(Form())


@blueprint.post("/new-shop")
@access(Role.ADMINISTRATOR, everywhere=True)
def register_shop() -> ResponseReturnValue:
    """Register a shop, which takes credits once it is named."""
    form = Form.posted_once("code", "name", "category")
    code, name, category = form.text("code"), form.text("name"), form.text("category")
    call = form.call(code=code, name=name, category=category)

    def make(session: Session) -> UUID:
        return create_merchant(
            session, code=code, name=name, category=category, actor=call.owner, now=now(), call=call
        ).id

    if not form.is_right or form.attempt(lambda: once(call, make)) is None:
        return _registration(form)
    flash(_("The shop is there. Now name it, and add its people."), "success")
    return redirect(url_for("office.merchant", code=code), 303)


@blueprint.get("/merchants/<code>")
@access(Role.ADMINISTRATOR, everywhere=True)
def merchant(code: str) -> ResponseReturnValue:
    """Show a shop: its naming now and before, its people, its payments."""
    return shop_page(code, Form())


def shop_page(code: str, form: Form, *, open_form: str = "") -> ResponseReturnValue:
    """Return a shop's page; `open_form` names the form of it that is shown as it was typed."""

    def read(session: Session) -> dict[str, Any]:
        found = merchant_by_code(session, code)
        standing, funds = standing_today(session, found), fund_names(session)
        namings = naming_views(session, found, funds)
        held = balances(session, [found.payable_account_id, found.receivable_account_id])
        payments = list_redemptions(session, merchant_id=found.id, completed_only=True, limit=_PAYMENTS_SHOWN)
        return {
            "merchant": _row(standing, funds, held[found.payable_account_id]),
            "payable": held[found.payable_account_id],
            "receivable": held[found.receivable_account_id],
            "naming": current_of(namings, standing),
            "namings": namings,
            "renewal": renewal_view(session, found),
            "another_names": not namings and accepted_by(session, found.id) == principal().actor,
            "wished_class": _wished_class(session, found) if not namings else "",
            "funds": fund_choices(session),
            "classes": _classes(session),
            "people": people_of_shop(session, found, lambda person_id: url_for("office.person", person_id=person_id)),
            # The office has no page of its own for a payment: its entry is in the books.
            "payments": payment_views(session, payments, lambda _payment_id: ""),
        }

    page = render_template("office/merchant.html", **reading(read), form=open_form, **form.context)
    return make_response(page, form.status)


def _rows(session: Session, standings: Sequence[Standing]) -> list[ShopRow]:
    funds = fund_names(session)
    held = balances(session, [each.merchant.payable_account_id for each in standings])
    return [_row(each, funds, held[each.merchant.payable_account_id]) for each in standings]


def _row(standing: Standing, funds: dict[str, str], payable: int) -> ShopRow:
    shown, shop = shop_view(standing, funds), standing.merchant
    return ShopRow(
        code=shown.code,
        name=shown.name,
        category=shown.category,
        class_name=shown.class_name,
        unit_name=shown.unit_name,
        until=shown.until,
        fund_names=shown.fund_names,
        state=shown.state,
        url=url_for("office.merchant", code=shown.code),
        payable=payable,
        registered_at=local(shop.created_at),
    )


def _registration(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> list[str]:
        shops: list[Merchant] = [shop for shop, _naming in named_merchants(session, day=today())]
        return sorted({shop.category for shop in shops})

    page = render_template("office/merchant_new.html", units=[], categories=reading(read), **form.context)
    return make_response(page, form.status)


def _wished_class(session: Session, merchant: Merchant) -> str:
    """Return the class that a shop's application asked for, empty where it came of none."""
    row = application_of_merchant(session, merchant.id)
    return "" if row is None else row.version.naming_class


def _classes(session: Session) -> list[str]:
    return sorted({naming.naming_class for _shop, naming in named_merchants(session, day=today())})


def _search_text(typed: str) -> str | None:
    """Return what is searched for, empty for everything, None where nothing can be found by it."""
    if not typed.strip():
        return ""
    try:
        return clean_text(typed, field="q", length_max=_SEARCH_LENGTH_MAX)
    except TextRefusedError:
        return None
