"""Balances by when things happened, whenever they were written down."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger import (
    AccountUnknownError,
    Asset,
    LotBalance,
    NewEntry,
    balance,
    balance_effective_at,
    close_period,
    closing_statement,
    credit,
    debit,
    lots_effective_at,
    post,
    state_period,
)
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, OFFICER, THIS_YEAR, UNDATED, Books, entry_of, findings, open_books

SPRING = datetime(2026, 3, 1, tzinfo=NOON.tzinfo)


@pytest.fixture
def session(lasting_session: Session) -> Session:
    """Return a session on a database that lasts: nothing here is committed."""
    return lasting_session


def given_to_the_resident(books: Books, amount: int, when: datetime, lot: str = THIS_YEAR) -> NewEntry:
    return entry_of(
        debit(books.issued, Asset.PAB, amount, UNDATED),
        credit(books.resident, Asset.PAB, amount, lot),
        occurred_at=when,
    )


def taken_back(books: Books, amount: int, when: datetime) -> NewEntry:
    return entry_of(
        debit(books.resident, Asset.PAB, amount, THIS_YEAR),
        credit(books.issued, Asset.PAB, amount, UNDATED),
        occurred_at=when,
    )


def test_a_balance_counts_what_had_happened_by_the_instant_whenever_it_was_written(session: Session) -> None:
    books = open_books(session)
    noon, day = NOON - timedelta(10), timedelta(1)
    post(session, [given_to_the_resident(books, 10, noon)])
    post(session, [given_to_the_resident(books, 5, noon - day, NEXT_YEAR)])
    just_before = timedelta(microseconds=1)
    expected = {noon - day - just_before: 0, noon - day: 5, noon - just_before: 5, noon: 15, NOON: 15}
    assert {at: balance_effective_at(session, books.resident, at) for at in expected} == expected
    assert {at: balance_effective_at(session, books.issued, at) for at in expected} == expected
    assert lots_effective_at(session, books.resident, noon - day) == [LotBalance(NEXT_YEAR, 5)]
    assert lots_effective_at(session, books.resident, noon) == [LotBalance(THIS_YEAR, 10), LotBalance(NEXT_YEAR, 5)]


def test_an_account_may_have_given_before_it_was_known_to_have(session: Session) -> None:
    books = open_books(session)
    post(session, [given_to_the_resident(books, 10, NOON)])
    post(session, [taken_back(books, 4, NOON - timedelta(1))])
    assert balance_effective_at(session, books.resident, NOON - timedelta(1)) == -4
    assert lots_effective_at(session, books.resident, NOON - timedelta(1)) == []
    assert balance_effective_at(session, books.resident, NOON) == 6


def test_an_account_that_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(AccountUnknownError):
        balance_effective_at(session, 999, NOON)


# How many days after SPRING something happened, and what: credits given, or taken back.
EVENTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9) | st.integers(-9, -1)), max_size=12)
DAYS_ASKED = st.lists(st.integers(-2, 42), min_size=6, max_size=12, unique=True)
CLOSINGS = st.lists(st.integers(0, 40), max_size=3, unique=True).map(sorted)


@settings(max_examples=40)
@given(early=EVENTS, late=EVENTS, closings=CLOSINGS, asked=DAYS_ASKED)
def test_with_or_without_closing_statements_the_sums_are_the_same(
    lasting_engine: Engine,
    early: list[tuple[int, int]],
    late: list[tuple[int, int]],
    closings: list[int],
    asked: list[int],
) -> None:
    with Session(lasting_engine) as session:
        books = open_books(session)
        post(session, [given_to_the_resident(books, 1_000, SPRING - timedelta(1))])
        happened = [(SPRING - timedelta(1), 1_000)]

        def write(events: list[tuple[int, int]], after: int) -> None:
            for days, amount in events:
                if days > after:
                    when = SPRING + timedelta(days, hours=9)
                    make = given_to_the_resident if amount > 0 else taken_back
                    post(session, [make(books, abs(amount), when)])
                    happened.append((when, amount))

        write(early, -1)
        for days in closings:
            made = close_period(session, last_on=SPRING.date() + timedelta(days), actor=OFFICER, now=NOON)
            state_period(session, made.number, awaited=[], now=NOON)
        write(late, closings[-1] if closings else -1)

        # Of the days drawn, and of the days around each end of a period.
        for days in {*asked, *(end + near for end in closings for near in (-1, 0, 1))}:
            at = SPRING + timedelta(days, hours=9)
            expected = sum(amount for when, amount in happened if when <= at)
            assert balance_effective_at(session, books.resident, at) == expected
            assert balance_effective_at(session, books.issued, at) == expected
        assert balance_effective_at(session, books.resident, NOON) == balance(session, books.resident)
        statements = [
            {line.code: line for line in closing_statement(session, number)} for number in range(1, len(closings) + 1)
        ]
        for before, after in pairwise(statements):
            assert {code: line.closing for code, line in before.items()} == {
                code: line.opening for code, line in after.items()
            }
        assert findings(session) == []
        session.rollback()


def test_the_end_of_a_period_belongs_to_the_next(session: Session) -> None:
    books = open_books(session)
    end = datetime(2026, 5, 1, tzinfo=NOON.tzinfo)
    post(session, [given_to_the_resident(books, 10, end - timedelta(microseconds=1))])
    post(session, [given_to_the_resident(books, 5, end)])
    made = close_period(session, last_on=date(2026, 4, 30), actor=OFFICER, now=NOON)
    state_period(session, made.number, awaited=[], now=NOON)
    for at, expected in ((end - timedelta(microseconds=1), 10), (end, 15), (datetime.now(UTC), 15)):
        assert balance_effective_at(session, books.resident, at) == expected
