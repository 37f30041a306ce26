"""Funds, their cover, and the money that comes in, goes back and moves between them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from awards import (
    END_OF_NEXT_YEAR,
    NEVER,
    CoverLine,
    ExpiryRuleError,
    FundMovement,
    FundUnknownError,
    MovementKind,
    SameFundError,
    appropriate,
    create_fund,
    fund_id,
    fund_position,
    is_expiry_rule,
    list_movements,
    move_money,
    return_money,
)
from ledger import Call, reversals_of
from people import Role
from web.auth import access
from web.clock import now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.funds_shown import fund_covers, fund_names, together
from web.pages.office.awards_shown import fund_choices
from web.pages.office.blueprint import blueprint
from web.pages.office.shapes import FundPage, MovementView
from web.pages.times import local
from web.unit_of_work import reading

FUNDS_SEEN_BY = (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR, Role.APPROVER)
_MOVEMENTS_SHOWN = 50
_AT_FAULT: dict[type[Exception], str] = {
    FundUnknownError: "to_fund",
    SameFundError: "to_fund",
    ExpiryRuleError: "expiry",
}
# What the form for a fund offers besides a fixed day, the usual first; other numbers of months come by the API.
_OFFERED_RULES = (END_OF_NEXT_YEAR, "months:6", "months:12", "months:24", NEVER)
_FIXED_DAY = "on"


@blueprint.get("/funds", endpoint="funds")
@access(*FUNDS_SEEN_BY)
def show_funds() -> str:
    """Show every fund with the money behind its credits."""
    covers = reading(fund_covers)
    return render_template("office/funds.html", funds=covers, total=together(covers))


@blueprint.get("/new-fund")
@access(Role.ADMINISTRATOR, everywhere=True)
def new_fund() -> ResponseReturnValue:
    """Ask for what a new fund is called and for."""
    return _new_fund_page(Form())


@blueprint.post("/new-fund")
@access(Role.ADMINISTRATOR, everywhere=True)
def make_fund() -> ResponseReturnValue:
    """Create an empty fund."""
    form = Form.posted_once("code", "name", "purpose", "expiry", "last_day")
    code, name, purpose, rule = form.text("code"), form.text("name"), form.text("purpose"), _chosen_rule(form)
    call = form.call(code=code, name=name, purpose=purpose, expiry_rule=rule)

    def make(session: Session) -> UUID:
        create_fund(
            session,
            code=code,
            name=name,
            purpose=purpose,
            expiry_rule=rule,
            actor=call.owner,
            now=now(),
            call=call,
        )
        return fund_id(code)

    if not form.is_right or form.attempt(lambda: once(call, make), _AT_FAULT) is None:
        return _new_fund_page(form)
    flash(_("The fund is there. Now it needs money."), "success")
    return redirect(url_for("office.fund", code=code), 303)


@blueprint.get("/funds/<code>", endpoint="fund")
@access(*FUNDS_SEEN_BY)
def show_fund(code: str) -> ResponseReturnValue:
    """Show a fund: its cover, its money, its rule."""
    return _fund_page(code, Form())


@blueprint.post("/funds/<code>/appropriations", endpoint="appropriate")
@access(Role.FINANCE, everywhere=True)
def book_appropriation(code: str) -> ResponseReturnValue:
    """Book money that came in."""
    return _move(code, "appropriation", appropriate, _("Booked. As many credits can now be awarded."))


@blueprint.post("/funds/<code>/returns", endpoint="return_money")
@access(Role.FINANCE, everywhere=True)
def book_return(code: str) -> ResponseReturnValue:
    """Book money that was given back."""
    return _move(code, "return", return_money, _("Booked. The credits it backed are gone."))


@blueprint.post("/funds/<code>/moves", endpoint="move_money")
@access(Role.FINANCE, everywhere=True)
def book_move(code: str) -> ResponseReturnValue:
    """Move money to another fund, with the credits it backs."""
    return _move(code, "move", move_money, _("Booked. Money and credits belong to the other fund now."))


def _move(code: str, name: str, book: Callable[..., FundMovement], done: str) -> ResponseReturnValue:
    form = Form.posted_once("amount", "document", *(("to_fund",) if name == "move" else ()))
    asked: dict[str, Any] = {"amount": form.amount(), "document": form.text("document")}
    if name == "move":
        asked["to_fund_code"] = form.text("to_fund")
    call: Call = form.call(**asked)

    def make(session: Session) -> UUID:
        # Whose page this is was looked up before: an unknown fund here is the one to move to.
        return book(session, fund_code=code, **asked, actor=call.owner, now=now(), call=call).id

    reading(lambda session: fund_position(session, code))
    if not form.is_right or form.attempt(lambda: once(call, make), _AT_FAULT) is None:
        return _fund_page(code, form, open_form=name)
    flash(done, "success")
    return redirect(url_for("office.fund", code=code), 303)


def _new_fund_page(form: Form) -> ResponseReturnValue:
    choices = [(rule, _rule_in_words(rule)) for rule in _OFFERED_RULES]
    choices.append((_FIXED_DAY, _("can be spent until a fixed day")))
    page = render_template("office/fund_new.html", expiry_choices=choices, **form.context)
    return make_response(page, form.status)


def _chosen_rule(form: Form) -> str:
    """Return the expiry rule that a form for a fund chose; what is no rule is noted as wrong."""
    chosen, last_day = form.text("expiry"), form.values["last_day"].strip()
    rule = f"{_FIXED_DAY}:{last_day}" if chosen == _FIXED_DAY else chosen
    if chosen != _FIXED_DAY and last_day:
        form.wrong("last_day", _("Leave this empty, or choose a fixed day above."))
    if chosen == _FIXED_DAY and not is_expiry_rule(rule, now().date()):
        form.wrong("last_day", _("Choose a day that is not over."))
    return rule


def _fund_page(code: str, form: Form, *, open_form: str = "") -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        shown = fund_position(session, code)
        return {
            "fund": _fund(shown),
            "movements": _movements(session, code),
            "others": [fund for fund in fund_choices(session) if fund.code != code],
        }

    page = render_template("office/fund.html", **reading(read), form=open_form, **form.context)
    return make_response(page, form.status)


def _fund(line: CoverLine) -> FundPage:
    fund = line.fund
    return FundPage(
        code=fund.code,
        name=fund.name,
        purpose=fund.purpose,
        available=line.available,
        held=line.held,
        outstanding=line.outstanding,
        backing=line.backing,
        expiry_rule=_rule_in_words(fund.expiry_rule),
        created_at=local(fund.created_at),
    )


def _rule_in_words(rule: str) -> str:
    kind, _colon, detail = rule.partition(":")
    words = {
        END_OF_NEXT_YEAR: lambda: _("can be spent until the end of the year after the award"),
        NEVER: lambda: _("have no end date"),
        _FIXED_DAY: lambda: _("can be spent until %(day)s", day=detail),
        "months": lambda: ngettext("can be spent for %(num)s month", "can be spent for %(num)s months", int(detail)),
    }
    return str(words[kind]())


def _movements(session: Session, code: str) -> list[MovementView]:
    movements = list_movements(session, fund_code=code, limit=_MOVEMENTS_SHOWN).items
    names, funds = actor_names(session, {each.made_by for each in movements}), fund_names(session)
    mirrors = reversals_of(session, [each.entry_id for each in movements])
    return [
        MovementView(
            kind=_kind(each, code),
            amount=each.amount,
            document=each.document,
            other_fund_name=_other(each, code, funds),
            made_by=names[each.made_by],
            made_at=local(each.made_at),
            entry_id=each.entry_id,
            reversed=each.entry_id in mirrors,
        )
        for each in movements
    ]


def _kind(movement: FundMovement, code: str) -> str:
    if movement.kind is MovementKind.MONEY_MOVED:
        return "moved_in" if movement.to_fund_code == code else "moved_out"
    return "in" if movement.kind is MovementKind.APPROPRIATION else "returned"


def _other(movement: FundMovement, code: str, funds: dict[str, str]) -> str | None:
    if movement.to_fund_code is None:
        return None
    return funds[movement.fund_code if movement.to_fund_code == code else movement.to_fund_code]
