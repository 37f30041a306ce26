"""Holds as the pencil keeps them: the very lots set aside, given out in parts, and ended once."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ledger import AccountState, CreditLot
from tests.sequences.pencil import Pencil
from tests.sequences.sheet import Effect, Parts, Refused, Written

TAKING = (AccountState.OPEN, AccountState.FROZEN)
GIVING = (AccountState.OPEN, AccountState.CLOSING)


@dataclass
class SetAside:
    """One hold; `left` are the parts that were not captured, earliest first, as long as it is open."""

    who: str
    placed_at: datetime
    expires_at: datetime
    left: Parts
    ended: str = ""

    @property
    def amount_left(self) -> int:
        """What is still set aside."""
        return sum(amount for _, amount in self.left)


@dataclass
class HoldsBook:
    """All holds ever placed, and the pencil that writes what they move."""

    pencil: Pencil
    holds: dict[UUID, SetAside] = field(default_factory=dict)

    def authorize(self, key: UUID | None, who: str, amount: int, expires_at: datetime) -> None:
        """Set credits aside, earliest lots first."""
        available = f"{who}:available"
        if self.pencil.spendable(available, None) < amount:
            raise Refused("InsufficientBalanceError")
        parts = self.pencil.picked(available, amount, None)
        effects: list[Effect] = []
        for lot, part in parts:
            effects += [(available, lot.label, -part), (f"{who}:held", lot.label, part)]
        self.pencil.write(Written("hold", who, effects))
        if key is not None:
            self.holds[key] = SetAside(who, self.pencil.now, expires_at, parts)

    def capture(self, key: UUID, shop: str, amount: int | None, now: datetime, *, final: bool) -> None:
        """Give out a part of a hold, or all of it; a final capture gives the rest back."""
        hold = self.holds[key]
        if hold.ended == "expired" or (not hold.ended and hold.expires_at <= now):
            raise Refused("HoldExpiredError")
        if hold.ended:
            raise Refused("HoldEndedError")
        wanted = hold.amount_left if amount is None else amount
        if wanted > hold.amount_left:
            raise Refused("HoldExceededError")
        left, effects = list(hold.left), []
        while wanted:
            lot, there = left.pop(0)
            part = min(there, wanted)
            wanted -= part
            if there > part:
                left.insert(0, (lot, there - part))
            effects += [(f"{hold.who}:held", lot.label, -part), (f"{shop}:payable", CreditLot(lot.fund).label, part)]
        # What has no room to go back to waits for the sweep, and the hold's time is over.
        waits = final and bool(left) and not self._has_room(hold.who, sum(rest for _, rest in left))
        ends = not left or (final and not waits)
        back = [Written("hold_voided", "", self._back(hold.who, left))] if ends and left else []
        self.pencil.write(Written("hold_captured", "", effects), *back)
        hold.left = [] if ends else left
        hold.ended = "captured" if ends else ""
        if waits:
            # Its time is longer than nothing.
            hold.expires_at = max(now, hold.placed_at + timedelta.resolution)

    def _has_room(self, who: str, amount: int) -> bool:
        available, held = f"{who}:available", f"{who}:held"
        total = self.pencil.total(available) + amount
        return (
            self.pencil.state(available) in TAKING
            and self.pencil.state(held) in GIVING
            and total <= self.pencil.ceilings.get(available, total)
        )

    def void(self, key: UUID) -> None:
        """Give back what is left of a hold."""
        hold = self.holds[key]
        if hold.ended:
            raise Refused("HoldEndedError")
        self.pencil.write(Written("hold_voided", "", self._back(hold.who, hold.left)))
        hold.left, hold.ended = [], "voided"

    def expire(self, now: datetime) -> tuple[int, int]:
        """Give back what is left of holds whose time is over, if it can be taken; return of how many, and how much."""
        due = [(hold.expires_at, key) for key, hold in self.holds.items() if not hold.ended and hold.expires_at <= now]
        count = amount = 0
        for _, key in sorted(due):
            hold = self.holds[key]
            left = hold.amount_left
            if self.pencil.state(f"{hold.who}:available") in TAKING:
                with suppress(Refused):
                    self.end_in_time(hold)
                    count, amount = count + 1, amount + left
        return count, amount

    def end_in_time(self, hold: SetAside) -> None:
        """Give back what is left of a hold whose time is over."""
        self.pencil.write(Written("hold_expired", "system", self._back(hold.who, hold.left)))
        hold.left, hold.ended = [], "expired"

    def _back(self, who: str, parts: Parts) -> list[Effect]:
        effects: list[Effect] = []
        for lot, part in parts:
            back = self.pencil.restored(lot)
            effects += [(f"{who}:held", lot.label, -part), (f"{who}:available", back.label, part)]
        return effects
