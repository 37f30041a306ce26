"""Sending a report in, with photos: under one's name, confidentially, or without a name.

Adds its routes to a resident's pages.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

import reports
from ledger import Call, recall_call
from people import Principal, Role, get_resident, resident_by_number
from photos import PhotoStore
from reports import (
    TEXT_LENGTH_MAX,
    TOGETHER_MAX,
    JointReportError,
    Report,
    give_claim_code,
    nobody,
    report_of_step,
    steps_of,
)
from web.auth import access, principal
from web.clock import now
from web.nameless_limits import spend_nameless_report
from web.nobodys_calls import without_owner
from web.pages.drafts import note_sent
from web.pages.forms import Form
from web.pages.photos_kept import FormPhotos, photos_of_form
from web.pages.photos_typed import FIELD, hashes, once_with_photos
from web.pages.report_alike import AT_FAULT, alike_page, joining_page, look_for_alike
from web.pages.report_form import ANONYMOUS, CONFIDENTIAL, NAMED, REPORT_FIELDS, degrees, new_page
from web.pages.resident_blueprint import blueprint
from web.pages.viewer import resident_id
from web.photo_uploads import brings_photos
from web.problems import ProblemError, problem_of
from web.request_ids import leave_no_trace
from web.unit_of_work import reading

# `same`: the open report that it is about; `looked`: the sender has seen which there are.
_FIELDS = (*REPORT_FIELDS, "same", "looked", FIELD)
# Numbers are written with blanks in them, so it takes more than that to tell two apart.
_BETWEEN_NUMBERS = re.compile(r"[,，、;；\r\n]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report as the form asks for it, with its photos, and the call that it is."""

    facts: dict[str, Any]
    photos: FormPhotos
    call: Call


@blueprint.get("/reports/new", endpoint="new_report")
@access(Role.RESIDENT)
def show_new_report() -> ResponseReturnValue:
    """Show the form of a report; its place is where the resident lives, until they choose another."""
    home = reading(lambda session: get_resident(session, resident_id()).unit_code)
    return new_page(Form({"unit": home, "name": NAMED}))


@blueprint.post("/reports/new")
@access(Role.RESIDENT)
@brings_photos
def send_report() -> ResponseReturnValue:
    """Take a report in, once, and show it; whoever wants no name is shown the code by which they follow it.

    Where open reports may be about the same, and the sender has not seen them, they are asked first.
    """
    form = Form.posted_once(*_FIELDS)
    is_anonymous = form.values["name"] == ANONYMOUS
    if is_anonymous:
        # Before anything is looked at: what is wrong about the form is no trace either.
        leave_no_trace()
    photos = photos_of_form(form)
    if form.values["same"]:
        form.values["evidence"] = form.values["description"]
        return joining_page(form, photos)
    asked = _asked(form, photos)
    if asked is None:
        return new_page(form, photos)
    if form.values["looked"] != "1" and not _was_made(asked.call):
        found = look_for_alike(form)
        if found is None:
            return new_page(form, photos)
        if found:
            return alike_page(form, photos, found)
    return _send_without_a_name(form, asked) if is_anonymous else _send_by_name(form, asked)


def _asked(form: Form, photos: FormPhotos) -> _Asked | None:
    """Return what the form asks for; None where something is wrong with it."""
    category, unit = form.values["category"], form.text("unit")
    description = form.prose("description", length_max=TEXT_LENGTH_MAX)
    if not category:
        form.wrong("category", _("Choose what it is about."))
    latitude, longitude = degrees(form, "lat"), degrees(form, "long")
    if form.values["name"] not in {"", NAMED, CONFIDENTIAL, ANONYMOUS}:
        form.wrong("name", _("Choose one of these."))
    if not form.is_right:
        return None
    facts: dict[str, Any] = {
        "category_code": category,
        "description": description,
        "unit_code": unit,
        "address": form.values["address"].strip() or None,
        "latitude": latitude,
        "longitude": longitude,
        "is_urgent": form.values["urgent"] == "1",
    }
    named = {name: form.values[name] for name in ("name", "joint_with")}
    call = form.call(**facts, **named, photos=hashes(photos.pictures))
    return _Asked(facts, photos, without_owner(call) if form.values["name"] == ANONYMOUS else call)


def _was_made(call: Call) -> bool:
    """Say whether the form was sent before: then its report is one of those that are alike."""
    return reading(lambda session: recall_call(session, call)) is not None


def _send_by_name(form: Form, asked: _Asked) -> ResponseReturnValue:
    def make(session: Session, store: PhotoStore | None) -> UUID:
        made = reports.submit(
            session,
            **asked.facts,
            by=principal(),
            resident_id=resident_id(),
            is_confidential=form.values["name"] == CONFIDENTIAL,
            joint_with=_numbered(session, form.values["joint_with"]),
            now=now(),
            call=asked.call,
        )
        return _with_photos(session, store, made, asked, principal())

    step_id = form.attempt(lambda: once_with_photos(asked.call, asked.photos.pictures, make), AT_FAULT)
    if step_id is None:
        return new_page(form, asked.photos)
    note_sent(form)
    number, report_id = reading(lambda session: _number_and_id(report_of_step(session, step_id)))
    flash(_("Thank you. Your report is with the office. Its number is %(number)s.", number=number), "success")
    return redirect(url_for("resident.report", report_id=report_id), 303)


def _send_without_a_name(form: Form, asked: _Asked) -> ResponseReturnValue:
    if form.values["joint_with"].strip():
        form.wrong("joint_with", _("Who reports together does so by name. Leave this empty, or report with your name."))
    try:
        spend_nameless_report()
    except ProblemError as error:
        form.refuse(problem_of(error))
    if not form.is_right:
        return new_page(form, asked.photos)
    # The code of the attempt that was kept: those that lost a race are gone with their rows.
    codes: list[str] = []

    def make(session: Session, store: PhotoStore | None) -> UUID:
        codes.clear()
        made = reports.submit(session, **asked.facts, by=nobody(), now=now(), call=asked.call)
        codes.append(give_claim_code(session, made))
        return _with_photos(session, store, made, asked, nobody(made.id))

    step_id = form.attempt(lambda: once_with_photos(asked.call, asked.photos.pictures, make), AT_FAULT)
    if step_id is None:
        return new_page(form, asked.photos)
    number, _report_id = reading(lambda session: _number_and_id(report_of_step(session, step_id)))
    # An answer to the form and no page of its own: the code stands in no address, and no other request is made.
    page = render_template(
        "resident/report_code.html",
        code=codes[0] if codes else None,
        number=number,
        sent_draft=form.idempotency_key,
    )
    return make_response(page, 201 if codes else 200)


def _numbered(session: Session, typed: str) -> list[UUID]:
    """Return the residents with these numbers.

    Raises:
        JointReportError: they are more than may report together.
        ResidentUnknownError: one is of nobody.
    """
    numbers = [each for each in _BETWEEN_NUMBERS.split(typed) if each.strip()]
    if len(numbers) > TOGETHER_MAX:
        raise JointReportError
    return [resident_by_number(session, each).id for each in numbers]


def _with_photos(session: Session, store: PhotoStore | None, made: Report, asked: _Asked, by: Principal) -> UUID:
    if store is not None:
        reports.add_photos(session, store, report_id=made.id, pictures=asked.photos.pictures, by=by, now=now())
    return steps_of(session, made.id)[-1].id


def _number_and_id(report: Report) -> tuple[str, UUID]:
    return report.number, report.id
