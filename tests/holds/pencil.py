"""A model of awards, holds, payments and time, as somebody keeps it who counts coins and has a pencil."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from awards import expires_on

GRACE = timedelta(days=30)
FUNDS = {"fire": "months:1", "forever": "never", "peace": "end_of_next_year"}

Parts = Counter[str]


@dataclass
class PencilledHold:
    """A hold as it was pencilled: whose, until when, the parts still set aside, and whether it has ended."""

    person: int
    expires_at: datetime
    parts: Parts
    ended_as: str = ""


@dataclass
class Pencil:
    """What lies where, by place and label. Places are `fund:F`, `shop`, and of a person `p0` and `p0:held`."""

    now: datetime
    lots: dict[str, Parts] = field(default_factory=lambda: defaultdict(Counter))
    holds: list[PencilledHold] = field(default_factory=list)
    awards: list[tuple[int, str, int, bool]] = field(default_factory=list)
    payments: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day it is."""
        return self.now.date()

    def move(
        self, parts: Iterable[str], giver: str, taker: str, *, restored: bool = False, undated: bool = False
    ) -> None:
        """Move coins, each named by its label."""
        for coin in parts:
            self.lots[giver][coin] -= 1
            self.lots[taker][self._arriving(coin, restored=restored, undated=undated)] += 1

    def _arriving(self, coin: str, *, restored: bool, undated: bool) -> str:
        day, _, fund = coin.partition(":")
        if undated:
            return f"never:{fund}"
        if restored and day < self.today.isoformat():
            return f"{self.today + GRACE}:{fund}"
        return coin

    def coins(self, place: str, amount: int, funds: Collection[str] | None = None) -> list[str] | None:
        """Return the coins that are spent for an amount, the earliest first; None where there are too few."""
        good = [
            coin
            for coin in self.lots[place].elements()
            if coin.partition(":")[0] >= self.today.isoformat() and (funds is None or coin.partition(":")[2] in funds)
        ]
        return sorted(good)[:amount] if len(good) >= amount else None

    # --- what happens -----------------------------------------------------------------------------------------------

    def award(self, person: int, fund: str, amount: int) -> None:
        """Give a person something of a fund that has plenty."""
        day = expires_on(FUNDS[fund], self.today)
        label = f"{day or 'never'}:{fund}"
        self.lots[f"fund:{fund}"][f"never:{fund}"] -= amount
        self.lots[f"p{person}"][label] += amount
        self.awards.append((person, label, amount, False))

    def hold(self, person: int, amount: int, hours: int, funds: Collection[str] | None) -> bool:
        """Set something aside; say whether there was enough."""
        coins = self.coins(f"p{person}", amount, funds)
        if coins is not None:
            self.move(coins, f"p{person}", f"p{person}:held")
            self.holds.append(PencilledHold(person, self.now + timedelta(hours=hours), Counter(coins)))
        return coins is not None

    def refusal_to_capture(self, hold: PencilledHold, amount: int | None) -> str:
        """Return why a capture is refused, empty where it is not."""
        if hold.ended_as == "expired" or (not hold.ended_as and hold.expires_at <= self.now):
            return "HoldExpiredError"
        if hold.ended_as:
            return "HoldEndedError"
        return "HoldExceededError" if amount is not None and amount > hold.parts.total() else ""

    def capture(self, hold: PencilledHold, amount: int | None, *, final: bool) -> None:
        """Give the shop something of what is set aside."""
        coins = sorted(hold.parts.elements())[:amount]
        self.move(coins, f"p{hold.person}:held", "shop", undated=True)
        hold.parts -= Counter(coins)
        if final or not hold.parts:
            self.end(hold, "captured")

    def end(self, hold: PencilledHold, how: str) -> None:
        """Give back what is left of a hold."""
        self.move(hold.parts.elements(), f"p{hold.person}:held", f"p{hold.person}", restored=True)
        hold.parts, hold.ended_as = Counter(), how

    def expire(self) -> int:
        """End the holds whose time is over; return how many those were."""
        due = [hold for hold in self.holds if not hold.ended_as and hold.expires_at <= self.now]
        for hold in due:
            self.end(hold, "expired")
        return len(due)

    def sweep(self) -> int:
        """Return to their funds the credits whose day is over; return how much that was."""
        swept = 0
        for person in (0, 1):
            past = [coin for coin in self.lots[f"p{person}"].elements() if coin[:10] < self.today.isoformat()]
            for coin in past:
                self.move([coin], f"p{person}", f"fund:{coin.partition(':')[2]}", undated=True)
            swept += len(past)
        return swept

    def claw_back(self, number: int) -> int:
        """Take back what is left of an award, once; return how much that was."""
        person, label, amount, taken_before = self.awards[number]
        taken = 0 if taken_before else min(amount, self.lots[f"p{person}"][label])
        self.move([label] * taken, f"p{person}", f"fund:{label.partition(':')[2]}", undated=True)
        self.awards[number] = (person, label, amount, taken_before or taken > 0)
        return taken

    def pay(self, person: int, amount: int) -> bool:
        """Spend something at the shop; say whether there was enough."""
        coins = self.coins(f"p{person}", amount)
        if coins is not None:
            self.move(coins, f"p{person}", "shop", undated=True)
            self.payments.append((person, coins))
        return coins is not None

    def refund(self, number: int, amount: int) -> bool:
        """Give back the coins spent last; say whether that many were left."""
        person, coins = self.payments[number]
        if amount > len(coins):
            return False
        kept, back = coins[: len(coins) - amount], coins[len(coins) - amount :]
        for coin in back:
            self.lots["shop"][self._arriving(coin, restored=False, undated=True)] -= 1
            self.lots[f"p{person}"][self._arriving(coin, restored=True, undated=False)] += 1
        self.payments[number] = (person, kept)
        return True
