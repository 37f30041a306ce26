"""A real server for soak tests: started as `make run` starts it, killed as by a power cut, looked at from outside."""

import os
import resource
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.postgres import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKERS = 2
READY_S_MAX = 90.0
COMMAND_S_MAX = 300.0


def processor_s() -> float:
    """Return how long the programs this one started, and that have ended, kept a processor busy, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Installation:
    """One database with the key files, the port and the commands of an installation."""

    def __init__(self, url: str, directory: Path) -> None:
        """Keep the key files and the server's log in `directory`."""
        self.url = url
        self.port = free_port()
        self.log = directory / "server.log"
        self.environ = os.environ | {
            "DATABASE_URL": url,
            "INSTANCE_DIR": str(directory / "instance"),
            "HOST": HOST,
            "PORT": str(self.port),
            "WORKERS": str(WORKERS),
            "DEMO": "0",
            "LOG_LEVEL": "WARNING",
        }

    def flask(self, *command: str, output: Path | None = None) -> str:
        """Run a command of the application; return what it printed, or write it to `output`.

        Raises:
            AssertionError: it failed; the message is what it said.
        """
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=CHECKOUT,
            env=self.environ,
            capture_output=True,
            check=False,
            timeout=COMMAND_S_MAX,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        if output is not None:
            output.write_bytes(done.stdout)
            return ""
        return done.stdout.decode()


class Server:
    """`web.serve` in a process group of its own; leaving the context kills whatever is left of it."""

    def __init__(self, installation: Installation) -> None:
        """Prepare a server of this installation; `start` starts it."""
        self._installation = installation
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self.kill()

    def start(self) -> None:
        """Start the server and wait until it and its database answer.

        Raises:
            RuntimeError: they do not; the message holds the end of the log.
        """
        with self._installation.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "web.serve"],
                cwd=CHECKOUT,
                env=self._installation.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until a request that needs the database is answered.

        Raises:
            RuntimeError: it never is; the message holds the end of the log.
        """
        deadline = time.monotonic() + READY_S_MAX
        while self.readiness() != 200:
            if not self.runs or time.monotonic() > deadline:
                raise RuntimeError("the server does not come up:\n" + self._installation.log.read_text()[-4000:])
            time.sleep(0.05)

    def readiness(self) -> int | None:
        """Return the status with which the server says whether it can serve, None where nobody answers."""
        connection = HTTPConnection(HOST, self._installation.port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            return None
        else:
            return answer.status
        finally:
            connection.close()

    def kill(self) -> None:
        """Kill the master and all workers at once with SIGKILL, and wait until nobody listens any more."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None
        deadline = time.monotonic() + 30
        # Workers are no children of ours: that they have ended shows at the port they shared.
        while self.readiness() is not None:
            assert time.monotonic() < deadline, "somebody still listens"
            time.sleep(0.01)

    @property
    def runs(self) -> bool:
        """Say whether the master runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers, in order."""
        assert self._process is not None
        master = self._process.pid
        return sorted(map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split()))

    def worker_mb_max(self) -> float:
        """Return the most memory that any of today's workers ever held, in MB, as Linux counts it."""
        return max(_peak_kb(Path(f"/proc/{worker}/status")) for worker in self.workers) / 1024


def _peak_kb(status: Path) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])
