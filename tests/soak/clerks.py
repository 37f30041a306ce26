"""Clerks under load: each carries out operations drawn by lot, one transaction each, and notes what it was told."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

import awards
import holds
import ledger
import merchants
import people
import seals
from ledger import AccountState, Call
from tests.clock import NOON
from tests.sequences.town import OFFICERS, REFUSALS, RULES, SECRET, Base
from web import Settings, create_app
from web.unit_of_work import DatabaseUnavailableError, in_transaction

# The day on which clerks let credits expire: those of one fund are past theirs, and nobody pays on that day.
SWEEP = NOON + timedelta(days=60)
AMOUNT_MAX = 400
LOST_S_MAX = 120.0
# When what clerks set aside comes back, if it was not captured.
HELD_UNTIL = NOON + timedelta(days=30)
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
}

DONE, GIVEN_UP = "done", "given up"
# What keeps no key: done again, it changes nothing more.
NO_KEYS = ("sweep", "sweep_holds", "set_state")


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
    awards: list[UUID] = field(default_factory=list)
    payments: list[UUID] = field(default_factory=list)
    money: list[UUID] = field(default_factory=list)
    holds: list[UUID] = field(default_factory=list)
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

    def note(self, told: Told) -> None:
        """Keep what may be refunded, taken back or reversed later."""
        kept = {"award": self.awards, "pay": self.payments, "appropriate": self.money, "authorize": self.holds}
        made = kept.get(told.kind)
        if made is not None and told.outcome == DONE and told.made_id:
            made.append(told.made_id)


# --- doing it ---------------------------------------------------------------------------------------------------------

# The id of what was made, None where nothing keeps one, and the code of a payment that was refused.
Made = tuple[UUID | None, str]


class Carrying:
    """One operation of a clerk: done in a transaction, under a key that tells afterwards whether it was."""

    def __init__(self, clerk: Clerk, kind: str, facts: Mapping[str, Any], key: str) -> None:
        """Prepare the operation `kind`."""
        self._clerk, self._kind, self._asked, self._key = clerk, kind, facts, key
        self.call = Call(f"clerk:{clerk.number}", f"POST /{kind}", key, {"key": key})

    def once(self, session: Session) -> Made:
        """Do it, or find that it was done."""
        known = ledger.recall_call(session, self.call)
        if known is not None:
            return known, self._refusal(session, known)
        made: Made = getattr(self, f"_{self._kind}")(session, **self._asked)
        return made

    def look_up(self, session: Session) -> Made | None:
        """Say what became of it, None where it did not happen."""
        known = ledger.recall_call(session, self.call)
        return None if known is None else (known, self._refusal(session, known))

    def _refusal(self, session: Session, made_id: UUID) -> str:
        return (merchants.get_redemption(session, made_id).refusal or "") if self._kind == "pay" else ""

    def _facts(self, officer: int, **facts: Any) -> dict[str, Any]:
        return {"actor": OFFICERS[officer], "now": NOON, "call": self.call, **facts}

    def _pay(self, session: Session, who: str, shop: str, amount: int) -> Made:
        payer = people.get_resident(session, self._clerk.base.residents[who])
        shown = merchants.create_payment_code(session, resident=payer, secret=SECRET, now=NOON)
        made = merchants.redeem(
            session,
            merchant_id=self._clerk.base.shops[shop],
            actor="person:till",
            code=merchants.code_of(shown.id, SECRET),
            amount=amount,
            order_no=self._key,
            now=NOON,
            call=self.call,
        ).redemption
        return made.id, made.refusal or ""

    def _award(self, session: Session, fund: str, who: str, amount: int, officer: int) -> Made:
        whose = self._clerk.base.residents[who]
        facts = self._facts(officer, resident_id=whose, fund_code=fund, amount=amount, reason="x")
        return awards.award(session, **facts).id, ""

    def _award_batch(self, session: Session, fund: str, lines: Sequence[tuple[str, int]], officer: int) -> Made:
        named = [awards.BatchLine(self._clerk.base.residents[who], amount) for who, amount in lines]
        facts = self._facts(officer, fund_code=fund, reason="x", lines=named)
        return awards.award_batch(session, **facts).id, ""

    def _refund(self, session: Session, payment: UUID, amount: int) -> Made:
        shop = merchants.get_redemption(session, payment).merchant_id
        facts = self._facts(0, redemption_id=payment, merchant_id=shop, amount=amount, reason="x", by_owner=True)
        return merchants.refund(session, **facts).id, ""

    def _claw_back(self, session: Session, award: UUID, officer: int) -> Made:
        return awards.claw_back(session, **self._facts(officer, award_id=award, reason="x")).id, ""

    def _reverse(self, session: Session, officer: int, award: UUID | None = None, money: UUID | None = None) -> Made:
        entry_id = awards.get_award(session, award).entry_id if award else None
        if money:
            entry_id = awards.get_movement(session, money).entry_id
        return awards.reverse_entry(session, **self._facts(officer, entry_id=entry_id, reason="x")).reversal_id, ""

    def _appropriate(self, session: Session, fund: str, amount: int, officer: int) -> Made:
        return awards.appropriate(session, **self._money(officer, fund, amount)).id, ""

    def _return_money(self, session: Session, fund: str, amount: int, officer: int) -> Made:
        return awards.return_money(session, **self._money(officer, fund, amount)).id, ""

    def _move_money(self, session: Session, fund: str, to_fund: str, amount: int, officer: int) -> Made:
        return awards.move_money(session, **self._money(officer, fund, amount), to_fund_code=to_fund).id, ""

    def _money(self, officer: int, fund: str, amount: int) -> dict[str, Any]:
        return self._facts(officer, fund_code=fund, amount=amount, document="x")

    def _sweep(self, session: Session) -> Made:
        awards.expire_lots(session, now=SWEEP, limit=3)
        return None, ""

    def _sweep_holds(self, session: Session) -> Made:
        holds.expire_holds(session, now=SWEEP, limit=2)
        return None, ""

    def _authorize(self, session: Session, who: str, amount: int) -> Made:
        accounts = {name: self._clerk.accounts[f"{who}:{name}"] for name in ("available", "held")}
        made = holds.authorize(session, **self._facts(0, **accounts, amount=amount, expires_at=HELD_UNTIL))
        return made.id, ""

    def _capture(self, session: Session, hold: UUID, shop: str, amount: int, *, final: bool) -> Made:
        to = self._clerk.accounts[f"{shop}:payable"]
        how = {"to": to, "relabel": ledger.undated, "amount": amount, "final": final}
        return holds.capture(session, **self._facts(0, hold_id=hold, **how)).id, ""

    def _void(self, session: Session, hold: UUID) -> Made:
        return holds.void(session, **self._facts(0, hold_id=hold)).id, ""

    def _set_state(self, session: Session, who: str, state: AccountState) -> Made:
        ledger.set_account_state(session, self._clerk.accounts[f"{who}:available"], state)
        return None, ""


def work(url: str, folder: str, clerk: Clerk, operations: int) -> list[Told]:
    """Carry out so many operations, one after the other, and return what was told.

    Raises:
        Exception: whatever no clerk expects: anything but a refusal of the domain, or a database that is away.
    """
    sealing = seals.new_seal_keys(), seals.new_seal_salts()
    settings = Settings(url, SECRET, people.new_phone_keys(), *sealing, instance_dir=Path(folder), threads=2)
    with create_app(settings).app_context():
        return [_carry_out(clerk, f"clerk {clerk.number} operation {number}") for number in range(operations)]


def _carry_out(clerk: Clerk, key: str) -> Told:
    kind, facts = clerk.draw()
    carrying = Carrying(clerk, kind, facts, key)
    asked_at, was_lost = datetime.now(UTC), False
    step: Callable[[Session], Made | None] = carrying.once
    while datetime.now(UTC) < asked_at + timedelta(seconds=LOST_S_MAX):
        outcome, made_id = GIVEN_UP, None
        try:
            made = in_transaction(step)
        except DatabaseUnavailableError:
            # Nobody knows what became of it: it is looked up, not guessed. What keeps no key may be done again.
            was_lost = True
            step = carrying.once if kind in NO_KEYS else carrying.look_up
            time.sleep(0.02)
            continue
        except REFUSALS as refused:
            outcome = type(refused).__name__
        else:
            if made is None and clerk.chance.random() < 0.5:
                # It did not happen. Half of the clerks do it now, under the same key; the others let it be.
                step = carrying.once
                continue
            if made is not None:
                made_id, refusal = made
                outcome = refusal or DONE
        told = Told(kind, facts, key, outcome, made_id, asked_at, datetime.now(UTC), was_lost)
        clerk.note(told)
        return told
    raise AssertionError(f"{key}: no answer for very long")
