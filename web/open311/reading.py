"""Reading what clients of GeoReport v2 send: fields that are empty are fields that were not sent."""

from datetime import UTC, datetime, timedelta
from math import isfinite

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from people import child_units
from web.clock import now
from web.open311.refusals import FIELD_MISSING, FIELD_WRONG, JURISDICTION_UNKNOWN, NOT_A_FORM
from web.problems import ProblemError
from web.settings import current_settings

Fields = MultiDict[str, str]

SPAN = timedelta(days=90)
# What the protocol lets one answer have.
PAGE_SIZE_MAX = 1_000
_PAGES_MAX = 1_000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Outside of these years an instant has no date in every time zone.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_DIGITS_MAX = 9


def sent_form() -> Fields:
    """Return the fields of the form that was sent.

    Raises:
        ProblemError: it is no form.
    """
    if request.mimetype not in _FORMS:
        raise ProblemError(NOT_A_FORM)
    return request.form


def check_jurisdiction(session: Session, sent: Fields) -> None:
    """See that what was sent is not meant for another jurisdiction.

    Raises:
        ProblemError: it is.
    """
    named = text_in(sent, "jurisdiction_id")
    if named is not None and named != (ours := jurisdiction_id(session)):
        raise ProblemError(JURISDICTION_UNKNOWN, jurisdiction_id=ours)


def jurisdiction_id(session: Session) -> str:
    """Return what clients call this community: as the settings say, else the code at the top of its tree."""
    return current_settings().open311_jurisdiction_id or next(
        (unit.code for unit in child_units(session, None, limit=1)), ""
    )


def text_in(sent: Fields, *names: str) -> str | None:
    """Return the text of the first of these fields that holds any, None if none does."""
    return next((text for name in names for each in sent.getlist(name) if (text := each.strip())), None)


def needed_text(sent: Fields, name: str) -> str:
    """Return the text of a field.

    Raises:
        ProblemError: it is missing or empty.
    """
    text = text_in(sent, name)
    if text is None:
        raise ProblemError(FIELD_MISSING, field=name)
    return text


def listed_in(sent: Fields, name: str) -> list[str]:
    """Return the texts of a field that may be sent several times, and holds several between commas."""
    return [text for each in sent.getlist(name) for part in each.split(",") if (text := part.strip())]


def degrees_in(sent: Fields, name: str) -> float | None:
    """Return a field's number of degrees, None if it was not sent.

    Raises:
        ProblemError: it is no number.
    """
    text = text_in(sent, name)
    if text is None:
        return None
    try:
        degrees = float(text)
    except ValueError:
        degrees = float("nan")
    if not isfinite(degrees):
        raise ProblemError(FIELD_WRONG, field=name, wanted=_("a number of degrees"))
    return degrees


def count_in(sent: Fields, name: str, *, usual: int, most: int) -> int:
    """Return a field's whole number from 1, cut to the most that it may be.

    Raises:
        ProblemError: it is no such number.
    """
    text = text_in(sent, name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX and int(text)):
        raise ProblemError(FIELD_WRONG, field=name, wanted=_("a whole number from 1"))
    return min(int(text), most)


def page_in(sent: Fields) -> tuple[int, int]:
    """Return how many are asked for, 1,000 at most and without a word, and how many come before them.

    Raises:
        ProblemError: a number is none.
    """
    page_size = count_in(sent, "page_size", usual=PAGE_SIZE_MAX, most=PAGE_SIZE_MAX)
    return page_size, (count_in(sent, "page", usual=1, most=_PAGES_MAX) - 1) * page_size


def instant_in(sent: Fields, name: str) -> datetime | None:
    """Return a field's instant, in the community's time zone where none stands there; None if it was not sent.

    Raises:
        ProblemError: it is no instant.
    """
    text = text_in(sent, name)
    if text is None:
        return None
    try:
        # In an address a plus sign that was not escaped is a blank.
        instant = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        instant = None
    if instant is None or not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ProblemError(FIELD_WRONG, field=name, wanted=_("an instant such as 2026-01-31T08:00:00+08:00"))
    return (instant if instant.tzinfo else instant.replace(tzinfo=current_settings().time_zone)).astimezone(UTC)


def span_in(sent: Fields) -> tuple[datetime, datetime]:
    """Return from when to when somebody asks: 90 days at most, and without a word the last 90.

    Raises:
        ProblemError: one is no instant, or there is more between them, or less than nothing.
    """
    since, until = instant_in(sent, "start_date"), instant_in(sent, "end_date")
    if until is None:
        until = since + SPAN if since else now()
    if since is None:
        since = until - SPAN
    if not since <= until <= since + SPAN:
        raise ProblemError(FIELD_WRONG, field="end_date", wanted=_("at most 90 days after start_date"))
    return since, until
