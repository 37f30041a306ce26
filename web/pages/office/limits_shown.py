"""What the page of the caps shows of the limits on writing reports."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reports import LIMIT_NAMES, list_limits
from web.pages.actors import actor_names
from web.pages.times import local

_LAST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LimitsView:
    """One version of the limits on writing, by name; None is no limit."""

    number: int
    values: dict[str, int | None]
    set_by: str
    set_at: datetime


def limits_views(session: Session) -> list[LimitsView]:
    """Return the last versions of the limits, the newest first."""
    found = list_limits(session)[:_LAST_SHOWN]
    names = actor_names(session, {each.set_by for each in found})
    return [
        LimitsView(
            each.number,
            {name: getattr(each, name) for name in LIMIT_NAMES},
            names[each.set_by],
            local(each.set_at),
        )
        for each in found
    ]
