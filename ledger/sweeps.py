"""The form of work over any number of rows that is done in parts, each in a short transaction of its own."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Sweep(Generic[Place]):
    """What one part of a sweep did: how many, how much in minor units, and where the next part begins.

    `next_after` is None when the end was reached.
    """

    count: int
    amount: int
    next_after: Place | None
