"""Clerks under load: each carries out operations drawn by lot, one transaction each, and notes what it was told."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

import earnings
import people
from tests.sequences.town import REFUSALS, SECRET
from tests.soak.carrying import Carrying, Made
from tests.soak.drawing import DONE, GIVEN_UP, Clerk, Told
from web import Settings, create_app
from web.unit_of_work import DatabaseUnavailableError, in_transaction

LOST_S_MAX = 120.0
# What keeps no key: done again, it changes nothing more.
NO_KEYS = ("sweep", "sweep_holds", "set_state", "seal")


def work(url: str, folder: str, clerk: Clerk, operations: int) -> list[Told]:
    """Carry out so many operations, one after the other, and return what was told.

    Raises:
        Exception: whatever no clerk expects: anything but a refusal of the domain, or a database that is away.
    """
    settings = Settings(
        url,
        SECRET,
        people.new_phone_keys(),
        *clerk.seal_files,
        earnings.new_claim_keys(),
        instance_dir=Path(folder),
        threads=2,
    )
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
