"""Many at once: no deadlock surfaces, nothing is lost, nothing is spent twice."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from ledger import (
    AlreadyReversedError,
    Asset,
    NewEntry,
    balance,
    balance_at,
    credit,
    debit,
    lock_lots,
    pick_lots,
    post,
    prepare_engine,
    reverse,
    settled_until,
    statement,
)
from ledger.model import Account, JournalEntry
from tests.clock import NOON
from tests.ledger.builders import (
    ANOTHER_OFFICER,
    NEXT_YEAR,
    UNDATED,
    Books,
    alone_and_in_a_list,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
    with_company,
)
from tests.ledger.racing import THREADS, at_once


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Return an engine with a connection for every thread."""
    engine = prepare_engine(create_engine(database, pool_size=THREADS, max_overflow=0))
    yield engine
    engine.dispose()


def entries_written(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(JournalEntry)).one()


@pytest.mark.parametrize("in_lists", [False, True])
def test_480_opposite_movements_end_without_a_deadlock(engine: Engine, *, in_lists: bool) -> None:
    with Session(engine) as session:
        books = funded_books(session, resident=1_000)
        post(session, [awarding(books, 1_000, taker=books.other)])
        session.commit()

    def there(session: Session) -> None:
        both_ways = [moving(books.resident, books.other, 3), moving(books.fund, books.resident, 1, UNDATED)]
        post(session, both_ways if in_lists else both_ways[:1])

    def back(session: Session) -> None:
        both_ways = [moving(books.other, books.resident, 2), moving(books.resident, books.fund, 1, UNDATED)]
        post(session, both_ways if in_lists else both_ways[:1])

    outcomes = at_once(engine, [there if number % 2 else back for number in range(480)])
    with Session(engine) as session:
        refused = outcomes["InsufficientBalanceError"]
        assert outcomes["done"] + refused == 480
        assert in_lists or refused == 0
        assert balance(session, books.resident) + balance(session, books.other) + balance(session, books.fund) == 10_000
        assert in_lists or balance(session, books.resident) == 1_000 - 240 * 3 + 240 * 2
        assert findings(session) == []


def test_what_is_there_once_is_spent_once(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session, resident=9)
        session.commit()
    outcomes = at_once(engine, [lambda session: post(session, [moving(books.resident, books.shop, 1)])] * 24)
    assert outcomes == {"done": 9, "InsufficientBalanceError": 15}
    with Session(engine) as session:
        assert (balance(session, books.resident), balance(session, books.shop)) == (0, 9)
        assert findings(session) == []


def spend_earliest_first(session: Session, books: Books, amount: int) -> None:
    held = lock_lots(session, [books.resident])[books.resident]
    picked = pick_lots(held, amount=amount, today=date(2026, 6, 1))
    taken = [debit(books.resident, Asset.PAB, part.amount, part.label) for part in picked]
    post(session, [entry_of(*taken, credit(books.shop, Asset.PAB, amount, UNDATED), kind="redemption")])


def test_lots_chosen_under_the_lock_are_never_chosen_twice(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        post(session, [awarding(books, 50), awarding(books, 50, lot=NEXT_YEAR)])
        session.commit()
    # 14 times 7 is 98 of 100: across the edge of the lots, and nobody is refused for a lot that another has taken.
    outcomes = at_once(engine, [lambda session: spend_earliest_first(session, books, 7)] * 20)
    assert outcomes == {"done": 14, "InsufficientBalanceError": 6}
    with Session(engine) as session:
        assert balance(session, books.resident) == 2
        assert lock_lots(session, [books.resident])[books.resident][0].label == NEXT_YEAR
        assert findings(session) == []


def test_one_of_many_reversals_is_made(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        given = awarding(books, 5)
        post(session, [given])
        session.commit()

    def reverse_it(session: Session) -> None:
        reverse(session, entry_id=given.id, actor=ANOTHER_OFFICER, now=NOON)

    assert at_once(engine, [reverse_it] * THREADS) == {"done": 1, AlreadyReversedError.__name__: THREADS - 1}
    with Session(engine) as session:
        assert (balance(session, books.resident), entries_written(session)) == (0, 3)
        assert findings(session) == []


def test_a_reversal_and_a_spending_of_the_same_credits_exclude_each_other(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        awards = [awarding(books, 5, lot=f"2026-12-{day:02}:peace") for day in range(1, 31)]
        post(session, awards)
        session.commit()

    def reverse_it(award: NewEntry, session: Session) -> None:
        reverse(session, entry_id=award.id, actor=ANOTHER_OFFICER, now=NOON)

    def spend_it(award: NewEntry, session: Session) -> None:
        post(session, [moving(books.resident, books.shop, 5, award.lines[1].lot)])

    outcomes = at_once(engine, [partial(what, award) for award in awards for what in (reverse_it, spend_it)])
    assert outcomes["done"] == 30
    assert outcomes["InsufficientBalanceError"] + outcomes["RestedOnError"] == 30
    with Session(engine) as session:
        assert balance(session, books.resident) == 0
        assert findings(session) == []


def test_an_accounts_order_is_the_order_of_its_recording(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()
    at_once(engine, [lambda session: post(session, [awarding(books, 1)])] * 120)
    with Session(engine) as session:
        items = statement(session, books.resident, limit=200).items
        assert [item.balance_after for item in items] == list(range(120, 0, -1))
        recorded = [item.recorded_at for item in items]
        assert recorded == sorted(recorded, reverse=True)
        assert findings(session) == []


def test_a_balance_as_recorded_at_an_instant_never_changes_though_others_write(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()
    samples: list[tuple[datetime, int]] = []

    def look(session: Session) -> None:
        # A writing transaction: on SQLite what is recorded earlier is then no more on its way.
        at = settled_until(session) - timedelta(microseconds=1)
        samples.append((at, balance_at(session, books.resident, at)))

    def give(session: Session) -> None:
        post(session, [awarding(books, 1)])

    # Shuffled: each of the threads gives and looks.
    work: list[Callable[[Session], object]] = [give, look] * 150
    Random(1).shuffle(work)
    assert at_once(engine, work) == {"done": 300}
    with Session(engine) as session:
        assert [balance_at(session, books.resident, at) for at, _ in samples] == [amount for _, amount in samples]
        # They were asked in the midst of it.
        assert len({amount for _, amount in samples}) > 10
        assert balance(session, books.resident) == 150


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@alone_and_in_a_list
def test_nobody_waits_for_an_unbounded_account(engine: Engine, *, in_a_list: bool) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()
    with Session(engine) as holder, Session(engine) as session:
        # As strong as a lock of a row can be.
        holder.execute(select(Account.id).where(Account.id == books.served).with_for_update())
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        served = entry_of(debit(books.served, Asset.MIN, 5), credit(books.minutes, Asset.MIN, 5), kind="minutes")
        post(session, with_company(served, books, in_a_list=in_a_list))
        session.commit()
        assert balance(session, books.minutes) == balance(session, books.served) >= 5
