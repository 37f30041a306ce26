"""What lists read from the query."""

from datetime import date

import pytest
from flask import Flask

from web.pages.lists import day_asked

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-05-31", date(2026, 5, 31)), ("0001-01-01", TODAY), ("9999-12-31", TODAY), ("yesterday", TODAY)],
)
def test_a_day_without_neighbours_is_no_day(typed: str, day: date) -> None:
    with Flask(__name__).test_request_context(query_string={"on": typed}):
        assert day_asked("on", TODAY) == day
