"""What one row of the table of problems says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Words = Any  # a text of the catalogue, translated when it is shown; Flask-Babel has no types


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of one kind of refusal.

    `detail` says what is wrong and what to do next; its placeholders are the error's attributes. `facts` are the
    attributes that the answer repeats as members of their own; `field` is the request's field at fault.
    """

    status: int
    code: str
    title: Words
    detail: Words
    facts: tuple[str, ...] = ()
    field: str | None = None
    field_of: Callable[[Any], str] | None = None
