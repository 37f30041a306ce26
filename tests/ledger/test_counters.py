"""What is counted never passes its limit, whoever counts at the same moment."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import (
    Count,
    LimitExceededError,
    count_down,
    count_on,
    count_up,
    counted,
    post,
    prepare_engine,
    purge_counters,
)
from tests.clock import NOON
from tests.ledger.builders import awarding, findings, funded_books
from tests.ledger.racing import at_once

TODAY = NOON.date()
ZHANG, WANG = "resident:7f3", "resident:8a4"
PROCESSES = 8


def spent(amount: int, *, limit: int, owner: str = ZHANG, name: str = "spent", day: date = TODAY) -> Count:
    return Count(owner, name, day, amount, limit)


def total(session: Session, owner: str = ZHANG, name: str = "spent", day: date = TODAY) -> int:
    return counted(session, owner=owner, name=name, day=day)


def test_a_counter_takes_up_to_its_limit_and_no_more(session: Session) -> None:
    assert total(session) == 0
    for amount in (30, 50, 20):
        count_up(session, [spent(amount, limit=100)])
    with pytest.raises(LimitExceededError) as refused:
        count_up(session, [spent(1, limit=100)])
    told = refused.value
    assert (told.owner, told.name, told.day, told.limit, told.total) == (ZHANG, "spent", TODAY, 100, 100)
    assert total(session) == 100


def test_the_first_count_is_held_to_the_limit_as_well(session: Session) -> None:
    with pytest.raises(LimitExceededError) as refused:
        count_up(session, [spent(101, limit=100)])
    assert (refused.value.limit, refused.value.total) == (100, 0)
    assert total(session) == 0


def test_owners_names_and_days_count_apart(session: Session) -> None:
    for apart in (
        spent(5, limit=5),
        spent(5, limit=5, owner=WANG),
        spent(5, limit=5, name="refunded"),
        spent(5, limit=5, day=TODAY + timedelta(1)),
    ):
        count_up(session, [apart])
        assert total(session, apart.owner, apart.name, apart.day) == 5


def test_a_limit_that_was_lowered_holds_from_then_on(session: Session) -> None:
    count_up(session, [spent(80, limit=100)])
    with pytest.raises(LimitExceededError) as refused:
        count_up(session, [spent(1, limit=50)])
    assert refused.value.total == 80
    count_up(session, [spent(20, limit=100)])


def test_an_amount_of_nothing_is_within_every_limit_and_leaves_no_trace(session: Session) -> None:
    count_up(session, [spent(0, limit=0)])
    assert session.scalar(text("SELECT count(*) FROM counters")) == 0
    count_up(session, [spent(5, limit=5)])
    count_up(session, [spent(0, limit=4)])


def test_a_limit_of_nothing_lets_nothing_through(session: Session) -> None:
    with pytest.raises(LimitExceededError):
        count_up(session, [spent(1, limit=0)])


def test_nothing_is_counted_backwards(session: Session) -> None:
    with pytest.raises(ValueError, match="not negative"):
        count_up(session, [spent(5, limit=9), spent(-1, limit=9, owner=WANG)])
    with pytest.raises(ValueError, match="not negative"):
        count_down(session, owner=ZHANG, name="spent", day=TODAY, amount=-1)
    assert total(session) == 0


def test_what_is_counted_together_is_counted_whole_or_not_at_all(session: Session) -> None:
    both = [spent(5, limit=9), spent(5, limit=4, name="spent at M01")]
    with pytest.raises(LimitExceededError) as refused, session.begin_nested():
        count_up(session, both)
    assert refused.value.name == "spent at M01"
    assert total(session) == 0
    count_up(session, [spent(5, limit=9), spent(4, limit=9)])
    assert total(session) == 9


def test_a_count_goes_with_its_transaction(session: Session) -> None:
    count_up(session, [spent(5, limit=9)])
    session.commit()
    count_up(session, [spent(4, limit=9)])
    session.rollback()
    assert total(session) == 5


def test_a_refund_gives_back_and_never_more_than_there_is(session: Session) -> None:
    def back(amount: int) -> int:
        return count_down(session, owner=ZHANG, name="spent", day=TODAY, amount=amount)

    assert back(3) == 0
    count_up(session, [spent(10, limit=10)])
    assert [back(4), back(0), back(6), back(1)] == [6, 6, 0, 0]
    count_up(session, [spent(10, limit=10)])
    assert back(11) == 0
    count_up(session, [spent(10, limit=10)])


def test_the_database_has_the_last_word_below_zero(session: Session) -> None:
    count_up(session, [spent(10, limit=10)])
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE counters SET total = -1"))


def test_counters_of_days_long_past_are_forgotten(session: Session) -> None:
    for days in (0, 1, 2, 3):
        count_up(session, [spent(1, limit=1, day=TODAY - timedelta(days))])
    assert purge_counters(session, before=TODAY - timedelta(1)) == 2
    assert [total(session, day=TODAY - timedelta(days)) for days in (0, 1, 2, 3)] == [1, 1, 0, 0]
    assert purge_counters(session, before=TODAY - timedelta(1)) == 0


def test_of_many_counts_at_once_just_as_many_pass_as_there_is_room_for(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()

    def award(session: Session) -> None:
        count_up(session, [spent(1, limit=17)])
        post(session, [awarding(books, 1)])

    assert at_once(engine, [award] * 48) == {"done": 17, "LimitExceededError": 31}
    with Session(engine) as session:
        assert total(session) == 17
        assert findings(session) == []


def test_opposite_orders_of_counters_end_without_a_deadlock(engine: Engine) -> None:
    there = [spent(1, limit=1_000, owner=owner, name=name) for owner in (ZHANG, WANG) for name in ("a", "b", "c")]

    def forth(session: Session) -> None:
        count_up(session, there)

    def back(session: Session) -> None:
        count_up(session, there[::-1])

    assert at_once(engine, [forth, back] * 120) == {"done": 240}
    with Session(engine) as session:
        assert {total(session, owner, name) for owner in (ZHANG, WANG) for name in ("a", "b", "c")} == {240}


def count_in_a_process(url: str) -> Counter[str]:
    """Count one by one, each in a transaction, a third of which are rolled back; return how they ended."""
    engine = prepare_engine(create_engine(url))
    outcomes: Counter[str] = Counter()
    for number in range(60):
        with Session(engine) as session:
            try:
                count_up(session, [spent(1, limit=250), spent(1, limit=10_000, owner=WANG)])
            except LimitExceededError:
                outcomes["refused"] += 1
                continue
            if number % 3 == 0:
                session.rollback()
                outcomes["rolled back"] += 1
            else:
                session.commit()
                outcomes["counted"] += 1
    engine.dispose()
    return outcomes


def test_processes_count_exactly_up_to_the_limit(database: str, engine: Engine) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        outcomes = sum(processes.map(count_in_a_process, [database] * PROCESSES), Counter[str]())
    with Session(engine) as session:
        # Whole or not at all: the second counter, which has room, was left alone by those that the first refused.
        assert total(session) == total(session, WANG) == outcomes["counted"] == 250
    assert outcomes["refused"] > 0


def test_counting_on_goes_on_where_there_is_room_and_begins_nothing(session: Session) -> None:
    assert not count_on(session, spent(10, limit=100))
    assert total(session) == 0
    count_up(session, [spent(10, limit=100)])
    assert count_on(session, spent(90, limit=100))
    assert not count_on(session, spent(1, limit=100))
    assert total(session) == 100
    assert not count_on(session, spent(1, limit=100, owner=WANG))
