"""Payments that are held back, over HTTP: rules, the queue, decisions, and the shop's one appeal."""

from uuid import uuid4

import suspicions
from people import Role
from tests.web.suspecting import BURST, CLEARED, OFF, UPHELD, held_back, look
from tests.web.world import World, problem


def test_rules_are_set_in_versions_and_refused_at_the_value_at_fault(world: World) -> None:
    shop = world.shop("M01")
    first = world.post("/suspicion-rules", OFF, world.administrator).get_json()
    second = world.post("/suspicion-rules", BURST, world.administrator).get_json()
    assert world.get("/suspicion-rules", world.finance).get_json()["items"] == [second, first]
    assert world.get(f"/suspicion-rules/{second['id']}", world.auditor).get_json()["burst_payments"] == 2
    assert problem(world.get(f"/suspicion-rules/{uuid4()}", world.auditor)) == (404, "suspicion_rules_unknown")
    for body, at_fault in (
        ({**OFF, "late_code_s": 60}, "late_code_s"),
        ({**BURST, "burst_minutes": None}, "burst_minutes"),
    ):
        refused = world.post("/suspicion-rules", body, world.administrator)
        assert problem(refused) == (422, "invalid_fields")
        assert list(refused.get_json()["errors"]) == [at_fault]
    for key in (world.finance, shop.owner):
        assert problem(world.post("/suspicion-rules", OFF, key)) == (403, "forbidden")


def test_a_payment_is_held_back_decided_appealed_and_decided_by_another(world: World) -> None:
    world.fund()
    shop, other = world.shop("M01"), world.shop("M02")
    first, second, _third = held_back(world, shop, 100, 200, 300)
    assert look(world) == 0
    shown = world.get(f"/suspicions/{first}", shop.owner).get_json()
    assert (shown["state"], shown["rule"], shown["amount"]) == ("waiting", "burst", 300)
    assert shown["facts"] == {"payments": 3, "residents": 1, "seconds": 0, "sum": 600}

    opening = {"merchant": "M01", "until": "2026-06-01T04:00:00Z"}
    assert problem(world.post("/settlements", opening, world.finance)) == (409, "nothing_to_settle")
    cleared = world.post(f"/suspicions/{first}/decision", CLEARED, world.finance, call="k")
    assert (cleared.status_code, cleared.get_json()["state"]) == (201, "cleared")
    again = world.post(f"/suspicions/{first}/decision", CLEARED, world.finance, call="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(world.post(f"/suspicions/{first}/decision", UPHELD, world.finance)) == (409, "suspicion_decided")
    assert world.post("/settlements", opening, world.finance).get_json()["amount"] == 300

    path, says = f"/suspicions/{second}", {"text": "同桌三人分别付款"}
    assert problem(world.post(f"{path}/appeal", says, shop.owner)) == (409, "suspicion_not_upheld")
    world.post(f"{path}/decision", UPHELD, world.finance)
    assert problem(world.post(f"{path}/appeal/decision", CLEARED, world.administrator))[1] == "suspicion_not_appealed"
    assert problem(world.post(f"{path}/appeal", says, other.owner))[0] == 404
    assert world.post(f"{path}/appeal", says, shop.owner).get_json()["state"] == "appealed"
    assert problem(world.post(f"{path}/appeal", says, shop.owner)) == (409, "suspicion_appealed")
    assert problem(world.post(f"{path}/appeal/decision", CLEARED, world.finance)) == (403, "same_person")
    final = world.post(f"{path}/appeal/decision", UPHELD, world.administrator).get_json()
    assert (final["state"], final["appeal"]["text"]) == ("final", says["text"])
    # By whom is the office's business.
    assert final["decision"]["decided_by"] is not None
    assert world.get(path, shop.owner).get_json()["decision"]["decided_by"] is None


def test_a_shop_sees_its_own_and_others_nothing(world: World) -> None:
    world.fund()
    shop, other = world.shop("M01"), world.shop("M02")
    ids = held_back(world, shop, 10, 10, 10)
    assert world.get("/suspicions", other.owner).get_json()["items"] == []
    assert problem(world.get(f"/suspicions/{ids[0]}", other.owner))[0] == 404
    assert len(world.get("/suspicions", world.auditor, state="waiting").get_json()["items"]) == 3
    assert problem(world.get("/suspicions", world.auditor, state="x")) == (422, "invalid_fields")
    for key in (shop.till, world.resident().key):
        assert problem(world.get("/suspicions", key)) == (403, "forbidden")
    town = world.key(Role.FINANCE, unit_code="140881001")
    for key in (world.auditor, shop.owner, town):
        assert problem(world.post(f"/suspicions/{ids[0]}/decision", CLEARED, key)) == (403, "forbidden")
    unknown = world.post(f"/suspicions/{uuid4()}/decision", CLEARED, world.finance)
    assert problem(unknown) == (404, "suspicion_unknown")


def test_what_is_spent_elsewhere_is_told_to_no_shop() -> None:
    facts = {"days": 30, "payments": 5, "sum": 500, "percent_of_resident": 90, "percent_of_shop": 40}
    held = suspicions.Suspicion(facts=facts)
    view = suspicions.SuspicionView(held, None, None, None, None)  # type: ignore[arg-type]  # only the facts are asked for
    assert view.facts_for_shop == {"days": 30, "payments": 5, "sum": 500, "percent_of_shop": 40}
