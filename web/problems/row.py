"""What one row of the table of problems says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

Words = Any  # a text of the catalogue, translated when it is shown; Flask-Babel has no types


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of one kind of refusal.

    `detail` says what is wrong and what to do next; its placeholders are the error's attributes. `facts` are the
    attributes that the answer repeats as members of their own; `field` is the request's field at fault, `errors_of`
    says the faults of several. `words_of` gives placeholders that have words of their own.
    """

    status: int
    code: str
    title: Words
    detail: Words
    facts: tuple[str, ...] = ()
    field: str | None = None
    errors_of: Callable[[Any], Mapping[str, Any]] | None = None
    words_of: Callable[[Any], dict[str, str]] | None = None


def unknown(code: str, title: Words) -> Row:
    """Return the row of a thing that is not there, or is another's."""
    return Row(404, code, title, _l("Check what you asked for. What belongs to others is not shown either."))


def wrong_field(field: str, detail: Words) -> Row:
    """Return the row of a field that only the domain could judge."""
    return Row(422, "invalid_fields", _l("Some fields are not right"), detail, field=field)


def misconfigured(title: Words) -> Row:
    """Return the row of what only whoever runs the system can mend."""
    return Row(500, "misconfigured", title, _l("Tell the office: whoever runs this system has to mend it."))
