"""Webhooks over the API: an owner registers, sees, changes and removes them, and nobody else does."""

from uuid import uuid4

import pytest

from tests.notices.gateway import gateway
from tests.web.hooking import hooked, messages, posting_here, sent
from tests.web.world import Shop, World, problem

URL = "https://till.example/pingan"
BODY = {"url": URL, "events": ["refund.completed", "payment.completed"]}


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a named shop."""
    return world.shop("M01")


def test_an_owner_registers_one_and_its_secret_is_told_once(world: World, shop: Shop) -> None:
    made = world.post("/merchants/M01/webhooks", BODY, shop.owner, call="key-1")
    assert made.status_code == 201
    told = dict(made.get_json())
    assert told.pop("secret").startswith("whsec_")
    assert told | {"id": "", "registered_at": ""} == {
        "id": "",
        "url": URL,
        "events": ["payment.completed", "refund.completed"],
        "state": "enabled",
        "stop_reason": None,
        "old_secret_until": None,
        "failing_since": None,
        "registered_at": "",
    }
    again = world.post("/merchants/M01/webhooks", BODY, shop.owner, call="key-1")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (told, "true")
    other = {**BODY, "url": f"{URL}/2"}
    assert (
        problem(world.post("/merchants/M01/webhooks", other, shop.owner, call="key-1"))[1] == "idempotency_key_reused"
    )
    assert problem(world.post("/merchants/M01/webhooks", BODY, shop.owner, call=None))[1] == "idempotency_key_missing"
    path = f"/merchants/M01/webhooks/{told['id']}"
    assert world.get(path, shop.owner).get_json() == told
    assert world.get("/merchants/M01/webhooks", shop.owner).get_json() == {"items": [told], "next_cursor": None}
    second = hooked(world, shop, f"{URL}/2")
    first_page = world.get("/merchants/M01/webhooks", shop.owner, limit=1).get_json()
    assert [each["id"] for each in first_page["items"]] == [second["id"]]
    rest = world.get("/merchants/M01/webhooks", shop.owner, cursor=first_page["next_cursor"]).get_json()
    assert (rest["items"], rest["next_cursor"]) == ([told], None)


def test_nobody_else_does(world: World, shop: Shop) -> None:
    other, path = world.shop("M02"), f"/merchants/M01/webhooks/{hooked(world, shop, URL)['id']}"
    for key, expected in ((None, 401), (shop.till, 403), (world.administrator, 403), (other.owner, 404)):
        assert world.get(path, key).status_code == expected
        assert world.get(f"{path}/messages", key).status_code == expected
        assert world.post("/merchants/M01/webhooks", BODY, key).status_code == expected
        assert world.post(f"{path}/secret", {}, key).status_code == expected
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        assert world.app.test_client().delete(f"/api/v1{path}", headers=headers).status_code == expected
    stray = path.replace("M01", "M02")
    assert problem(world.get(stray, other.owner)) == (404, "webhook_unknown")
    for step in ("secret", "disabling", "enabling", "test", f"messages/{uuid4()}/repetition"):
        assert problem(world.post(f"{stray}/{step}", {}, other.owner)) == (404, "webhook_unknown")
    assert problem(world.get(f"{path}/messages/{uuid4()}", shop.owner)) == (404, "webhook_message_unknown")


def test_what_is_wrong_about_an_address_is_said(world: World, shop: Shop) -> None:
    said = set()
    urls = ("x", "http://a.example/", "https://u@a.example/", "https://a.example/#b", "https://a.example:25/")
    for url in (*urls, "https://till/", "https://10.0.0.1/", f"https://a.example/{'收' * 100}"):
        refused = world.post("/merchants/M01/webhooks", {**BODY, "url": url}, shop.owner)
        assert problem(refused) == (422, "invalid_fields"), url
        said.add(refused.get_json()["errors"]["url"][0])
    # What is no address at all has no scheme either.
    assert len(said) == 7
    for events in ([], ["payment"], ["webhook.test"], "payment.completed", [1]):
        refused = world.post("/merchants/M01/webhooks", {"url": URL, "events": events}, shop.owner)
        assert problem(refused) == (422, "invalid_fields"), events
        assert list(refused.get_json()["errors"]) == ["events"]


def test_a_shop_has_five_at_most_until_one_is_removed(world: World, shop: Shop) -> None:
    first, *_others = [hooked(world, shop, f"{URL}/{number}") for number in range(5)]
    refused = world.post("/merchants/M01/webhooks", BODY, shop.owner)
    assert (problem(refused), refused.get_json()["limit"]) == ((409, "too_many_webhooks"), 5)
    client, path = world.app.test_client(), f"/api/v1/merchants/M01/webhooks/{first['id']}"
    headers = {"Authorization": f"Bearer {shop.owner}"}
    assert [client.delete(path, headers=headers).status_code for _ in range(2)] == [204, 404]
    hooked(world, shop, URL)


def test_a_secret_is_changed_and_the_one_before_signs_for_a_day(world: World, shop: Shop) -> None:
    hook = hooked(world, shop, URL)
    path = f"/merchants/M01/webhooks/{hook['id']}/secret"
    changed = world.post(path, {}, shop.owner, call="key-1").get_json()
    assert changed["secret"] != hook["secret"]
    assert changed["old_secret_until"] == "2026-06-02T04:00:00Z"
    again = world.post(path, {}, shop.owner, call="key-1").get_json()
    assert again == {name: value for name, value in changed.items() if name != "secret"}


def test_it_is_switched_off_and_on_tested_and_a_message_sent_again(world: World, shop: Shop) -> None:
    posting_here(world)
    with gateway() as taking:
        hook = hooked(world, shop, taking.url)
        path = f"/merchants/M01/webhooks/{hook['id']}"
        assert world.post(f"{path}/disabling", {}, shop.owner).get_json()["stop_reason"] == "owner"
        assert problem(world.post(f"{path}/test", {}, shop.owner)) == (409, "webhook_disabled")
        assert world.post(f"{path}/enabling", {}, shop.owner).get_json()["state"] == "enabled"
        test = world.post(f"{path}/test", {}, shop.owner)
        assert test.status_code == 201
        # One waits at most.
        assert world.post(f"{path}/test", {}, shop.owner).get_json()["id"] == test.get_json()["id"]
        taking.answers = [410, 204]
        sent(world)
        [message] = messages(world, shop, hook)
        assert (message["state"], message["payload"]["data"]) == ("dead", {"merchant": "M01"})
        assert [(each["status"], each["fault"]) for each in message["attempts"]] == [(410, "status")]
        assert world.get(path, shop.owner).get_json()["stop_reason"] == "gone"
        repetition = f"{path}/messages/{message['id']}/repetition"
        assert problem(world.post(repetition, {}, shop.owner)) == (409, "webhook_disabled")
        world.post(f"{path}/enabling", {}, shop.owner)
        assert world.post(repetition, {}, shop.owner).get_json()["state"] == "waiting"
        sent(world)
        assert [one["status"] for one in messages(world, shop, hook)[0]["attempts"]] == [410, 204]
        assert world.get(f"{path}/messages/{message['id']}", shop.owner).get_json()["state"] == "delivered"
    assert {headers["webhook-id"] for _path, headers, _body in taking.taken} == {message["webhook_id"]}
