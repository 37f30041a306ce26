"""The migrations: numbered, in one line, and telling the same as the models on both databases."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url

import awards
import cards
import duties
import earnings
import holds
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
from tests.migrating import MIGRATIONS, migrate, take_back
from tests.postgres import Databases

# Importing a package is what puts its tables into the metadata.
ROOMS_WITH_TABLES = (
    *(awards, cards, duties, earnings, holds, ledger, listening, merchants, notices, oversight, payments),
    *(people, photos, publishing, receivables, reports, responsibilities, safeguards, seals, settlements),
    suspicions,
    tills,
    webhooks,
)

NUMBERED = re.compile(r"^(?P<number>\d{4})_[a-z0-9_]+\.py$")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Databases = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop_database(url)


def objects(url: str) -> dict[str, set[str]]:
    """Return the names of all that stands in a database, by kind."""
    queries = {
        "sqlite": {"all": "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"},
        "postgresql": {
            "relations": (
                "SELECT relkind::text || ' ' || relname FROM pg_class"
                " WHERE relnamespace = current_schema()::regnamespace"
            ),
            "functions": "SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace",
            "triggers": "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal",
        },
    }
    engine = ledger.prepare_engine(create_engine(url))
    with engine.connect() as connection:
        found = {
            kind: set(connection.execute(text(query)).scalars())
            for kind, query in queries[connection.dialect.name].items()
        }
    engine.dispose()
    return found


def drift(engine: Engine) -> list[Any]:
    """Return in what the schema and the models differ."""
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": compared_on(engine.dialect.name),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), ledger.Base.metadata))


def test_migrations_are_numbered_in_one_line() -> None:
    files = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    numbers = [found["number"] for name in files if (found := NUMBERED.match(name))]
    assert numbers == [f"{number:04}" for number in range(1, len(files) + 1)]
    line = ScriptDirectory(str(MIGRATIONS)).walk_revisions()  # raises where there are several heads
    assert [step.revision for step in line] == numbers[::-1]


def test_the_models_say_what_the_migrations_made(engine: Engine) -> None:
    assert drift(engine) == []


def test_migrations_go_up_and_down_and_up_again_without_drift(empty_database: str) -> None:
    migrate(empty_database)
    first = objects(empty_database)
    take_back(empty_database)
    left = objects(empty_database)
    migrate(empty_database)
    assert set().union(*left.values()) <= {"table alembic_version", "r alembic_version", "i alembic_version_pkc"}
    assert objects(empty_database) == first


def test_migrating_twice_changes_nothing(database: str) -> None:
    before = objects(database)
    migrate(database)
    assert objects(database) == before


@pytest.fixture
def application_role(postgres: Databases) -> Iterator[str]:
    """Return the name of a role that may log in and owns nothing."""
    role = "pingan_application"
    identifier = sql.Identifier(role)
    postgres.administer(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'only-for-tests'").format(identifier))
    yield role
    postgres.administer(sql.SQL("DROP ROLE {}").format(identifier))


def test_the_applications_role_may_only_add_to_the_books(
    postgres: Databases, application_role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = postgres.new_database()
    try:
        applications = make_url(owners).set(username=application_role, password="only-for-tests")
        monkeypatch.setenv("MIGRATION_DATABASE_URL", owners)
        migrate(applications.render_as_string(hide_password=False))
        engine = create_engine(owners)
        tables = set(inspect(engine).get_table_names())
        with engine.connect() as connection:
            rights = {
                table: {
                    right
                    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
                    if connection.execute(
                        text("SELECT has_table_privilege(:role, :table, :right)"),
                        {"role": application_role, "table": table, "right": right},
                    ).scalar_one()
                }
                for table in tables
            }
        engine.dispose()
        growing = {
            *("journal_entries", "postings", "seal_leaves", "seal_nodes", "seal_heads", "tariffs", "report_steps"),
            *("report_ratings", "report_coverings", "call_back_looks", "publications", "publication_photos"),
            *("publication_boxes", "report_moderations", "settlement_lots", "settlement_steps"),
            *("bank_statements", "bank_statement_lines"),
            *("payment_card_steps", "assisted_payments"),
            *("merchant_application_versions", "merchant_application_steps", "naming_renewal_steps"),
            *("shift_uses", "till_shifts", "till_shift_ends", "day_closes", "line_disputes", "line_dispute_answers"),
            *("suspicion_rules", "suspicions", "suspicion_decisions", "suspicion_appeals"),
        }
        assert [table for table in growing if rights[table] != {"SELECT", "INSERT"}] == []
        others = tables - growing
        assert [table for table in others if rights[table] != {"SELECT", "INSERT", "UPDATE", "DELETE"}] == []
        own = applications.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(own) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("UPDATE postings SET amount = amount + 1")
    finally:
        postgres.drop_database(owners)
