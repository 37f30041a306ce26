"""Lists as the contract shows them: a part at a time, newest first, with a cursor for what follows."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import Schema, fields

from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS

_PAGES: dict[str, type[Schema]] = {}


def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a list of such items."""
    name = f"{item.__name__}Page"
    if name not in _PAGES:
        _PAGES[name] = Schema.from_dict(
            {
                "items": fields.List(fields.Nested(item), required=True),
                "next_cursor": fields.String(
                    required=True, allow_none=True, metadata={"description": "Null at the end of the list."}
                ),
            },
            name=name,
        )
    return _PAGES[name]


def page(items: Sequence[Any], next_before: object | None) -> dict[str, Any]:
    """Return one part of a list; the cursor is what the domain asks for next, as text."""
    return {"items": items, "next_cursor": None if next_before is None else str(next_before)}


class Version(Protocol):
    """What is set in versions that are few, each with its number."""

    @property
    def number(self) -> int:
        """Which one it is; the highest is in force."""


def page_of_versions(found: Sequence[Version], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return one part of a list of all versions, newest first; `asked` is what a `PageQuery` brought.

    Raises:
        ProblemError: its cursor is none that we gave out.
    """
    before, limit = number_cursor(asked["cursor"]), asked["limit"]
    rest = [each for each in found if before is None or each.number < before]
    return page(rest[:limit], rest[limit - 1].number if len(rest) > limit else None)


def id_cursor(cursor: str | None) -> UUID | None:
    """Return a cursor that is an id.

    Raises:
        ProblemError: it is none that we gave out.
    """
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError as error:
        raise cursor_refused() from error


def number_cursor(cursor: str | None) -> int | None:
    """Return a cursor that is a number.

    Raises:
        ProblemError: it is none that we gave out.
    """
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise cursor_refused()
    return int(cursor)


def cursor_refused() -> ProblemError:
    """Return the refusal of a cursor that this list did not give out."""
    return ProblemError(INVALID_FIELDS, errors={"cursor": [_("This is no cursor of this list.")]})
