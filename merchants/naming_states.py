"""How a merchant stands today: named, suspended, or not (any more) where credits may be spent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.model import Merchant, Naming
from merchants.registry import list_merchants

_READ_AT_ONCE = 200


class NamingState(StrEnum):
    """What a naming, or the want of one, means on a day."""

    NAMED = "named"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ENDED = "ended"
    FUTURE = "future"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A merchant on a day; `naming` is the one in force, else the next to come, else None."""

    merchant: Merchant
    naming: Naming | None
    state: NamingState


@dataclass(frozen=True, slots=True)
class StandingPage:
    """Merchants, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[Standing]
    next_before: UUID | None


def naming_state(naming: Naming, day: date) -> NamingState:
    """Return what a naming is on a day."""
    if naming.revoked_at is not None:
        return NamingState.REVOKED
    if naming.valid_until < day:
        return NamingState.ENDED
    if naming.suspended_at is not None:
        return NamingState.SUSPENDED
    return NamingState.FUTURE if naming.valid_from > day else NamingState.NAMED


def standings(session: Session, *, merchants: Sequence[Merchant], day: date) -> list[Standing]:
    """Return how these merchants stand on a day, in their order."""
    namings = _namings_of(session, [merchant.id for merchant in merchants])
    return [_standing(merchant, namings[merchant.id], day) for merchant in merchants]


def list_standings(
    session: Session,
    *,
    day: date,
    state: NamingState | None = None,
    text: str = "",
    limit: int,
    before: UUID | None = None,
) -> StandingPage:
    """Return merchants with how they stand on a day, newest first, older than the cursor `before`.

    `state` keeps those that stand so; `text` looks into code, name and category.
    """
    found: list[Standing] = []
    cursor = before
    while True:
        part = list_merchants(session, limit=_READ_AT_ONCE, before=cursor, text=text)
        found += [each for each in standings(session, merchants=part, day=day) if state in {None, each.state}]
        if len(found) > limit:
            return StandingPage(found[:limit], found[limit - 1].merchant.id)
        if len(part) < _READ_AT_ONCE:
            return StandingPage(found, None)
        cursor = part[-1].id


def ending_namings(session: Session, *, day: date, days: int) -> list[Standing]:
    """Return the named merchants whose last day comes within so many days with no further naming, the nearest first."""
    last_day = day + timedelta(days=days)
    current = select(Naming.merchant_id).where(
        Naming.revoked_at.is_(None), Naming.valid_from <= day, Naming.valid_until.between(day, last_day)
    )
    merchants = session.scalars(select(Merchant).where(Merchant.id.in_(current))).all()
    namings = _namings_of(session, [merchant.id for merchant in merchants])
    ending = [
        _standing(merchant, namings[merchant.id], day)
        for merchant in merchants
        if max(each.valid_until for each in namings[merchant.id] if each.revoked_at is None) <= last_day
    ]
    return sorted(ending, key=lambda each: (each.naming.valid_until if each.naming else last_day, each.merchant.code))


def _namings_of(session: Session, merchant_ids: Collection[UUID]) -> defaultdict[UUID, list[Naming]]:
    found = session.scalars(
        select(Naming).where(Naming.merchant_id.in_(merchant_ids)).order_by(Naming.named_at.desc(), Naming.id.desc())
    )
    namings: defaultdict[UUID, list[Naming]] = defaultdict(list)
    for naming in found:
        namings[naming.merchant_id].append(naming)
    return namings


def _standing(merchant: Merchant, namings: Sequence[Naming], day: date) -> Standing:
    naming = _first(namings, NamingState.NAMED, day) or _first(namings, NamingState.SUSPENDED, day)
    coming = sorted(_in_state(namings, NamingState.FUTURE, day), key=lambda each: each.valid_from)
    naming = naming or next(iter(coming), None)
    if naming is not None:
        return Standing(merchant, naming, naming_state(naming, day))
    return Standing(merchant, None, naming_state(namings[0], day) if namings else NamingState.UNNAMED)


def _first(namings: Iterable[Naming], state: NamingState, day: date) -> Naming | None:
    return next(iter(_in_state(namings, state, day)), None)


def _in_state(namings: Iterable[Naming], state: NamingState, day: date) -> list[Naming]:
    return [naming for naming in namings if naming_state(naming, day) is state]
