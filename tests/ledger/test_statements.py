"""The history of one account, page by page, and what it held as recorded at an instant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from ledger import (
    AccountUnknownError,
    Asset,
    InstantTooYoungError,
    LotBalance,
    StatementItem,
    balance_at,
    credit,
    debit,
    lots_at,
    post,
    prepare_engine,
    settled_until,
    statement,
    writers_under_way,
)
from tests.clock import NOON
from tests.ledger.builders import (
    NEXT_YEAR,
    OFFICER,
    THIS_YEAR,
    UNDATED,
    Books,
    awarding,
    entry_of,
    funded_books,
    moving,
)


def read_in_pages(session: Session, account: int, *, limit: int) -> list[list[StatementItem]]:
    pages, before = [], None
    while True:
        page = statement(session, account, limit=limit, before=before)
        pages.append(page.items)
        if page.next_before is None:
            return pages
        before = page.next_before


# --- statements ------------------------------------------------------------------------------------------------------


def test_an_account_without_entries_has_an_empty_statement(session: Session) -> None:
    books = funded_books(session)
    page = statement(session, books.resident, limit=10)
    assert (page.items, page.next_before) == ([], None)


def test_the_statement_of_an_unknown_account_is_refused(session: Session) -> None:
    with pytest.raises(AccountUnknownError):
        statement(session, 999, limit=10)


def test_an_item_tells_what_moved_why_and_from_where(session: Session) -> None:
    books = funded_books(session)
    given = awarding(books, 300)
    recorded_at = post(session, [given])
    assert statement(session, books.resident, limit=10).items == [
        StatementItem(
            entry_id=given.id,
            kind="award",
            amount=300,
            balance_after=300,
            description="",
            actor=OFFICER,
            occurred_at=given.occurred_at,
            recorded_at=recorded_at,
            counter_code="fund:peace:available",
        )
    ]


def test_the_newest_entry_comes_first_and_amounts_are_signed(session: Session) -> None:
    books = funded_books(session)
    for each in (awarding(books, 300), moving(books.resident, books.shop, 120), awarding(books, 5)):
        post(session, [each])
    items = statement(session, books.resident, limit=10).items
    assert [(item.amount, item.balance_after) for item in items] == [(5, 185), (-120, 180), (300, 300)]


def test_a_debit_raises_an_account_whose_normal_side_is_debit(session: Session) -> None:
    books = funded_books(session, fund=1_000)
    assert [(item.amount, item.balance_after) for item in statement(session, books.bank, limit=1).items] == [
        (1_000, 1_000)
    ]


def test_an_entry_is_one_item_however_many_postings_it_has_on_the_account(session: Session) -> None:
    books = funded_books(session)
    post(session, [awarding(books, 30), awarding(books, 50, lot=NEXT_YEAR)])
    spending = entry_of(
        debit(books.resident, Asset.PAB, 30, THIS_YEAR),
        debit(books.resident, Asset.PAB, 20, NEXT_YEAR),
        credit(books.shop, Asset.PAB, 50, UNDATED),
    )
    post(session, [spending])
    newest = statement(session, books.resident, limit=1).items[0]
    assert (newest.entry_id, newest.amount, newest.balance_after) == (spending.id, -50, 30)
    assert newest.counter_code == "merchant:Corner_Shop-1:payable"


def test_an_entry_within_one_account_names_no_other(session: Session) -> None:
    books = funded_books(session, resident=30)
    longer = entry_of(debit(books.resident, Asset.PAB, 30, THIS_YEAR), credit(books.resident, Asset.PAB, 30, NEXT_YEAR))
    post(session, [longer])
    newest = statement(session, books.resident, limit=1).items[0]
    assert (newest.amount, newest.balance_after, newest.counter_code) == (0, 30, "")


@pytest.mark.parametrize("limit", [1, 2, 5, 40])
@pytest.mark.parametrize("parts", [1, 9, 25])
def test_pages_together_are_the_whole_statement_wherever_their_edges_fall(
    session: Session, *, limit: int, parts: int
) -> None:
    books = funded_books(session)
    lots = [f"2026-12-{1 + part:02}:peace" for part in range(parts)]
    entries = []
    for number in range(7):
        # Entries of one posting and of many take turns.
        of_this_one = lots if number % 2 else lots[:1]
        taken = debit(books.fund, Asset.PAB, len(of_this_one), UNDATED)
        entries.append(entry_of(taken, *(credit(books.resident, Asset.PAB, 1, lot) for lot in of_this_one)))
    post(session, entries)
    pages = read_in_pages(session, books.resident, limit=limit)
    assert all(len(page) <= limit for page in pages)
    assert all(pages) or not entries
    items = [item for page in pages for item in page]
    assert [item.entry_id for item in items] == [entry.id for entry in reversed(entries)]
    assert [item.amount for item in items] == [parts if number % 2 else 1 for number in reversed(range(7))]
    balances = [item.balance_after for item in items]
    assert balances == [sum(item.amount for item in items[place:]) for place in range(7)]


def test_entries_written_meanwhile_do_not_disturb_later_pages(session: Session) -> None:
    books = funded_books(session)
    first = [awarding(books, 1) for _ in range(4)]
    post(session, first)
    page = statement(session, books.resident, limit=2)
    post(session, [awarding(books, 1)])
    rest = statement(session, books.resident, limit=2, before=page.next_before)
    assert [item.entry_id for item in page.items + rest.items] == [entry.id for entry in reversed(first)]
    assert rest.next_before is None


# --- as recorded at an instant ---------------------------------------------------------------------------------------


def history(session: Session) -> tuple[Books, list[datetime]]:
    """Write five entries on the resident's account, one after the other, and return when each was recorded."""
    books = funded_books(session)
    entries = [
        awarding(books, 100),
        awarding(books, 50, lot=NEXT_YEAR),
        moving(books.resident, books.shop, 70),
        moving(books.resident, books.shop, 30),
        awarding(books, 1),
    ]
    recorded = []
    for each in entries:
        recorded.append(post(session, [each]))
        session.commit()
    return books, recorded


def test_a_balance_as_recorded_at_an_instant_counts_what_was_recorded_by_then(session: Session) -> None:
    books, recorded = history(session)
    assert [balance_at(session, books.resident, at) for at in recorded] == [100, 150, 80, 50, 51]
    moment_before = timedelta(microseconds=1)
    assert [balance_at(session, books.resident, at - moment_before) for at in recorded] == [0, 100, 150, 80, 50]


def test_lots_as_recorded_at_an_instant_are_those_of_then(session: Session) -> None:
    books, recorded = history(session)
    this_year, next_year = LotBalance(THIS_YEAR, 100), LotBalance(NEXT_YEAR, 50)
    assert lots_at(session, books.resident, recorded[0]) == [this_year]
    assert lots_at(session, books.resident, recorded[1]) == [this_year, next_year]
    assert lots_at(session, books.resident, recorded[3]) == [next_year]
    assert lots_at(session, books.resident, NOON.replace(year=1999)) == []


def test_an_account_without_entries_held_nothing_at_any_instant(session: Session) -> None:
    books, recorded = history(session)
    assert balance_at(session, books.other, recorded[-1]) == 0


def test_what_an_unknown_account_held_is_refused(session: Session) -> None:
    _, recorded = history(session)
    for ask in (balance_at, lots_at):
        with pytest.raises(AccountUnknownError):
            ask(session, 999, recorded[-1])


def test_an_instant_to_come_cannot_be_answered(session: Session) -> None:
    books, _ = history(session)
    ahead = datetime.now(UTC) + timedelta(minutes=1)
    with pytest.raises(InstantTooYoungError) as refused:
        balance_at(session, books.resident, ahead)
    assert (refused.value.at, refused.value.settled_until < ahead) == (ahead, True)


def test_an_answer_never_changes_once_given(session: Session) -> None:
    books, recorded = history(session)
    at = recorded[-1]
    before = balance_at(session, books.resident, at)
    post(session, [awarding(books, 1_000)])
    session.commit()
    assert balance_at(session, books.resident, at) == before


@pytest.fixture
def postgres_engine(postgres_database: str) -> Iterator[Engine]:
    engine = prepare_engine(create_engine(postgres_database))
    yield engine
    engine.dispose()


def test_an_instant_younger_than_a_running_transaction_cannot_be_answered(postgres_engine: Engine) -> None:
    # SQLite knows one writer at a time, so there nothing else is ever under way.
    with Session(postgres_engine) as session, Session(postgres_engine) as slow:
        books, recorded = history(session)
        post(slow, [awarding(books, 7)])
        assert recorded[-1] < settled_until(session) < datetime.now(UTC)
        later = datetime.now(UTC)
        with pytest.raises(InstantTooYoungError):
            balance_at(session, books.resident, later)
        assert balance_at(session, books.resident, recorded[-1]) == 51
        session.rollback()
        slow.commit()
        assert balance_at(session, books.resident, later) == 58


def test_asking_twice_in_one_transaction_overlooks_nobody_who_began_in_between(postgres_engine: Engine) -> None:
    with Session(postgres_engine) as session, Session(postgres_engine) as slow:
        books, recorded = history(session)
        assert balance_at(session, books.resident, recorded[-1]) == 51
        post(slow, [awarding(books, 7)])
        with pytest.raises(InstantTooYoungError):
            balance_at(session, books.resident, datetime.now(UTC))


def test_a_transaction_that_only_reads_holds_nobody_up(postgres_engine: Engine) -> None:
    with Session(postgres_engine) as session, Session(postgres_engine) as reader:
        books, recorded = history(session)
        assert balance_at(reader, books.resident, recorded[-1]) == 51
        later = post(session, [awarding(books, 7)])
        session.commit()
        assert balance_at(session, books.resident, later) == 58


def test_autovacuum_writes_no_entries_and_holds_nobody_up(postgres_engine: Engine) -> None:
    with Session(postgres_engine) as session:
        # PostgreSQL's own view of who does what cannot be told what to say: one of the same name is asked in its place.
        session.execute(text("SET LOCAL search_path = public, pg_catalog"))
        session.execute(
            text(
                "CREATE VIEW pg_stat_activity (pid, usesysid, backend_xid, xact_start, datname) AS VALUES"
                " (1, CAST(NULL AS oid), xid '7', now() - interval '1 hour', current_database()),"
                " (2, CAST(10 AS oid), xid '8', now() - interval '1 minute', current_database())"
            )
        )
        assert writers_under_way(session) == {8}
        assert settled_until(session) == session.scalar(text("SELECT now() - interval '1 minute'"))
