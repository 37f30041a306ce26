"""Fixtures of the web's tests: the application on a fresh database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import people
import seals
from tests.web.world import Clock, World
from web import Settings, create_app
from web.extensions import db

PHONE_KEYS = people.new_phone_keys()
SEAL_KEYS, SEAL_SALTS = seals.new_seal_keys(), seals.new_seal_salts()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Return the settings of an installation for tests."""
    return Settings(
        database_url=database,
        secret_key=b"a secret of the tests, long enough",
        phone_keys=PHONE_KEYS,
        seal_keys=SEAL_KEYS,
        seal_salts=SEAL_SALTS,
        instance_dir=tmp_path / "instance",
        # Races come with many threads, and each needs a connection.
        threads=24,
        clock=Clock(),
        testing=True,
    )


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Return a community with its units and nobody in it."""
    app = create_app(settings)
    clock = settings.clock
    assert isinstance(clock, Clock)
    made = World(app, clock)
    made.done(lambda session: people.load_units(session, rows=people.packaged_units()))
    yield made
    with app.app_context():
        db.engine.dispose()
