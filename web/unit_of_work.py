"""The only code that commits: one transaction a call, all or nothing, run again when it lost a race."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import psycopg
from flask import Flask, current_app
from sqlalchemy import Connection, Engine, event, literal, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

import ledger
from web.metrics import count_retry

T = TypeVar("T")
R = TypeVar("R", Session, Connection)

# A race is lost to somebody who won it, so a few attempts are enough; the waits keep the losers apart.
ATTEMPTS_MAX = 8
_WAIT_S_FIRST = 0.005
_WAIT_S_MAX = 0.2
_UNIQUE_VIOLATION = "23505"
# serialization_failure, deadlock_detected, lock_not_available.
_RACES = {"40001", "40P01", "55P03"}
# SQLite: another writer was busy for too long, or the file is away, has no room to grow, or cannot be read or written.
_SQLITE_AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_SQLITE_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


class DatabaseUnavailableError(Exception):
    """The database is away or too busy. What was asked may be asked again with the same idempotency key."""

    def __init__(self, retry_after_s: int = 2) -> None:
        super().__init__("the database is away or too busy")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class _Sessions:
    """How this application reaches the database: to write, to read, and for single reads without a transaction."""

    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    single: Engine


def prepare_sessions(app: Flask, engine: Engine) -> None:
    """Give the application its sessions on this engine."""
    if engine.dialect.name == "sqlite":
        # A reading transaction of SQLite sees one moment by itself.
        reading: dict[str, Any] = {ledger.READING: True}
    else:
        reading = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    reader = engine.execution_options(**reading)
    if engine.dialect.name == "postgresql":
        event.listen(reader, "begin", _plan_for_what_is_asked)
    app.extensions["sessions"] = _Sessions(
        # Objects stay readable after the commit: answers are made of them when the transaction is over.
        writing=sessionmaker(engine, expire_on_commit=False),
        reading=sessionmaker(reader, expire_on_commit=False),
        single=engine.execution_options(isolation_level="AUTOCOMMIT"),
    )


def _plan_for_what_is_asked(connection: Connection) -> None:
    """Let PostgreSQL plan each question of a reading transaction for the values in it.

    A plan for any value at all finds what is rare in a moment and what is common in seconds, or the other way round.
    """
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def in_transaction(work: Callable[[Session], T]) -> T:
    """Run the work in one transaction, commit, and return what it returned; an exception rolls everything back.

    The work is run again where it lost a race: it must do nothing but work with the session it is given.

    Raises:
        DatabaseUnavailableError: the database is away, or races were lost too often.
    """
    for attempt in range(ATTEMPTS_MAX):
        committing = False
        try:
            # Within: what a session meets on a dead connection while it ends is the same fault, and is told as such.
            with _sessions().writing() as session:
                result = work(session)
                committing = True
                session.commit()
        except (DBAPIError, PoolTimeoutError, ledger.LostRaceError) as error:
            # A commit whose answer was lost may have happened: only the caller's key can tell.
            cut_off = getattr(error, "connection_invalidated", False) and not committing
            if not (cut_off or _lost_race(error)) or attempt + 1 == ATTEMPTS_MAX:
                raise _unavailable_or_same(error) from error
        else:
            return result
        count_retry()
        _wait(attempt)
    raise AssertionError("the last attempt returns or raises")


def reading(work: Callable[[Session], T]) -> T:
    """Run work that only reads, in a transaction that sees one moment and never waits for a writer.

    Raises:
        DatabaseUnavailableError: the database is away.
    """
    return _read(_sessions().reading, work)


def single_read(work: Callable[[Connection], T]) -> T:
    """Run work of one SELECT, without the cost of a session and a transaction.

    Raises:
        DatabaseUnavailableError: the database is away.
    """
    return _read(_sessions().single.connect, work)


@contextmanager
def snapshot() -> Iterator[Session]:
    """Open a reading session whose life is the caller's, for answers that are streamed.

    Raises:
        DatabaseUnavailableError: the database is away.
    """
    with _sessions().reading() as session:
        try:
            yield session
        except (DBAPIError, PoolTimeoutError) as error:
            _rollback(session)
            raise _unavailable_or_same(error) from error


def is_reachable() -> bool:
    """Say whether the database answers."""
    try:
        return single_read(lambda connection: connection.scalar(select(literal(1)))) == 1
    except DatabaseUnavailableError:
        return False


def _read(reach: Callable[[], AbstractContextManager[R]], work: Callable[[R], T]) -> T:
    for attempt in range(2):
        try:
            with reach() as reached:
                return work(reached)
        except (DBAPIError, PoolTimeoutError) as error:
            # The first use of a connection that died in the pool: the others are new by now.
            if attempt or not getattr(error, "connection_invalidated", False):
                raise _unavailable_or_same(error) from error
    raise AssertionError("the last attempt returns or raises")


def _sessions() -> _Sessions:
    return cast("_Sessions", current_app.extensions["sessions"])


def _rollback(session: Session) -> None:
    # What this meets on a dead connection says nothing new.
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()


def _lost_race(error: Exception) -> bool:
    """Say whether the same work may succeed, or be refused in words, when it is run again.

    A unique violation is a race as well: every rule about uniqueness is checked beforehand, so somebody else came
    between the check and the write, and the next run's check sees it.
    """
    if isinstance(error, ledger.LostRaceError):
        return True
    cause = getattr(error, "orig", None)
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate in _RACES or cause.sqlstate == _UNIQUE_VIOLATION
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return False
    return code in _SQLITE_UNIQUE or code == sqlite3.SQLITE_BUSY_SNAPSHOT


def _unavailable_or_same(error: Exception) -> Exception:
    """Return what the caller is told: a bug stays what it is, an absent or busy database is said to be so."""
    if isinstance(error, PoolTimeoutError | ledger.LostRaceError):
        return DatabaseUnavailableError()
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.OperationalError):
        away = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
        return DatabaseUnavailableError() if away else error
    if isinstance(cause, psycopg.Error) and cause.sqlstate in _RACES:
        return DatabaseUnavailableError()
    away = isinstance(error, OperationalError | InterfaceError) and isinstance(
        cause, psycopg.OperationalError | psycopg.InterfaceError
    )
    return DatabaseUnavailableError() if away else error


def _wait(attempt: int) -> None:
    longest = min(_WAIT_S_MAX, _WAIT_S_FIRST * 2**attempt)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads waits, guards nothing
