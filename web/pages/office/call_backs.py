"""Call-backs (回访) on the office's pages: whom to call, oldest first, what they said, and which calls were made.

A phone number is shown masked. Whoever is about to call asks for the whole one by a touch of their own; each time is
kept beside the call-back, with who and when, and stands on its page.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from listening import (
    ToCall,
    answer_call_back,
    answered_call_backs,
    first_to_call,
    get_call_back,
    is_to_make,
    look_at_phone,
    looks_at,
)
from people import Resident, Role, get_resident, masked_name, masked_phone
from reports import ReportStatus, steps_of, what_was_done
from web.auth import access, principal
from web.clock import now, today
from web.pages.actors import actor_names
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.typed_texts import TEXT_LENGTH_MAX, typed_choice
from web.pages.reports_shown import ReportView, report_views
from web.pages.times import local
from web.pages.units_shown import unit_names
from web.secret_keys import phone_vault
from web.unit_of_work import reading

logger = logging.getLogger(__name__)

_ON_PAGE = 30
_SHOWN_MAX = 100
_FIELDS = ("reached", "resolved", "satisfied", "note")
_YES_OR_NO = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class CallBackView:
    """One call-back: about which report, of which department's work, whom to call, and what they said.

    `phone` is masked; `is_reached` is None while nobody has called; `days_waiting` counts since it was drawn.
    """

    id: UUID
    report: ReportView
    department: str
    closed_at: datetime
    drawn_on: date
    days_waiting: int
    name: str
    phone: str
    is_reached: bool | None
    is_resolved: bool | None
    is_satisfied: bool | None
    note: str | None
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookView:
    """Who was shown the whole number, and when."""

    by: str
    at: datetime


@blueprint.get("/call-backs")
@access(Role.SUPERVISOR)
def call_backs() -> str:
    """List the calls that the supervisor may make, the one that waits longest first."""

    def read(session: Session) -> dict[str, Any]:
        found, count = first_to_call(session, seen_by=principal(), limit=_SHOWN_MAX)
        return {"items": _views(session, found), "count": count}

    return render_template("office/call_backs.html", **reading(read))


@blueprint.get("/call-backs/made")
@access(Role.SUPERVISOR)
def call_backs_made() -> str:
    """List the calls that were made in the supervisor's places, the latest first."""
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = answered_call_backs(session, seen_by=principal(), limit=_ON_PAGE, before=before)
        return {"items": _views(session, found.items), "more_url": more_url(found.next_before)}

    return list_page("office/call_backs_made.html", "office/_call_back_items.html", **reading(read))


@blueprint.get("/call-backs/<uuid:call_back_id>")
@access(Role.SUPERVISOR)
def call_back(call_back_id: UUID) -> ResponseReturnValue:
    """Show one call-back, with the form for what the reporter says."""
    return _page(call_back_id, Form())


@blueprint.post("/call-backs/<uuid:call_back_id>/phone")
@access(Role.SUPERVISOR)
def show_phone(call_back_id: UUID) -> ResponseReturnValue:
    """Show the whole phone number to whoever is about to call, and keep that they saw it."""
    form = Form.posted_once()
    call = form.call()

    def make(session: Session) -> UUID:
        look_at_phone(session, call_back_id=call_back_id, by=principal(), now=now(), call=call)
        return call_back_id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(call_back_id, form)
    logger.warning("call-back %s: phone shown", call_back_id)
    return _page(call_back_id, form, with_phone=True)


@blueprint.post("/call-backs/<uuid:call_back_id>/result")
@access(Role.SUPERVISOR)
def answer(call_back_id: UUID) -> ResponseReturnValue:
    """Write down what the reporter said, or that they were not reached; once."""
    form = Form.posted_once(*_FIELDS)
    is_reached = typed_choice(form, "reached", {"yes", "no"}) == "yes"
    is_resolved, is_satisfied = (
        _YES_OR_NO.get(typed_choice(form, field, set(_YES_OR_NO))) for field in ("resolved", "satisfied")
    )
    note = form.prose("note", length_max=TEXT_LENGTH_MAX) if form.values["note"].strip() else None
    if not form.is_right:
        return _page(call_back_id, form)
    call = form.call(reached=is_reached, resolved=is_resolved, satisfied=is_satisfied, note=note)

    def make(session: Session) -> UUID:
        made = answer_call_back(
            session,
            call_back_id=call_back_id,
            is_reached=is_reached,
            is_resolved=is_resolved,
            is_satisfied=is_satisfied,
            note=note,
            by=principal(),
            now=now(),
            call=call,
        )
        return made.call_back.id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(call_back_id, form)
    flash(_("Written down. It counts in the rates from now on."), "success")
    return redirect(url_for("office.call_backs"), 303)


def _page(call_back_id: UUID, form: Form, *, with_phone: bool = False) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        found = get_call_back(session, call_back_id, seen_by=principal())
        looks = looks_at(session, call_back_id)
        names = actor_names(session, {each.looked_by for each in looks})
        may_call = is_to_make(session, call_back_id, seen_by=principal())
        encrypted = _reporter(session, found).phone_encrypted
        return {
            "one": _views(session, [found])[0],
            "done": what_was_done(steps_of(session, found.report.id)),
            "may_call": may_call,
            "is_reopened": found.call_back.answered_at is None and found.report.status is not ReportStatus.CLOSED,
            "looks": [LookView(names[each.looked_by], local(each.looked_at)) for each in looks],
            "phone": phone_vault().decrypt(encrypted) if with_phone and may_call else None,
        }

    return make_response(render_template("office/call_back.html", **reading(read), **form.context), form.status)


def _views(session: Session, found: list[ToCall]) -> list[CallBackView]:
    views = report_views(session, [(each.report, None) for each in found])
    units = unit_names(session, {each.closure.unit_code for each in found})
    names = actor_names(session, {each.call_back.answered_by for each in found if each.call_back.answered_by})
    return [_view(session, each, view, units, names) for each, view in zip(found, views, strict=True)]


def _view(
    session: Session, found: ToCall, report: ReportView, units: dict[str, str], names: dict[str, str]
) -> CallBackView:
    made, reporter = found.call_back, _reporter(session, found)
    drawn_on = local(made.drawn_at).date()
    return CallBackView(
        id=made.id,
        report=report,
        department=units.get(found.closure.unit_code or "", ""),
        closed_at=local(found.closure.made_at),
        drawn_on=drawn_on,
        days_waiting=max(0, (today() - drawn_on).days),
        name=masked_name(reporter.name),
        phone=masked_phone(reporter, phone_vault()),
        is_reached=made.is_reached,
        is_resolved=made.is_resolved,
        is_satisfied=made.is_satisfied,
        note=made.note,
        answered_by=names.get(made.answered_by or "", ""),
        answered_at=None if made.answered_at is None else local(made.answered_at),
    )


def _reporter(session: Session, found: ToCall) -> Resident:
    if found.report.resident_id is None:
        raise LookupError("a call-back about a report that is nobody's")
    return get_resident(session, found.report.resident_id)
