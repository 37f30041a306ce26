"""The last day of what is printed on paper, which still counts."""

from datetime import date, datetime, time, timedelta


def end_of(day: date, now: datetime) -> datetime:
    """Return the first instant after a day, in the time zone of `now`."""
    return datetime.combine(day + timedelta(days=1), time(), now.tzinfo)


def last_moment(day: date, now: datetime) -> datetime:
    """Return the last moment of a day, in the time zone of `now`."""
    return end_of(day, now) - timedelta.resolution
