"""The limit office: what an account may hold, what may be counted on a day, and taking as much as there is."""

from collections import Counter
from datetime import date, datetime
from typing import Any, ClassVar

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import awards
import ledger
from ledger.model import Counter as Counted
from tests.sequences.offices import AMOUNT, FUND, OFFICER, WHO, Events, Office
from tests.sequences.sheet import Refused
from tests.sequences.town import OFFICERS, Town

# What may be awarded on a day: to one resident, and of one fund.
TO_RESIDENT, OF_FUND = 250, 400

# An owner, what is counted, and the day.
Place = tuple[str, str, date]


class LimitOffice(Office):
    """Where bounds are set, and kept."""

    EVENTS: ClassVar[Events] = {
        "a_ceiling_is_set": (WHO, st.none() | st.integers(0, 400)),
        "credits_are_awarded_within_limits": (FUND, WHO, AMOUNT, OFFICER),
        "what_was_counted_is_taken_back": (WHO, AMOUNT),
        "as_much_as_there_is_is_set_aside": (WHO, st.integers(1, 500)),
    }

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.counted: Counter[Place] = Counter()

    def _a_ceiling_is_set(self, who: int, ceiling: int | None) -> None:
        account = f"{self.town.residents[who]}:available"
        facts = (self.town.accounts[account], ceiling)
        made = self.town.do(lambda session, **_: ledger.set_ceiling(session, *facts))
        self.town.agree(made, lambda: self.town.pencil.set_ceiling(account, ceiling))

    def _credits_are_awarded_within_limits(self, fund: str, who: int, amount: int, officer: int) -> None:
        resident, actor = self.town.residents[who], OFFICERS[officer]
        facts = {"resident_id": self.town.ids[resident], "fund_code": fund, "amount": amount, "actor": actor}
        made = self.town.do(self._award_within_limits, counts=self._counts(resident, fund, amount), **facts)
        entry_id = None if isinstance(made, Refused) else made.entry_id

        def award() -> None:
            counts = self._counts(resident, fund, amount)
            if any(self.counted[self._place(count)] + count.amount > count.limit for count in counts):
                raise Refused("LimitExceededError")
            self.town.pencil.award(entry_id, fund, resident, amount, actor)
            for count in counts:
                self.counted[self._place(count)] += count.amount

        self.town.agree(made, award)
        if not isinstance(made, Refused):
            self.town.awards.append(made.id)

    def _counts(self, resident: str, fund: str, amount: int) -> list[ledger.Count]:
        owners = {resident: TO_RESIDENT, f"fund:{fund}": OF_FUND}
        today = self.town.pencil.today
        return [ledger.Count(owner, "awarded", today, amount, limit) for owner, limit in owners.items()]

    @staticmethod
    def _place(count: ledger.Count) -> Place:
        return count.owner, count.name, count.day

    @staticmethod
    def _award_within_limits(
        session: Session, *, counts: list[ledger.Count], now: datetime, **facts: Any
    ) -> awards.Award:
        ledger.count_up(session, counts)
        return awards.award(session, reason="x", now=now, **facts)

    def _what_was_counted_is_taken_back(self, who: int, amount: int) -> None:
        place = (self.town.residents[who], "awarded", self.town.pencil.today)
        self.counted[place] = max(0, self.counted[place] - amount)
        owner, name, day = place
        left = ledger.count_down(self.town.session, owner=owner, name=name, day=day, amount=amount)
        assert left == self.counted[place]

    def _as_much_as_there_is_is_set_aside(self, who: int, wanted: int) -> None:
        resident, today = self.town.residents[who], self.town.pencil.today
        available = self.town.accounts[f"{resident}:available"]
        there = ledger.lock_lots(self.town.session, [available])[available]
        parts = ledger.pick_up_to(there, amount=wanted, today=today)
        found = sum(part.amount for part in parts)
        assert found == min(wanted, self.town.pencil.spendable(f"{resident}:available", None))
        if found:
            self.town.authorize(resident, found, 30, parts=parts)

    def prove(self) -> None:
        """See that every counter stands where it should."""
        rows = self.town.session.execute(select(Counted.owner, Counted.name, Counted.day, Counted.total))
        assert {(owner, name, day): total for owner, name, day, total in rows if total} == +self.counted
