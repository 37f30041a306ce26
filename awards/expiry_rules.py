"""How long an award of a fund lasts: the fund's rule as a pure function of the day of the award."""

import calendar
import re
from datetime import date

from awards.errors import ExpiryRuleError

END_OF_NEXT_YEAR = "end_of_next_year"
NEVER = "never"

_MONTHS_MAX = 120
_MONTHS = re.compile(r"months:([1-9][0-9]{0,2})", re.ASCII)
_ON = re.compile(r"on:([0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII)


def expires_on(rule: str, today: date) -> date | None:
    """Return the last day on which credits awarded today may be spent, None if they never expire.

    `end_of_next_year`; `months:N`: the same day N months on, or the last of that month where it has no such day;
    `on:YYYY-MM-DD`: that day, even where it is over; `never`.

    Raises:
        ExpiryRuleError: the rule is none of these.
    """
    if rule == NEVER:
        return None
    if rule == END_OF_NEXT_YEAR:
        return date(today.year + 1, 12, 31)
    if fixed := fixed_day(rule):
        return fixed
    months = _MONTHS.fullmatch(rule)
    if months is None or int(months[1]) > _MONTHS_MAX:
        raise ExpiryRuleError(rule)
    years, month = divmod(today.month - 1 + int(months[1]), 12)
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def fixed_day(rule: str) -> date | None:
    """Return the one day that a rule names as the last, None where the last day goes with the day of the award.

    Raises:
        ExpiryRuleError: the day is none of the calendar.
    """
    named = _ON.fullmatch(rule)
    if named is None:
        return None
    try:
        return date.fromisoformat(named[1])
    except ValueError:
        raise ExpiryRuleError(rule) from None


def is_expiry_rule(rule: str, today: date) -> bool:
    """Say whether a fund may begin with this rule today: it is one, and its awards do not end before they begin."""
    try:
        last_day = expires_on(rule, today)
    except ExpiryRuleError:
        return False
    return last_day is None or last_day >= today
