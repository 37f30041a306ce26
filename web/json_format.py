"""JSON as the contract writes and reads it: instants in UTC with Z, and nothing that can be read in two ways."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask.json.provider import JSONProvider


class MalformedJsonError(ValueError):
    """The bytes are not one JSON value in UTF-8 whose names are unique and whose numbers are numbers."""


def instant_text(instant: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, with Z."""
    return instant.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    # A text that is translated when it is shown.
    return str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)


def json_text(value: object) -> str:
    """Return a value as compact JSON."""
    return _ENCODER.encode(value)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJsonError("a name stands twice")
    return members


def _no_constant(name: str) -> Any:
    raise MalformedJsonError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once_each, parse_constant=_no_constant)


def parsed_json(data: bytes) -> Any:
    """Return the value that the bytes say.

    Raises:
        MalformedJsonError: they are no JSON, not UTF-8, nest too deeply, or have a name twice, NaN or Infinity.
    """
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # ValueError also stands for numbers of thousands of digits.
        raise MalformedJsonError("not JSON") from error


class LedgerJson(JSONProvider):
    """The application's JSON, compact, with text as it is."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """Return a value as compact JSON."""
        return json_text(obj)

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Return the value that a text says."""
        return parsed_json(s if isinstance(s, bytes) else s.encode())
