"""The one place of the web that reads the clock, in the community's time zone."""

from datetime import date, datetime

from web.settings import current_settings


def now() -> datetime:
    """Return the present instant, aware, in the community's time zone."""
    settings = current_settings()
    return settings.clock(settings.time_zone)


def today() -> date:
    """Return the present day of the community."""
    return now().date()
