"""What the community is called."""

from sqlalchemy.orm import Session

from people import child_units
from web.settings import current_settings


def community_name(session: Session) -> str:
    """Return the name of the unit at the top of the tree; where none stands there alone, what the settings say."""
    tops = child_units(session, None)
    return tops[0].name if len(tops) == 1 else current_settings().community_name
