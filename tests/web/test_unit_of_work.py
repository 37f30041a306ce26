"""Transactions: all or nothing, run again after a lost race, and honest when the database is away."""

import dataclasses
import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import Session

import ledger
import people
from people import Level, Unit
from tests.web.world import Clock, World, problem
from web import Settings, create_app
from web.extensions import db
from web.unit_of_work import (
    ATTEMPTS_MAX,
    DatabaseUnavailableError,
    in_transaction,
    is_reachable,
    reading,
    single_read,
    snapshot,
)


def add_town(session: Session, code: str = "A") -> Unit:
    """Write something small."""
    return people.add_unit(session, code=code, parent_code="140881", level=Level.TOWN, name="A")


def is_there(world: World, code: str = "A") -> bool:
    """Say whether it was written."""
    return world.seen(lambda session: session.get(Unit, code)) is not None


def test_what_was_done_is_kept_and_stays_readable(world: World) -> None:
    town = world.done(add_town)
    assert is_there(world)
    assert town.name == "A"


def test_an_exception_takes_everything_back(world: World) -> None:
    def work(session: Session) -> None:
        add_town(session)
        raise people.UnitUnknownError("x")

    with pytest.raises(people.UnitUnknownError):
        world.done(work)
    assert not is_there(world)


def test_work_that_lost_a_race_is_run_again(world: World) -> None:
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ledger.LostRaceError
        add_town(session)

    world.done(work)
    assert len(runs) == 2
    assert is_there(world)


def test_a_unique_key_that_somebody_took_in_between_is_seen_in_the_next_run(world: World) -> None:
    world.done(add_town)
    runs = []

    def work(session: Session) -> str:
        runs.append(1)
        if len(runs) == 1:
            session.add(Unit(code="A", parent_code="140881", level=Level.TOWN, name="B", path="140881/other/"))
            session.flush()
        return people.get_unit(session, "A").name

    assert world.done(work) == "A"
    assert len(runs) == 2


def test_races_are_lost_only_so_often(world: World) -> None:
    runs = []

    def work(_session: Session) -> None:
        runs.append(1)
        raise ledger.LostRaceError

    with pytest.raises(DatabaseUnavailableError):
        world.done(work)
    assert len(runs) == ATTEMPTS_MAX


def test_a_mistake_of_ours_is_not_run_again(world: World) -> None:
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        session.add(Unit(code="A", parent_code=None, level=Level.TOWN, name="A", path="A/"))
        session.flush()

    with pytest.raises(IntegrityError):
        world.done(work)
    assert len(runs) == 1


def test_readers_do_not_wait_for_a_writer(world: World) -> None:
    seen: list[bool] = []

    def work(session: Session) -> None:
        add_town(session)
        reader = threading.Thread(target=lambda: seen.append(is_there(world)))
        reader.start()
        reader.join(5)

    world.done(work)
    assert seen == [False]
    assert is_there(world)


def test_a_reading_transaction_sees_one_moment(world: World) -> None:
    def look_twice(session: Session, code: str) -> tuple[bool, bool]:
        before = session.get(Unit, code) is not None
        writer = threading.Thread(target=lambda: world.done(lambda other: add_town(other, code)))
        writer.start()
        writer.join(5)
        session.expire_all()
        return before, session.get(Unit, code) is not None

    with world.app.app_context():
        assert reading(lambda session: look_twice(session, "A")) == (False, False)
        with snapshot() as session:
            assert look_twice(session, "B") == (False, False)
    assert is_there(world, "A")
    assert is_there(world, "B")


def test_a_reading_transaction_of_postgresql_cannot_write(world: World) -> None:
    with world.app.app_context():
        if db.engine.dialect.name == "postgresql":
            with pytest.raises(InternalError, match="read-only"):
                reading(lambda session: session.execute(text("DELETE FROM wrong_tries")))


def test_a_single_read_needs_no_transaction(world: World) -> None:
    with world.app.app_context():
        assert single_read(lambda connection: connection.execute(text("SELECT 7")).scalar()) == 7
        assert is_reachable()


@pytest.fixture
def broken(settings: Settings) -> World:
    """Return a community whose database is away."""
    nowhere = f"{settings.database_url}/nowhere.db" if settings.is_sqlite else "postgresql+psycopg://x@127.0.0.1:1/x"
    assert isinstance(settings.clock, Clock)
    return World(create_app(dataclasses.replace(settings, database_url=nowhere)), settings.clock)


def test_a_database_that_is_away_is_said_to_be_so(broken: World) -> None:
    with broken.app.app_context():
        assert not is_reachable()
        with pytest.raises(DatabaseUnavailableError):
            in_transaction(lambda session: session.execute(text("SELECT 1")))
        with pytest.raises(DatabaseUnavailableError):
            reading(lambda session: session.execute(text("SELECT 1")))
        with pytest.raises(DatabaseUnavailableError), snapshot() as session:
            session.execute(text("SELECT 1"))
    for path in ("/health/ready", "/funds"):
        answer = broken.get(path, "some key")
        assert problem(answer) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert broken.get("/health/live").status_code == 200


def test_a_writer_that_waited_too_long_is_told_to_come_again(world: World) -> None:
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    runs = []

    def work(_session: Session) -> None:
        runs.append(1)
        raise OperationalError("BEGIN IMMEDIATE", None, busy)

    with pytest.raises(DatabaseUnavailableError):
        world.done(work)
    assert len(runs) == 1


def test_a_connection_that_was_cut_before_the_commit_is_replaced(world: World) -> None:
    with world.app.app_context():
        if db.engine.dialect.name != "postgresql":
            return

    def cut_off(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        if len(runs) == 1:
            cut_off(session)
        add_town(session)

    world.done(work)
    assert is_there(world)
    reads = []

    def read(session: Session) -> int:
        reads.append(1)
        if len(reads) == 1:
            cut_off(session)
        return len(reads)

    assert world.seen(read) == 2


def test_a_refusal_on_a_connection_that_has_died_is_still_a_refusal(world: World) -> None:
    with world.app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        engine = db.engine
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        if len(runs) == 1:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        raise people.UnitUnknownError("x")

    with pytest.raises(people.UnitUnknownError):
        world.done(work)
    assert len(runs) == 2
