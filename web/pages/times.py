"""Instants as pages show them: in the community's time zone."""

from datetime import datetime

from web.settings import current_settings


def local(at: datetime) -> datetime:
    """Return an instant in the community's time zone."""
    return at.astimezone(current_settings().time_zone)
