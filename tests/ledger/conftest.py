"""Fixtures for the tests of the ledger: databases that last for many tests, each of which rolls back what it wrote."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from ledger import prepare_engine
from tests.ledger.builders import Books, tell_a_story
from tests.ledger.tampering import take_the_guards_away
from tests.postgres import Databases


@contextmanager
def lasting_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Make a migrated, empty database of the kind that the parameter names, and drop it in the end."""
    if request.param == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp("lasting")
        yield "sqlite:///" + str(shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "ledger.db"))
    else:
        databases: Databases = request.getfixturevalue("postgres")
        url = databases.new_database(template=request.getfixturevalue("migrated_postgres"))
        yield url
        databases.drop_database(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return an engine on an empty database."""
    with lasting_database(request) as url:
        engine = prepare_engine(create_engine(url))
        yield engine
        engine.dispose()


@pytest.fixture
def lasting_session(lasting_engine: Engine) -> Iterator[Session]:
    """Return a session on that database, for tests that commit nothing."""
    with Session(lasting_engine) as session:
        yield session


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unguarded(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Books]]:
    """Return an engine on books in which nothing guards the rows any more, and the ids of their accounts."""
    with lasting_database(request) as url:
        guarded = prepare_engine(create_engine(url))
        with Session(guarded) as session:
            books = tell_a_story(session)
            session.commit()
            take_the_guards_away(session)
        guarded.dispose()
        # Not prepared: on SQLite foreign keys from other rooms' tables would now stand in the way.
        engine = create_engine(url)
        yield engine, books
        engine.dispose()


@pytest.fixture
def broken(unguarded: tuple[Engine, Books]) -> Iterator[Session]:
    """Return a session on those books; what it changes is rolled back."""
    with Session(unguarded[0]) as session:
        yield session


@pytest.fixture
def accounts(unguarded: tuple[Engine, Books]) -> Books:
    """Return the ids of those books' accounts."""
    return unguarded[1]
