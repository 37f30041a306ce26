"""Whatever is tried by whomever in whatever order: no step without its right, and the books always add up."""

from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.earnings.builders import Purse
from tests.reports.lives import RULES, Lives

ENDINGS = ("reject", "merge", "withdraw")


def live(engine: Engine, seed: int, length: int) -> int:
    """Let random lives go by, and return how many steps were taken."""
    chance = Random(seed)
    with Session(engine) as session:
        lives = Lives(Purse(session, money=chance.choice([100_000, 1_500])))
        for who in lives.residents[:2]:
            lives.submit(who)
        for _ in range(length):
            happen(lives, chance)
        lives.prove()
        session.rollback()
        return lives.taken


def happen(lives: Lives, chance: Random) -> None:
    """Let one thing happen: mostly what the rules allow, else what anybody tries."""
    alive = [copy for copy in lives.copies if copy.status != "merged" and copy.appeal != "decided"]
    copy, into, kind = chance.choice(alive or lives.copies), chance.choice(lives.copies), chance.random()
    everybody = [*lives.staff, *lives.residents]
    if kind < 0.05:
        lives.submit(chance.choice(lives.residents))
    elif kind < 0.1:
        lives.days_pass(chance.randint(1, 9))
    elif kind < 0.12:
        lives.sum_up(chance.randint(1, 5))
    elif kind < 0.15:
        lives.join(copy, chance.choice(lives.residents))
    elif kind < 0.75 and (likely := lives.likely(copy, into)):
        # What ends a report comes seldom: else few would live.
        weights = [1 if name in ENDINGS else 9 for name, _by in likely]
        name, by = chance.choices(likely, weights)[0]
        lives.step(copy, name, by, into)
    else:
        lives.step(copy, chance.choice(list(RULES)), chance.choice(everybody), into)


@pytest.mark.parametrize("seed", range(4))
def test_whoever_tries_whatever_the_rules_hold(engine: Engine, seed: int) -> None:
    assert live(engine, seed, 60) > 15
