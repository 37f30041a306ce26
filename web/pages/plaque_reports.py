"""Telling the office in two taps what is wrong at a shop: dearer with credits, or a plaque that is none.

What is told is a report as any other, in the category of the list that fits; without a log-in it has no name.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from ledger import Call
from merchants import MerchantUnknownError, merchant_by_code
from people import Principal, child_units, get_resident, get_unit
from reports import TEXT_LENGTH_MAX, give_claim_code, nobody, report_of_step, steps_of
from responsibilities import CategoryUnknownError, get_category
from web.auth import public, viewer
from web.clock import now
from web.nameless_limits import spend_nameless_report
from web.nobodys_calls import without_owner
from web.pages.categories_shown import category_name
from web.pages.forms import Form, once
from web.problems import ProblemError, problem_of
from web.problems.requests import NOT_FOUND
from web.request_ids import leave_no_trace
from web.unit_of_work import reading

blueprint = Blueprint("plaque_reports", __name__, url_prefix="/at")

PRICES, PLAQUE = "prices", "plaque"
# Of the packaged list: illegal prices, and fake goods; who has a list without them is told how to report otherwise.
_CATEGORIES = {PRICES: "E0804", PLAQUE: "E0803"}
_CODE_LENGTH_MAX = 32


@blueprint.get("/<code>/report/<any(prices, plaque):about>")
@public
def telling(code: str, about: str) -> ResponseReturnValue:
    """Show what will be told, filled in, with the button that sends it."""
    return _page(code, about, Form({"description": _usual_words(code, about)}))


@blueprint.post("/<code>/report/<any(prices, plaque):about>")
@public
def tell(code: str, about: str) -> ResponseReturnValue:
    """Send it in once; without a log-in, or where that is wanted, without a name."""
    form = Form.posted_once("description", "nameless")
    somebody = viewer()
    is_named = somebody is not None and somebody.resident_id is not None and form.values["nameless"] != "1"
    if not is_named:
        # Before anything is looked at: what is wrong about the form is no trace either.
        leave_no_trace()
    description = form.prose("description", length_max=TEXT_LENGTH_MAX)
    if not form.is_right:
        return _page(code, about, form)
    reporter = somebody if is_named else None
    facts = reading(lambda session: _facts(session, code, about, reporter)) | {"description": description}
    if reporter is not None:
        return _tell_by_name(code, about, form, facts, reporter)
    return _tell_without_a_name(code, about, form, facts)


def _tell_by_name(code: str, about: str, form: Form, facts: dict[str, Any], by: Principal) -> ResponseReturnValue:
    call = form.call_of(by, **facts)

    def make(session: Session) -> UUID:
        made = reports.submit(session, **facts, by=by, resident_id=by.resident_id, now=now(), call=call)
        return steps_of(session, made.id)[-1].id

    step_id = form.attempt(lambda: once(call, make))
    if step_id is None:
        return _page(code, about, form)
    number, report_id = reading(lambda session: _number_and_id(session, step_id))
    flash(_("Thank you. Your report is with the office. Its number is %(number)s.", number=number), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


def _tell_without_a_name(code: str, about: str, form: Form, facts: dict[str, Any]) -> ResponseReturnValue:
    try:
        spend_nameless_report()
    except ProblemError as error:
        form.refuse(problem_of(error))
        return _page(code, about, form)
    call: Call = without_owner(form.call_of(nobody(), **facts))
    # The code of the attempt that was kept: those that lost a race are gone with their rows.
    codes: list[str] = []

    def make(session: Session) -> UUID:
        codes.clear()
        made = reports.submit(session, **facts, by=nobody(), now=now(), call=call)
        codes.append(give_claim_code(session, made))
        return steps_of(session, made.id)[-1].id

    step_id = form.attempt(lambda: once(call, make))
    if step_id is None:
        return _page(code, about, form)
    number, _report_id = reading(lambda session: _number_and_id(session, step_id))
    # An answer to the form and no page of its own: the code stands in no address, and no other request is made.
    page = render_template(
        "resident/report_code.html", code=codes[0] if codes else None, number=number, sent_draft=None
    )
    return make_response(page, 201 if codes else 200)


def _facts(session: Session, code: str, about: str, reporter: Principal | None) -> dict[str, Any]:
    """Return what is reported: the category, and the place: the reporter's own, of nobody the whole community."""
    resident_id = None if reporter is None else reporter.resident_id
    home = child_units(session, None)[0].code if resident_id is None else get_resident(session, resident_id).unit_code
    return {"category_code": _CATEGORIES[about], "unit_code": home, "address": _shop_name(session, code)}


def _usual_words(code: str, about: str) -> str:
    name = reading(lambda session: _shop_name(session, code))
    if about == PRICES:
        return str(_("At %(shop)s the price is higher when one pays with credits.", shop=name))
    return str(_("At %(shop)s there is a plaque of a named shop that is false or no longer valid.", shop=name))


def _shop_name(session: Session, code: str) -> str:
    """Return the name and code of a shop, of an unknown one the code that its plaque has.

    Raises:
        ProblemError: it can be no shop's code.
    """
    try:
        merchant = merchant_by_code(session, code)
    except MerchantUnknownError:
        if len(code) > _CODE_LENGTH_MAX or not code.isprintable():
            raise ProblemError(NOT_FOUND) from None
        return code
    return f"{merchant.name} ({merchant.code})"


def _page(code: str, about: str, form: Form) -> ResponseReturnValue:
    somebody = viewer()

    def read(session: Session) -> dict[str, Any]:
        try:
            category = get_category(session, _CATEGORIES[about])
        except CategoryUnknownError:
            return {"shop": _shop_name(session, code), "category": None, "department": None}
        return {
            "shop": _shop_name(session, code),
            "category": category_name(category),
            "department": get_unit(session, category.department_code or "").name,
        }

    page = render_template(
        "public/plaque_report.html",
        code=code,
        about=about,
        by_name=somebody is not None and somebody.resident_id is not None,
        **form.context,
        **reading(read),
    )
    return make_response(page, form.status)


def _number_and_id(session: Session, step_id: UUID) -> tuple[str, UUID]:
    report = report_of_step(session, step_id)
    return report.number, report.id
