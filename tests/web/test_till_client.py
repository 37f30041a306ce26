"""The example of a till in docs/ does what it says, as it stands, also where answers are lost."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.web.world import Shop, Somebody, World

CLIENT = Path(__file__).resolve().parents[2] / "docs" / "till_client.py"


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log(self, *_words: object) -> None:
        """Say nothing."""


class Line:
    """The line between the till and the application; it can break after the work is done and before it is told."""

    def __init__(self, world: World) -> None:
        self.app, self.breaks = world.app, 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer, unless the line is to break now."""
        if environ["REQUEST_METHOD"] != "POST" or not self.breaks:
            return self.app(environ, start_response)
        self.breaks -= 1

        def told_to_nobody(*_facts: Any) -> Any:
            return lambda _data: None

        b"".join(self.app(environ, told_to_nobody))
        raise ConnectionAbortedError


@pytest.fixture
def line(world: World) -> Line:
    """Return a line that holds."""
    return Line(world)


@pytest.fixture
def address(line: Line) -> Iterator[str]:
    """Serve the application over the line, and return where."""
    server = make_server("127.0.0.1", 0, line, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def started(address: str, shop: Shop, *asked: str, key: str | None = None) -> "subprocess.Popen[str]":
    """Start the example."""
    environ = os.environ | {"PINGAN_KEY": shop.owner if key is None else key}
    command = [sys.executable, str(CLIENT), address, *asked]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(address: str, shop: Shop, *asked: str, key: str | None = None) -> tuple[int, dict[str, Any]]:
    """Run the example; return its exit status, and the last of what it printed."""
    process = started(address, shop, *asked, key=key)
    printed, faults = process.communicate(timeout=60)
    assert "Traceback" not in faults, faults
    said: dict[str, Any] = json.loads(printed.splitlines()[-1]) if printed else {"faults": faults}
    return process.returncode, said


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a named shop."""
    return world.shop("M01")


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits."""
    world.fund()
    return world.resident(balance=5_000)


def test_a_payment_is_taken_looked_up_and_given_back(world: World, address: str, shop: Shop, payer: Somebody) -> None:
    status, paid = run(address, shop, "charge", "12.50", world.payment_code(payer), "--order-no", "A-1")
    assert (status, paid["status"], paid["amount"]) == (0, "completed", 1_250)
    assert run(address, shop, "outcome", "A-1")[1]["receipt_no"] == paid["receipt_no"]
    status, given_back = run(address, shop, "refund", "A-1", "2.50", "--because", "cold")
    assert (status, given_back["refunded_total"]) == (0, 250)
    assert world.available(payer) == 4_000


def test_a_lost_answer_is_asked_for_again_and_nothing_is_paid_twice(
    world: World, line: Line, address: str, shop: Shop, payer: Somebody
) -> None:
    line.breaks = 2
    status, paid = run(address, shop, "charge", "12.50", world.payment_code(payer), "--order-no", "A-1")
    assert line.breaks == 0
    assert (status, paid["status"]) == (0, "completed")
    assert world.available(payer) == 3_750


def test_an_order_is_shown_and_waited_for_until_somebody_pays_it(
    world: World, address: str, shop: Shop, payer: Somebody
) -> None:
    process = started(address, shop, "ask", "12.50", "--order-no", "A-2", "--for", "noodles", "--wait", "60")
    assert process.stdout is not None
    order_id = json.loads(process.stdout.readline())["pay_url"].rpartition("/")[2]
    assert world.post(f"/orders/{order_id}/payment", {}, payer.key).status_code == 201
    printed, faults = process.communicate(timeout=60)
    assert faults == ""
    assert json.loads(printed)["status"] == "completed"
    assert process.returncode == 0
    assert run(address, shop, "cancel", "A-2")[1]["code"] == "order_closed"


def test_a_refusal_is_told_and_is_no_success(world: World, address: str, shop: Shop, payer: Somebody) -> None:
    status, refused = run(address, shop, "charge", "50.01", world.payment_code(payer), "--order-no", "A-1")
    assert (status, refused["code"]) == (1, "insufficient_balance")
    assert run(address, shop, "outcome", "A-1")[1]["refusal"] == "insufficient_balance"
    assert run(address, shop, "outcome", "A-9")[1]["code"] == "redemption_unknown"
    assert run(address, shop, "outcome", "A-9", key="wrong")[1]["code"] == "unauthenticated"
    status, waits = run(address, shop, "ask", "1", "--order-no", "A-3", "--wait", "0")
    assert (status, waits["status"]) == (1, "awaiting_payer")
    assert run(address, shop, "cancel", "A-3")[0] == 0


def test_what_cannot_be_asked_is_said_before_anything_is_sent(address: str, shop: Shop) -> None:
    assert run(address, shop, "outcome", "A-1", key="") == (2, {"faults": "PINGAN_KEY is not set\n"})
    for asked in (("charge", "0", "X", "--order-no", "1"), ("charge", "1.005", "X", "--order-no", "1"), ("charge",)):
        status, said = run(address, shop, *asked)
        assert status == 2
        assert "usage" in said["faults"]
    assert run("file:///etc", shop, "outcome", "A-1")[0] == 2
