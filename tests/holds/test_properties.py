"""Whatever happens, in whatever order and at whatever time: holds agree with a model of them, lot by lot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

import holds
import ledger
import merchants
import payments
import people
from awards import AlreadyClawedBackError, NothingToClawBackError, claw_back, every_fund_is_covered, expire_lots
from ledger import InsufficientBalanceError
from tests.awards.builders import OFFICER, awarded, fund, resident
from tests.clock import NOON
from tests.holds.pencil import FUNDS, Pencil
from tests.merchants.builders import code, give_back, merchant, naming, pay

FUND_MONEY = 10_000
PEOPLE = st.integers(0, 1)
NUMBERS = st.integers(0, 5)
AMOUNTS = st.integers(1, 9)
SOME_FUNDS = st.none() | st.none() | st.sets(st.sampled_from(sorted(FUNDS)), min_size=1)

# Times add up to lifetimes, so that holds are met in the very instant in which they end; the longest outlives a lot.
LIFETIMES_H, TIMES_H = (1, 24, 24 * 40, 24 * 40), (1, 23, 24 * 20, 24 * 40)

HOLD_FACTS = (PEOPLE, AMOUNTS, st.sampled_from(LIFETIMES_H), SOME_FUNDS)
FACTS: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "award": (PEOPLE, st.sampled_from(sorted(FUNDS)), AMOUNTS),
    "hold": HOLD_FACTS,
    "capture": (NUMBERS, st.none() | st.integers(1, 6), st.booleans()),
    "void": (NUMBERS,),
    "time": (st.sampled_from(TIMES_H),),
    "expire": (),
    "sweep": (),
    "claw_back": (NUMBERS,),
    "pay": (PEOPLE, AMOUNTS),
    "refund": (NUMBERS, st.integers(1, 6)),
}
# As often as there is something to find out.
KINDS = [*FACTS, *("capture", "time") * 4, *("hold", "expire", "pay") * 2, "refund"]
STEP = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), *FACTS[kind]))
# Everybody has something of several lots to begin with, or half the steps would have nothing to do.
BEGINNING = [
    *(("award", 0, "fire", 4), ("award", 0, "peace", 3), ("award", 0, "forever", 5)),
    *(("award", 1, "fire", 5), ("award", 1, "forever", 3)),
]
STEPS = st.builds(
    lambda holds_, steps: [*BEGINNING, *holds_, *steps],
    st.lists(st.tuples(st.just("hold"), *HOLD_FACTS), min_size=1, max_size=2),
    st.lists(STEP, min_size=4, max_size=14),
)


@dataclass(frozen=True)
class Place:
    """Ids of what every example finds."""

    people: tuple[UUID, UUID]
    accounts: dict[str, int]
    shop: UUID


@pytest.fixture
def place(session: Session) -> Place:
    """Return what every example finds."""
    return furnished(session)


def furnished(session: Session) -> Place:
    """Make funds with plenty, two residents and a shop, and commit them: each example rolls back to here."""
    funds = [fund(session, code_, available=FUND_MONEY, expiry_rule=rule) for code_, rule in FUNDS.items()]
    zhang, li = resident(session), resident(session)
    shop = merchant(session, named=False)
    naming(session, shop, ends=10_000)
    accounts = {"shop": shop.payable_account_id}
    for each in funds:
        accounts[f"fund:{each.code}"] = each.available_account_id
    for number, person in enumerate((zhang, li)):
        accounts |= {f"p{number}": person.available_account_id, f"p{number}:held": person.held_account_id}
    place = Place((zhang.id, li.id), accounts, shop.id)
    session.commit()
    return place


class Story:
    """Does to the books what is pencilled, and sees that they refuse what the pencil refuses."""

    def __init__(self, session: Session, place: Place) -> None:
        self.session, self.place = session, place
        self.pencil = Pencil(NOON)
        for code_ in FUNDS:
            self.pencil.lots[f"fund:{code_}"][f"never:{code_}"] = FUND_MONEY
        self.hold_ids: list[UUID] = []
        self.awards: list[UUID] = []
        self.payments: list[payments.Redemption] = []

    @property
    def now(self) -> datetime:
        """The time it is."""
        return self.pencil.now

    def do(self, step: tuple[Any, ...]) -> None:
        """Do one step, where there is something to do it to."""
        what, *facts = step
        done_to: dict[str, list[Any]] = {
            "capture": self.hold_ids,
            "void": self.hold_ids,
            "claw_back": self.awards,
            "refund": self.payments,
        }
        if what in done_to:
            if not done_to[what]:
                return
            facts[0] %= len(done_to[what])
        getattr(self, f"_{what}")(*facts)

    def _award(self, person: int, fund_code: str, amount: int) -> None:
        to = self.session.get_one(people.Resident, self.place.people[person])
        self.awards.append(awarded(self.session, to, amount, fund_code=fund_code, now=self.now).id)
        self.pencil.award(person, fund_code, amount)

    def _hold(self, person: int, amount: int, hours: int, funds: set[str] | None) -> None:
        def set_it_aside() -> None:
            made = holds.authorize(
                self.session,
                available=self.place.accounts[f"p{person}"],
                held=self.place.accounts[f"p{person}:held"],
                amount=amount,
                expires_at=self.now + timedelta(hours=hours),
                actor=OFFICER,
                now=self.now,
                funds=funds,
            )
            self.hold_ids.append(made.id)

        if self.pencil.hold(person, amount, hours, funds):
            set_it_aside()
        else:
            with pytest.raises(InsufficientBalanceError):
                set_it_aside()

    def _capture(self, number: int, amount: int | None, final: bool) -> None:  # noqa: FBT001 - as it is drawn
        hold = self.pencil.holds[number]

        def capture_it() -> None:
            holds.capture(
                self.session,
                hold_id=self.hold_ids[number],
                to=self.place.accounts["shop"],
                relabel=ledger.undated,
                final=final,
                actor=OFFICER,
                now=self.now,
                amount=amount,
            )

        refusal = self.pencil.refusal_to_capture(hold, amount)
        if refusal:
            with pytest.raises(getattr(holds, refusal)):
                capture_it()
        else:
            capture_it()
            self.pencil.capture(hold, amount, final=final)

    def _void(self, number: int) -> None:
        hold = self.pencil.holds[number]
        if hold.ended_as:
            with pytest.raises(holds.HoldEndedError):
                holds.void(self.session, hold_id=self.hold_ids[number], actor=OFFICER, now=self.now)
        else:
            holds.void(self.session, hold_id=self.hold_ids[number], actor=OFFICER, now=self.now)
            self.pencil.end(hold, "voided")

    def _time(self, hours: float) -> None:
        self.pencil.now += timedelta(hours=hours)

    def _expire(self) -> None:
        assert holds.expire_holds(self.session, now=self.now).count == self.pencil.expire()

    def _sweep(self) -> None:
        assert expire_lots(self.session, now=self.now).amount == self.pencil.sweep()

    def _claw_back(self, number: int) -> None:
        taken = self.pencil.claw_back(number)
        if taken:
            assert self._claw(number) == taken
        else:
            with pytest.raises((NothingToClawBackError, AlreadyClawedBackError)):
                self._claw(number)

    def _claw(self, number: int) -> int:
        made = claw_back(self.session, award_id=self.awards[number], reason="x", actor=OFFICER, now=self.now)
        return made.amount

    def _pay(self, person: int, amount: int) -> None:
        payer = self.session.get_one(people.Resident, self.place.people[person])
        shown = code(self.session, payer, at=self.now)
        attempt = pay(self.session, at=self.place.shop, with_code=shown, amount=amount, now=self.now)
        paid = self.pencil.pay(person, amount)
        assert (attempt.redemption.refusal is None) is paid
        if paid:
            self.payments.append(attempt.redemption)

    def _refund(self, number: int, amount: int) -> None:
        if self.pencil.refund(number, amount):
            give_back(self.session, self.payments[number], amount, now=self.now)
        else:
            with pytest.raises(payments.RefundExceedsRedemptionError):
                give_back(self.session, self.payments[number], amount, now=self.now)

    def compare(self) -> None:
        """See that the books and the holds say what is pencilled, and that nothing in them contradicts another."""
        if self.session.get_bind().dialect.name == "postgresql":
            # What the database would refuse at the commit, it refuses now.
            self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        found = ledger.lots_of(self.session, self.place.accounts.values())
        for where, account in self.place.accounts.items():
            assert {part.label: part.amount for part in found[account]} == dict(+self.pencil.lots[where]), where
        for hold_id, hold in zip(self.hold_ids, self.pencil.holds, strict=True):
            kept = holds.get_hold(self.session, hold_id)
            assert (kept.state.value, kept.left) == (hold.ended_as or "open", hold.parts.total())
        checks = [*holds.CHECKS, *merchants.CHECKS, *payments.CHECKS, every_fund_is_covered]
        assert [result for result in ledger.audit(self.session, checks) if not result.ok] == []


def tell(session: Session, place: Place, steps: list[tuple[Any, ...]]) -> None:
    """Do the steps, compare, and roll back."""
    story = Story(session, place)
    for step in steps:
        story.do(step)
    story.compare()
    session.rollback()


@settings(
    max_examples=100,
    # Each example rolls back what it did, so that one database serves them all.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_holds_agree_with_the_model_whatever_happens(
    session: Session, place: Place, steps: list[tuple[Any, ...]]
) -> None:
    tell(session, place, steps)
