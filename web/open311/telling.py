"""What of a report is told to anybody, in the protocol's words.

Residents wrote for the office: of their reports the category stands for the description, the unit for the address, and
the position is rounded to a hundred metres. What came by Open311 was public before it came, and is told as it came.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from people import Unit, units_by_code
from reports import (
    Channel,
    PublishedReport,
    PublishedStep,
    Report,
    ReportStatus,
    StepKind,
    covered_among,
    told_note,
)
from web.clock import end_of
from web.open311.refusals import FIELD_WRONG
from web.pages.categories_shown import category_name
from web.problems import ProblemError

OPEN, CLOSED = "open", "closed"
_ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)
_OF = {OPEN: [each for each in ReportStatus if each not in _ENDED], CLOSED: list(_ENDED)}
# To clients of the updates "closed" means that it was mended; these have words of their own for what was not.
_ENDED_WITHOUT_RESULT = {
    ReportStatus.REJECTED: "no_further_action",
    ReportStatus.WITHDRAWN: "no_further_action",
    ReportStatus.MERGED: "duplicate",
}
# Degrees, about a hundred metres.
_ROUNDED_DIGITS = 3

_STANDS = {
    ReportStatus.SUBMITTED: _l("Received; nobody has looked at it yet."),
    ReportStatus.ACCEPTED: _l("Accepted; it is being given to the department that answers for it."),
    ReportStatus.DISPATCHED: _l("Given to the department that answers for it."),
    ReportStatus.ACKNOWLEDGED: _l("The department is at work on it."),
    ReportStatus.HANDLED: _l("The department says that it is done; somebody else will look."),
    ReportStatus.RETURNED: _l("It was looked at and is not done; the department goes on."),
    ReportStatus.VERIFIED: _l("Somebody else has seen that it is done."),
    ReportStatus.CLOSED: _l("Done and closed."),
    ReportStatus.REJECTED: _l("Not accepted."),
    ReportStatus.MERGED: _l("The same was reported before; it goes on there."),
    ReportStatus.WITHDRAWN: _l("Ended without result."),
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


def told_reports(session: Session, found: Sequence[PublishedReport]) -> list[dict[str, Any]]:
    """Return reports as they are told."""
    codes = {each.report.unit_code for each in found} | {_department_of(each) for each in found}
    units = units_by_code(session, codes)
    covered = covered_among(session, [each.report.id for each in found])
    return [_told(each, units, is_covered=each.report.id in covered) for each in found]


def told_steps(found: Sequence[PublishedStep]) -> list[dict[str, Any]]:
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


def _told(each: PublishedReport, units: dict[str, Unit], *, is_covered: bool) -> dict[str, Any]:
    report, place = each.report, units[each.report.unit_code]
    is_public = report.channel is Channel.OPEN311
    note = told_note(report, each.last_step)
    expected = None if each.duty is None else end_of(each.duty.due_on) - timedelta(seconds=1)
    return {
        "service_request_id": report.number,
        "status": _status(report.status),
        "status_notes": f"{_STANDS[report.status]}\n{note}" if note else str(_STANDS[report.status]),
        "service_name": category_name(each.category),
        "service_code": report.category_code,
        "description": report.description if is_public and not is_covered else category_name(each.category),
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
        # Nobody has looked at the photos yet.
        "media_url": None,
    }


def _degrees(report: Report, degrees: float | None) -> float | None:
    if degrees is None or report.channel is Channel.OPEN311:
        return degrees
    return round(degrees, _ROUNDED_DIGITS)


def _status(status: ReportStatus) -> str:
    return CLOSED if status in _ENDED else OPEN


def _department_of(each: PublishedReport) -> str:
    """Return who answers for a report: who was given it, else who is meant to be."""
    return each.report.department_code or each.category.department_code or each.report.unit_code


def _update_words(each: PublishedStep) -> str:
    step, note = each.step, told_note(each.report, each.step)
    if step.kind is StepKind.POSTPONEMENT and step.due_on is not None:
        words = _("It will take until %(day)s.", day=step.due_on.isoformat())
    elif step.kind is StepKind.REOPENING:
        words = _("Opened again.")
    else:
        words = str(_STANDS[step.status])
    return f"{words}\n{note}" if note else words
