"""What of a report is told to anybody, in the protocol's words.

Words and photos are told where an officer has published them, the department's too; else the category stands for the
description, and of why a report was rejected only the kind of reason is told. Of what
residents wrote for the office, the unit stands for the address, and the position is rounded to a hundred metres. Of
what came by Open311 the place is told as it came: that was public before it came.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from people import Unit, units_by_code
from publishing import Publication, copies_of, shown_of
from reports import (
    BareReport,
    BareStep,
    Channel,
    Report,
    ReportStatus,
    ReportStep,
    StepKind,
    rounded_degrees,
)
from web.clock import end_of
from web.open311.refusals import FIELD_WRONG
from web.pages.categories_shown import category_name
from web.problems import ProblemError
from web.report_words import REJECTED_BECAUSE, STANDS
from web.settings import current_settings

OPEN, CLOSED = "open", "closed"
_ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)
_OF = {OPEN: [each for each in ReportStatus if each not in _ENDED], CLOSED: list(_ENDED)}
# To clients of the updates "closed" means that it was mended; these have words of their own for what was not.
_ENDED_WITHOUT_RESULT = {
    ReportStatus.REJECTED: "no_further_action",
    ReportStatus.WITHDRAWN: "no_further_action",
    ReportStatus.MERGED: "duplicate",
}


def statuses_of(words: Sequence[str]) -> list[ReportStatus]:
    """Return the statuses that the protocol's words stand for; none for none.

    Raises:
        ProblemError: a word is not the protocol's.
    """
    try:
        return [each for word in words for each in _OF[word.lower()]]
    except KeyError as error:
        raise ProblemError(FIELD_WRONG, field="status", wanted=_("open or closed")) from error


def told_reports(session: Session, found: Sequence[BareReport]) -> list[dict[str, Any]]:
    """Return reports as they are told."""
    codes = {each.report.unit_code for each in found} | {_department_of(each) for each in found}
    units = units_by_code(session, codes)
    shown = shown_of(session, [each.report.id for each in found])
    photos = {publication_id: copies[0].id for publication_id, copies in copies_of(session, shown.values()).items()}
    return [_told(each, units) | _published(each, shown.get(each.report.id), photos) for each in found]


def told_steps(found: Sequence[BareStep]) -> list[dict[str, Any]]:
    """Return steps as updates: what every one of them led to."""
    return [
        {
            "update_id": each.step.id.hex,
            "service_request_id": each.report.number,
            "status": _ENDED_WITHOUT_RESULT.get(each.step.status) or _status(each.step.status),
            "external_status_code": each.step.status.value,
            "updated_datetime": w3(each.step.made_at),
            "description": _update_words(each),
            "media_url": None,
        }
        for each in found
    ]


def w3(instant: datetime) -> str:
    """Return an instant as the protocol writes it: whole seconds, in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(each: BareReport, units: dict[str, Unit]) -> dict[str, Any]:
    report, place = each.report, units[each.report.unit_code]
    is_public = report.channel is Channel.OPEN311
    expected = None if each.duty is None else end_of(each.duty.due_on) - timedelta(seconds=1)
    return {
        "service_request_id": report.number,
        "status": _status(report.status),
        "status_notes": _stands(each.report, each.last_step),
        "service_name": category_name(each.category),
        "service_code": report.category_code,
        "description": category_name(each.category),
        "agency_responsible": units[_department_of(each)].name,
        "service_notice": None,
        "requested_datetime": w3(report.submitted_at),
        "updated_datetime": w3(each.last_step.made_at),
        "expected_datetime": None if expected is None else w3(expected),
        "address": (report.address if is_public else None) or place.name,
        "address_id": place.code,
        "zipcode": None,
        "lat": _degrees(report, report.latitude),
        "long": _degrees(report, report.longitude),
        "media_url": None,
    }


def _published(each: BareReport, shown: Publication | None, photos: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return what an officer has published of a report: its words, the department's, and the first of its photos."""
    if shown is None:
        return {}
    found = {} if shown.text is None else {"description": shown.text}
    if shown.answer is not None:
        found["status_notes"] = f"{_stands(each.report, each.last_step)}\n{shown.answer}"
    if shown.id in photos:
        base = current_settings().public_url or request.host_url.rstrip("/")
        path = url_for("public.report_photo", number=each.report.number, copy_id=photos[shown.id])
        found["media_url"] = f"{base}{path}"
    return found


def _degrees(report: Report, degrees: float | None) -> float | None:
    if degrees is None or report.channel is Channel.OPEN311:
        return degrees
    return rounded_degrees(degrees)


def _status(status: ReportStatus) -> str:
    return CLOSED if status in _ENDED else OPEN


def _department_of(each: BareReport) -> str:
    """Return who answers for a report: who was given it, else who is meant to be."""
    return each.report.department_code or each.category.department_code or each.report.unit_code


def _stands(report: Report, step: ReportStep) -> str:
    """Return where a report stands after a step, in words of ours; no officer's, for nobody has looked at those."""
    words = str(STANDS[step.status])
    # Who reported it elsewhere reads it nowhere else. A kind of reason names nobody.
    if report.channel is Channel.OPEN311 and step.rejection_kind in REJECTED_BECAUSE:
        return f"{words}\n{REJECTED_BECAUSE[step.rejection_kind]}"
    return words


def _update_words(each: BareStep) -> str:
    step = each.step
    if step.kind is StepKind.POSTPONEMENT and step.due_on is not None:
        return str(_("It will take until %(day)s.", day=step.due_on.isoformat()))
    return str(_("Opened again.")) if step.kind is StepKind.REOPENING else _stands(each.report, step)
