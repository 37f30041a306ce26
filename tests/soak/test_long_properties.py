"""The properties of the books and of the funds' cover, tried with ever new examples for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.awards import test_cover
from tests.holds import test_properties as test_holds
from tests.ledger import test_properties
from tests.soak.conftest import Say

pytestmark = pytest.mark.soak

Example = TypeVar("Example")

TRIED_S = 25.0

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


def test_every_fund_stays_covered_for_a_long_time(session: Session, say: Say) -> None:
    rule = rule_of(test_cover.test_whatever_happens_every_fund_stays_covered)
    tried = try_for_a_while(lambda events: rule(session=session, events=events), test_cover.EVENTS)
    say(f"{tried} examples")
    assert tried
