"""The terms on which entries are taken: since when, and until when, what they tell may have happened."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ledger.model import BookTerms


@dataclass(frozen=True, slots=True)
class Terms:
    """What bounds the time of entries; None bounds nothing.

    Nothing is taken that happened before `closed_until`, or more than `open_days` days ago in `time_zone`, or more
    than `ahead_s` seconds ahead of the ledger's clock.
    """

    closed_until: datetime | None
    open_days: int | None
    ahead_s: int | None
    time_zone: str | None

    def open_from(self, at: datetime) -> datetime | None:
        """Return the earliest instant that an entry recorded at `at` may tell of."""
        bounds = [self.closed_until] if self.closed_until else []
        if self.open_days is not None and self.time_zone is not None:
            zone = ZoneInfo(self.time_zone)
            bounds.append(datetime.combine(at.astimezone(zone).date() - timedelta(self.open_days), time.min, zone))
        return max(bounds, default=None)

    def open_until(self, at: datetime) -> datetime | None:
        """Return the latest instant that an entry recorded at `at` may tell of."""
        return None if self.ahead_s is None else at + timedelta(seconds=self.ahead_s)


@dataclass(frozen=True, slots=True)
class TermsSet:
    """Terms, and who set them when."""

    terms: Terms
    set_by: str
    set_at: datetime


# Enough for clocks that differ a little.
AHEAD_S = 300


def terms_in_force(session: Session) -> Terms:
    """Return the terms on which entries are taken now."""
    return terms_history(session)[0].terms


def terms_history(session: Session) -> list[TermsSet]:
    """Return all terms there ever were, the latest first."""
    rows = session.scalars(select(BookTerms).order_by(BookTerms.number.desc()))
    return [
        TermsSet(Terms(row.closed_until, row.open_days, row.ahead_s, row.time_zone), row.set_by, row.set_at)
        for row in rows
    ]


def set_open_days(session: Session, *, days: int, zone: ZoneInfo, actor: str, now: datetime) -> None:
    """Take, from now on, only what happened today, on the `days` days before it, or up to `AHEAD_S` seconds ahead."""
    change_terms(session, actor=actor, now=now, open_days=days, ahead_s=AHEAD_S, time_zone=zone.key)


def change_terms(session: Session, *, actor: str, now: datetime, **changes: Any) -> None:
    """Set new terms: the old ones save for these changes. Of two at once, one meets a unique violation."""
    last = session.scalars(select(BookTerms).order_by(BookTerms.number.desc()).limit(1)).one()
    kept = {
        "closed_until": last.closed_until,
        "open_days": last.open_days,
        "ahead_s": last.ahead_s,
        "time_zone": last.time_zone,
    }
    session.execute(insert(BookTerms).values(**(kept | changes), number=last.number + 1, set_by=actor, set_at=now))
