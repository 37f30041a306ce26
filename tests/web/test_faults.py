"""What goes wrong below us ends in a clear "try again" or a correct retry: nothing is lost, nothing stands by half."""

import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

import ledger
from tests.web.paying import NEW, REPLAYED, UNAVAILABLE, Counter, counter
from tests.web.world import World
from web.extensions import db


@pytest.fixture
def till(world: World) -> Counter:
    """Return a counter where a resident pays."""
    return counter(world)


@pytest.fixture
def file(sqlite_database: str) -> Path:
    """Return the SQLite file of the test."""
    return Path(make_url(sqlite_database).database or "")


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


# --- SQLite ----------------------------------------------------------------------------------------------------------


@contextmanager
def connections_begin_with(till: Counter, pragma: str) -> Iterator[None]:
    """Let every new connection begin with a pragma, and none of those after: other tests use the same engine."""

    def set_it(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    with till.world.app.app_context():
        engine = db.engine
    event.listen(engine, "connect", set_it)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", set_it)
        engine.dispose()


@on_sqlite
def test_a_full_disk_is_said_to_be_so_and_the_same_key_pays_when_there_is_room(till: Counter, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    # Codes are made before the disk is full: what fails is the payment.
    with connections_begin_with(till, f"max_page_count = {pages + 4}"):
        ready = [till.order() for _ in range(60)]
        told = [order.send() for order in ready]
        assert set(told) == {NEW, UNAVAILABLE}
        till.assert_paid(times=told.count(NEW))
    assert [order.send() for order in ready] == [REPLAYED if each == NEW else NEW for each in told]
    till.assert_paid(times=60)


@on_sqlite
def test_a_file_that_may_not_grow_loses_nothing(till: Counter, file: Path) -> None:
    ready = [till.order() for _ in range(60)]
    journal = file.with_name(file.name + "-wal")
    with files_no_larger_than(journal.stat().st_size + 300_000):
        told = [order.send() for order in ready]
    assert set(told) == {NEW, UNAVAILABLE}
    till.assert_paid(times=told.count(NEW))
    assert [order.send() for order in ready] == [REPLAYED if each == NEW else NEW for each in told]
    till.assert_paid(times=60)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: what is written there fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@on_sqlite
def test_a_writer_that_waited_longer_than_the_busy_timeout_is_told_to_come_again(till: Counter, file: Path) -> None:
    order = till.order()
    with connections_begin_with(till, "busy_timeout = 50"):
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert order.send() == UNAVAILABLE
        other.execute("ROLLBACK")
        other.close()
        till.assert_paid(times=0)
        assert order.send() == NEW
    till.assert_paid(times=1)


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@contextmanager
def beside(database: str) -> Iterator[psycopg.Connection]:
    """Open another connection to the database of the test."""
    url = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection


# disk_full, out_of_memory, query_canceled, admin_shutdown, io_error: as PostgreSQL names what is no fault of ours.
@on_postgresql
@pytest.mark.parametrize("sqlstate", ["53100", "53200", "57014", "57P01", "58030"])
def test_a_database_that_cannot_is_said_to_be_away(till: Counter, database: str, sqlstate: str) -> None:
    order = till.order()
    with beside(database) as other:
        other.execute(f"""
            CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'it fails' USING ERRCODE = '{sqlstate}'; END $$
        """)
        other.execute("CREATE TRIGGER fails BEFORE INSERT ON postings FOR EACH STATEMENT EXECUTE FUNCTION fails()")
        other.commit()
        assert order.send() == UNAVAILABLE
        other.execute("DROP FUNCTION fails() CASCADE")
        other.commit()
    till.assert_paid(times=0)
    assert order.send() == NEW
    till.assert_paid(times=1)


@on_postgresql
@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_a_statement_that_takes_too_long_is_told_to_come_again(till: Counter, database: str, limit: str) -> None:
    order = till.order()
    with beside(database) as other:
        name = make_url(database).database
        other.execute(f'ALTER DATABASE "{name}" SET {limit} = 50')
        other.commit()
        with till.world.app.app_context():
            db.engine.dispose()
        other.execute("SELECT FROM accounts WHERE code = 'merchant:M01:payable' FOR UPDATE")
        assert order.send() == UNAVAILABLE
        other.rollback()
    till.assert_paid(times=0)
    assert order.send() == NEW
    till.assert_paid(times=1)


@on_postgresql
def test_who_loses_a_deadlock_is_run_again_and_nobody_notices(till: Counter, database: str) -> None:
    order = till.order()
    with beside(database) as other:
        # The other one does not look for deadlocks itself, so ours is the one that is broken off.
        other.execute("SET deadlock_timeout = '1min'")
        other.execute("SELECT FROM accounts WHERE code = 'merchant:M01:payable' FOR UPDATE")
        told: list[tuple[int, str]] = []
        paying = threading.Thread(target=lambda: told.append(order.send()))
        paying.start()
        wait_until_somebody_waits(database)
        other.execute("SELECT FROM accounts WHERE code LIKE 'resident:%:available' FOR UPDATE")
        other.rollback()
        paying.join(30)
    assert told == [NEW]
    till.assert_paid(times=1)


def wait_until_somebody_waits(database: str) -> None:
    """Return when a connection to the database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with beside(database) as watching:
        watching.autocommit = True
        while not (watching.execute(waiting).fetchone() or (0,))[0]:
            pass


# --- both ------------------------------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_reorders_nothing(till: Counter) -> None:
    assert till.order().send() == NEW
    till.world.clock.pass_by(hours=-3)
    assert till.order().send() == NEW
    till.world.clock.pass_by(days=-1)
    assert till.order().send() == NEW
    till.assert_paid(times=3)

    def look(session: Any) -> list[ledger.StatementItem]:
        account = ledger.account_id(session, f"resident:{till.resident.id.hex}:available")
        return ledger.statement(session, account, limit=10).items

    items = till.world.seen(look)
    # When it happened is what the clock said; when it was recorded never goes back, and neither do the balances.
    assert [item.occurred_at for item in items[:3]] == sorted(item.occurred_at for item in items[:3])
    assert [item.recorded_at for item in items] == sorted((item.recorded_at for item in items), reverse=True)
    assert [item.balance_after for item in items] == [99_700, 99_800, 99_900, 100_000]
