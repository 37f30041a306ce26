"""Brings a test's database to a schema by the migrations, on the road that `flask db upgrade` takes."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from flask_sqlalchemy import SQLAlchemy

import ledger

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    with migrating_application(url).app_context():
        upgrade(directory=str(MIGRATIONS))


def take_back(url: str, revision: str = "base") -> None:
    """Take every migration back, or those after one."""
    with migrating_application(url).app_context():
        downgrade(directory=str(MIGRATIONS), revision=revision)


def migrating_application(url: str) -> Flask:
    """Return an application that knows the database and nothing else, so that domain tests need no web."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    Migrate(app, SQLAlchemy(app, metadata=ledger.Base.metadata))
    return app
