"""Caps: what reports can earn one person at most in a day and in a month; none until the office sets them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from earnings.errors import CapsError, CapsUnknownError
from earnings.model import EarningCapsSet
from ledger import Call, Count, counted, new_id, remember_call

_DAY, _MONTH = "earned_in_a_day", "earned_in_a_month"


@dataclass(frozen=True, slots=True)
class EarningCaps:
    """What one person can earn at most, in minor units; None is no cap."""

    per_day: int | None = None
    per_month: int | None = None


def set_caps(
    session: Session, *, caps: EarningCaps, actor: str, now: datetime, call: Call | None = None
) -> EarningCapsSet:
    """Set the caps from now on, as their next version. Of two set at once, one meets a unique violation.

    Raises:
        CapsError: a cap is below 1, or a day's is above a month's.
    """
    given = [cap for cap in (caps.per_day, caps.per_month) if cap is not None]
    if any(cap < 1 for cap in given) or given != sorted(given):
        raise CapsError
    latest = session.scalar(select(EarningCapsSet.number).order_by(EarningCapsSet.number.desc()).limit(1))
    made = EarningCapsSet(
        number=(latest or 0) + 1,
        id=new_id(),
        per_day=caps.per_day,
        per_month=caps.per_month,
        set_by=actor,
        set_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


# Asked with every payment, so it is put together once.
_IN_FORCE = select(EarningCapsSet.per_day, EarningCapsSet.per_month).order_by(EarningCapsSet.number.desc()).limit(1)


def caps_in_force(session: Session) -> EarningCaps:
    """Return the caps that hold now."""
    latest = session.connection().execute(_IN_FORCE).first()
    return EarningCaps(latest.per_day, latest.per_month) if latest else EarningCaps()


def get_caps(session: Session, caps_id: UUID) -> EarningCapsSet:
    """Return the version of the caps with this id.

    Raises:
        CapsUnknownError: there is none.
    """
    found = session.scalars(select(EarningCapsSet).where(EarningCapsSet.id == caps_id)).one_or_none()
    if found is None:
        raise CapsUnknownError(caps_id)
    return found


def list_caps(session: Session) -> list[EarningCapsSet]:
    """Return all versions of the caps, the latest first."""
    return list(session.scalars(select(EarningCapsSet).order_by(EarningCapsSet.number.desc())))


def left_under(session: Session, caps: EarningCaps, resident_id: UUID, today: date) -> int | None:
    """Return what somebody can still earn today, in minor units; None where nothing caps it."""
    left = [
        limit - counted(session, owner=_owner(resident_id), name=name, day=day)
        for name, day, limit in _counters(caps, today)
    ]
    return max(0, min(left)) if left else None


def counts_of(caps: EarningCaps, resident_id: UUID, today: date, amount: int) -> list[Count]:
    """Return what is to be counted for somebody who gets this amount."""
    return [Count(_owner(resident_id), name, day, amount, limit) for name, day, limit in _counters(caps, today)]


def _counters(caps: EarningCaps, today: date) -> list[tuple[str, date, int]]:
    both = ((_DAY, today, caps.per_day), (_MONTH, today.replace(day=1), caps.per_month))
    return [(name, day, limit) for name, day, limit in both if limit is not None]


def _owner(resident_id: UUID) -> str:
    return f"resident:{resident_id.hex}"
