"""Refunds over HTTP."""

from typing import Any
from uuid import uuid4

from tests.web.world import Shop, Somebody, World, problem

WHOLE = {"amount": 300, "reason": "Wrong dish"}


def payment(world: World) -> tuple[Somebody, Shop, str]:
    world.fund()
    resident, shop = world.resident(balance=1_000), world.shop("M01")
    paid = world.paid(shop, resident, 300)
    return resident, shop, f"/redemptions/{paid['id']}"


def test_the_owner_gives_back_in_parts(world: World) -> None:
    resident, shop, path = payment(world)
    first = world.post(f"{path}/refunds", {**WHOLE, "amount": 100}, shop.owner)
    assert first.status_code == 201
    assert (first.get_json()["amount"], first.get_json()["refunded_total"]) == (100, 100)
    second = world.post(f"{path}/refunds", {**WHOLE, "amount": 200}, shop.owner)
    assert second.get_json()["refunded_total"] == 300
    assert world.available(resident) == 1_000
    assert world.get(path, shop.till).get_json()["refunded_total"] == 300
    listed = world.get(f"{path}/refunds", resident.key).get_json()["items"]
    assert listed == [second.get_json(), first.get_json()]
    newest = world.get(f"{path}/refunds", resident.key, limit=1).get_json()
    assert newest["items"] == listed[:1]
    rest = world.get(f"{path}/refunds", resident.key, limit=1, cursor=newest["next_cursor"]).get_json()
    assert (rest["items"], rest["next_cursor"]) == (listed[1:], None)
    assert world.get(f"{path}/refunds/{first.get_json()['id']}", shop.till).get_json() == first.get_json()


def test_no_more_is_given_back_than_was_paid(world: World) -> None:
    resident, shop, path = payment(world)
    world.post(f"{path}/refunds", {**WHOLE, "amount": 200}, shop.owner)
    answer = world.post(f"{path}/refunds", {**WHOLE, "amount": 101}, shop.owner)
    assert problem(answer) == (409, "refund_exceeds_redemption")
    assert answer.get_json()["left"] == 100
    assert world.available(resident) == 900


def test_a_till_needs_the_owner(world: World) -> None:
    resident, shop, path = payment(world)
    assert problem(world.post(f"{path}/refunds", WHOLE, shop.till)) == (403, "owner_approval_required")
    assert world.available(resident) == 700


def test_a_refund_works_after_the_naming_was_revoked(world: World) -> None:
    resident, shop, path = payment(world)
    world.post("/merchants/M01/namings/revocation", {"reason": "x"}, world.administrator)
    assert world.post(f"{path}/refunds", WHOLE, shop.owner).status_code == 201
    assert world.available(resident) == 1_000


def test_what_was_refused_is_not_refunded(world: World) -> None:
    _, shop, _ = payment(world)
    refused = world.post("/redemptions", {"code": "x", "amount": 5, "order_no": "no"}, shop.till).get_json()
    answer = world.post(f"/redemptions/{refused['redemption_id']}/refunds", {**WHOLE, "amount": 5}, shop.owner)
    assert problem(answer) == (409, "not_refundable")


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    resident, _, path = payment(world)
    assert problem(world.post(f"{path}/refunds", WHOLE)) == (401, "unauthenticated")
    for key in (world.administrator, world.finance, resident.key):
        assert problem(world.post(f"{path}/refunds", WHOLE, key)) == (403, "forbidden")


def test_another_shops_payment_is_not_there(world: World) -> None:
    resident, shop, path = payment(world)
    other = world.shop("M02").owner
    refund_id = world.post(f"{path}/refunds", {**WHOLE, "amount": 1}, shop.owner).get_json()["id"]
    assert problem(world.post(f"{path}/refunds", WHOLE, other)) == (404, "redemption_unknown")
    assert problem(world.get(f"{path}/refunds", other)) == (404, "not_found")
    assert problem(world.get(f"{path}/refunds/{refund_id}", other)) == (404, "not_found")
    assert problem(world.get(f"{path}/refunds/{uuid4()}", shop.owner)) == (404, "not_found")
    paid = world.paid(shop, resident, 10)
    assert problem(world.get(f"/redemptions/{paid['id']}/refunds/{refund_id}", shop.owner)) == (404, "not_found")
    unknown = f"/redemptions/{uuid4()}/refunds"
    assert problem(world.post(unknown, WHOLE, shop.owner)) == (404, "redemption_unknown")


def test_wrong_fields_are_named(world: World) -> None:
    resident, shop, path = payment(world)
    wrongs: tuple[tuple[dict[str, Any], str], ...] = (
        ({"amount": 0}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"reason": ""}, "reason"),
        ({"reason": "a\u0007b"}, "reason"),
        ({"to": "me"}, "to"),
    )
    for wrong, at in wrongs:
        answer = world.post(f"{path}/refunds", {**WHOLE, **wrong}, shop.owner)
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == [at]
    assert world.available(resident) == 700


def test_the_same_call_again_gives_back_once(world: World) -> None:
    resident, shop, path = payment(world)
    first = world.post(f"{path}/refunds", {**WHOLE, "amount": 100}, shop.owner, call="same")
    again = world.post(f"{path}/refunds", {**WHOLE, "amount": 100}, shop.owner, call="same")
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert world.available(resident) == 800
    other = world.post(f"{path}/refunds", {**WHOLE, "amount": 101}, shop.owner, call="same")
    assert problem(other) == (422, "idempotency_key_reused")


def test_an_owner_lets_cashiers_refund_up_to_an_amount(world: World) -> None:
    shop, other = world.shop("M01"), world.shop("M02")
    world.fund()
    resident = world.resident(balance=1_000)
    paid = world.paid(shop, resident, 500)
    path = "/merchants/M01/till-refund-limits"
    for key, refusal in ((shop.till, (403, "forbidden")), (other.owner, (404, "not_found"))):
        assert problem(world.post(path, {"amount": 300}, key)) == refusal
    made = world.post(path, {"amount": 300}, shop.owner, call="one")
    assert (made.status_code, made.get_json()["number"], made.get_json()["amount"]) == (201, 1, 300)
    assert world.post(path, {"amount": 300}, shop.owner, call="one").get_json() == made.get_json()
    assert world.get(path, shop.owner).get_json()["items"] == [made.get_json()]
    refunds = f"/redemptions/{paid['id']}/refunds"
    assert world.post(refunds, {"amount": 300, "reason": "x"}, shop.till).status_code == 201
    refused = world.post(refunds, {"amount": 1, "reason": "x"}, shop.till)
    assert problem(refused) == (403, "owner_approval_required")
    assert refused.get_json()["limit"] == 300
