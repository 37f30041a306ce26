"""What the databases refuse by themselves, whoever asks: plain SQL, behind the back of the code."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Table, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from ledger import Asset, Side, new_id
from tests.clock import NOON
from tests.ledger.builders import OFFICER, THIS_YEAR, UNDATED, Books, awarding, findings, funded_books

ENTRIES: Table = ledger.Base.metadata.tables["journal_entries"]
POSTINGS: Table = ledger.Base.metadata.tables["postings"]

Posting = dict[str, Any]


@pytest.fixture
def books(session: Session) -> Iterator[Books]:
    """Return committed books; whatever a test does to them, the audit still finds them in order."""
    made = funded_books(session, fund=1_000, resident=300)
    session.commit()
    yield made
    session.rollback()
    assert findings(session) == []


def entry_row(entry_id: UUID) -> dict[str, Any]:
    return {
        "id": entry_id,
        "kind": "award",
        "actor": OFFICER,
        "occurred_at": NOON,
        "recorded_at": datetime.now(UTC),
    }


def posting_row(
    entry_id: UUID, line: int, account_id: int, side: Side, amount: int, *, asset: Asset = Asset.PAB, lot: str = UNDATED
) -> Posting:
    return {
        "entry_id": entry_id,
        "line": line,
        "account_id": account_id,
        "asset": asset,
        "lot": lot,
        "side": side,
        "amount": amount,
        "seq": None,
        "balance_after": None,
    }


def balanced_pair(books: Books, entry_id: UUID, *, first_line: int = 1) -> list[Posting]:
    """Return two postings on unbounded accounts, which need no numbers."""
    return [
        posting_row(entry_id, first_line, books.issued, Side.DEBIT, 5),
        posting_row(entry_id, first_line + 1, books.issued, Side.CREDIT, 5),
    ]


def refused(session: Session, work: Callable[[], object], reason: str) -> None:
    """Do the work and commit; assert that the database refuses by then, for this reason."""

    def to_the_end() -> None:
        work()
        session.commit()

    with pytest.raises(DBAPIError, match=reason):
        to_the_end()


def write(session: Session, entry_id: UUID, postings: list[Posting], **facts: UUID) -> None:
    """Write an entry as the code does: on SQLite the postings come first, on PostgreSQL the entry."""
    statements = [insert(POSTINGS).values(postings), insert(ENTRIES).values(entry_row(entry_id) | facts)]
    if session.get_bind().dialect.name == "postgresql":
        statements.reverse()
    for statement in statements:
        session.execute(statement)


# --- immutability ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entries SET actor = 'person:0c'",
        "UPDATE journal_entries SET recorded_at = occurred_at",
        "DELETE FROM journal_entries",
        "UPDATE postings SET amount = amount + 1",
        "UPDATE postings SET account_id = account_id + 1",
        "DELETE FROM postings",
        "DELETE FROM postings WHERE line = 1",
    ],
)
@pytest.mark.usefixtures("books")
def test_what_is_written_is_neither_changed_nor_deleted(session: Session, statement: str) -> None:
    refused(session, lambda: session.execute(text(statement)), "append-only")


@pytest.mark.parametrize("statement", ["DELETE FROM accounts", "UPDATE accounts SET id = id + 1000"])
@pytest.mark.usefixtures("books")
def test_accounts_are_neither_deleted_nor_renumbered(session: Session, statement: str) -> None:
    refused(session, lambda: session.execute(text(statement)), "accounts stay")


@pytest.mark.parametrize("table", ["journal_entries", "postings", "accounts", "journal_entries, postings"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("books")
def test_the_books_are_not_truncated(session: Session, table: str) -> None:
    refused(session, lambda: session.execute(text(f"TRUNCATE {table} CASCADE")), "append-only|accounts stay")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("books")
def test_no_row_need_be_hit_for_a_change_to_be_refused(session: Session) -> None:
    refused(session, lambda: session.execute(text("UPDATE postings SET amount = 1 WHERE false")), "append-only")


@pytest.mark.usefixtures("books")
def test_an_upsert_does_not_change_a_standing_entry(session: Session) -> None:
    statement = text(
        "INSERT INTO journal_entries (id, kind, actor, occurred_at, recorded_at)"
        " SELECT id, kind, actor, occurred_at, recorded_at FROM journal_entries WHERE true"
        " ON CONFLICT (id) DO UPDATE SET actor = 'person:0c'"
    )
    refused(session, lambda: session.execute(statement), "append-only|already stands")


INSERT_OR_REPLACE = [
    """
    INSERT OR REPLACE INTO journal_entries
    SELECT id, 'expiry', description, actor, occurred_at, recorded_at, reverses_id FROM journal_entries
    """,
    """
    INSERT OR REPLACE INTO postings
    SELECT entry_id, line, account_id, asset, lot, side, amount + 1, seq, balance_after FROM postings
    """,
    # Another entry's posting takes the place of one in its account's history.
    """
    INSERT OR REPLACE INTO postings
    SELECT hex(randomblob(16)), line, account_id, asset, lot, side, amount, seq, balance_after
    FROM postings WHERE seq = 1
    """,
]


@pytest.mark.parametrize("statement", INSERT_OR_REPLACE)
@pytest.mark.parametrize("careless", [False, True], ids=["as_we_connect", "as_anybody_connects"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("books")
def test_insert_or_replace_replaces_nothing(session: Session, statement: str, *, careless: bool) -> None:
    if careless:
        session.connection().exec_driver_sql("PRAGMA recursive_triggers = OFF")
    refused(session, lambda: session.execute(text(statement)), "append-only|already stands")


# --- entries are whole and balanced ----------------------------------------------------------------------------------


def test_a_whole_and_balanced_entry_is_taken(session: Session, books: Books) -> None:
    entry_id = new_id()
    write(session, entry_id, balanced_pair(books, entry_id))
    session.commit()


def test_an_entry_that_does_not_balance_is_refused(session: Session, books: Books) -> None:
    entry_id = new_id()
    lopsided = balanced_pair(books, entry_id)
    lopsided[0]["amount"] += 1
    refused(session, lambda: write(session, entry_id, lopsided), "does not balance")


def test_one_asset_does_not_balance_another(session: Session, books: Books) -> None:
    entry_id = new_id()
    mixed = [
        posting_row(entry_id, 1, books.issued, Side.DEBIT, 5),
        posting_row(entry_id, 2, books.served, Side.CREDIT, 5, asset=Asset.MIN, lot=""),
    ]
    refused(session, lambda: write(session, entry_id, mixed), "does not balance")


@pytest.mark.usefixtures("books")
def test_an_entry_without_postings_is_refused(session: Session) -> None:
    refused(session, lambda: session.execute(insert(ENTRIES), [entry_row(new_id())]), "has no postings")


def test_postings_without_an_entry_are_refused(session: Session, books: Books) -> None:
    refused(
        session,
        lambda: session.execute(insert(POSTINGS).values(balanced_pair(books, new_id()))),
        "FOREIGN KEY|does not stand",
    )


@pytest.mark.parametrize("first_line", [1, 3, -5])
@pytest.mark.parametrize("in_its_transaction", [False, True])
def test_a_standing_entry_takes_no_more_postings(
    session: Session, books: Books, *, first_line: int, in_its_transaction: bool
) -> None:
    entry_id = new_id()

    def write_twice() -> None:
        write(session, entry_id, balanced_pair(books, entry_id))
        if not in_its_transaction:
            session.commit()
        session.execute(insert(POSTINGS).values(balanced_pair(books, entry_id, first_line=first_line)))

    refused(session, write_twice, "already stands|unique|UNIQUE")


# --- accounts, assets, amounts ---------------------------------------------------------------------------------------


def test_a_posting_in_another_asset_than_its_accounts_is_refused(session: Session, books: Books) -> None:
    entry_id = new_id()
    foreign = [posting_row(entry_id, line, books.issued, side, 5, asset=Asset.CNY) for line, side in enumerate(Side, 1)]
    refused(session, lambda: write(session, entry_id, foreign), "FOREIGN KEY|no account")


def test_a_posting_on_no_account_is_refused(session: Session, books: Books) -> None:
    entry_id = new_id()
    nowhere = balanced_pair(books, entry_id)
    nowhere[0]["account_id"] = 999
    refused(session, lambda: write(session, entry_id, nowhere), "FOREIGN KEY|no account")


@pytest.mark.parametrize("amount", [0, -5])
def test_an_amount_that_is_not_positive_is_refused(session: Session, books: Books, amount: int) -> None:
    entry_id = new_id()
    pair = [posting_row(entry_id, line, books.issued, side, amount) for line, side in enumerate(Side, 1)]
    refused(session, lambda: write(session, entry_id, pair), "amount_positive")


def test_a_place_in_an_accounts_history_is_taken_once(session: Session, books: Books) -> None:
    entry_id = new_id()
    pair = [
        posting_row(entry_id, 1, books.issued, Side.DEBIT, 5),
        posting_row(entry_id, 2, books.resident, Side.CREDIT, 5) | {"seq": 1, "balance_after": 5},
    ]
    refused(session, lambda: write(session, entry_id, pair), "(?i)unique|already stands")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE accounts SET balance = -1 WHERE code = 'resident:7f3:available'", "balance_within_bounds"),
        ("UPDATE accounts SET balance = 1 WHERE code = 'issued'", "unbounded_keeps_no_total"),
        ("UPDATE accounts SET state = 'closed' WHERE code = 'resident:7f3:available'", "closed_is_empty"),
        ("UPDATE accounts SET state = 'asleep'", "accountstate_known"),
        ("UPDATE accounts SET asset = 'GOLD'", "accounts stay, in their asset"),
        ("UPDATE accounts SET normal_side = 'left'", "side_known"),
        ("UPDATE account_lots SET balance = -1", "balance_not_negative"),
    ],
)
@pytest.mark.usefixtures("books")
def test_an_account_does_not_leave_its_bounds(session: Session, statement: str, rule: str) -> None:
    refused(session, lambda: session.execute(text(statement)), rule)


def test_an_entry_is_not_reversed_twice(session: Session, books: Books) -> None:
    given = awarding(books, 5, lot=THIS_YEAR)
    ledger.post(session, [given])
    session.commit()

    def reverse_twice() -> None:
        for entry_id in (new_id(), new_id()):
            write(session, entry_id, balanced_pair(books, entry_id), reverses_id=given.id)

    refused(session, reverse_twice, "(?i)unique|reversed before")


def test_the_code_after_all_this_still_posts(engine: Engine, books: Books) -> None:
    with Session(engine) as session:
        ledger.post(session, [awarding(books, 5)])
        session.commit()
        assert findings(session) == []
