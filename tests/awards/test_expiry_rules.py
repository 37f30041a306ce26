"""How long an award lasts."""

from calendar import monthrange
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awards import END_OF_NEXT_YEAR, NEVER, ExpiryRuleError, expires_on, is_expiry_rule

DAYS = st.dates(date(2000, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("rule", "today", "last_day"),
    [
        (END_OF_NEXT_YEAR, date(2026, 1, 1), date(2027, 12, 31)),
        (END_OF_NEXT_YEAR, date(2026, 12, 31), date(2027, 12, 31)),
        ("months:1", date(2026, 1, 15), date(2026, 2, 15)),
        ("months:1", date(2026, 1, 31), date(2026, 2, 28)),
        ("months:1", date(2028, 1, 31), date(2028, 2, 29)),
        ("months:12", date(2028, 2, 29), date(2029, 2, 28)),
        ("months:120", date(2026, 12, 31), date(2036, 12, 31)),
        ("on:2026-12-31", date(2026, 6, 1), date(2026, 12, 31)),
        ("on:2026-06-01", date(2026, 6, 1), date(2026, 6, 1)),
        (NEVER, date(2026, 6, 1), None),
    ],
)
def test_a_rule_names_the_last_day_of_an_award(rule: str, today: date, last_day: date | None) -> None:
    assert expires_on(rule, today) == last_day


@given(today=DAYS)
def test_credits_live_to_the_end_of_next_year_on_whichever_day_they_are_awarded(today: date) -> None:
    last_day = expires_on(END_OF_NEXT_YEAR, today)
    assert last_day is not None
    assert (last_day.year, last_day.month, last_day.day) == (today.year + 1, 12, 31)


@given(today=DAYS, months=st.integers(1, 120))
def test_months_end_in_the_right_month_on_the_same_day_or_the_month_s_last(today: date, months: int) -> None:
    last_day = expires_on(f"months:{months}", today)
    assert last_day is not None
    assert (last_day.year - today.year) * 12 + last_day.month - today.month == months
    assert last_day.day == min(today.day, monthrange(last_day.year, last_day.month)[1])


@given(earlier=DAYS, later=DAYS, months=st.integers(1, 120))
def test_what_is_awarded_later_never_ends_earlier(earlier: date, later: date, months: int) -> None:
    earlier, later = sorted([earlier, later])
    for rule in (END_OF_NEXT_YEAR, f"months:{months}"):
        first, second = expires_on(rule, earlier), expires_on(rule, later)
        assert first is not None
        assert second is not None
        assert first <= second


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "End_Of_Next_Year",
        "never ",
        "months:",
        "months:0",
        "months:01",
        "months:121",
        "months:999",
        "months:1000",
        "months:-1",
        "months:1.5",
        "months:１",
        "on:",
        "on:2026-02-30",
        "on:2026-13-01",
        "on:0000-01-01",
        "on:20261231",
        "on:2026-W01-1",
        "on:2026-12-31\n",
        "weeks:3",
    ],
)
def test_anything_else_is_no_rule(rule: str) -> None:
    with pytest.raises(ExpiryRuleError) as refused:
        expires_on(rule, date(2026, 6, 1))
    assert refused.value.rule == rule


@given(rule=st.text(max_size=20))
def test_no_text_breaks_the_reading_of_rules(rule: str) -> None:
    with suppress(ExpiryRuleError):
        expires_on(rule, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("rule", "may_begin"),
    [
        (NEVER, True),
        ("on:2026-06-01", True),
        ("on:2026-05-31", False),
        ("on:", False),
        ("months:0", False),
    ],
)
def test_a_fund_begins_with_a_rule_that_has_not_ended(rule: str, may_begin: object) -> None:
    assert is_expiry_rule(rule, date(2026, 6, 1)) is may_begin
