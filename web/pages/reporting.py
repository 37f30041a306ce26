"""What a resident reports: their reports with where each one stands, its photos, rating it, and saying it is not done.

Adds its routes to a resident's pages.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from people import Role, get_unit
from photos import Photo, PhotoStore, get_photo, photo_key, photos_of
from reports import (
    REOPENING_DAYS,
    TEXT_LENGTH_MAX,
    Report,
    ReportStatus,
    StepKind,
    duties_of,
    get_report,
    list_reports,
    may_take,
    only_followed,
    steps_of,
)
from responsibilities import deadlines_of, get_category
from web.auth import access, principal, require
from web.clock import now, today
from web.pages.drafts import sent_draft
from web.pages.earnings_shown import earning_view
from web.pages.fairness_shown import fairness_view, together_view
from web.pages.forms import Form, once
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.photos_typed import FIELD, typed_photos
from web.pages.publications_shown import publication_view
from web.pages.ratings_shown import FIELDS, give_rating, rating_facts, typed_rating
from web.pages.reports_shown import report_views, step_views
from web.pages.resident_blueprint import blueprint
from web.pages.times import local
from web.pages.viewer import resident_id
from web.photo_storage import photo_store
from web.photo_uploads import brings_photos, keeping
from web.picture_answers import jpeg_answer
from web.unit_of_work import reading

_ON_PAGE = 20
_ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)
_BEFORE_A_DEPARTMENT = (ReportStatus.SUBMITTED, ReportStatus.ACCEPTED)


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


@blueprint.get("/reports/<uuid:report_id>", endpoint="report")
@access(Role.RESIDENT)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show one of the resident's reports: where it stands, who owes what until when, and all that was done."""
    return report_page(report_id, Form())


@blueprint.post("/reports/<uuid:report_id>/reopening")
@access(Role.RESIDENT)
def reopen(report_id: UUID) -> ResponseReturnValue:
    """Let the reporter say that what was closed is not done."""
    form = Form.posted_once("reason")
    reason = form.prose("reason", length_max=TEXT_LENGTH_MAX)
    if not form.is_right:
        return report_page(report_id, form, "reopening")
    call = form.call(reason=reason)

    def make(session: Session) -> UUID:
        taken = reports.reopen(session, report_id=report_id, reason=reason, by=principal(), now=now(), call=call)
        return taken.id

    if form.attempt(lambda: once(call, make)) is None:
        return report_page(report_id, form, "reopening")
    flash(_("The report is open again. The department has a new day."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


@blueprint.post("/reports/<uuid:report_id>/rating")
@access(Role.RESIDENT)
def rate(report_id: UUID) -> ResponseReturnValue:
    """Let the reporter say, once for each closure, what they think of the result."""
    form = Form.posted_once(*FIELDS)
    stars, note = typed_rating(form)
    if not form.is_right:
        return report_page(report_id, form, "rating")
    call = form.call(stars=stars, note=note)

    def make(session: Session) -> UUID:
        return give_rating(session, report_id=report_id, stars=stars, note=note, by=principal(), call=call)

    if form.attempt(lambda: once(call, make)) is None:
        return report_page(report_id, form, "rating")
    flash(_("Thank you. Your rating is taken down."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


@blueprint.post("/reports/<uuid:report_id>/photos")
@access(Role.RESIDENT)
@brings_photos
def add_photos(report_id: UUID) -> ResponseReturnValue:
    """Let the reporter add photos; the same picture again is the one that there is."""
    form = Form({FIELD: ""})
    pictures = typed_photos(form)
    if form.is_right and not pictures:
        form.wrong(FIELD, _("Choose at least one photo."))
    if not form.is_right:
        return report_page(report_id, form)

    def keep(session: Session, store: PhotoStore) -> list[Photo]:
        return reports.add_photos(session, store, report_id=report_id, pictures=pictures, by=principal(), now=now())

    if form.attempt(lambda: keeping(keep)) is None:
        return report_page(report_id, form)
    flash(_("The photos are with the report."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


@blueprint.get("/reports/<uuid:report_id>/photos/<uuid:photo_id>", endpoint="report_photo")
@access(Role.RESIDENT)
def show_photo(report_id: UUID, photo_id: UUID) -> Response:
    """Give out a photo of a report to whoever may see the report."""

    def read(session: Session) -> Photo:
        report, photo = get_report(session, report_id, seen_by=principal()), get_photo(session, photo_id)
        require(photo.matter_id == report.id and not only_followed(session, [report], principal()))
        return photo

    return jpeg_answer(photo_store().get(photo_key(reading(read).id)), photo_id)


def report_page(report_id: UUID, form: Form, form_name: str = "") -> ResponseReturnValue:
    """Show one of the resident's reports, with the form of this name that was refused as it was typed."""

    def read(session: Session) -> dict[str, Any]:
        report = get_report(session, report_id, seen_by=principal())
        duty = next((each for each in duties_of(session, report.id) if each.ended_at is None), None)
        last_on = _reopened_until(report)
        may_reopen = StepKind.REOPENING in may_take(session, report, principal())
        steps = steps_of(session, report.id)
        is_followed = bool(only_followed(session, [report], principal()))
        return {
            "report": report_views(session, [(report, duty)])[0],
            "steps": step_views(session, steps),
            "is_own": _is_own(report),
            "photos": [] if is_followed else photos_of(session, report.id),
            "may_add_photos": _is_own(report) and report.status not in _ENDED,
            "published": publication_view(session, report, with_reason=not is_followed),
            "earning": earning_view(session, report, principal()),
            "answering": _answering(session, report),
            **fairness_view(session, report, principal()),
            "together": together_view(session, report, principal()),
            "reopened_until": last_on,
            "may_reopen": may_reopen and last_on is not None and today() <= last_on,
            **rating_facts(session, report, steps, is_own=_is_own(report)),
        }

    page = render_template(
        "resident/report.html", form_name=form_name, sent_draft=sent_draft(), **reading(read), **form.context
    )
    return make_response(page, form.status)


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
