"""The schema's migrations, for whoever starts the application and for `flask db`.

A worker migrates nothing, and does without the ten megabytes that Alembic takes.
"""

from flask import Flask
from flask_migrate import Migrate

from web.extensions import db
from web.settings import CHECKOUT


def know_migrations(app: Flask) -> None:
    """Let an application migrate its database."""
    Migrate(app, db, directory=str(CHECKOUT / "migrations"))
