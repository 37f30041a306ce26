"""The properties of the books and of everything that happens in a town, tried with ever new examples."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import ledger
from tests.holds import test_properties as test_holds
from tests.ledger import test_properties
from tests.sequences.machine import EVENTS, Tally, run_sequences
from tests.sequences.settling import settle
from tests.soak.conftest import Say

pytestmark = pytest.mark.soak

Example = TypeVar("Example")

TRIED_S = 10.0
# On each of the two databases, and how many operations each sequence has at most.
SEQUENCES, OPERATIONS = 1_000, 14
SEQUENCES_S_MAX = 900.0

# New examples each time, in CI too: the ordinary suite tries the same ones. Each rolls back what it did.
settings.register_profile(
    "soak",
    max_examples=25,
    deadline=None,
    derandomize=False,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def try_for_a_while(rule: Callable[[Example], object], examples: SearchStrategy[Example], *, at_least: int = 0) -> int:
    """Try a rule with round after round of new examples, and return how many that were."""
    end, tried = time.monotonic() + TRIED_S, 0

    @settings(settings.get_profile("soak"))
    @given(examples)
    def one_round(example: Example) -> None:
        nonlocal tried
        rule(example)
        tried += 1

    while time.monotonic() < end or tried < at_least:
        one_round()
    return tried


def rule_of(test: Callable[..., None]) -> Callable[..., None]:
    """Return what a property test says of one example; hypothesis keeps it for uses like this."""
    rule: Callable[..., None] = vars(test)["hypothesis"].inner_test
    return rule


def test_the_books_agree_with_the_model_for_a_long_time(engine: Engine, say: Say) -> None:
    rule = rule_of(test_properties.test_the_books_agree_with_the_model_whatever_is_posted)
    tried = try_for_a_while(lambda steps: rule(lasting_engine=engine, steps=steps), test_properties.STEPS)
    say(f"{tried} examples")
    assert tried


def test_holds_agree_with_the_model_for_a_long_time(session: Session, say: Say) -> None:
    place = test_holds.furnished(session)
    rule = rule_of(test_holds.test_holds_agree_with_the_model_whatever_happens)
    tried = try_for_a_while(
        lambda steps: rule(session=session, place=place, steps=steps), test_holds.STEPS, at_least=1_000
    )
    say(f"{tried} examples")
    assert tried >= 1_000


def sequences_on(url: str) -> Tally:
    """Let sequence after sequence happen in a town on a migrated, empty database."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        base = settle(session)
        session.commit()
    how = settings(settings.get_profile("soak"), max_examples=SEQUENCES, stateful_step_count=OPERATIONS)
    tally = run_sequences(engine, base, how)
    engine.dispose()
    return tally


def test_two_thousand_sequences_of_everything_that_happens_agree_with_the_pencil(
    sqlite_database: str, postgres_database: str, say: Say
) -> None:
    began = time.monotonic()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        tallies = processes.map(sequences_on, [sqlite_database, postgres_database], timeout=SEQUENCES_S_MAX)
        for kind, tally in zip(("SQLite", "PostgreSQL"), tallies, strict=True):
            say(f"{kind}: {tally}, all after {time.monotonic() - began:.0f} s")
            assert tally.sequences >= SEQUENCES
            assert tally.events.keys() == EVENTS.keys()
