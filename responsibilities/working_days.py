"""Working days in China: weekends, statutory holidays, and the days that are exchanged between them (调休).

Which days are exchanged is announced by the State Council each autumn for the next year. For a year that is not
announced yet, weekends and statutory holidays count; whoever shows such a deadline says so.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from responsibilities.errors import DayOutOfRangeError

# As far as the package knows the lunar calendar and the law of today applies.
YEAR_MIN, YEAR_MAX = 2014, 2099


def due_on(day: date, working_days: int) -> date:
    """Return the last of so many working days after `day`, which itself does not count.

    Raises:
        DayOutOfRangeError: the calendar ends before.
    """
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day


@lru_cache(maxsize=4_096)
def is_working_day(day: date) -> bool:
    """Say whether offices work on a day.

    Raises:
        DayOutOfRangeError: no calendar reaches there.
    """
    return bool(_year(day.year).is_working_day(day))


def is_announced(year: int) -> bool:
    """Say whether it is known which days of a year are exchanged.

    Raises:
        DayOutOfRangeError: no calendar reaches there.
    """
    return any(day.year == year for day in _year(year).weekend_workdays)


@lru_cache(maxsize=YEAR_MAX - YEAR_MIN + 1)
def _year(year: int) -> holidays.HolidayBase:
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise DayOutOfRangeError(year)
    announced = holidays.country_holidays("CN", years=year, expand=False)
    if any(day.year == year for day in announced.weekend_workdays):
        return announced
    # Without the days off that the package guesses for holidays on a weekend.
    return holidays.country_holidays("CN", years=year, expand=False, observed=False)
