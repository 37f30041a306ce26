"""Closing while others write: nothing slips into a period behind its statement, and nobody who writes ever waits."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ledger import (
    Asset,
    NewEntry,
    Period,
    PeriodClosedError,
    PeriodNotSettledError,
    balance,
    balance_effective_at,
    close_period,
    closing_statement,
    closing_totals,
    credit,
    debit,
    post,
    state_period,
    writers_under_way,
)
from ledger.model import JournalEntry, Posting
from tests.clock import NOON
from tests.ledger.builders import OFFICER, UNDATED, Books, entry_of, findings, funded_books

MAY = date(2026, 5, 31)
JUNE_BEGINS = datetime(2026, 6, 1, tzinfo=NOON.tzinfo)
LAST_MOMENT = JUNE_BEGINS - timedelta(microseconds=1)
WRITERS = 4


def at_the_end(books: Books, *, unbounded_only: bool = False) -> NewEntry:
    taker = books.issued if unbounded_only else books.fund
    lines = debit(books.issued, Asset.PAB, 1, UNDATED), credit(taker, Asset.PAB, 1, UNDATED)
    return entry_of(*lines, kind="appropriation", occurred_at=LAST_MOMENT)


def opened(engine: Engine) -> Books:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()
    return books


def close(engine: Engine) -> Period:
    with Session(engine) as session:
        made = close_period(session, last_on=MAY, actor=OFFICER, now=NOON)
        session.commit()
    return made


def state(engine: Engine, closed: Period) -> Period:
    """State a period as soon as all are done who may have found it open."""
    with Session(engine) as session:
        awaited = writers_under_way(session)
    while True:
        with Session(engine) as session:
            try:
                stated = state_period(session, closed.number, awaited=awaited, now=NOON)
            except PeriodNotSettledError:
                continue
            session.commit()
            return stated


@pytest.mark.parametrize("entries", [1, 3], ids=["alone", "in_a_list"])
@pytest.mark.parametrize("unbounded_only", [False, True], ids=["locking", "without_locks"])
def test_while_four_write_into_the_end_of_a_period_nothing_slips_in_behind_its_statement(
    engine: Engine, *, entries: int, unbounded_only: bool
) -> None:
    books = opened(engine)
    under_load = threading.Semaphore(0)

    def write(_: int) -> int:
        """Write into the period until it is closed; return how many entries were taken."""
        taken = 0
        while True:
            with Session(engine) as session:
                try:
                    post(session, [at_the_end(books, unbounded_only=unbounded_only) for _ in range(entries)])
                except PeriodClosedError:
                    return taken
                session.commit()
            taken += entries
            under_load.release()

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        writing = [threads.submit(write, number) for number in range(WRITERS)]
        for _ in range(WRITERS * 5):
            under_load.acquire()
        closing = threads.submit(lambda: state(engine, close(engine)))
        taken = sum(each.result() for each in writing)
        stated = closing.result()

    with Session(engine) as session:
        assert taken >= WRITERS * 5 * entries
        happened = select(func.sum(Posting.amount)).join(JournalEntry).where(JournalEntry.occurred_at < JUNE_BEGINS)
        (total,) = closing_totals(session, stated.number)
        assert 2 * taken == total.debits + total.credits == session.scalar(happened)
        assert findings(session) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("unbounded_only", [False, True], ids=["locking", "without_locks"])
def test_who_found_the_period_open_and_commits_after_it_is_closed_is_waited_for(
    engine: Engine, *, unbounded_only: bool
) -> None:
    books = opened(engine)
    with Session(engine) as slow:
        post(slow, [at_the_end(books, unbounded_only=unbounded_only)])
        closed = close(engine)
        with Session(engine) as session:
            awaited = writers_under_way(session)
            assert len(awaited) == 1
        with Session(engine) as quick:
            elsewhere = debit(books.served, Asset.MIN, 1), credit(books.minutes, Asset.MIN, 1)
            with pytest.raises(PeriodClosedError):
                post(quick, [entry_of(*elsewhere, occurred_at=LAST_MOMENT)])
            quick.rollback()
            # Who comes later is not waited for, and does not wait.
            post(quick, [entry_of(*elsewhere, occurred_at=JUNE_BEGINS)])
            with Session(engine) as session, pytest.raises(PeriodNotSettledError) as refused:
                state_period(session, closed.number, awaited=awaited, now=NOON)
            assert (refused.value.number, refused.value.writers) == (closed.number, 1)
            slow.commit()
            with Session(engine) as session:
                state_period(session, closed.number, awaited=awaited, now=NOON)
                session.commit()
            quick.commit()
    with Session(engine) as session:
        assert [line.debits for line in closing_statement(session, closed.number) if line.code == "issued"] == [1]
        if not unbounded_only:
            assert balance_effective_at(session, books.fund, LAST_MOMENT) == 1
        assert balance_effective_at(session, books.fund, datetime.now(UTC)) == balance(session, books.fund)
        assert findings(session) == []
