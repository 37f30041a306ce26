"""Payments in which an officer helps, over the API."""

from typing import Any

import pytest

from people import Role
from tests.web.world import TOWN, Shop, Somebody, World, problem

PIN, WRONG = "204060", "111213"


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop that takes credits."""
    world.fund()
    return world.shop()


@pytest.fixture
def payer(world: World, shop: Shop) -> Somebody:
    """Return a resident with a PIN, whom officers may help up to 20.00 a day."""
    assert shop.code
    body = {"per_officer": 5_000, "per_resident": 2_000}
    assert world.post("/assistance-caps", body, world.administrator).status_code == 201
    made = world.resident(balance=5_000, name="李大爷")
    world.post("/pin", {"pin": PIN}, made.key)
    return made


def order(world: World, shop: Shop, amount: int) -> str:
    """Let the till ask for an amount, and return the order's id."""
    body = {"amount": amount, "order_no": f"help-{next(world.counter)}"}
    return str(world.post("/orders", body, shop.till).get_json()["id"])


def helped(world: World, order_id: str, payer: Somebody, key: str, **more: Any) -> Any:
    """Let an officer pay an order for a resident."""
    return world.post(f"/orders/{order_id}/assisted-payment", {"resident_id": str(payer.id), **more}, key)


def test_an_officer_pays_an_order_for_a_resident_and_all_sides_see_it(
    world: World, shop: Shop, payer: Somebody
) -> None:
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    order_id = order(world, shop, 1_250)
    assert problem(helped(world, order_id, payer, officer)) == (409, "pin_required")
    assert problem(helped(world, order_id, payer, officer, pin=WRONG)) == (409, "pin_wrong")
    paid = helped(world, order_id, payer, officer, pin=PIN)
    assert paid.status_code == 201
    body = paid.get_json()
    assert (body["status"], body["amount"], body["resident"]) == ("completed", 1_250, "李*爷")
    assert world.available(payer) == 3_750
    # The shop's own till says the same.
    assert world.get(f"/orders/{order_id}", shop.till).get_json()["status"] == "completed"
    shown = world.get(f"/redemptions/{body['id']}/assistance", payer.key).get_json()
    assert (shown["amount"], shown["proved_by"]) == (1_250, "pin")
    assert shown["officer"].startswith("person:")
    for key in (officer, world.administrator, world.auditor):
        assert world.get("/assisted-payments", key).get_json()["items"] == [shown]
    assert world.get("/assisted-payments", world.key(Role.ADMINISTRATOR, unit_code=TOWN)).get_json()["items"] == []
    assert problem(helped(world, order(world, shop, 751), payer, officer, pin=PIN)) == (409, "limit_exceeded")


def test_one_call_is_one_payment(world: World, shop: Shop, payer: Somebody) -> None:
    order_id, body = order(world, shop, 100), {"resident_id": str(payer.id), "pin": PIN}
    path = f"/orders/{order_id}/assisted-payment"
    first, second = (world.post(path, body, world.administrator, call="once") for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert problem(helped(world, order_id, payer, world.administrator, pin=PIN)) == (409, "order_closed")


def test_helping_is_closed_until_caps_are_set(world: World, shop: Shop) -> None:
    payer = world.resident(balance=1_000)
    answer = helped(world, order(world, shop, 100), payer, world.administrator)
    assert problem(answer) == (409, "assistance_closed")


def test_who_may_not_help(world: World, shop: Shop, payer: Somebody) -> None:
    order_id = order(world, shop, 100)
    elsewhere = world.key(Role.ADMINISTRATOR, unit_code="140881002")
    assert problem(helped(world, order_id, payer, elsewhere))[0] == 404
    for key in (shop.till, payer.key, world.finance):
        assert problem(helped(world, order_id, payer, key)) == (403, "forbidden")
    own = world.key(Role.ADMINISTRATOR, name="Li")
    world.key(Role.TILL, name="Li", merchant_id=shop.id)
    assert problem(helped(world, order_id, payer, own)) == (403, "same_person")
    town = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    assert problem(world.post("/assistance-caps", {"per_officer": 1, "per_resident": 1}, town))[0] == 403


def test_caps_are_versions(world: World, payer: Somebody) -> None:
    del payer
    made = world.post("/assistance-caps", {"per_officer": 1, "per_resident": 2}, world.administrator).get_json()
    assert made["number"] == 2
    assert [each["number"] for each in world.get("/assistance-caps", world.auditor).get_json()["items"]] == [2, 1]
    assert world.get(f"/assistance-caps/{made['id']}", world.auditor).get_json() == made
    nobody = "00000000-0000-0000-0000-000000000000"
    assert problem(world.get(f"/assistance-caps/{nobody}", world.auditor)) == (404, "not_found")
    assert problem(world.get(f"/redemptions/{nobody}/assistance", world.auditor)) == (404, "assisted_unknown")
