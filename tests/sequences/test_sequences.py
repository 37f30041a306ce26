"""Whatever happens, in whatever order: the books agree with a pencil's, and every proof of them holds."""

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from tests.sequences.machine import EVENTS, run_sequences
from tests.sequences.town import Base

SEQUENCES, STEPS = 100, 12

# Counting lines takes half as long again, and every line that is run here is run by a test of its own too.
pytestmark = pytest.mark.no_cover


def test_whatever_happens_the_books_agree_with_the_pencil_and_can_be_proved(engine: Engine, base: Base) -> None:
    tally = run_sequences(engine, base, settings(max_examples=SEQUENCES, stateful_step_count=STEPS))
    assert tally.sequences >= SEQUENCES
    # Chance knows every operation.
    assert len(tally.events) == len(EVENTS)
