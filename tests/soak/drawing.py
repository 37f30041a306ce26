"""What clerks are told, and what they draw by lot to do next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import ledger
from ledger import AccountState
from tests.sequences.town import RULES, Base

AMOUNT_MAX = 400
# Of each fund no more may be awarded within limits on the one day that it is: all clerks together come to it.
LIMIT = 8_000

# Given to a resident, or taken from them where that is below zero: the entry, of which fund, to whom, how much.
Move = tuple[UUID, str, str, int]

# What is drawn, and how often in a hundred and more.
SHARES = {
    "pay": 32,
    "award": 24,
    "refund": 10,
    "claw_back": 8,
    "reverse": 8,
    "award_batch": 4,
    "appropriate": 5,
    "return_money": 3,
    "move_money": 3,
    "sweep": 1,
    "sweep_holds": 1,
    "authorize": 8,
    "capture": 6,
    "void": 3,
    "set_state": 2,
    "ask_correction": 8,
    "ask_waiver": 4,
    "decide": 8,
    "repay": 5,
    "offset": 5,
    "award_within": 4,
    "groups": 6,
    "seal": 2,
}

DONE, GIVEN_UP = "done", "given up"


@dataclass(frozen=True, slots=True)
class Told:
    """What a clerk asked for and was told: done, or which refusal; and what was made, where anything keeps its id."""

    kind: str
    facts: Mapping[str, Any]
    key: str
    outcome: str
    made_id: UUID | None
    asked_at: datetime
    answered_at: datetime
    was_lost: bool


@dataclass
class Clerk:
    """One process: knows the base, and what it made itself."""

    number: int
    base: Base
    accounts: Mapping[str, int]
    chance: Random
    seal_files: tuple[bytes, bytes]  # the keys and the salts, the same for all
    awards: list[UUID] = field(default_factory=list)
    payments: list[UUID] = field(default_factory=list)
    money: list[UUID] = field(default_factory=list)
    holds: list[UUID] = field(default_factory=list)
    matters: list[UUID] = field(default_factory=list)
    debts: list[tuple[str, str]] = field(default_factory=list)  # whose, and to which fund
    about: dict[UUID, tuple[str, str]] = field(default_factory=dict)  # of awards and matters: whose, of which fund
    frozen: str | None = None

    def draw(self) -> tuple[str, dict[str, Any]]:
        """Draw what to do next."""
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        facts: dict[str, Any] = getattr(self, f"_draw_{kind}")()
        return kind, facts

    def _amount(self) -> int:
        return self.chance.randint(1, AMOUNT_MAX)

    def _who(self) -> str:
        return self.chance.choice(list(self.base.residents))

    def _fund(self) -> str:
        return self.chance.choice(list(RULES))

    def _draw_pay(self) -> dict[str, Any]:
        return {"who": self._who(), "shop": self.chance.choice(list(self.base.shops)), "amount": self._amount()}

    def _draw_award(self) -> dict[str, Any]:
        return {"fund": self._fund(), "who": self._who(), "amount": self._amount(), "officer": 0}

    def _draw_award_batch(self) -> dict[str, Any]:
        return {"fund": self._fund(), "lines": [(self._who(), self._amount()) for _ in range(4)], "officer": 0}

    def _draw_refund(self) -> dict[str, Any]:
        # What was there before is everybody's, and the latest of one's own.
        return {"payment": self.chance.choice([*self.base.payments, *self.payments[-20:]]), "amount": self._amount()}

    def _draw_claw_back(self) -> dict[str, Any]:
        return {"award": self.chance.choice([*self.base.awards, *self.awards[-20:]]), "officer": 0}

    def _draw_reverse(self) -> dict[str, Any]:
        # What was appropriated, or what was awarded.
        if self.money and self.chance.random() < 0.2:
            return {"money": self.money[-1], "officer": 1}
        return {"award": self.chance.choice([*self.base.awards, *self.awards[-6:]]), "officer": 1}

    def _draw_appropriate(self) -> dict[str, Any]:
        return {"fund": self._fund(), "amount": 20 * self._amount(), "officer": 0}

    def _draw_return_money(self) -> dict[str, Any]:
        return {"fund": self._fund(), "amount": 10 * self._amount(), "officer": 0}

    def _draw_move_money(self) -> dict[str, Any]:
        fund, to_fund = self.chance.sample(list(RULES), 2)
        return {"fund": fund, "to_fund": to_fund, "amount": 10 * self._amount(), "officer": 0}

    def _draw_sweep(self) -> dict[str, Any]:
        return {}

    def _draw_sweep_holds(self) -> dict[str, Any]:
        return {}

    def _draw_authorize(self) -> dict[str, Any]:
        return {"who": self._who(), "amount": self._amount()}

    def _draw_capture(self) -> dict[str, Any]:
        # What was set aside before is everybody's, and the latest of one's own.
        facts = {"hold": self._hold(), "shop": self.chance.choice(list(self.base.shops))}
        return {**facts, "amount": self.chance.randint(1, 60), "final": self.chance.random() < 0.4}

    def _draw_void(self) -> dict[str, Any]:
        return {"hold": self._hold()}

    def _hold(self) -> UUID:
        return self.chance.choice([*self.base.holds, *self.holds[-10:]])

    def _draw_set_state(self) -> dict[str, Any]:
        # Each clerk freezes a resident of its own, and thaws that one next.
        mine = list(self.base.residents)[self.number]
        self.frozen = None if self.frozen else mine
        return {"who": mine, "state": AccountState.FROZEN if self.frozen else AccountState.OPEN}

    def _draw_ask_correction(self) -> dict[str, Any]:
        # All that is spent, or a part.
        amount = self.chance.choice([None, self.chance.randint(1, 60)])
        return {"award": self.chance.choice([*self.base.awards, *self.awards[-20:]]), "amount": amount}

    def _draw_ask_waiver(self) -> dict[str, Any]:
        return self._debt()

    def _debt(self) -> dict[str, Any]:
        # What was owed before is everybody's, and the latest of one's own.
        debts = [*self.base.owed.places("receivable"), *self.debts[-10:]]
        who, fund = self.chance.choice([debt for debt in debts if debt[0] in self.base.residents])
        return {"who": who, "fund": fund, "amount": self.chance.randint(1, 12)}

    def _draw_decide(self) -> dict[str, Any]:
        matter = self.chance.choice([*self.base.owed.matters, *self.matters[-6:]])
        return {"matter": matter, "approve": self.chance.random() < 0.8}

    def _draw_repay(self) -> dict[str, Any]:
        return self._debt()

    def _draw_offset(self) -> dict[str, Any]:
        return self._debt()

    def _draw_award_within(self) -> dict[str, Any]:
        return self._draw_award()

    def _draw_groups(self) -> dict[str, Any]:
        groups = [[self._move() for _ in range(self.chance.randint(1, 2))] for _ in range(self.chance.randint(2, 4))]
        return {"list_id": ledger.new_id(), "groups": groups}

    def _move(self) -> Move:
        # Little of what is taken is there.
        amount = self.chance.choice([1, 1, -1]) * self.chance.randint(1, 60)
        return ledger.new_id(), self._fund(), self._who(), amount

    def _draw_seal(self) -> dict[str, Any]:
        return {}

    def note(self, told: Told) -> None:
        """Keep what may be refunded, taken back, reversed, decided or given back later."""
        kept = {
            "award": self.awards,
            "award_within": self.awards,
            "pay": self.payments,
            "appropriate": self.money,
            "authorize": self.holds,
            "ask_correction": self.matters,
            "ask_waiver": self.matters,
        }
        if told.outcome != DONE or told.made_id is None:
            return
        if told.kind in kept:
            kept[told.kind].append(told.made_id)
        if "who" in told.facts and "fund" in told.facts:
            self.about[told.made_id] = (told.facts["who"], told.facts["fund"])
        elif told.kind == "ask_correction" and told.facts["award"] in self.about:
            self.about[told.made_id] = self.about[told.facts["award"]]
        elif told.kind == "decide" and told.facts["approve"] and told.facts["matter"] in self.about:
            self.debts.append(self.about[told.facts["matter"]])
