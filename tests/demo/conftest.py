"""Fixtures of the demo: one that is built, once for each kind of database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import ledger
from tests.demo.builders import build
from tests.postgres import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return the engine of a database with a small demo, which tests of a module share and only read."""
    drop: Callable[[str], None] | None = None
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("migrated_sqlite")
        url = "sqlite:///" + str(shutil.copy(empty, tmp_path_factory.mktemp("demo") / "ledger.db"))
    else:
        postgres: Databases = request.getfixturevalue("postgres")
        url, drop = postgres.new_database(template=request.getfixturevalue("migrated_postgres")), postgres.drop_database
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        build(session)
        session.commit()
    yield engine
    engine.dispose()
    if drop is not None:
        drop(url)


@pytest.fixture
def loaded(built: Engine) -> Iterator[Session]:
    """Return a session on a database with a small demo; what a test does there is rolled back."""
    with Session(built) as session:
        yield session
