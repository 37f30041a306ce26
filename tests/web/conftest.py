"""Fixtures of the web's tests: the application on a fresh database of each kind."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import earnings
import ledger
import people
import seals
from people import Passwords, PermitLeases
from tests.kept_databases import KeptDatabases
from tests.postgres import Databases
from tests.web.reporting import Desk
from tests.web.world import Clock, World
from web import Settings, create_app
from web.extensions import db
from web.known_keys import KnownKeys
from web.nameless_limits import NamelessCounts
from web.secret_keys import register_secret_keys

PHONE_KEYS = people.new_phone_keys()
SEAL_KEYS, SEAL_SALTS = seals.new_seal_keys(), seals.new_seal_salts()
CLAIM_KEYS = earnings.new_claim_keys()


# --- what stays for the run ------------------------------------------------------------------------------------------


def with_units(url: str) -> None:
    """Load the packaged units."""
    engine = ledger.prepare_engine(create_engine(url))
    with Session(engine) as session:
        people.load_units(session, rows=people.packaged_units())
        session.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file with the packaged units, from which each test's is copied."""
    path = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("units") / "ledger.db"))
    with_units(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Databases, migrated_postgres: str) -> Iterator[str]:
    """Return the name of a migrated database with the packaged units, from which each test's is copied."""
    url = postgres.new_database(template=migrated_postgres)
    with_units(url)
    yield make_url(url).database or ""
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def application_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Settings], Flask]]:
    """Return what gives the application at an address: making one takes longer than most tests.

    Its templates are kept compiled, and fail where they name something unknown.
    """
    bytecode = jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    made: dict[str, tuple[Flask, dict[str, Any], dict[str, Any]]] = {}

    def application(settings: Settings) -> Flask:
        if settings.database_url not in made:
            app = create_app(settings)
            app.jinja_env.undefined = jinja2.StrictUndefined
            app.jinja_env.bytecode_cache = bytecode
            made[settings.database_url] = (app, dict(app.extensions), dict(app.config))
        app, extensions, config = made[settings.database_url]
        # What a test before this one changed, and what the application remembers of it.
        for is_now, was in ((app.extensions, extensions), (app.config, config)):
            is_now.clear()
            is_now.update(was)
        app.extensions |= {"settings": settings, "known_keys": KnownKeys(), "permit_leases": PermitLeases()}
        app.extensions["nameless_counts"] = NamelessCounts()
        register_secret_keys(app, settings)
        return app

    yield application
    for app, _, _ in made.values():
        with app.app_context():
            db.engine.dispose()


# --- what is each test's own -----------------------------------------------------------------------------------------


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Return the settings of an installation for tests."""
    return Settings(
        database_url=database,
        secret_key=b"a secret of the tests, long enough",
        phone_keys=PHONE_KEYS,
        seal_keys=SEAL_KEYS,
        seal_salts=SEAL_SALTS,
        claim_keys=CLAIM_KEYS,
        instance_dir=tmp_path / "instance",
        # Races come with many threads, and each needs a connection.
        threads=24,
        clock=Clock(),
        testing=True,
    )


@pytest.fixture
def world(settings: Settings, application_of: Callable[[Settings], Flask], kept_databases: KeptDatabases) -> World:
    """Return a community with its units and nobody in it."""
    app = application_of(settings)
    with app.app_context():
        kept_databases.let_go(db.engine)
    # Passwords and PINs are hashed with the least that argon2 allows.
    app.extensions["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    clock = settings.clock
    assert isinstance(clock, Clock)
    return World(app, clock)


@pytest.fixture
def desk(world: World) -> Desk:
    """Return the people who work with reports, where nothing is reported yet."""
    return Desk(world)
