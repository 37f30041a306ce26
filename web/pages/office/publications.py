"""Deciding what the public sees of reports: what waits, the form with a grid over each photo, and the preview."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Role, TextRefusedError, clean_lines
from photos import Box, BoxError, Photo, PhotoKind, check_boxes, photos_of
from publishing import (
    PUBLIC_TEXT_LENGTH_MAX,
    REASON_LENGTH_MAX,
    PhotoDecision,
    PhotosUndecidedError,
    ReasonMissingError,
    check_covering_seen,
    moderated_report,
    newest_of,
    personal_looking,
    photos_decided,
    publications_waiting,
    shown_of,
)
from reports import Report, covering_of, duties_of, steps_of, what_was_done
from web.auth import access, principal
from web.pages.forms import Form
from web.pages.lists import id_cursor, list_page, more_url
from web.pages.office.blueprint import blueprint
from web.pages.office.boxes import COLUMNS, ROWS, boxes_text, boxes_typed
from web.pages.office.typed_texts import typed_text
from web.pages.publications_shown import publication_view
from web.pages.reports_shown import report_views
from web.publications import publish_once, take_down_once
from web.unit_of_work import reading

_ON_PAGE = 30
_SHOW, _WITHHOLD = "show", "withhold"
_COVERED, _CHANGED = "words_covered", "publication_changed"
_DIGITS_MAX = 10
_FIELDS = ("text", "answer", "reason", "covering", "version", "act")


@dataclass(frozen=True, slots=True)
class PhotoChoice:
    """One photo in the form: `choice` is "show", "withhold", or "" while nobody has said.

    `is_reporters`: somebody without a name took it, so there is no choice. `drawn` are its boxes as the form carries
    them. `field` ends the names of its fields.
    """

    field: str
    url: str
    kind: str
    width: int
    height: int
    choice: str
    boxes: Sequence[Box]
    drawn: str
    is_reporters: bool


@blueprint.get("/publications", endpoint="publications")
@access(Role.SUPERVISOR)
def list_waiting_publications() -> str:
    """List the reports about which somebody has to decide what the public sees, the oldest first."""
    after = id_cursor()

    def read(session: Session) -> dict[str, Any]:
        found = publications_waiting(session, seen_by=principal(), limit=_ON_PAGE + 1, after=after)
        shown = found[:_ON_PAGE]
        return {
            "items": report_views(session, [(report, None) for report in shown]),
            "more_url": more_url(shown[-1].id if len(found) > _ON_PAGE else None),
        }

    return list_page("office/publications.html", "office/_publication_items.html", **reading(read))


@blueprint.get("/reports/<uuid:report_id>/publication", endpoint="publication")
@access(Role.SUPERVISOR)
def show_publication_form(report_id: UUID) -> ResponseReturnValue:
    """Show what was reported beside what the public will see of it, to be edited."""
    return _form_page(report_id, Form(), None)


@blueprint.post("/reports/<uuid:report_id>/publication", endpoint="publish")
@access(Role.SUPERVISOR)
def decide_publication(report_id: UUID) -> ResponseReturnValue:
    """Show what the public would see; and, when the officer has seen that, publish it."""
    form = Form.posted_once(*_FIELDS)
    photos = reading(lambda session: photos_of(session, _moderated(session, report_id).id))
    decisions = [_typed(form, photo) for photo in photos]
    text, answer = _lines(form, "text"), _lines(form, "answer")
    reason = form.prose("reason", length_max=REASON_LENGTH_MAX) if form.values["reason"].strip() else None
    covering_id = _covering_seen(form, report_id, text)
    if form.values["act"] == "change" and form.refusal is None:
        return _form_page(report_id, Form(form.values), decisions)
    if not form.is_right or form.values["act"] != "publish":
        return _form_page(report_id, form, decisions, is_preview=form.is_right)
    asked: dict[str, Any] = {
        "text": text,
        "answer": answer,
        "reason": reason,
        "covering_id": covering_id,
        "seen_number": _number_seen(form),
    }
    decided = [each.decision for each in decisions if each.decision is not None]
    call = form.call(**asked, photos=[f"{each.photo_id} {each.is_shown} {boxes_text(each.boxes)}" for each in decided])
    made = form.attempt(
        lambda: publish_once(report_id, photos=decided, call=call, **asked),
        {ReasonMissingError: "reason", PhotosUndecidedError: "photos"},
    )
    if made is None:
        return _form_page(report_id, form, decisions)
    flash(_("Published. Everybody can see it now."), "success")
    return redirect(url_for("office.report", report_id=report_id), 303)


@blueprint.post("/reports/<uuid:report_id>/takedown", endpoint="take_down")
@access(Role.SUPERVISOR)
def take_publication_down(report_id: UUID) -> ResponseReturnValue:
    """Take down what is shown of a report, with a reason for its reporter."""
    form = Form.posted_once("down_reason")
    reason = typed_text(form, "down_reason")
    call = form.call(reason=reason)
    if not form.is_right or form.attempt(lambda: take_down_once(report_id, reason=reason, call=call)) is None:
        return _form_page(report_id, form, None)
    flash(_("Taken down. Nobody sees its words and photos any more."), "success")
    return redirect(url_for("office.report", report_id=report_id), 303)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the form says of one photo; no decision where it says nothing that could be."""

    photo_id: UUID
    choice: str
    boxes: tuple[Box, ...]

    @property
    def decision(self) -> PhotoDecision | None:
        if self.choice not in {_SHOW, _WITHHOLD}:
            return None
        return PhotoDecision(self.photo_id, is_shown=self.choice == _SHOW, boxes=self.boxes)


def _moderated(session: Session, report_id: UUID) -> Report:
    return moderated_report(session, report_id, by=principal())


def _typed(form: Form, photo: Photo) -> _Typed:
    field = photo.id.hex
    choice = request.form.get(f"photo_{field}", "")
    if choice not in {_SHOW, _WITHHOLD}:
        form.wrong("photos", _("Say of each photo whether it is shown."))
    try:
        boxes = boxes_typed(request.form.getlist(f"cells_{field}"), request.form.get(f"boxes_{field}", ""))
        check_boxes(boxes)
    except BoxError:
        form.wrong("photos", _("A box lies outside of its photo, or there are too many. Draw them again."))
        boxes = ()
    return _Typed(photo.id, choice, boxes)


def _covering_seen(form: Form, report_id: UUID, text: str | None) -> UUID | None:
    """Return what covered the words when the form was given out; refused where they were covered since."""
    try:
        seen = UUID(form.values["covering"])
    except ValueError:
        seen = None

    def check() -> None:
        reading(
            lambda session: check_covering_seen(session, _moderated(session, report_id), text=text, covering_id=seen)
        )

    form.attempt(check)
    return seen


def _number_seen(form: Form) -> int | None:
    """Return the number of the version that counted when the form was given out."""
    typed = form.values["version"]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < _DIGITS_MAX else None


def _lines(form: Form, name: str) -> str | None:
    """Return what was typed, in its lines; None where nothing was: it is withheld."""
    typed = form.values[name].strip()
    if not typed:
        return None
    try:
        return clean_lines(typed, field=name, length_max=PUBLIC_TEXT_LENGTH_MAX)
    except TextRefusedError:
        form.wrong(name, _("This text is too long, or nothing of it can be shown."))
        return None


def _form_page(
    report_id: UUID, form: Form, typed: Sequence[_Typed] | None, *, is_preview: bool = False
) -> ResponseReturnValue:
    def read(session: Session) -> dict[str, Any]:
        report = _moderated(session, report_id)
        steps = steps_of(session, report.id)
        duty = next((each for each in duties_of(session, report.id) if each.ended_at is None), None)
        answer = what_was_done(steps)
        covering = covering_of(session, report.id)
        newest = newest_of(session, [report.id]).get(report.id)
        seen_now = {
            "covering": "" if covering is None else str(covering.id),
            "version": "0" if newest is None else str(newest.number),
        }
        if typed is None:
            form.values = _prefilled(session, report, answer) | form.values | seen_now
        elif form.refusal is not None and form.refusal.code == _COVERED:
            # Sent once more by an officer who has seen the covering, the words that it covers would go out.
            form.values |= {"text": ""} | seen_now
        elif form.refusal is not None and form.refusal.code == _CHANGED:
            form.values |= seen_now
        return {
            "report": report_views(session, [(report, duty)])[0],
            "published": publication_view(session, report),
            "original_answer": answer,
            "photos": _choices(session, report, typed),
        }

    facts = reading(read)
    words = "\n".join(form.values.get(name, "") for name in ("text", "answer"))
    page = render_template(
        "office/publication_preview.html" if is_preview else "office/publication.html",
        looks_personal=personal_looking(words),
        columns=COLUMNS,
        rows=ROWS,
        **facts,
        **form.context,
    )
    return make_response(page, form.status)


def _prefilled(session: Session, report: Report, answer: str | None) -> dict[str, str]:
    """Return what the form begins with: the version before, else the words as they were written."""
    before = newest_of(session, [report.id]).get(report.id)
    hides_words = covering_of(session, report.id) is not None and not shown_of(session, [report.id])
    if before is None or not before.is_shown:
        # Covered words go out only if somebody writes them anew.
        return {"text": "" if hides_words else report.description, "answer": answer or "", "reason": ""}
    text = "" if hides_words else before.text or ""
    # A department may have done something since.
    return {"text": text, "answer": before.answer or answer or "", "reason": before.reason or ""}


def _choices(session: Session, report: Report, typed: Sequence[_Typed] | None) -> list[PhotoChoice]:
    chosen = {each.photo_id: (each.choice, each.boxes) for each in typed or ()}
    before = newest_of(session, [report.id]).get(report.id)
    if typed is None and before is not None:
        chosen = {
            each.photo_id: (_WITHHOLD if each.copy_id is None else _SHOW, each.boxes)
            for each in photos_decided(session, [before.id]).get(before.id, [])
        }
    return [_choice(report, photo, *chosen.get(photo.id, ("", ()))) for photo in photos_of(session, report.id)]


def _choice(report: Report, photo: Photo, choice: str, boxes: Sequence[Box]) -> PhotoChoice:
    return PhotoChoice(
        field=photo.id.hex,
        url=url_for("office.report_photo", report_id=report.id, photo_id=photo.id),
        kind=photo.kind.value,
        width=photo.width,
        height=photo.height,
        choice=choice,
        boxes=boxes,
        drawn=boxes_text(boxes),
        is_reporters=report.is_anonymous and photo.kind is PhotoKind.SEEN,
    )
