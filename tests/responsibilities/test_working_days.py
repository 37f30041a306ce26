"""Working days: which days offices work, and the last of so many of them."""

from datetime import date, timedelta

import pytest

from responsibilities import DayOutOfRangeError, due_on, is_announced, is_working_day

# Announced by the General Office of the State Council on 4 November 2025.
DAYS_OFF_2026 = (
    [date(2026, 1, day) for day in (1, 2, 3)]
    + [date(2026, 2, day) for day in range(15, 24)]
    + [date(2026, 4, day) for day in (4, 5, 6)]
    + [date(2026, 5, day) for day in range(1, 6)]
    + [date(2026, 6, day) for day in (19, 20, 21)]
    + [date(2026, 9, day) for day in (25, 26, 27)]
    + [date(2026, 10, day) for day in range(1, 8)]
)
WORKED_WEEKENDS_2026 = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


def test_an_announced_year_has_the_exchanged_days_of_its_announcement() -> None:
    worked = [
        day for day in days_of(2026) if day in WORKED_WEEKENDS_2026 or (day.weekday() < 5 and day not in DAYS_OFF_2026)
    ]
    assert [day for day in days_of(2026) if is_working_day(day)] == worked


def test_a_year_that_is_not_announced_has_weekends_and_statutory_holidays() -> None:
    # Spring Festival 2031 is on 23 January, Qingming on 5 April, the Dragon Boat Festival on 24 June, Mid-Autumn on
    # 1 October, a day on which the National Day is as well. The law of 2024 frees New Year's Eve and 2 May too.
    statutory = [(1, 1), (1, 22), (1, 23), (1, 24), (1, 25), (4, 5), (5, 1), (5, 2), (6, 24), (10, 1), (10, 2), (10, 3)]
    off = {date(2031, month, day) for month, day in statutory}
    worked = [day for day in days_of(2031) if day.weekday() < 5 and day not in off]
    assert [day for day in days_of(2031) if is_working_day(day)] == worked


@pytest.mark.parametrize(("year", "known"), [(2025, True), (2026, True), (2031, False), (2099, False)])
def test_it_is_known_whether_a_years_exchanged_days_are_announced(year: int, *, known: bool) -> None:
    assert is_announced(year) is known


@pytest.mark.parametrize(
    ("day", "working_days", "due"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # over a weekend
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # from a Saturday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # over Spring Festival
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # into a year that may not be announced
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_the_day_itself_does_not_count_and_only_working_days_do(day: date, working_days: int, due: date) -> None:
    assert due_on(day, working_days) == due


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2100, 1, 1)])
def test_where_no_calendar_reaches_nothing_is_guessed(day: date) -> None:
    with pytest.raises(DayOutOfRangeError) as refused:
        is_working_day(day)
    assert refused.value.year == day.year
    with pytest.raises(DayOutOfRangeError):
        is_announced(day.year)
