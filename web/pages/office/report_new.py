"""A report that an officer writes down for somebody who called or came."""

import math
import unicodedata
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Resident, ResidentUnknownError, Role, UnitUnknownError, get_unit, resident_by_number
from reports import Function, PositionError, is_placed, report_of_step, steps_of, submit
from responsibilities import CategoryUnknownError, categories
from web.auth import access, principal
from web.clock import now
from web.pages.categories_shown import category_name
from web.pages.forms import Form, once
from web.pages.office.blueprint import blueprint
from web.pages.office.reach import unit_choices
from web.pages.office.typed_texts import NAME_LENGTH_MAX, typed_text
from web.unit_of_work import reading

# Officers who may write a report down for somebody who called or came.
TAKE_CALLS = (Role.SUPERVISOR, Role.DISPATCHER, Role.ADMINISTRATOR)
_FIELDS = ("category", "description", "unit", "address", "resident_number", "latitude", "longitude")
_AT_FAULT: dict[type[Exception], str] = {
    CategoryUnknownError: "category",
    PositionError: "latitude",
    ResidentUnknownError: "resident_number",
    UnitUnknownError: "unit",
}


@blueprint.get("/reports/new")
@access(*TAKE_CALLS)
def new_report() -> ResponseReturnValue:
    """Ask for what a report takes."""
    return _asking(Form())


@blueprint.post("/reports/new")
@access(*TAKE_CALLS)
def make_report() -> ResponseReturnValue:
    """Write a report down, and say its number: whoever called asks by it how things stand."""
    form = Form.posted_once(*_FIELDS)
    number = form.values["resident_number"].strip()
    asked: dict[str, Any] = {
        "category_code": form.text("category"),
        "description": typed_text(form, "description"),
        "unit_code": form.text("unit"),
        "address": typed_text(form, "address", length_max=NAME_LENGTH_MAX) if form.values["address"].strip() else None,
        "latitude": _typed_degrees(form, "latitude"),
        "longitude": _typed_degrees(form, "longitude"),
    }
    call = form.call(**asked, resident_number=number)

    def make(session: Session) -> UUID:
        if not principal().may(*TAKE_CALLS, unit_path=get_unit(session, asked["unit_code"]).path):
            raise UnitUnknownError(asked["unit_code"])
        caller = _caller(session, number) if number else None
        resident_id = None if caller is None else caller.id
        made = submit(session, **asked, resident_id=resident_id, by=principal(), now=now(), call=call)
        # A call is remembered by the step that it took.
        return steps_of(session, made.id)[0].id

    step_id = form.attempt(lambda: once(call, make), _AT_FAULT) if form.is_right else None
    if step_id is None:
        return _asking(form)

    def read(session: Session) -> tuple[str, str | None]:
        made = report_of_step(session, step_id)
        # Until it is accepted, only supervisors of its place have to do with it.
        seen = is_placed(session, made, principal(), Function.SUPERVISION) or principal().may_everywhere(
            Role.ADMINISTRATOR
        )
        return made.number, url_for("office.report", report_id=made.id) if seen else None

    made_number, url = reading(read)
    flash(_("Written down under the number %(number)s. A supervisor looks at it next.", number=made_number), "success")
    return redirect(url or url_for("office.new_report"), 303)


def _caller(session: Session, number: str) -> Resident:
    """Return the resident with a number who lives where the officer may take calls; for them there is no other.

    Raises:
        ResidentUnknownError: there is none.
    """
    found = resident_by_number(session, number)
    if not principal().may(*TAKE_CALLS, unit_path=get_unit(session, found.unit_code).path):
        raise ResidentUnknownError
    return found


def _typed_degrees(form: Form, field: str) -> float | None:
    """Return degrees as a map tells them, None for an empty field; a fault is noted beside it."""
    typed = unicodedata.normalize("NFKC", form.values[field]).strip()
    if not typed:
        return None
    try:
        degrees = float(typed[:40])
    except ValueError:
        degrees = math.nan
    if not math.isfinite(degrees):
        form.wrong(field, _("Type degrees such as 34.8670."))
        return None
    return degrees


def _asking(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        by_code = {each.code: each for each in categories(session)}
        # In the order of the responsibility list.
        owned = sorted((each.parent_code, each.code) for each in by_code.values() if each.parent_code)
        groups = groupby(owned, key=lambda each: each[0])
        return {
            "category_groups": [
                (category_name(by_code[top]), [(code, category_name(by_code[code])) for _top, code in below])
                for top, below in groups
            ],
            "units": unit_choices(session, *TAKE_CALLS),
        }

    return make_response(render_template("office/report_new.html", **reading(read), **form.context), form.status)
