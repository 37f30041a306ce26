"""What a resident reports: their reports with where each one stands, sending one in, and saying that it is not done.

Adds its routes to a resident's pages.
"""

import math
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from people import Role, UnitUnknownError, get_resident, get_unit
from reports import (
    REOPENING_DAYS,
    CategoryUnknownError,
    Report,
    ReportStatus,
    StepKind,
    deadlines_of,
    duties_of,
    get_category,
    get_report,
    list_reports,
    may_take,
    report_of_step,
    steps_of,
)
from web.auth import access, principal
from web.clock import now, today
from web.pages.categories_shown import category_groups
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.reports_shown import report_views, step_views
from web.pages.resident_blueprint import blueprint
from web.pages.times import local
from web.pages.units_shown import place_groups
from web.pages.viewer import resident_id
from web.unit_of_work import reading

_ON_PAGE = 20
_TEXT_LENGTH_MAX = 500
_BEFORE_A_DEPARTMENT = (ReportStatus.SUBMITTED, ReportStatus.ACCEPTED)
_FIELDS = ("category", "description", "unit", "address", "lat", "long")


@blueprint.get("/reports", endpoint="reports")
@access(Role.RESIDENT)
def show_reports() -> str:
    """List the resident's reports, newest first, each with where it stands and who owes what until when."""
    before = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = list_reports(session, seen_by=principal(), limit=_ON_PAGE, before=before)
        return {
            "items": report_views(session, found.items),
            # Whoever said "me too" follows another's report.
            "followed": {report.id for report, _duty in found.items if not _is_own(report)},
            "more_url": more_url(found.next_before),
        }

    return list_page("resident/reports.html", "resident/_report_items.html", **reading(read))


@blueprint.get("/reports/new", endpoint="new_report")
@access(Role.RESIDENT)
def show_new_report() -> ResponseReturnValue:
    """Show the form of a report; its place is where the resident lives, until they choose another."""
    home = reading(lambda session: get_resident(session, resident_id()).unit_code)
    return _new_page(Form({"unit": home}))


@blueprint.post("/reports/new")
@access(Role.RESIDENT)
def send_report() -> ResponseReturnValue:
    """Take a report in, once, and show it."""
    form = Form.posted_once(*_FIELDS)
    category, unit = form.values["category"], form.text("unit")
    description = form.prose("description", length_max=_TEXT_LENGTH_MAX)
    if not category:
        form.wrong("category", _("Choose what it is about."))
    address = form.values["address"].strip() or None
    latitude, longitude = _degrees(form, "lat"), _degrees(form, "long")
    if not form.is_right:
        return _new_page(form)
    facts: dict[str, Any] = {"description": description, "address": address}
    call = form.call(category=category, unit=unit, lat=latitude, long=longitude, **facts)

    def make(session: Session) -> UUID:
        made = reports.submit(
            session,
            category_code=category,
            unit_code=unit,
            latitude=latitude,
            longitude=longitude,
            by=principal(),
            resident_id=resident_id(),
            now=now(),
            call=call,
            **facts,
        )
        return steps_of(session, made.id)[-1].id

    at_fault: dict[type[Exception], str] = {CategoryUnknownError: "category", UnitUnknownError: "unit"}
    step_id = form.attempt(lambda: once(call, make), at_fault)
    if step_id is None:
        return _new_page(form)
    number, report_id = reading(lambda session: _number_and_id(report_of_step(session, step_id)))
    flash(_("Thank you. Your report is with the office. Its number is %(number)s.", number=number), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


@blueprint.get("/reports/<uuid:report_id>", endpoint="report")
@access(Role.RESIDENT)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show one of the resident's reports: where it stands, who owes what until when, and all that was done."""
    return _report_page(report_id, Form())


@blueprint.post("/reports/<uuid:report_id>/reopening")
@access(Role.RESIDENT)
def reopen(report_id: UUID) -> ResponseReturnValue:
    """Let the reporter say that what was closed is not done."""
    form = Form.posted_once("reason")
    reason = form.prose("reason", length_max=_TEXT_LENGTH_MAX)
    if not form.is_right:
        return _report_page(report_id, form)
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        taken = reports.reopen(session, report_id=report_id, reason=reason, by=principal(), now=now(), call=call)
        return taken.id

    if form.attempt(lambda: once(call, make)) is None:
        return _report_page(report_id, form)
    flash(_("The report is open again. The department has a new day."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


def _new_page(form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        home = get_unit(session, get_resident(session, resident_id()).unit_code)
        return {
            "groups": category_groups(session),
            "home": (home.code, home.name),
            "places": place_groups(session, near=home),
        }

    return make_response(render_template("resident/report_new.html", **reading(read), **form.context), form.status)


def _report_page(report_id: UUID, form: Form) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        report = get_report(session, report_id, seen_by=principal())
        duty = next((each for each in duties_of(session, report.id) if each.ended_at is None), None)
        last_on = _reopened_until(report)
        may_reopen = StepKind.REOPENING in may_take(session, report, principal())
        return {
            "report": report_views(session, [(report, duty)])[0],
            "steps": step_views(session, steps_of(session, report.id)),
            "is_own": _is_own(report),
            "answering": _answering(session, report),
            "reopened_until": last_on,
            "may_reopen": may_reopen and last_on is not None and today() <= last_on,
        }

    return make_response(render_template("resident/report.html", **reading(read), **form.context), form.status)


def _number_and_id(report: Report) -> tuple[str, UUID]:
    return report.number, report.id


def _is_own(report: Report) -> bool:
    return report.resident_id == resident_id()


def _answering(session: Session, report: Report) -> tuple[str, int] | None:
    """Return the department of the list and its working days, before the report has reached any; else None."""
    if report.status not in _BEFORE_A_DEPARTMENT:
        return None
    category = get_category(session, report.category_code, version=report.list_version)
    days = deadlines_of(category)
    department = get_unit(session, category.department_code or "")
    return department.name, days.normal if report.severity is None else days.of(report.severity)


def _reopened_until(report: Report) -> date | None:
    """Return the last day on which a closed report can be reopened, None where it is not closed."""
    return None if report.closed_at is None else local(report.closed_at).date() + timedelta(days=REOPENING_DAYS)


def _degrees(form: Form, field: str) -> float | None:
    """Return what a position's hidden field says, None where it is empty; a fault where it is no number."""
    text = form.values[field].strip()
    try:
        degrees = float(text[:40]) if text else None
    except ValueError:
        degrees = math.nan
    if degrees is None or math.isfinite(degrees):
        return degrees
    form.wrong("lat", _("This position cannot be read. Take it again, or leave it out."))
    return None
