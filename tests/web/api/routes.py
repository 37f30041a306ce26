"""What a POST of the API is, for the tests of all of them."""

from dataclasses import dataclass
from typing import Any

REASON = {"reason": "x"}


@dataclass(frozen=True)
class Route:
    """A POST with a body that is right, whose ids stand for things of the community below."""

    path: str
    role: str
    body: dict[str, Any]
    optional: frozenset[str] = frozenset()
