"""Fixtures for every test: migrated, empty databases of both kinds."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import ledger
from tests.kept_databases import KeptDatabases
from tests.migrating import MIGRATIONS, migrate
from tests.postgres import Databases, PostgresServer, new_home

# Databases wait for disks, so how long one example takes says nothing. In CI the examples are the same each time.
settings.register_profile("both-databases", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("both-databases")

HERE = Path(__file__).parent
SERVER = pytest.StashKey[PostgresServer]()
OWN = pytest.StashKey[str]()


# --- one PostgreSQL server a run, and no skipped test in CI ----------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Take the addresses of databases out of the environment: no test may meet a real one by accident."""
    # Where Python keeps nothing that it compiled, every program that a test starts compiles all of us anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ.pop("MIGRATION_DATABASE_URL", None)
    url = os.environ.pop("DATABASE_URL", "")
    if url.startswith("postgres"):
        config.stash[OWN] = url
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(config))


class FailuresAtOnce:
    """Shows a failure when it happens: a run that is cut off never comes to its summary."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what failed and why."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and reporter is not None:
            reporter.write_line(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}", red=True)


def server_of_this_run(config: pytest.Config) -> str:
    """Return the address of the run's server, and start one where neither runs nor `DATABASE_URL` names one.

    On the server that `DATABASE_URL` names the tests make databases of their own, and touch no other.
    """
    if OWN in config.stash:
        return config.stash[OWN]
    if SERVER not in config.stash:
        server = PostgresServer(fsync=False)
        config.stash[SERVER] = server
        server.start()
    return config.stash[SERVER].admin_url.render_as_string(hide_password=False)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the one server's address to each of pytest-xdist's workers."""
    node.workerinput["postgres_url"] = server_of_this_run(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this process started."""
    if SERVER in config.stash:
        config.stash[SERVER].remove()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped a test: a check that did not run has shown nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("In CI no test may be skipped.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# In these rooms the same lines run on either kind of database. There they are counted on SQLite alone, and never in
# properties, nor while a browser waits: counting takes more than half as long again. That all is right is seen on both.
ALIKE = {
    *("awards", "cards", "demo", "duties", "earnings", "listening", "merchants", "notices", "oversight", "payments"),
    *(
        "people",
        "photos",
        "publishing",
        "receivables",
        "reports",
        "responsibilities",
        "safeguards",
        "sequences",
        "settlements",
        "suspicions",
        "tills",
        "web",
        "webhooks",
    ),
}


def pytest_collection_finish() -> None:
    """Let the garbage collector leave what lives as long as the run alone, and come less often: a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count no lines where that shows nothing new, or hardly anything: of what is tried with many values, the first."""
    counted = set()
    for item in items:
        if isinstance(item, pytest.Function) and item.path.relative_to(HERE).parts[0] in ALIKE:
            kinds = item.callspec.params.values() if hasattr(item, "callspec") else ()
            name = item.nodeid.partition("[")[0]
            is_new = name not in counted and "postgresql" not in kinds
            if getattr(item.obj, "is_hypothesis_test", False) or item.get_closest_marker("browser") or not is_new:
                item.add_marker("no_cover")
            else:
                counted.add(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Count no lines of what a test finds made either, where none are counted of the test: pytest-cov counts those."""
    plugin = item.config.pluginmanager.get_plugin("_cov")
    counting = getattr(plugin, "cov_controller", None)
    if counting is None or item.get_closest_marker("no_cover") is None:
        yield
        return
    counting.pause()
    try:
        yield
    finally:
        counting.resume()


# --- databases -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Return the run's PostgreSQL server."""
    given = getattr(request.config, "workerinput", {})
    databases = Databases(given.get("postgres_url") or server_of_this_run(request.config))
    yield databases
    databases.leave()


def migrated(url: str) -> str:
    """Bring the database at `url` to the newest schema and return its URL."""
    if list(MIGRATIONS.glob("versions/*.py")):
        migrate(url)
    else:
        ledger.Base.metadata.create_all(engine := ledger.prepare_engine(create_engine(url)))
        engine.dispose()
    return url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Databases) -> Iterator[str]:
    """Return the name of a migrated database, from which each test's is copied."""
    url = migrated(postgres.new_database())
    yield make_url(url).database or ""
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file, from which each test's is copied."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def folder_of_files() -> Iterator[Path]:
    """Return the folder of the tests' SQLite file: in memory where there is room, so that no test waits for a disk."""
    folder = new_home(in_memory=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, folder_of_files: Path) -> Iterator[str]:
    """Return the URL of a migrated, empty SQLite file; it is the same for every test of this process."""
    yield "sqlite:///" + str(shutil.copy(migrated_sqlite, folder_of_files / "ledger.db"))
    for file in folder_of_files.iterdir():
        file.unlink()


@pytest.fixture(scope="session")
def kept_databases(postgres: Databases) -> Iterator[KeptDatabases]:
    """Return this process's PostgreSQL databases that tests use one after the other."""
    kept = KeptDatabases(postgres, prefix=f"pingan_{os.getpid()}")
    yield kept
    kept.drop()


@pytest.fixture
def postgres_database(kept_databases: KeptDatabases, migrated_postgres: str) -> str:
    """Return the URL of a migrated, empty PostgreSQL database; it is the same for every test of this process."""
    return kept_databases.fresh(migrated_postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated, empty database; a test that uses it runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return url


@pytest.fixture(scope="session")
def engine_at() -> Iterator[Callable[[str], Engine]]:
    """Return what gives the engine of a URL: one for the run, so that not every test compiles each statement anew."""
    made: dict[str, Engine] = {}

    def engine(url: str) -> Engine:
        if url not in made:
            made[url] = ledger.prepare_engine(create_engine(url))
        return made[url]

    yield engine
    for each in made.values():
        each.dispose()


@pytest.fixture
def engine(database: str, engine_at: Callable[[str], Engine], kept_databases: KeptDatabases) -> Engine:
    """Return an engine set up as the application's."""
    engine = engine_at(database)
    kept_databases.let_go(engine)
    return engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Return a session; what a test does not commit is rolled back."""
    with Session(engine) as session:
        yield session
