"""Fixtures for tests through HTTP: the application on a migrated, empty database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from people import new_phone_keys
from tests.clock import NOON
from web import create_app
from web.extensions import db
from web.settings import Settings


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Return the choices of an installation whose clock stands at noon."""
    return Settings(
        database_url=database,
        secret_key=b"only for tests, and long enough for them",
        phone_keys=new_phone_keys(),
        instance_dir=tmp_path,
        testing=True,
        clock=NOON.astimezone,
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Return the application on a migrated, empty database."""
    app = create_app(settings)
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser or a till that has not logged in."""
    return app.test_client()
