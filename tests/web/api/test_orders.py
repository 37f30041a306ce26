"""Orders and payments at a plaque over HTTP."""

import io
from collections.abc import Callable
from typing import Any

import zxingcpp
from PIL import Image

from tests.web.world import Shop, Somebody, World, problem
from web.api.orders import OrderReply


def asked(world: World, shop: Shop, amount: int = 300, order_no: str = "O-1", **more: Any) -> dict[str, Any]:
    """Return an order of a shop that waits."""
    answer = world.post("/orders", {"amount": amount, "order_no": order_no, **more}, shop.till)
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.get_json()
    return order


def community(world: World, balance: int = 1_000) -> tuple[Somebody, Shop]:
    """Return a resident with credits, and a shop."""
    world.fund()
    return world.resident(balance=balance), world.shop("M01")


def test_a_till_asks_and_a_resident_pays(world: World) -> None:
    resident, shop = community(world)
    order = asked(world, shop, description="午饭", cash_amount=50)
    assert (order["status"], order["expires_at"]) == ("awaiting_payer", "2026-06-01T04:05:00Z")
    assert order["pay_url"] == f"http://localhost/pay/{order['id']}"
    assert set(order) <= set(OrderReply().fields)
    seen = world.get(f"/orders/{order['id']}", resident.key).get_json()
    assert (seen["merchant"], seen["amount"], seen["cash_amount"]) == ("M01", 300, 50)
    assert {"order_no", "pay_url", "receipt_no"}.isdisjoint(seen)

    paid = world.post(f"/orders/{order['id']}/payment", {}, resident.key)

    assert paid.status_code == 201
    body = paid.get_json()
    assert (body["id"], body["status"], body["channel"], body["order_no"]) == (
        order["id"],
        "completed",
        "order",
        "O-1",
    )
    assert body["resident"] == "王*明"
    assert world.available(resident) == 700
    outcome = world.get("/redemptions", shop.till, order_no="O-1").get_json()
    assert (outcome["id"], outcome["status"], outcome["receipt_no"]) == (order["id"], "completed", body["receipt_no"])
    assert world.get(f"/orders/{order['id']}", shop.till).get_json()["receipt_no"] == body["receipt_no"]
    refunded = world.post(f"/redemptions/{order['id']}/refunds", {"amount": 300, "reason": "x"}, shop.owner)
    assert refunded.status_code == 201


def test_an_order_waits_is_paid_once_cancelled_or_over_and_says_which(world: World) -> None:
    resident, shop = community(world)
    neighbour = world.resident(balance=1_000)
    acts: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("completed", lambda path: world.post(f"{path}/payment", {}, neighbour.key)),
        ("cancelled", lambda path: world.post(f"{path}/cancellation", {}, shop.till)),
        ("expired", lambda _path: world.clock.pass_by(minutes=6)),
    )
    for number, (state, act) in enumerate(acts):
        order = asked(world, shop, order_no=f"O-{number}")
        path = f"/orders/{order['id']}"
        assert world.get("/redemptions", shop.till, order_no=f"O-{number}").get_json()["status"] == "awaiting_payer"
        act(path)
        assert world.get("/redemptions", shop.till, order_no=f"O-{number}").get_json()["status"] == state
        assert world.get(path, shop.till).get_json()["status"] == state
        assert problem(world.get(path, resident.key)) == (404, "order_unknown")
        closed = world.post(f"{path}/payment", {}, resident.key)
        assert problem(closed) == (409, "order_closed")
        assert closed.get_json()["state"] == state
    assert world.available(resident) == 1_000


def test_cancelling_is_repeated_at_will_and_never_undoes_a_payment(world: World) -> None:
    resident, shop = community(world)
    order = asked(world, shop)
    path = f"/orders/{order['id']}/cancellation"
    first = world.post(path, {}, shop.till).get_json()
    world.clock.pass_by(seconds=9)
    assert world.post(path, {}, shop.till).get_json() == first
    paid = asked(world, shop, order_no="O-2")
    world.post(f"/orders/{paid['id']}/payment", {}, resident.key)
    assert problem(world.post(f"/orders/{paid['id']}/cancellation", {}, shop.till)) == (409, "order_closed")
    other = world.shop("M02")
    waits = asked(world, shop, order_no="O-3")
    assert problem(world.post(f"/orders/{waits['id']}/cancellation", {}, other.till)) == (404, "order_unknown")
    assert problem(world.get(f"/orders/{waits['id']}", other.till)) == (404, "order_unknown")


def test_a_number_is_used_once_over_payments_and_orders(world: World) -> None:
    resident, shop = community(world)
    order = asked(world, shop)
    again = world.post("/orders", {"amount": 301, "order_no": "O-1"}, shop.till)
    assert problem(again) == (409, "order_no_used")
    assert again.get_json()["id"] == order["id"]
    taken = world.post(
        "/redemptions", {"code": world.payment_code(resident), "amount": 1, "order_no": "O-1"}, shop.till
    )
    assert problem(taken) == (409, "order_no_used")
    assert taken.get_json()["id"] == order["id"]


def test_the_same_key_is_the_same_order_and_the_same_payment(world: World) -> None:
    resident, shop = community(world)
    body = {"amount": 300, "order_no": "O-1"}
    first = world.post("/orders", body, shop.till, call="one")
    again = world.post("/orders", body, shop.till, call="one")
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(world.post("/orders", {**body, "amount": 1}, shop.till, call="one")) == (
        422,
        "idempotency_key_reused",
    )
    path = f"/orders/{first.get_json()['id']}/payment"
    paid = world.post(path, {}, resident.key, call="pay")
    replayed = world.post(path, {}, resident.key, call="pay")
    assert (replayed.status_code, replayed.get_json()) == (201, paid.get_json())
    assert world.available(resident) == 700


def test_a_payment_that_is_refused_says_why_and_the_order_waits_on(world: World) -> None:
    resident, shop = community(world, balance=299)
    order = asked(world, shop)
    refused = world.post(f"/orders/{order['id']}/payment", {}, resident.key)
    assert problem(refused) == (409, "insufficient_balance")
    assert world.get(f"/orders/{order['id']}", resident.key).get_json()["status"] == "awaiting_payer"
    unnamed = world.shop("M02", named=False)
    assert problem(world.post("/orders", {"amount": 1, "order_no": "1"}, unnamed.till)) == (409, "merchant_not_named")


def test_the_image_of_an_order_holds_the_address_where_it_is_paid(world: World) -> None:
    resident, shop = community(world)
    order = asked(world, shop)
    png = world.get(f"/orders/{order['id']}/qr.png", shop.till)
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.data)))
    assert [each.text for each in read] == [order["pay_url"]]
    assert world.get(f"/orders/{order['id']}/qr.svg", shop.till).mimetype == "image/svg+xml"
    assert problem(world.get(f"/orders/{order['id']}/qr.svg", resident.key)) == (403, "forbidden")
    assert problem(world.get(f"/orders/{order['id']}/qr.svg", world.shop("M02").till)) == (404, "order_unknown")


def test_a_resident_pays_at_the_plaque_and_the_till_sees_it(world: World) -> None:
    resident, shop = community(world)
    paid = world.post("/merchants/M01/payments", {"amount": 250}, resident.key, call="one")
    assert paid.status_code == 201
    assert (paid.get_json()["channel"], paid.get_json()["merchant"]) == ("plaque", "M01")
    assert (
        world.post("/merchants/M01/payments", {"amount": 250}, resident.key, call="one").get_json() == paid.get_json()
    )
    assert world.get("/redemptions", shop.till).get_json()["items"] == [paid.get_json()]
    assert problem(world.post("/merchants/M01/payments", {"amount": 751}, resident.key)) == (
        409,
        "insufficient_balance",
    )
    assert problem(world.post("/merchants/M09/payments", {"amount": 1}, resident.key)) == (404, "merchant_unknown")
    for amount in (0, -1, "1", 1.5, None):
        assert problem(world.post("/merchants/M01/payments", {"amount": amount}, resident.key))[0] == 422
    assert problem(world.post("/merchants/M01/payments", {"amount": 1}, shop.till)) == (403, "forbidden")
