"""The demo with all its entries: killed in the middle it leaves nothing; loaded anew it is in time and proved."""

import subprocess
import sys
import time

import pytest

from tests.soak.conftest import Say
from tests.soak.serving import CHECKOUT, Installation, processor_s

pytestmark = pytest.mark.soak

IN_THE_MIDDLE_S = 5.0
# Of these each is a life of its own; with all of them the demo is loaded in `test_demo`.
REPORTS = 100
# What it may cost on SQLite: the processor's time, with nothing else running. Two programs on the two threads of one
# core take up to half as long again, each.
SECONDS_MAX = 60.0
WAITED_S_MAX = 900.0


@pytest.mark.alone
def test_a_full_demo_that_was_killed_on_sqlite_is_loaded_anew_in_a_minute_and_proved(
    on_sqlite: Installation, say: Say
) -> None:
    assert killed_and_loaded_s(on_sqlite, say) < SECONDS_MAX


def test_a_full_demo_that_was_killed_on_postgresql_is_loaded_anew_and_proved(
    on_postgres: Installation, say: Say
) -> None:
    killed_and_loaded_s(on_postgres, say)


def killed_and_loaded_s(installation: Installation, say: Say) -> float:
    """Kill the demo in the middle, load it anew, see its books proved, and return the program's own seconds."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--reports", str(REPORTS)]
    with subprocess.Popen(command, cwd=CHECKOUT, env=installation.environ, stderr=subprocess.DEVNULL) as killed:
        time.sleep(IN_THE_MIDDLE_S)
        assert killed.poll() is None, "it ended before it was killed"
        killed.kill()

    began, spent = time.monotonic(), processor_s()
    subprocess.run(command, cwd=CHECKOUT, env=installation.environ, check=True, timeout=WAITED_S_MAX)
    took_s, spent_s = time.monotonic() - began, processor_s() - spent
    say(f"the demo in {took_s:.1f} s; {spent_s:.1f} s of them the program's own")
    assert "DIFFERS" not in installation.flask("books", "audit")
    return spent_s
