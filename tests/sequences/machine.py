"""Chooses what happens next in the town: any operation in any order, with any time between."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger import AccountState
from tests.sequences.proofs import compare, prove
from tests.sequences.town import RESIDENTS, RULES, Base, Town

FUND = st.sampled_from(sorted(RULES))
WHO = st.integers(0, RESIDENTS - 1)
SHOP = OFFICER = st.integers(0, 1)
AMOUNT = st.integers(1, 300)
# Which of those there are, counted from the latest: what happened last is the most likely to matter.
WHICH = st.integers(0, 5)
STATE = st.sampled_from([AccountState.OPEN, *AccountState])
# A month and more: some credits end, and then all that can.
DAYS = st.sampled_from([0, 1, 20, 45, 400])

# The name of one of the machine's methods, and what it takes.
Event = tuple[Any, ...]


def event(name: str, *facts: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    """Return the events of one kind."""
    return st.tuples(st.just(name), *facts)


# One rule draws from all of them alike: as rules of their own, some would be left out of most sequences.
EVENTS = (
    event("time_passes", DAYS, st.booleans()),
    event("money_arrives", FUND, AMOUNT, OFFICER),
    event("money_is_returned", FUND, AMOUNT, OFFICER),
    event("money_is_moved", st.permutations(sorted(RULES)), AMOUNT, OFFICER),
    event("credits_are_awarded", FUND, WHO, AMOUNT, OFFICER),
    event("a_list_is_awarded", FUND, st.lists(st.tuples(WHO, AMOUNT), min_size=1, max_size=4), OFFICER),
    event("an_award_is_clawed_back", WHICH, OFFICER),
    event("an_entry_is_reversed", WHICH, OFFICER),
    event("an_account_changes_its_state", WHO, STATE),
    event("a_resident_pays", WHO, SHOP, AMOUNT, st.none() | WHICH),
    event("a_payment_is_refunded", WHICH, AMOUNT),
    event("credits_are_set_aside", WHO, AMOUNT, st.sampled_from([1, 30, 60])),
    event("a_hold_is_captured", WHICH, SHOP, st.none() | AMOUNT, st.booleans()),
    event("a_hold_is_voided", WHICH),
)


@dataclass
class Tally:
    """How many sequences ended, and how often what happened in them; how many of that was refused."""

    sequences: int = 0
    refusals: int = 0
    events: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Say it in words."""
        events = self.events.total()
        length = events / max(self.sequences, 1)
        return f"{self.sequences} sequences of {length:.1f} operations, {self.refusals / max(events, 1):.0%} refused"


class TownMachine(RuleBasedStateMachine):
    """One sequence, in a transaction that is rolled back: the next one begins from the same base."""

    engine: Engine
    base: Base
    tally: Tally
    town: Town

    def __init__(self) -> None:
        super().__init__()
        self._session = Session(self.engine)
        self._broken = True

    @initialize()
    def begin(self) -> None:
        """Go on from the base; only what has begun is sure to be torn down, and holds SQLite's writer's lock."""
        self.town = Town(self._session, self.base)
        self._broken = False

    def teardown(self) -> None:
        """Prove what the sequence came to, and take it back."""
        try:
            if not self._broken:
                compare(self._session, self.town.pencil)
                prove(self._session)
                self.tally.sequences += 1
                self.tally.refusals += self.town.refusals
        finally:
            self._session.close()

    @rule(event=st.one_of(EVENTS))
    def it_happens(self, event: Event) -> None:
        """Let one thing happen."""
        name, *facts = event
        # Where an event goes wrong there is nothing to prove any more.
        self._broken = True
        getattr(self, f"_{name}")(*facts)
        self._broken = False
        self.tally.events[name] += 1

    def _time_passes(self, days: int, sweep: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        self.town.pass_by(days, sweep=sweep)

    def _money_arrives(self, fund: str, amount: int, officer: int) -> None:
        self.town.appropriate(fund, amount, officer)

    def _money_is_returned(self, fund: str, amount: int, officer: int) -> None:
        self.town.return_money(fund, amount, officer)

    def _money_is_moved(self, funds: list[str], amount: int, officer: int) -> None:
        self.town.move_money(funds[0], funds[1], amount, officer)

    def _credits_are_awarded(self, fund: str, who: int, amount: int, officer: int) -> None:
        self.town.award(fund, self.town.residents[who], amount, officer)

    def _a_list_is_awarded(self, fund: str, lines: list[tuple[int, int]], officer: int) -> None:
        self.town.award_batch(fund, [(self.town.residents[who], amount) for who, amount in lines], officer)

    def _an_award_is_clawed_back(self, which: int, officer: int) -> None:
        self.town.claw_back(self._of(self.town.awards, which), officer)

    def _an_entry_is_reversed(self, which: int, officer: int) -> None:
        self.town.reverse(self._of(self.town.entries, which), officer)

    def _an_account_changes_its_state(self, who: int, state: AccountState) -> None:
        self.town.set_state(self.town.residents[who], state)

    def _a_resident_pays(self, who: int, shop: int, amount: int, again: int | None) -> None:
        self.town.pay(self.town.residents[who], self.town.shops[shop], amount, again=again)

    def _a_payment_is_refunded(self, which: int, amount: int) -> None:
        self.town.refund(self._of(self.town.payments, which), amount)

    def _credits_are_set_aside(self, who: int, amount: int, days: int) -> None:
        self.town.authorize(self.town.residents[who], amount, days)

    def _a_hold_is_captured(self, which: int, shop: int, amount: int | None, final: bool) -> None:  # noqa: FBT001 - one fact among others
        self.town.capture(self._of(self.town.holds, which), self.town.shops[shop], amount, final=final)

    def _a_hold_is_voided(self, which: int) -> None:
        self.town.void(self._of(self.town.holds, which))

    @staticmethod
    def _of(made: list[UUID], which: int) -> UUID:
        return made[-1 - which % len(made)]


def run_sequences(engine: Engine, base: Base, how: settings) -> Tally:
    """Let so many sequences happen as the settings say; return how many those were."""
    tally = Tally()
    here = type("Here", (TownMachine,), {"engine": engine, "base": base, "tally": tally})
    run_state_machine_as_test(here, settings=how)
    return tally
