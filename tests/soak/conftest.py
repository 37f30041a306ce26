"""Fixtures of the soak tests: a durable PostgreSQL of their own, installations, and lines that sum up at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.migrating import migrate
from tests.postgres import PostgresServer
from tests.soak.serving import Installation

Say = Callable[[str], None]

# Under this name what a test says travels with its report, from whichever process it ran in.
SAID = "said"


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Return a function that keeps a line for the end of the run."""
    said = request.node.user_properties
    return lambda line: said.append((SAID, f"{request.node.name}: {line}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests had to say."""
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    lines = [line for each in reports if each.when == "call" for name, line in each.user_properties if name == SAID]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture
def durable_postgres() -> Iterator[PostgresServer]:
    """Return a running PostgreSQL that waits for the disk at each commit, for one test to kill."""
    server = PostgresServer(fsync=True)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def on_postgres(durable_postgres: PostgresServer, tmp_path: Path) -> Installation:
    """Return an installation on that server, migrated and empty."""
    url = durable_postgres.new_database()
    migrate(url)
    return Installation(url, tmp_path)


@pytest.fixture
def on_sqlite(sqlite_database: str, tmp_path: Path) -> Installation:
    """Return an installation on a SQLite file, migrated and empty."""
    return Installation(sqlite_database, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Return an installation on a durable database of each kind."""
    made: Installation = request.getfixturevalue("on_sqlite" if request.param == "sqlite" else "on_postgres")
    return made
