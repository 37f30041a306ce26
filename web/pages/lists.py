"""Lists that are shown a part at a time: the cursor in the address, and fragments for htmx."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for

from web.problems import ProblemError
from web.problems.requests import NOT_FOUND


def id_cursor() -> UUID | None:
    """Return the id before which the list goes on, None at its beginning.

    Raises:
        ProblemError: the address was not made by us.
    """
    return _id_before(request.args.get("before"))


def posted_id_cursor() -> UUID | None:
    """Return the same of a list that is asked for by a form, because what it is asked for must stand in no address.

    Raises:
        ProblemError: the form was not made by us.
    """
    return _id_before(request.form.get("before"))


def _id_before(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error


def number_cursor() -> int | None:
    """Return the number before which the list goes on, None at its beginning.

    Raises:
        ProblemError: the address was not made by us.
    """
    text = request.args.get("before")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ProblemError(NOT_FOUND)
    return int(text)


def more_url(before: object | None, **values: Any) -> str | None:
    """Return the present page's address for what follows `before`, None where nothing does.

    `values` are the rest of its query; those that are empty are left out.
    """
    if before is None:
        return None
    kept: dict[str, Any] = {name: str(value) for name, value in values.items() if value not in (None, "")}
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept, before=str(before))


def day_asked(name: str, default: date) -> date:
    """Return the day that the query names, the default where it names none."""
    return any_day_asked(name) or default


def any_day_asked(name: str) -> date | None:
    """Return the day that the query names, None where it names none."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    # At the calendar's ends there is no day before or after to turn to.
    return day if date.min < day < date.max else None


def is_fragment() -> bool:
    """Say whether htmx asks for the part that follows instead of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def list_page(page: str, fragment: str, **context: Any) -> str:
    """Render a page with a list, or for htmx only its items."""
    return render_template(fragment if is_fragment() else page, **context)
