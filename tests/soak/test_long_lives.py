"""Long lives of many reports at random: the rules hold, and the books add up, on either kind of database."""

import pytest
from sqlalchemy import Engine

from tests.reports.test_sequences import live


@pytest.mark.soak
def test_long_lives_keep_the_rules(engine: Engine) -> None:
    assert sum(live(engine, seed, 100) for seed in range(100, 130)) > 750
