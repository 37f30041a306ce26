"""The one place of the web that reads the clock, in the community's time zone."""

from datetime import date, datetime, time, timedelta

from web.settings import current_settings

# A day further out has no instants in every time zone.
_FIRST_DAY, _LAST_DAY = date.min + timedelta(days=1), date.max - timedelta(days=1)


def now() -> datetime:
    """Return the present instant, aware, in the community's time zone."""
    settings = current_settings()
    return settings.clock(settings.time_zone)


def today() -> date:
    """Return the present day of the community."""
    return now().date()


def begin_of(day: date) -> datetime:
    """Return the first instant of a day of the community."""
    return datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time(), tzinfo=current_settings().time_zone)


def month_after(first_on: date) -> date:
    """Return the first day of the month after the one that begins on a day."""
    return (first_on + timedelta(days=31)).replace(day=1)


def end_of(day: date) -> datetime:
    """Return the first instant after a day of the community."""
    return begin_of(min(day, _LAST_DAY) + timedelta(days=1))


def last_moment_of(day: date, present: datetime) -> datetime:
    """Return the last instant of a day of the community, or the present one where that day is today."""
    return present if day == present.date() else end_of(day) - timedelta(microseconds=1)
