"""How Alembic reaches the database: as Flask-Migrate's application says, or as MIGRATION_DATABASE_URL says."""

import os
import sqlite3
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

import awards
import cards
import duties
import earnings
import ledger
import listening
import merchants
import notices
import oversight
import payments
import people
import photos
import publishing
import receivables
import reports
import responsibilities
import safeguards
import seals
import settlements
import suspicions
import tills
import webhooks
from migrations.comparing import compared_on
from migrations.grants import ONLY_GROWING, grant_to_application

# Importing a package is what puts its tables into the one metadata.
ROOMS_WITH_TABLES = (
    *(awards, cards, duties, earnings, ledger, listening, merchants, notices, oversight, payments, people),
    *(photos, publishing, receivables, reports, responsibilities, safeguards, seals, settlements, suspicions),
    *(tills, webhooks),
)

# Any number will do, as long as nobody else in the database locks it.
MIGRATION_LOCK = 0x9E1A7C


def application_url() -> URL:
    """Return the address that the application itself uses."""
    return make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])


def migration_url() -> URL:
    """Return the address to migrate: that of the schema's owner where one is set."""
    owner = os.environ.get("MIGRATION_DATABASE_URL")
    return make_url(owner).set(drivername=application_url().drivername) if owner else application_url()


def new_engine(url: URL) -> Engine:
    """Return an engine for one migration; on SQLite without foreign keys, as rebuilding a table drops it first."""
    engine = ledger.prepare_engine(create_engine(url, poolclass=NullPool))
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", forget_foreign_keys)
    return engine


def forget_foreign_keys(connection: sqlite3.Connection, _record: object) -> None:
    """Switch foreign keys off, which SQLite allows only outside of a transaction; `migrate` checks them at the end."""
    connection.execute("PRAGMA foreign_keys = OFF")


def has_role_of_its_own(connection: Connection) -> bool:
    """Return whether the application connects as somebody else than the schema's owner."""
    return application_url().username not in {None, connection.engine.url.username}


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types into migrations as the database knows them: old migrations then need no code of ours."""
    if kind == "type" and isinstance(item, ledger.UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def number_revision(_context: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    """Give a new migration the number after the newest."""
    newest = ScriptDirectory.from_config(context.config).get_current_head()
    directives[0].rev_id = f"{int(newest or 0) + 1:04}"


def migrate(connection: Connection) -> None:
    """Run the wanted migrations in one transaction, and leave the application's role its rights."""
    context.configure(
        connection=connection,
        target_metadata=ledger.Base.metadata,
        render_item=render_item,
        process_revision_directives=number_revision,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        include_object=compared_on(connection.dialect.name),
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Servers started side by side migrate one after the other; SQLite's writer lock does the same.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"the migration left rows that point at nothing: {broken[:10]}")
        elif has_role_of_its_own(connection) and inspect(connection).has_table(ONLY_GROWING[0]):
            grant_to_application(connection, str(application_url().username))


if context.is_offline_mode():
    raise SystemExit("migrations look at the database they change: run them without --sql")
with new_engine(migration_url()).connect() as database:
    migrate(database)
