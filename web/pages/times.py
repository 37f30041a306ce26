"""Instants and days as pages show them: in the community's time zone."""

from datetime import date, datetime, time, timedelta

from web.settings import current_settings


def local(at: datetime) -> datetime:
    """Return an instant in the community's time zone."""
    return at.astimezone(current_settings().time_zone)


def begin_of(day: date) -> datetime:
    """Return the first instant of a day of the community."""
    return datetime.combine(day, time(), tzinfo=current_settings().time_zone)


def end_of(day: date) -> datetime:
    """Return the first instant after a day of the community."""
    return begin_of(day + timedelta(days=1))
