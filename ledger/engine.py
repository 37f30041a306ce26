"""How the application talks to each database: durable, with foreign keys, and one writer at a time on SQLite."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session

# A till waits no longer than this for the writer before it; then the answer is "try again".
SQLITE_BUSY_TIMEOUT_MS = 20_000

# Execution option of a transaction that only reads: on SQLite it then never waits for the writer.
READING = "ledger_reading"


def prepare_engine(engine: Engine) -> Engine:
    """Set an engine up for the ledger and return it; call it once, before the first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_connection)
        event.listen(engine, "begin", _begin_on_sqlite)
    else:
        event.listen(engine, "do_connect", _look_up_by_key)
    return engine


# Nearly every statement looks rows up by key. One plan serves all values then: planned anew for each, a redemption
# costs the server half as much again. And a plan made while a table was small must not go on reading the whole table.
# Before version 18 a plan that must read a table whole looks so dear then that it would be compiled, for nothing.
_LOOKING_UP = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"


def _look_up_by_key(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
    options["options"] = f"{_LOOKING_UP} {options.get('options', '')}".strip()


# On PostgreSQL, for questions about others who have begun to write. Who has no user is none of them: autovacuum writes
# statistics and never entries, and may take its time over it.
OTHER_WRITERS = (
    " FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND usesysid IS NOT NULL"
    " AND datname = current_database() AND pid <> pg_backend_pid()"
)


def read_all(session: Session) -> None:
    """Let the statements of this transaction read whole tables, as those over all the books do best."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = on"))
        session.execute(text("SET LOCAL plan_cache_mode = auto"))


def _prepare_sqlite_connection(connection: sqlite3.Connection, _record: Any) -> None:
    # We begin transactions ourselves: the driver would begin them late, after a read has gone stale.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        # Rows that INSERT OR REPLACE takes out of its way count as deleted: the books refuse that.
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    # A writer takes its lock at once, so that what it reads cannot change before it writes.
    connection.exec_driver_sql("BEGIN" if options.get(READING) else "BEGIN IMMEDIATE")
