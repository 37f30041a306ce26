"""Tariffs on the office's pages: what each category earns today, what was set last, and setting the next."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import PERCENT_MAX, FundUnknownError, Tariff, list_funds, list_tariffs, set_tariff, tariffs_in_force
from people import Role
from responsibilities import Category, CategoryUnknownError, categories, get_category
from web.auth import access
from web.clock import now, today
from web.pages.actors import actor_names
from web.pages.categories_shown import category_name
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_names
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import TariffView
from web.pages.office.typed_texts import typed_day
from web.pages.times import local
from web.unit_of_work import reading

_LAST_SHOWN = 20
_AT_FAULT: dict[type[Exception], str] = {CategoryUnknownError: "category", FundUnknownError: "fund"}


@blueprint.get("/tariffs", endpoint="tariffs")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_tariffs() -> ResponseReturnValue:
    """Show what each category earns, with the form to set it."""
    return _tariffs_page(Form())


@blueprint.post("/tariffs")
@access(Role.ADMINISTRATOR, everywhere=True)
def set_one() -> ResponseReturnValue:
    """Set what a category earns from a day on."""
    form = Form.posted_once("category", "fund", "amount", "on_acceptance_percent", "from")
    asked: dict[str, Any] = {
        "category_code": form.text("category"),
        "fund_code": form.text("fund"),
        "amount": form.amount(),
        "on_acceptance_percent": _percent(form),
        "valid_from": typed_day(form, "from") if form.values["from"].strip() else None,
    }
    call = form.call(**asked)

    def make(session: Session) -> UUID:
        get_category(session, asked["category_code"])
        return set_tariff(session, **asked, actor=call.owner, now=now(), call=call).id

    if not form.is_right or form.attempt(lambda: once(call, make), _AT_FAULT) is None:
        return _tariffs_page(form)
    flash(_("Set. Everybody can see it."), "success")
    return redirect(url_for("office.tariffs"), 303)


def _percent(form: Form) -> int:
    """Return a percentage; 0 and a fault where it is none."""
    typed = form.text("on_acceptance_percent")
    is_percent = typed.isascii() and typed.isdigit() and len(typed) <= 3 and int(typed) <= PERCENT_MAX
    if not is_percent:
        form.wrong("on_acceptance_percent", _("This must be a percentage from 0 to 100."))
    return int(typed) if is_percent else 0


def _tariffs_page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        by_code = {each.code: each for each in categories(session)}
        # In the order of the responsibility list.
        owned = sorted((each.parent_code, each.code) for each in by_code.values() if each.parent_code)
        in_force = tariffs_in_force(session, today())
        return {
            "tariffs": _views(session, list(in_force.values()), by_code),
            "latest": _views(session, list_tariffs(session, limit=_LAST_SHOWN).items, by_code),
            "without_count": sum(code not in in_force for _top, code in owned),
            "categories": [
                (code, f"{category_name(by_code[top])} / {category_name(by_code[code])}") for top, code in owned
            ],
            "funds": [(fund.code, fund.name) for fund in list_funds(session)],
        }

    return make_response(render_template("office/tariffs.html", **reading(read), **form.context), form.status)


def _views(session: Session, tariffs: Sequence[Tariff], by_code: dict[str, Category]) -> list[TariffView]:
    # A later list may have left a category out: then its code says which it was.
    names_of_categories = {code: category_name(category) for code, category in by_code.items()}
    funds, names = fund_names(session), actor_names(session, {each.set_by for each in tariffs})
    return [
        TariffView(
            category=names_of_categories.get(each.category_code, each.category_code),
            number=each.number,
            fund_name=funds[each.fund_code],
            amount=each.amount,
            percent=each.on_acceptance_percent,
            valid_from=each.valid_from,
            state=_state(each, tariffs),
            set_by=names[each.set_by],
            set_at=local(each.set_at),
        )
        for each in tariffs
    ]


def _state(tariff: Tariff, among: Sequence[Tariff]) -> str:
    """Say whether a version has begun, will, or never does; all that were set after it are among the others."""
    if tariff.valid_from <= today():
        return "begun"
    is_replaced = any(
        each.category_code == tariff.category_code
        and each.number > tariff.number
        and each.valid_from <= tariff.valid_from
        for each in among
    )
    return "replaced" if is_replaced else "coming"
