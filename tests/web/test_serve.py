"""The server as `make run` starts it: a process of its own, on a database of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Databases, free_port

CHECKOUT = Path(__file__).resolve().parents[2]
START_S_MAX = 60


class Server:
    """A running server, and the commands that share its environment."""

    def __init__(self, database_url: str, instance: Path) -> None:
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(instance),
            "PORT": str(self.port),
            "DEMO": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "web.serve"],
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answers(self, path: str, **headers: str) -> tuple[int, str]:
        """Return status and body of an answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server's address
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait(self) -> None:
        """Wait until it can serve."""
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.answers("/health/ready")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise RuntimeError(self.process.communicate()[1])

    def command(self, *arguments: str) -> str:
        """Run a flask command beside it, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, postgres: Databases, tmp_path: Path) -> Iterator[Server]:
    """Return a server on an empty database that nobody has migrated."""
    url = f"sqlite:///{tmp_path}/new/ledger.db" if request.param == "sqlite" else postgres.new_database()
    running = Server(url, tmp_path / "instance")
    try:
        running.wait()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()
        if request.param == "postgresql":
            postgres.drop_database(url)


def test_an_empty_database_is_made_ready_and_served_until_sigterm(server: Server) -> None:
    assert server.answers("/api/v1/openapi.json")[0] == 200
    assert server.answers("/api/v1/funds")[0] == 401
    key = server.command("keys", "create", "--role", "administrator", "--name", "Boss").strip()
    status, body = server.answers("/api/v1/units", Authorization=f"Bearer {key}")
    assert status == 200
    assert "永济市" in body
    assert 'http_requests_total{method="GET",route="/api/v1/units",status="200"} 1.0' in server.answers("/metrics")[1]
    server.process.send_signal(signal.SIGTERM)
    printed, logged = server.process.communicate(timeout=40)
    assert server.process.returncode == 0
    assert f"http://127.0.0.1:{server.port}/" in printed
    assert "Traceback" not in logged
