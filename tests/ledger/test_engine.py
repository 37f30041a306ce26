"""How connections are set up: durable, with foreign keys, and one writer at a time on SQLite."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ledger import READING, prepare_engine
from tests.ledger.builders import funded_books, open_books


@pytest.fixture
def sqlite_engine(sqlite_database: str) -> Iterator[Engine]:
    engine = prepare_engine(create_engine(sqlite_database))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)]
)
def test_sqlite_is_durable_and_keeps_its_rules(sqlite_engine: Engine, pragma: str, value: object) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_writer_waits_for_the_one_before_it(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as first, sqlite_engine.connect() as second:
        second.connection.execute("PRAGMA busy_timeout = 10")
        first.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="locked"):
            second.execute(text("SELECT 1"))


def test_a_reader_never_waits_and_sees_one_moment(sqlite_engine: Engine) -> None:
    reading = sqlite_engine.execution_options(**{READING: True})
    count = text("SELECT count(*) FROM accounts")
    with Session(sqlite_engine) as writer, Session(reading) as reader:
        open_books(writer)
        assert reader.scalar(count) == 0
        writer.commit()
        assert reader.scalar(count) == 0
        reader.rollback()
        assert reader.scalar(count) == 9


def test_single_statements_need_no_transaction(sqlite_engine: Engine) -> None:
    single = sqlite_engine.execution_options(isolation_level="AUTOCOMMIT")
    with Session(sqlite_engine) as writer, Session(single) as reader:
        funded_books(writer)
        assert reader.scalar(text("SELECT count(*) FROM accounts")) == 0
        writer.commit()
        assert reader.scalar(text("SELECT count(*) FROM accounts")) == 9


def test_other_databases_are_left_as_they_are() -> None:
    engine = create_engine("postgresql+psycopg://nobody@localhost/none")
    assert prepare_engine(engine) is engine
