"""Limits on payments and PINs over HTTP."""

from typing import Any

from tests.web.api.payment_posts import PAYMENT_LIMITS
from tests.web.world import Shop, Somebody, World, problem

OFF: dict[str, Any] = dict.fromkeys(PAYMENT_LIMITS)
PIN, WRONG = "204060", "111213"


def limit(world: World, **given: int) -> dict[str, Any]:
    """Set limits, and all others off."""
    answer = world.post("/payment-limits", {**OFF, **given}, world.administrator)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()
    return made


def community(world: World) -> tuple[Somebody, Shop]:
    """Return a resident with credits, and a shop."""
    world.fund()
    return world.resident(balance=10_000), world.shop("M01")


def pay(world: World, resident: Somebody, shop: Shop, amount: int, order_no: str, **more: Any) -> tuple[int, str]:
    """Pay with a fresh code; return the status, and the code of the refusal."""
    body = {"code": world.payment_code(resident), "amount": amount, "order_no": order_no, **more}
    answer = world.post("/redemptions", body, shop.till)
    return (201, "") if answer.status_code == 201 else problem(answer)


def test_limits_are_set_in_versions_by_the_office_alone(world: World) -> None:
    resident, shop = community(world)
    first, second = limit(world, per_payment=500), limit(world, per_day=900)
    listed = world.get("/payment-limits", world.administrator).get_json()["items"]
    assert listed == [second, first]
    assert world.get(f"/payment-limits/{first['id']}", world.auditor).get_json() == first
    for key in (shop.till, shop.owner, resident.key):
        assert problem(world.post("/payment-limits", OFF, key)) == (403, "forbidden")
        assert problem(world.get("/payment-limits", key)) == (403, "forbidden")
    wrong = world.post("/payment-limits", {**OFF, "per_day": 0, "duplicate_within_s": 86_401}, world.administrator)
    assert set(wrong.get_json()["errors"]) == {"per_day", "duplicate_within_s"}


def test_each_limit_refuses_in_its_own_words(world: World) -> None:
    resident, shop = community(world)
    limit(world, per_payment=500, per_day=900, duplicate_within_s=60, pin_above_amount=450)
    assert pay(world, resident, shop, 501, "1") == (409, "limit_exceeded")
    assert pay(world, resident, shop, 300, "2") == (201, "")
    assert pay(world, resident, shop, 300, "3") == (409, "possible_duplicate")
    assert pay(world, resident, shop, 300, "4", confirm_duplicate=True) == (201, "")
    assert pay(world, resident, shop, 301, "5") == (409, "limit_exceeded")
    limit(world, pin_above_amount=450)
    assert pay(world, resident, shop, 451, "6") == (409, "pin_required")
    assert problem(world.post("/orders", {"amount": 1, "order_no": "7"}, resident.key)) == (403, "forbidden")


def test_a_resident_chooses_a_pin_and_five_wrong_tries_lock_it(world: World) -> None:
    resident, shop = community(world)
    limit(world, pin_above_amount=0)
    assert world.get("/pin", resident.key).get_json() == {"state": "not_set"}
    for pin in ("12345", "123456", "abcdef"):
        refused = world.post("/pin", {"pin": pin}, resident.key)
        assert problem(refused) == (422, "pin_refused")
        assert list(refused.get_json()["errors"]) == ["pin"]
    assert world.post("/pin", {"pin": PIN}, resident.key).get_json() == {"state": "set"}
    assert pay(world, resident, shop, 1, "1") == (409, "pin_required")
    assert pay(world, resident, shop, 1, "2", pin=PIN) == (201, "")
    for number in range(5):
        assert pay(world, resident, shop, 1, f"w{number}", pin=WRONG) == (409, "pin_wrong")
    assert pay(world, resident, shop, 1, "3", pin=PIN) == (409, "pin_locked")
    assert world.get("/pin", resident.key).get_json() == {"state": "locked"}
    order = world.post("/orders", {"amount": 1, "order_no": "o"}, shop.till).get_json()
    locked = world.post(f"/orders/{order['id']}/payment", {"pin": PIN}, resident.key)
    assert problem(locked) == (409, "pin_locked")
    assert problem(world.post("/payment-codes", {"pin": PIN}, resident.key)) == (409, "pin_locked")


def test_the_office_takes_a_locked_pin_away_and_the_resident_chooses_anew(world: World) -> None:
    resident, shop = community(world)
    limit(world, pin_above_amount=0)
    world.post("/pin", {"pin": PIN}, resident.key)
    for number in range(5):
        pay(world, resident, shop, 1, f"w{number}", pin=WRONG)
    path = f"/residents/{resident.id}/pin-clearing"
    assert problem(world.post(path, {"reason": "x"}, shop.owner)) == (403, "forbidden")
    assert world.post(path, {"reason": "came with their card"}, world.administrator).get_json() == {"state": "not_set"}
    assert pay(world, resident, shop, 1, "1", pin=PIN) == (409, "pin_required")
    world.post("/pin", {"pin": PIN}, resident.key)
    assert pay(world, resident, shop, 1, "2", pin=PIN) == (201, "")


def test_a_code_made_with_the_pin_needs_none_at_the_till(world: World) -> None:
    resident, shop = community(world)
    limit(world, pin_above_amount=0)
    world.post("/pin", {"pin": PIN}, resident.key)
    assert problem(world.post("/payment-codes", {"pin": WRONG}, resident.key)) == (409, "pin_wrong")
    code = world.post("/payment-codes", {"pin": PIN}, resident.key).get_json()["code"]
    paid = world.post("/redemptions", {"code": code, "amount": 1, "order_no": "1"}, shop.till)
    assert paid.status_code == 201


def test_a_pin_is_kept_in_no_call_and_in_no_answer(world: World) -> None:
    resident, shop = community(world)
    limit(world, pin_above_amount=0)
    made = world.post("/pin", {"pin": PIN}, resident.key, call="one")
    # Another PIN under the same key is the same call: not even a hash of it was kept to compare.
    again = world.post("/pin", {"pin": "397150"}, resident.key, call="one")
    assert again.get_json() == made.get_json()
    assert PIN not in made.text
    assert pay(world, resident, shop, 1, "1", pin=PIN) == (201, "")
