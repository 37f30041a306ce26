"""Following a report without a name: by its code, without a log-in, and without a trace of who asks.

Adds its routes to the public pages. The code comes in a form and goes into no address; the answer is kept by nobody.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from people import Principal
from photos import Photo, PhotoStore
from reports import (
    REOPENING_DAYS,
    TEXT_LENGTH_MAX,
    ReportStatus,
    StepKind,
    duties_of,
    get_report,
    may_take,
    nobody,
    report_of_code,
    steps_of,
)
from web.auth import public
from web.clock import now, today
from web.nobodys_calls import without_owner
from web.pages.earnings_shown import earning_view
from web.pages.fairness_shown import APPEAL_FIELDS, fairness_view, typed_appeal
from web.pages.followed_photos import photo_previews, show_photo
from web.pages.forms import Form, once
from web.pages.photos_typed import FIELD, typed_photos
from web.pages.public import blueprint
from web.pages.publications_shown import publication_view
from web.pages.ratings_shown import FIELDS, give_rating, rating_facts, typed_rating
from web.pages.reports_shown import report_views, step_views
from web.pages.times import local
from web.photo_uploads import brings_photos, keeping
from web.rate_limits import spend_refused_key
from web.request_ids import leave_no_trace
from web.unit_of_work import reading, single_read

_ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


@blueprint.get("/reports/follow")
@public
def follow() -> Response:
    """Show where the code of a report is typed in."""
    leave_no_trace()
    return _page(Form(), None)


@blueprint.post("/reports/follow")
@public
def show_followed() -> Response:
    """Show the report of a code."""
    leave_no_trace()
    form = Form.posted("claim_code")
    return _page(form, _shown_by(form))


@blueprint.post("/reports/follow/reopening")
@public
def reopen_followed() -> Response:
    """Let whoever has the code of a closed report say that it is not done."""
    leave_no_trace()
    form = Form.posted_once("claim_code", "reason")
    by = _shown_by(form)
    if by is None or by.matter_id is None:
        return _page(form, None)
    report_id = by.matter_id
    reason = form.prose("reason", length_max=TEXT_LENGTH_MAX)
    if not form.is_right:
        return _page(form, by, form_name="reopening")
    call = without_owner(form.call_of(by, reason=reason, report_id=report_id))

    def make(session: Session) -> UUID:
        return reports.reopen(session, report_id=report_id, reason=reason, by=by, now=now(), call=call).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, by, form_name="reopening")
    return _page(form, by, done=_("The report is open again. The department has a new day."))


@blueprint.post("/reports/follow/rating")
@public
def rate_followed() -> Response:
    """Let whoever has the code say, once for each closure, what they think of the result."""
    leave_no_trace()
    form = Form.posted_once("claim_code", *FIELDS)
    by = _shown_by(form)
    if by is None or by.matter_id is None:
        return _page(form, None)
    report_id = by.matter_id
    stars, note = typed_rating(form)
    if not form.is_right:
        return _page(form, by, form_name="rating")
    call = without_owner(form.call_of(by, stars=stars, note=note, report_id=report_id))

    def make(session: Session) -> UUID:
        return give_rating(session, report_id=report_id, stars=stars, note=note, by=by, call=call)

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, by, form_name="rating")
    return _page(form, by, done=_("Thank you. Your rating is taken down."))


@blueprint.post("/reports/follow/photos")
@public
@brings_photos
def add_followed_photos() -> Response:
    """Let whoever has the code add photos; the same picture again is the one that there is."""
    leave_no_trace()
    form = Form.posted("claim_code")
    by = _shown_by(form)
    if by is None or by.matter_id is None:
        return _page(form, None)
    report_id = by.matter_id
    form.values[FIELD] = ""
    pictures = typed_photos(form)
    if form.is_right and not pictures:
        form.wrong(FIELD, _("Choose at least one photo."))
    if not form.is_right:
        return _page(form, by)

    def keep(session: Session, store: PhotoStore) -> list[Photo]:
        return reports.add_photos(session, store, report_id=report_id, pictures=pictures, by=by, now=now())

    if form.attempt(lambda: keeping(keep)) is None:
        return _page(form, by)
    return _page(form, by, done=_("The photos are with the report."))


@blueprint.post("/reports/follow/photo")
@public
def show_followed_photo() -> Response:
    """Give out one photo of the report of a code, in full size, to be kept by nobody."""
    leave_no_trace()
    form = Form.posted("claim_code", "photo")
    by = _shown_by(form)
    return _page(form, None) if by is None else show_photo(form.values["photo"], by)


@blueprint.post("/reports/follow/appeal")
@public
def appeal_followed() -> Response:
    """Let whoever has the code of a report appeal against a decision about it."""
    leave_no_trace()
    form = Form.posted_once("claim_code", *APPEAL_FIELDS)
    by = _shown_by(form)
    if by is None or by.matter_id is None:
        return _page(form, None)
    report_id = by.matter_id
    asked = typed_appeal(form)
    if not form.is_right or asked is None:
        return _page(form, by)
    call = without_owner(form.call_of(by, **asked, report_id=report_id))

    def make(session: Session) -> UUID:
        return reports.appeal(session, report_id=report_id, by=by, now=now(), call=call, **asked).id

    if form.attempt(lambda: once(call, make)) is None:
        return _page(form, by)
    done = _("Your appeal is with the office. A supervisor who had no part in the report decides.")
    return _page(form, by, done=done)


def _shown_by(form: Form) -> Principal | None:
    """Return somebody without a name who may follow the report of the form's code; None and a fault without one."""
    code = form.text("claim_code")
    if not form.is_right:
        return None
    report_id = single_read(lambda connection: report_of_code(connection, code))
    if report_id is None:
        spend_refused_key(request.remote_addr or "")
        form.wrong("claim_code", _("No report has this code. Compare it sign by sign."))
        return None
    return nobody(report_id)


def _page(form: Form, by: Principal | None, *, done: str = "", form_name: str = "") -> Response:
    def read(session: Session) -> dict[str, Any]:
        if by is None or by.matter_id is None:
            return {"report": None}
        report = get_report(session, by.matter_id, seen_by=by)
        duty = next((each for each in duties_of(session, report.id) if each.ended_at is None), None)
        last_on = None if report.closed_at is None else local(report.closed_at).date() + timedelta(days=REOPENING_DAYS)
        may_reopen = StepKind.REOPENING in may_take(session, report, by)
        steps = steps_of(session, report.id)
        return {
            "report": report_views(session, [(report, duty)], seen_by=by)[0],
            **fairness_view(session, report, by),
            "steps": step_views(session, steps),
            "photos": photo_previews(session, report.id),
            "may_add_photos": report.status not in _ENDED,
            "published": publication_view(session, report),
            "earning": earning_view(session, report, by),
            "reopened_until": last_on,
            "may_reopen": may_reopen and last_on is not None and today() <= last_on,
            **rating_facts(session, report, steps, is_own=True),
        }

    page = render_template("public/follow.html", done=done, form_name=form_name, **reading(read), **form.context)
    answer = make_response(page, form.status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
