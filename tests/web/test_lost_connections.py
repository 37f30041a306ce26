"""The connection to PostgreSQL breaks at the worst moments: nothing is guessed, nothing is booked twice."""

import dataclasses
from collections.abc import Iterator

import pytest

import people
from tests.web.cutting import Cut, Wire, wire
from tests.web.paying import NEW, REPLAYED, UNAVAILABLE, Counter, counter
from tests.web.world import Clock, World
from web import Settings, create_app
from web.extensions import db


@pytest.fixture
def database(postgres_database: str) -> str:
    """Return PostgreSQL only: SQLite has no connection that could break."""
    return postgres_database


@pytest.fixture
def line(database: str) -> Iterator[Wire]:
    """Return the wire between application and database."""
    with wire(database) as line:
        yield line


@pytest.fixture
def till(settings: Settings, line: Wire) -> Iterator[Counter]:
    """Return a counter whose application reaches its database over the wire."""
    assert isinstance(settings.clock, Clock)
    app = create_app(dataclasses.replace(settings, database_url=line.url))
    world = World(app, settings.clock)
    world.done(lambda session: people.load_units(session, rows=people.packaged_units()))
    yield counter(world)
    with app.app_context():
        db.engine.dispose()


def test_a_connection_lost_before_the_entry_is_replaced_and_nobody_notices(till: Counter, line: Wire) -> None:
    order = till.order()
    line.cut_at(Cut.BEFORE_POSTING)
    assert order.send() == NEW
    assert line.cuts == 1
    till.assert_paid(times=1)


def test_a_commit_that_never_arrived_is_in_doubt_and_the_same_key_does_it(till: Counter, line: Wire) -> None:
    order = till.order()
    line.cut_at(Cut.BEFORE_COMMIT)
    assert order.send() == UNAVAILABLE
    assert line.cuts == 1
    till.assert_paid(times=0)
    assert order.send() == NEW
    assert order.send() == REPLAYED
    till.assert_paid(times=1)


def test_a_commit_whose_answer_was_lost_is_looked_up_by_its_key(till: Counter, line: Wire) -> None:
    order = till.order()
    line.cut_at(Cut.AFTER_COMMIT)
    # Whoever asks is not told "paid" on a guess, nor charged twice on another.
    assert order.send() == UNAVAILABLE
    assert line.cuts == 1
    till.assert_paid(times=1)
    assert order.send() == REPLAYED
    till.assert_paid(times=1)


@pytest.mark.parametrize("cut", list(Cut))
def test_awards_survive_every_cut_as_payments_do(till: Counter, line: Wire, cut: Cut) -> None:
    body = {"resident_id": str(till.resident.id), "fund": "peace", "amount": 500, "reason": "A report"}

    def send() -> tuple[int, bool]:
        answer = till.world.post("/awards", body, till.world.administrator, call="award 1")
        return answer.status_code, "Idempotency-Replayed" in answer.headers

    line.cut_at(cut)
    first = send()
    assert line.cuts == 1
    assert first == ((201, False) if cut is Cut.BEFORE_POSTING else (503, False))
    assert send() == (201, cut is not Cut.BEFORE_COMMIT)
    assert till.world.available(till.resident) == 100_500
