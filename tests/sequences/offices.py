"""The offices of the town, and what the machine draws for them: places in lists, amounts, days."""

from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st

from tests.sequences.town import RESIDENTS, RULES, Town

Thing = TypeVar("Thing")

# The kinds of what may happen, by the names of their methods, each with what that takes.
Events = dict[str, tuple[st.SearchStrategy[Any], ...]]

FUND = st.sampled_from(sorted(RULES))
WHO = st.integers(0, RESIDENTS - 1)
SHOP = OFFICER = st.integers(0, 1)
AMOUNT = st.integers(1, 300)
# Which of those there are, counted from the latest: what happened last is the most likely to matter.
WHICH = st.integers(0, 5)
# How long ago something happened that is told only now.
DAYS_AGO = st.sampled_from([0, 0, 1, 3, 30])


def latest(made: list[Thing], which: int) -> Thing:
    """Return one of these, counted from the latest."""
    return made[-1 - which % len(made)]


class Office:
    """Where things of one kind happen in a town; the machine calls the method `_name` for each name in `EVENTS`."""

    EVENTS: ClassVar[Events] = {}

    def __init__(self, town: Town) -> None:
        self.town = town

    def prove(self) -> None:
        """See, when a sequence is over, that what only this office looks after is as it must be."""
