"""Awarding credits to one resident, looked at once more before it is done; all awards; taking one back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from awards import (
    Award,
    FundUnknownError,
    award,
    claw_back,
    claw_backs_of,
    get_award,
    grant,
    left_to_claw_back,
    list_awards,
)
from people import Resident, ResidentUnknownError, Role, normal_number, resident_by_number
from receivables import left_to_force, list_matters
from web.auth import access, principal
from web.clock import begin_of, end_of, now
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.lists import any_day_asked, id_cursor, list_page, more_url
from web.pages.office.awards_shown import award_views, fund_choices
from web.pages.office.blueprint import blueprint
from web.pages.office.debts_shown import matter_views
from web.pages.office.reach import check_in_reach, reach, resident_in_reach
from web.pages.office.residents_shown import resident_row
from web.pages.office.shapes import ClawBackView
from web.pages.times import local
from web.problems import ProblemError
from web.unit_of_work import reading

_ON_PAGE = 30
_FIELDS = ("resident_number", "fund", "amount", "reason")
# Errors of which only the form knows whose they are.
_AT_FAULT: dict[type[Exception], str] = {ResidentUnknownError: "resident_number", FundUnknownError: "fund"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """An award as the form asks for it, in minor units."""

    number: str
    fund_code: str
    amount: int
    reason: str


@blueprint.get("/awards", endpoint="awards")
@access(Role.ADMINISTRATOR)
def show_awards() -> str:
    """List the awards of residents of the officer's units, newest first: all, or those of a fund, or of some days."""
    chosen, before = request.args.get("fund", ""), id_cursor()
    first_on, last_on = any_day_asked("from"), any_day_asked("until")
    days = {name: day.isoformat() for name, day in (("from", first_on), ("until", last_on)) if day is not None}

    def read(session: Session) -> dict[str, Any]:
        funds = fund_choices(session)
        fund_code = chosen if chosen in {fund.code for fund in funds} else None
        found = list_awards(
            session,
            fund_code=fund_code,
            within_path=reach(),
            since=None if first_on is None else begin_of(first_on),
            until=None if last_on is None else end_of(last_on),
            limit=_ON_PAGE,
            before=before,
        )
        return {
            "items": award_views(session, found.items),
            "more_url": more_url(found.next_before, fund=fund_code, **days),
            "funds": funds,
            "chosen_fund": fund_code or "",
            "days": days,
        }

    return list_page("office/awards.html", "office/_award_items.html", **reading(read))


@blueprint.get("/awards/new")
@access(Role.ADMINISTRATOR)
def new_award() -> ResponseReturnValue:
    """Ask for what an award takes; `?resident=` names the resident, by id: a number is a person's."""
    return _asking(Form({"resident_number": _number_of(request.args.get("resident", ""))}))


@blueprint.post("/awards/new")
@access(Role.ADMINISTRATOR)
def make_award() -> ResponseReturnValue:
    """Show an award once more, or, when it was seen and confirmed, make it."""
    form = Form.posted_once(*_FIELDS)
    if request.form.get("back"):
        return _asking(form)
    asked = _asked(form)
    if asked is None:
        return _asking(form)
    if request.form.get("confirmed") != "yes":
        return _look_once_more(form, asked)
    call = form.call(number=asked.number, fund=asked.fund_code, amount=asked.amount, reason=asked.reason)

    def make(session: Session) -> UUID:
        return award(
            session,
            resident_id=_resident(session, asked).id,
            fund_code=asked.fund_code,
            amount=asked.amount,
            reason=asked.reason,
            actor=call.owner,
            now=now(),
            call=call,
        ).id

    award_id = form.attempt(lambda: once(call, make), _AT_FAULT)
    if award_id is None:
        return _asking(form)
    flash(_("Awarded."), "success")
    return redirect(url_for("office.award", award_id=award_id), 303)


@blueprint.get("/awards/<uuid:award_id>", endpoint="award")
@access(Role.ADMINISTRATOR)
def show_award(award_id: UUID) -> ResponseReturnValue:
    """Show one award, and what can be taken back of it."""
    return award_page(award_id, Form())


@blueprint.post("/awards/<uuid:award_id>/claw-back", endpoint="claw_back")
@access(Role.ADMINISTRATOR)
def take_back(award_id: UUID) -> ResponseReturnValue:
    """Take back what is left of a wrong award."""
    form = Form.posted_once("reason")
    reason = form.text("reason")
    if not form.is_right:
        return award_page(award_id, form)
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        _seen(session, award_id)
        return claw_back(session, award_id=award_id, reason=reason, actor=call.owner, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return award_page(award_id, form)
    flash(_("What was left has gone back to the fund."), "success")
    return redirect(url_for("office.award", award_id=award_id), 303)


def _asked(form: Form) -> _Asked | None:
    typed = form.text("resident_number")
    number = normal_number(typed)
    if typed and number is None:
        form.wrong("resident_number", _("This is no resident's number. It has nine digits; compare them one by one."))
    fund_code = form.values["fund"]
    if not fund_code:
        form.wrong("fund", _("Choose a fund."))
    amount, reason = form.amount(), form.text("reason")
    return _Asked(number, fund_code, amount, reason) if form.is_right and number is not None else None


def _number_of(resident_id: str) -> str:
    """Return the number of a resident whom an address of ours names, empty for any other address."""

    def read(session: Session) -> str:
        return resident_in_reach(session, UUID(resident_id)).number

    try:
        return reading(read)
    except (ValueError, ResidentUnknownError, ProblemError):
        return ""


def _resident(session: Session, asked: _Asked) -> Resident:
    found = resident_by_number(session, asked.number)
    check_in_reach(session, found)
    return found


def _asking(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        number = normal_number(form.values["resident_number"])
        try:
            found = resident_by_number(session, number or "")
            check_in_reach(session, found)
        except ResidentUnknownError:
            known = None
        else:
            known = resident_row(session, found)
        return {"funds": fund_choices(session), "resident": known}

    # The template shows the number it was given, or the known resident's.
    values = {name: typed for name, typed in form.values.items() if typed}
    context = {**form.context, "values": values}
    return make_response(render_template("office/award_new.html", **reading(read), **context), form.status)


def _look_once_more(form: Form, asked: _Asked) -> ResponseReturnValue:
    """Show what would be awarded; it is decided as if it were, in a transaction that writes nothing."""

    def read(session: Session) -> dict[str, Any]:
        found = _resident(session, asked)
        granted = grant(
            session,
            resident_id=found.id,
            fund_code=asked.fund_code,
            amount=asked.amount,
            reason=asked.reason,
            actor=principal().actor,
            now=now(),
        ).award
        session.expunge(granted)
        return {
            "resident": resident_row(session, found),
            "fund": next(fund for fund in fund_choices(session) if fund.code == asked.fund_code),
            "amount": granted.amount,
            "reason": granted.reason,
            "expires_on": granted.expires_on,
        }

    shown = form.attempt(lambda: reading(read), _AT_FAULT)
    if shown is None:
        return _asking(form)
    return make_response(render_template("office/award_confirm.html", **shown, **form.context))


def _seen(session: Session, award_id: UUID) -> Award:
    found = get_award(session, award_id)
    resident_in_reach(session, found.resident_id)
    return found


def award_page(award_id: UUID, form: Form) -> ResponseReturnValue:
    """Show one award, what can be taken back of it, and what of it is or may be owed."""

    def read(session: Session) -> dict[str, Any]:
        found = _seen(session, award_id)
        taken = claw_backs_of(session, [award_id]).get(award_id)
        names = actor_names(session, {taken.made_by} if taken else set())
        left = left_to_claw_back(session, award_id)
        return {
            "award": award_views(session, [found])[0],
            "claw_backs": [ClawBackView(taken.amount, taken.reason, names[taken.made_by], local(taken.made_at))]
            if taken
            else [],
            "left": left,
            "left_to_force": left_to_force(session, award_id),
            "matters": matter_views(session, list_matters(session, award_id=award_id).items),
            "may_claw_back": left > 0,
        }

    return make_response(render_template("office/award.html", **reading(read), **form.context), form.status)
