"""What all parts of the demo share while it is built: who there is, what day it is, and the one source of chance."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from awards import Fund
from demo.chances import chance_of
from demo.names import ShopKind
from merchants import Merchant
from people import PhoneVault, Resident

DAYS = 365
# Shops and the office are open from half past seven to half past eight in the evening.
_OPENS, _CLOSES = time(7, 30), time(20, 30)
# On the last day everything lies in the hours just gone, so that lists of today are not empty.
_HOURS_JUST_GONE = timedelta(hours=4)
_BEFORE_NOW = timedelta(minutes=1)
_SEED_OF_VOICES = 11
LATE_SHIFT_BEGINS, TWO_CASHIERS_SINCE_DAYS = time(14, 0), 14


@dataclass(frozen=True, slots=True)
class DemoSize:
    """How much is built; a demo of fewer than some 400 entries has no room for everything that is to be shown."""

    residents: int = 5_000
    merchants: int = 60
    # Those of reports and settlements come on top.
    entries: int = 50_000
    reports: int = 3_000


class Fate(Enum):
    """What befalls a shop in the year."""

    ORDINARY = auto()
    ONE_FUND = auto()
    SUSPENDED = auto()
    REVOKED = auto()
    EXPIRED = auto()
    REINSTATED = auto()


@dataclass(slots=True)
class Shop:
    """A merchant with those who stand at its till, and the days on which nobody can pay there."""

    merchant: Merchant
    kind: ShopKind
    fate: Fate
    weight: int
    owner: str
    till: str
    # Who stands there in the afternoon, on the days before the last since a second cashier was taken on.
    late_till: str | None = None
    late_from: date | None = None
    late_until: date | None = None
    funds: frozenset[str] | None = None
    closed_from: date | None = None
    closed_until: date | None = None
    orders: int = 0
    # Its naming has but days left, and its owner asks for another.
    ends_soon: bool = False

    def cashier_at(self, at: datetime) -> str:
        """Return who stands at the till at an instant."""
        if self.late_till is None or self.late_from is None or self.late_until is None:
            return self.till
        is_late = self.late_from <= at.date() < self.late_until and at.time() >= LATE_SHIFT_BEGINS
        return self.late_till if is_late else self.till

    def can_be_paid(self, day: date) -> bool:
        """Say whether it is named and not suspended all day."""
        if self.closed_from is None or day < self.closed_from:
            return True
        return self.closed_until is not None and day > self.closed_until


@dataclass(frozen=True, slots=True)
class Staff:
    """The actors of the office: who decides awards, two who book and pay money, and an officer for each town."""

    officer: str
    finance: str
    colleague: str
    of_towns: dict[str, str]


@dataclass(frozen=True, slots=True)
class Paid:
    """A completed payment that may be refunded."""

    redemption_id: UUID
    shop: Shop
    amount: int


@dataclass(slots=True)
class Scene:
    """The demo as far as it is built."""

    session: Session
    chance: Random
    now: datetime
    size: DemoSize
    code_secret: bytes
    vault: PhoneVault
    staff: Staff
    residents: list[Resident]
    # The residents of each town, without the one of the log-in, whose year is told apart.
    towns: dict[str, list[Resident]]
    shops: list[Shop]
    # Held here, so that whoever asks the session for one need not ask the database.
    funds: dict[str, Fund] = field(default_factory=dict)
    posted: int = 0
    # Chance of its own for what reporters say, so that the rest of the year goes on as it would without.
    voices: Random = field(default_factory=lambda: chance_of(_SEED_OF_VOICES))
    # Who has ever been awarded something, the one of the log-in left out, and their ids.
    holders: list[Resident] = field(default_factory=list)
    known_holders: set[UUID] = field(default_factory=set)
    # Who stopped their codes.
    blocked: set[UUID] = field(default_factory=set)
    paid: list[Paid] = field(default_factory=list)
    # Whether it was said to which accounts shops are paid.
    payees_told: bool = False

    def remember_holder(self, resident: Resident) -> None:
        """Remember that somebody has something to spend."""
        if resident.id not in self.known_holders and resident is not self.residents[0]:
            self.known_holders.add(resident.id)
            self.holders.append(resident)

    @property
    def today(self) -> date:
        """The day of the community on which the demo ends."""
        return self.now.date()

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.today - timedelta(days=DAYS)

    def days_ago(self, count: int) -> date:
        """Return the day that many days before the last."""
        return self.today - timedelta(days=count)

    def at(self, day: date, part: float) -> datetime:
        """Return an instant of a day's opening hours: 0 is when they begin, 1 when they end."""
        opens, closes = hours(self.now, day)
        return opens + (closes - opens) * part


def hours(now: datetime, day: date) -> tuple[datetime, datetime]:
    """Return from when until when things happen on a day, never after now."""
    if day < now.date():
        return datetime.combine(day, _OPENS, now.tzinfo), datetime.combine(day, _CLOSES, now.tzinfo)
    midnight = datetime.combine(day, time.min, now.tzinfo)
    opens = max(midnight, now - _HOURS_JUST_GONE)
    return opens, max(opens, now - _BEFORE_NOW)


def actor(person_id: UUID) -> str:
    """Return how entries name a person."""
    return f"person:{person_id.hex}"
