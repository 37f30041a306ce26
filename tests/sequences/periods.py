"""Closed periods as the pencil keeps them, and what accounts held by when things happened."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tests.sequences.sheet import Refused, Sheet

# What an account held before, how far it went up and down, and what it held after.
Movement = tuple[int, int, int, int]


@dataclass
class Closed:
    """One closed period."""

    last_on: date
    ends_at: datetime
    is_stated: bool = False


@dataclass
class PeriodBook:
    """The closed periods, and the sheet on which it stands when things happened."""

    sheet: Sheet
    periods: list[Closed] = field(default_factory=list)

    def close(self, last_on: date) -> None:
        """Close all days up to one."""
        if last_on >= self.sheet.today:
            raise Refused("PeriodNotOverError")
        if self.periods and last_on <= self.periods[-1].last_on:
            raise Refused("PeriodOrderError")
        if self.periods and not self.periods[-1].is_stated:
            raise Refused("PeriodNotSettledError")
        ends_at = datetime.combine(last_on + timedelta(days=1), time.min, self.sheet.now.tzinfo)
        self.periods.append(Closed(last_on, ends_at))
        self.sheet.closed_until = ends_at

    def state(self, number: int) -> None:
        """State what accounts held at the end of a period, counted from 1."""
        if not 0 < number <= len(self.periods):
            raise Refused("PeriodUnknownError")
        self.periods[number - 1].is_stated = True

    def movements(self, number: int) -> dict[str, Movement]:
        """Return how each account moved in a period, by when things happened; what nothing is said of is left out."""
        ends_at = self.periods[number - 1].ends_at
        begins_at = self.periods[number - 2].ends_at if number > 1 else None
        before, ups, downs = Counter[str](), Counter[str](), Counter[str]()
        for at, code, amount in self._moved():
            if begins_at and at < begins_at:
                before[code] += amount
            elif at < ends_at:
                (ups if amount > 0 else downs)[code] += abs(amount)
        return {
            code: (before[code], ups[code], downs[code], before[code] + ups[code] - downs[code])
            for code in [*before, *(ups + downs).keys() - before.keys()]
            if before[code] or ups[code] or downs[code]
        }

    def held_at(self, account: str, at: datetime) -> int:
        """Return what an account held by what had happened until an instant."""
        return sum(amount for when, code, amount in self._moved() if code == account and when <= at)

    def lots_at(self, account: str, at: datetime) -> dict[str, int]:
        """Return what an account held of each lot by what had happened until an instant."""
        lots = Counter[str]()
        for entry in self.sheet.written:
            for code, label, amount in entry.effects:
                if code == account and entry.at and entry.at <= at:
                    lots[label] += amount
        return dict(+lots)

    def _moved(self) -> list[tuple[datetime, str, int]]:
        return [
            (entry.at, code, amount) for entry in self.sheet.written if entry.at for code, _, amount in entry.effects
        ]
