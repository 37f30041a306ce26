"""Changing the books behind the back of every guard, as somebody with the database's own powers could."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

TABLES = ("journal_entries", "postings", "accounts", "account_lots")


def take_the_guards_away(session: Session) -> None:
    """Drop the triggers and every constraint of the books' tables, for this database for good."""
    of_this_kind = _on_postgresql if session.get_bind().dialect.name == "postgresql" else _on_sqlite
    for statement in of_this_kind(session):
        session.execute(text(statement))
    session.commit()


def _on_postgresql(session: Session) -> Iterator[str]:
    yield from (f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES)
    constraints = session.execute(
        text(
            "SELECT conrelid::regclass, conname FROM pg_constraint"
            " WHERE contype IN ('c', 'f', 'u', 'p') AND conrelid = ANY (CAST(:tables AS regclass[]))"
        ),
        {"tables": list(TABLES)},
    ).all()
    yield from (f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE" for table, name in constraints)
    indexes = session.scalars(
        text("SELECT indexname FROM pg_indexes WHERE tablename = ANY (:tables) AND indexdef LIKE '%UNIQUE%'"),
        {"tables": list(TABLES)},
    ).all()
    yield from (f"DROP INDEX IF EXISTS {name}" for name in indexes)


def _on_sqlite(session: Session) -> Iterator[str]:
    # Outside of a transaction, where SQLite allows it.
    session.rollback()
    driver = session.connection().connection.driver_connection
    assert driver is not None
    driver.execute("ROLLBACK")
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute("PRAGMA legacy_alter_table = ON")
    driver.execute("BEGIN")
    # A copy has the rows and no rules.
    for table in TABLES:
        yield f"CREATE TABLE {table}_copy AS SELECT * FROM {table}"  # noqa: S608 - the names stand above
        yield f"DROP TABLE {table}"
        yield f"ALTER TABLE {table}_copy RENAME TO {table}"
