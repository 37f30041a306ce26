"""Changing the books behind the back of every guard, as somebody with the database's own powers could."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, text, update
from sqlalchemy.orm import Session

import ledger
from ledger import audit

ENTRIES: Table = ledger.Base.metadata.tables["journal_entries"]
POSTINGS: Table = ledger.Base.metadata.tables["postings"]
ACCOUNTS: Table = ledger.Base.metadata.tables["accounts"]
LOTS: Table = ledger.Base.metadata.tables["account_lots"]

TABLES = ("journal_entries", "postings", "accounts", "account_lots", "seal_leaves", "seal_nodes", "seal_heads")


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


def difference(session: Session, check: str) -> str:
    """Return what this check found."""
    (result,) = [result for result in audit(session) if result.name == check]
    assert not result.ok
    return result.detail


def first_entry(session: Session, kind: str) -> UUID:
    """Return the first entry of a kind in the order of recording."""
    of_kind = select(ENTRIES.c.id).where(ENTRIES.c.kind == kind)
    found: UUID = session.scalars(of_kind.order_by(ENTRIES.c.recorded_at, ENTRIES.c.id).limit(1)).one()
    return found


def of(entry_id: UUID, line: int) -> ColumnElement[bool]:
    """Return the condition that picks one posting of an entry."""
    return (POSTINGS.c.entry_id == entry_id) & (POSTINGS.c.line == line)


def at(account: int, seq: int) -> ColumnElement[bool]:
    """Return the condition that picks one posting of an account."""
    return (POSTINGS.c.account_id == account) & (POSTINGS.c.seq == seq)


def entry_at(session: Session, account: int, seq: int) -> UUID:
    found: UUID = session.scalars(select(POSTINGS.c.entry_id).where(at(account, seq))).one()
    return found


def change_posting(session: Session, which: ColumnElement[bool], **values: Any) -> None:
    assert session.connection().execute(update(POSTINGS).where(which).values(**values)).rowcount == 1


def change_entry(session: Session, entry_id: UUID, **values: Any) -> None:
    assert session.connection().execute(update(ENTRIES).where(ENTRIES.c.id == entry_id).values(**values)).rowcount == 1


def change_account(session: Session, account: int, **values: Any) -> None:
    assert session.connection().execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(**values)).rowcount == 1


def change_lot(session: Session, account: int, label: str, **values: Any) -> None:
    which = (LOTS.c.account_id == account) & (LOTS.c.lot == label)
    assert session.connection().execute(update(LOTS).where(which).values(**values)).rowcount == 1
