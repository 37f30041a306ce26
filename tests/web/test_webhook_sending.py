"""Messages leave signed, once each, and one shop's program that is away keeps nobody else waiting."""

import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

import people
from tests.notices.gateway import Gateway, gateway
from tests.web.hooking import hooked, messages, posting_here, sent
from tests.web.world import Shop, Somebody, World
from web import webhook_sending
from web.unit_of_work import DatabaseUnavailableError
from web.webhook_posting import post
from web.webhook_sending import send_webhooks
from webhooks import WebhookEndpoint, signing_headers

RECEIVER = Path(__file__).resolve().parents[2] / "docs" / "webhook_receiver.py"


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a named shop, in an installation whose webhooks may go to this machine."""
    return posting_here(world).shop("M01")


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits."""
    world.fund()
    return world.resident(balance=5_000)


def told(taking: Gateway) -> list[tuple[str, str]]:
    said = [json.loads(body) for _path, _headers, body in taking.taken]
    return [(each["type"], each["data"].get("order_no", "")) for each in said]


def test_jobs_tell_what_happened_once_and_signed(world: World, shop: Shop, payer: Somebody) -> None:
    with gateway() as taking:
        hook = hooked(world, shop, taking.url)
        paid = world.paid(shop, payer, 1_250, "A-1")
        world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 250, "reason": "cold"}, shop.owner)
        world.post("/orders", {"amount": 300, "order_no": "A-2"}, shop.till)
        assert sent(world, command="jobs run") == "messages to shops: 2 new, 2 taken, 0 to be tried again or given up"
        world.clock.pass_by(minutes=6)
        # The order's time is over, which this command finds out by itself.
        assert sent(world) == "messages to shops: 1 new, 1 taken, 0 to be tried again or given up"
        assert sent(world) == "messages to shops: 0 new, 0 taken, 0 to be tried again or given up"
    assert sorted(told(taking)) == [("order.expired", "A-2"), ("payment.completed", "A-1"), ("refund.completed", "A-1")]
    for _path, headers, body in taking.taken:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert abs((at - world.clock.at).total_seconds()) < 400
        right = signing_headers(body, message_id=headers["webhook-id"], at=at, keys=[hook["secret"]])
        assert right.items() <= headers.items()
    # What the till is answered and what its shop is told are the same.
    outcome = world.get("/redemptions", shop.till, order_no="A-1").get_json()
    data = next(json.loads(body)["data"] for _p, _h, body in taking.taken if b"payment.completed" in body)
    assert data == {**{name: outcome.get(name) for name in data}, "ended_at": None}
    assert data.keys().isdisjoint({"resident", "description", "entry_id"})
    assert {each["state"] for each in messages(world, shop, hook)} == {"delivered"}


def test_jobs_side_by_side_send_each_message_once(world: World, shop: Shop, payer: Somebody) -> None:
    def run(_number: int) -> None:
        with world.app.app_context():
            send_webhooks()

    with gateway() as taking:
        hooked(world, shop, taking.url)
        for number in range(4):
            world.paid(shop, payer, 100, f"A-{number}")
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(run, range(2)))
    assert sorted(told(taking)) == [("payment.completed", f"A-{number}") for number in range(4)]


def test_an_endpoint_that_fails_rests_and_the_others_are_told_meanwhile(
    world: World, shop: Shop, payer: Somebody
) -> None:
    other = world.shop("M02")
    with gateway() as broken, gateway() as taking:
        broken.answers = [500, 500, 204]
        hook = hooked(world, shop, broken.url)
        hooked(world, other, taking.url)
        for number in range(3):
            world.paid(shop, payer, 100, f"A-{number}")
            world.paid(other, payer, 100, f"B-{number}")
        assert sent(world) == "messages to shops: 6 new, 3 taken, 1 to be tried again or given up"
        assert len(taking.taken) == 3
        world.clock.pass_by(seconds=6)
        assert sent(world).endswith("0 new, 0 taken, 1 to be tried again or given up")
        world.clock.pass_by(minutes=6)
        assert sent(world).endswith("0 new, 3 taken, 0 to be tried again or given up")
    # The oldest goes first, so it alone was tried three times.
    attempts = [[one["status"] for one in each["attempts"]] for each in messages(world, shop, hook)]
    assert sorted(attempts) == [[204], [204], [500, 500, 204]]
    # Each try of a message bears one id.
    assert len({headers["webhook-id"] for _path, headers, _body in broken.taken}) == 3


def test_what_was_sent_and_not_recorded_is_sent_again_under_the_same_id(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_facts: Any) -> Any:
        raise KeyboardInterrupt

    with gateway() as taking:
        hook = hooked(world, shop, taking.url)
        world.post(f"/merchants/M01/webhooks/{hook['id']}/test", {}, shop.owner)
        with monkeypatch.context() as patched, world.app.app_context():
            patched.setattr(webhook_sending, "_recording", dies)
            with pytest.raises(KeyboardInterrupt):
                send_webhooks()
        assert sent(world).endswith("0 taken, 0 to be tried again or given up")
        world.clock.pass_by(minutes=2)
        assert sent(world).endswith("1 taken, 0 to be tried again or given up")
    (_, first, body), (_, second, again) = taking.taken
    assert (first["webhook-id"], body) == (second["webhook-id"], again)


def test_the_command_goes_on_until_it_is_stopped_also_while_the_database_is_away(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            monkeypatch.setattr("web.commands.webhooks.send_webhooks", away)
        if len(naps) == 2:
            raise SystemExit(0)

    def away() -> None:
        raise DatabaseUnavailableError

    with gateway() as taking:
        hook = hooked(world, shop, taking.url)
        world.post(f"/merchants/M01/webhooks/{hook['id']}/test", {}, shop.owner)
        monkeypatch.setattr("web.commands.webhooks.sleep", nap)
        said = world.app.test_cli_runner().invoke(args=["webhooks", "send", "--every", "2"]).stdout.splitlines()
    assert said[0] == "messages to shops: 0 new, 1 taken, 0 to be tried again or given up"
    assert said[1:] == ["the database is away; looking again"]
    assert naps == [2.0, 2.0]


def test_a_secret_that_no_key_opens_is_told_and_signs_nothing(world: World, shop: Shop) -> None:
    with gateway() as taking:
        hook = hooked(world, shop, taking.url)
        world.post(f"/merchants/M01/webhooks/{hook['id']}/test", {}, shop.owner)
        foreign = people.PhoneVault(people.new_phone_keys()).encrypt("whsec_x")
        world.done(lambda session: session.execute(update(WebhookEndpoint).values(secret_encrypted=foreign)))
        assert sent(world).endswith("1 to be tried again or given up")
    assert taking.taken == []
    assert messages(world, shop, hook)[0]["attempts"][0]["fault"] == "secret"


def test_the_example_in_the_documents_checks_what_comes(world: World, shop: Shop) -> None:
    # It compares with its own clock.
    world.clock.at = datetime.now(UTC)
    hook = hooked(world, shop, "http://127.0.0.1:1/")
    new = world.post(f"/merchants/M01/webhooks/{hook['id']}/secret", {}, shop.owner).get_json()["secret"]
    environ = os.environ | {"PINGAN_WEBHOOK_SECRET": f"{new} {hook['secret']}"}
    command = [sys.executable, str(RECEIVER), "--port", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout is not None
        assert receiver.stderr is not None
        url = f"http://127.0.0.1:{receiver.stderr.readline().rpartition(' ')[2].strip()}/"
        world.done(lambda session: session.execute(update(WebhookEndpoint).values(url=url)))
        world.post(f"/merchants/M01/webhooks/{hook['id']}/test", {}, shop.owner)
        assert sent(world).endswith("1 taken, 0 to be tried again or given up")
        assert json.loads(receiver.stdout.readline())["type"] == "webhook.test"
        body, strange = b'{"type": "payment.completed"}', f"whsec_{base64.b64encode(b'x' * 32).decode()}"
        for seconds, key, status in (
            (0, strange, 401),
            (-301, hook["secret"], 401),
            (302, hook["secret"], 401),
            (0, hook["secret"], 204),
            (0, new, 204),
        ):
            moment = datetime.now(UTC) + timedelta(seconds=seconds)
            headers = signing_headers(body, message_id="msg_1", at=moment, keys=[key])
            assert post(url, body, headers, at=moment, loopback=True).status == status
        receiver.terminate()
        # What came twice is taken twice and told once.
        assert receiver.stdout.read() == body.decode() + "\n"
