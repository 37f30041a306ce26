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
# What it may cost here on SQLite. Counted is the processor's time: others may be using the machine, too.
SECONDS_MAX = 60.0
WAITED_S_MAX = 900.0


def test_a_full_demo_that_was_killed_is_loaded_anew_and_proved(installation: Installation, say: Say) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--reports", str(REPORTS)]
    with subprocess.Popen(command, cwd=CHECKOUT, env=installation.environ, stderr=subprocess.DEVNULL) as killed:
        time.sleep(IN_THE_MIDDLE_S)
        assert killed.poll() is None, "it ended before it was killed"
        killed.kill()

    began, spent = time.monotonic(), processor_s()
    subprocess.run(command, cwd=CHECKOUT, env=installation.environ, check=True, timeout=WAITED_S_MAX)
    took_s, spent_s = time.monotonic() - began, processor_s() - spent
    say(f"the demo in {took_s:.1f} s; {spent_s:.1f} s of them the program's own")
    if installation.url.startswith("sqlite"):
        assert spent_s < SECONDS_MAX
    assert "DIFFERS" not in installation.flask("books", "audit")
