"""Is it one of these? Open reports near the place of one that is being written, to join instead of sending another.

Adds its routes to a resident's pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from people import ResidentUnknownError, Role, UnitUnknownError
from photos import PhotoStore
from reports import (
    TEXT_LENGTH_MAX,
    JointReportError,
    ReportStatus,
    ReportUnknownError,
    Suggestion,
    middle_of,
    suggest,
    suggestion_of,
)
from responsibilities import CategoryUnknownError
from web.auth import access, principal
from web.clock import now
from web.pages.categories_shown import category_name
from web.pages.drafts import note_sent
from web.pages.forms import Form
from web.pages.photos_kept import FormPhotos, keep_photos, photos_of_form
from web.pages.photos_typed import hashes, once_with_photos
from web.pages.report_form import REPORT_FIELDS, degrees, new_page
from web.pages.resident_blueprint import blueprint
from web.pages.units_shown import unit_labels
from web.pages.viewer import resident_id
from web.photo_uploads import brings_photos
from web.request_ids import leave_no_trace
from web.unit_of_work import reading

AT_FAULT: dict[type[Exception], str] = {
    CategoryUnknownError: "category",
    JointReportError: "joint_with",
    ResidentUnknownError: "joint_with",
    UnitUnknownError: "unit",
}


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """An open report as pages suggest it: nothing that its reporter wrote. `distance_m` and `position` may be None."""

    id: UUID
    number: str
    category: str
    place: str
    submitted_on: date
    status: ReportStatus
    distance_m: int | None
    position: tuple[float, float] | None
    is_own: bool
    is_joined: bool


@blueprint.post("/reports/suggestions")
@access(Role.RESIDENT)
def show_alike() -> ResponseReturnValue:
    """Show what may be the same, for a form that is being filled in; nothing while it names no place or kind."""
    # What somebody is about to report, and where, stands in no address and no log: they may want no name.
    leave_no_trace()
    form = Form.posted("category", "unit", "lat", "long")
    found = look_for_alike(form) if form.values["category"] else None
    # What is wrong about the form, sending it says.
    if found is None:
        return ""
    unit = form.values["unit"].strip()
    middle = None if form.values["lat"] or not unit else reading(lambda session: middle_of(session, unit))
    return render_template("resident/_alike_part.html", suggestions=found, middle=middle)


@blueprint.post("/reports/joining")
@access(Role.RESIDENT)
@brings_photos
def join_report() -> ResponseReturnValue:
    """Let a resident say "me too" about an open report, with what they wrote and took as evidence, or without."""
    form = Form.posted_once("same", "evidence", *REPORT_FIELDS)
    report_id = chosen_id(form)
    photos = photos_of_form(form)
    typed = form.values["evidence"].strip()
    evidence = form.prose("evidence", length_max=TEXT_LENGTH_MAX) if typed else None
    if photos.pictures and not typed:
        form.wrong("evidence", _("Say in a few words what the photos show."))
    if not form.is_right:
        return joining_page(form, photos)
    call = form.call(report_id=report_id, evidence=evidence, photos=hashes(photos.pictures))

    def make(session: Session, store: PhotoStore | None) -> UUID:
        by = principal()
        made = reports.join(session, report_id=report_id, evidence=evidence, by=by, now=now(), call=call)
        if store is not None:
            reports.add_join_photos(session, store, join_id=made.id, pictures=photos.pictures, by=by, now=now())
        return made.id

    if form.attempt(lambda: once_with_photos(call, photos.pictures, make)) is None:
        return joining_page(form, photos)
    note_sent(form)
    said = _("You follow this report now. The office looks whether what you added is new.")
    flash(said if evidence else _("You follow this report now, and it counts for more."), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


def look_for_alike(form: Form) -> list[SuggestionView] | None:
    """Return what may be the same as what a form tells of; None, and a fault, where it names no place or category."""
    latitude, longitude = degrees(form, "lat"), degrees(form, "long")
    if not form.is_right:
        return None

    def read(session: Session) -> list[SuggestionView]:
        found = suggest(
            session,
            category_code=form.values["category"],
            unit_code=form.values["unit"].strip() or None,
            latitude=latitude,
            longitude=longitude,
            resident_id=resident_id(),
            now=now(),
        )
        return _views(session, found)

    return form.attempt(lambda: reading(read), AT_FAULT)


def alike_page(form: Form, photos: FormPhotos, found: Sequence[SuggestionView]) -> ResponseReturnValue:
    """Ask, before a report is made, whether it is one of these; all that was typed and taken waits in the page."""
    keep_photos(form, photos)
    return make_response(render_template("resident/report_alike.html", suggestions=found, **form.context), 200)


def joining_page(form: Form, photos: FormPhotos) -> ResponseReturnValue:
    """Show the report that somebody may join, and what they typed and took so far as what they add to it."""

    def read(session: Session) -> SuggestionView:
        found = suggestion_of(session, chosen_id(form), resident_id=resident_id(), now=now())
        return _views(session, [found])[0]

    suggestion = form.attempt(lambda: reading(read))
    if suggestion is None:
        # It has ended meanwhile, or there is none: what was typed is still a report.
        return new_page(form, photos)
    keep_photos(form, photos)
    page = render_template("resident/report_join.html", suggestion=suggestion, **form.context)
    return make_response(page, form.status)


def chosen_id(form: Form) -> UUID:
    """Return which report the reader says theirs is.

    Raises:
        ReportUnknownError: they name none.
    """
    try:
        return UUID(form.values["same"])
    except ValueError as error:
        raise ReportUnknownError(form.values["same"]) from error


def _views(session: Session, found: Sequence[Suggestion]) -> list[SuggestionView]:
    places = unit_labels(session, {each.unit_code for each in found})
    return [
        SuggestionView(
            id=each.id,
            number=each.number,
            category=category_name(each.category),
            place=places[each.unit_code],
            submitted_on=each.submitted_on,
            status=each.status,
            distance_m=each.distance_m,
            position=each.position,
            is_own=each.is_own,
            is_joined=each.is_joined,
        )
        for each in found
    ]
