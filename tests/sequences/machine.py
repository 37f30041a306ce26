"""Chooses what happens next in the town: any operation in any order, with any time between."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.sequences.closing_office import ClosingOffice
from tests.sequences.debt_office import DebtOffice
from tests.sequences.limit_office import LimitOffice
from tests.sequences.list_office import ListOffice
from tests.sequences.offices import Office
from tests.sequences.period_office import PeriodOffice
from tests.sequences.proofs import compare, prove
from tests.sequences.seal_office import SealOffice
from tests.sequences.town import Base, Town
from tests.sequences.town_hall import TownHall

OFFICES: tuple[type[Office], ...] = (
    TownHall,
    DebtOffice,
    ClosingOffice,
    ListOffice,
    LimitOffice,
    PeriodOffice,
    SealOffice,
)
# All that may happen, by its name, and what that takes.
EVENTS = {name: st.tuples(*facts) for office in OFFICES for name, facts in office.EVENTS.items()}
# Each sequence draws from a deck of its own, in which everything is twice: were each step drawn by itself, hypothesis,
# which likes to repeat what it has drawn, would leave some things out of a hundred sequences.
DECK = 2 * list(EVENTS)


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
    offices: list[Office]

    def __init__(self) -> None:
        super().__init__()
        self._session = Session(self.engine)
        self._broken = True

    @initialize(deck=st.permutations(DECK))
    def begin(self, deck: list[str]) -> None:
        """Go on from the base; only what has begun is sure to be torn down, and holds SQLite's writer's lock."""
        self.town = Town(self._session, self.base)
        self.offices = [office(self.town) for office in OFFICES]
        self._deck = cycle(deck)
        self._broken = False

    def teardown(self) -> None:
        """Prove what the sequence came to, and take it back."""
        try:
            if not self._broken:
                for office in self.offices:
                    office.prove()
                compare(self._session, self.town.pencil)
                prove(self._session)
                self.tally.sequences += 1
                self.tally.refusals += self.town.refusals
        finally:
            self._session.close()

    @rule(data=st.data())
    def it_happens(self, data: st.DataObject) -> None:
        """Let one thing happen."""
        name = next(self._deck)
        facts = data.draw(EVENTS[name], label=name)
        office = next(each for each in self.offices if name in each.EVENTS)
        # Where an event goes wrong there is nothing to prove any more.
        self._broken = True
        getattr(office, f"_{name}")(*facts)
        self._broken = False
        self.tally.events[name] += 1


def run_sequences(engine: Engine, base: Base, how: settings) -> Tally:
    """Let so many sequences happen as the settings say; return how many those were."""
    tally = Tally()
    here = type("Here", (TownMachine,), {"engine": engine, "base": base, "tally": tally})
    run_state_machine_as_test(here, settings=how)
    return tally
