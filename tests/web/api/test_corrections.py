"""Forced corrections, waivers and repayments over HTTP."""

from typing import Any
from uuid import uuid4

from people import Role
from tests.web.world import OTHER_TOWN, TOWN, Shop, Somebody, World, problem

REASON = {"reason": "Wrong person"}
APPROVE = {"decision": "approve", "note": "Seen"}


def spent(world: World, amount: int = 900) -> tuple[Somebody, Shop, str]:
    """Return a resident, a shop, and a wrong award that the resident spent there."""
    world.fund(money=2_000)
    resident, shop = world.resident(), world.shop()
    award = world.award(resident.id, amount)
    world.paid(shop, resident, amount)
    return resident, shop, f"/awards/{award.id}/forced-corrections"


def owing(world: World, amount: int = 900) -> Somebody:
    """Return a resident who owes so much."""
    resident, _shop, path = spent(world, amount)
    matter = world.post(path, REASON, world.administrator).get_json()
    decided = world.post(f"/forced-corrections/{matter['id']}/approval", APPROVE, world.key(Role.APPROVER))
    assert decided.status_code == 201, decided.text
    return resident


def owed(world: World, resident: Somebody) -> list[dict[str, Any]]:
    """Return what a resident owes, as they see it."""
    return list(world.get(f"/residents/{resident.id}/receivables", resident.key).get_json()["items"])


def test_one_person_asks_another_decides_and_only_then_something_is_owed(world: World) -> None:
    resident, _shop, path = spent(world)
    asked = world.post(path, {"amount": 600, **REASON}, world.administrator)
    assert asked.status_code == 201
    body = asked.get_json()
    assert (body["kind"], body["status"], body["amount"], body["entry_id"]) == ("forced_correction", "asked", 600, None)
    assert owed(world, resident) == []
    approval = f"/forced-corrections/{body['id']}/approval"
    finance = world.finance
    decided = world.post(approval, APPROVE, finance, call="k")
    assert (decided.status_code, decided.get_json()["status"]) == (201, "approved")
    again = world.post(approval, APPROVE, finance, call="k")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (decided.get_json(), "true")
    assert problem(world.post(approval, APPROVE, finance)) == (409, "matter_decided")
    assert owed(world, resident) == [{"fund": "peace", "amount": 600}]
    entry = world.get(f"/books/entries/{decided.get_json()['entry_id']}", world.auditor).get_json()
    assert entry["kind"] == "forced_correction"
    fund = world.get("/funds/peace", world.auditor).get_json()
    assert fund["backing"] == fund["available"] + fund["held"] + fund["outstanding"]
    for key in (resident.key, world.administrator, world.auditor):
        assert world.get(f"/forced-corrections/{body['id']}", key).get_json() == decided.get_json()
        assert world.get("/forced-corrections", key).get_json()["items"] == [decided.get_json()]
    assert world.get("/forced-corrections", finance, status="asked").get_json()["items"] == []


def test_who_asks_does_not_decide(world: World) -> None:
    _resident, _shop, path = spent(world)
    matter = world.post(path, REASON, world.finance).get_json()
    approval = f"/forced-corrections/{matter['id']}/approval"
    assert problem(world.post(approval, APPROVE, world.finance)) == (403, "same_person")
    rejected = world.post(approval, {"decision": "reject", "note": "No"}, world.key(Role.APPROVER))
    assert (rejected.get_json()["status"], rejected.get_json()["entry_id"]) == ("rejected", None)


def test_what_cannot_be_asked_for_is_refused_in_words(world: World) -> None:
    resident, _shop, path = spent(world)
    assert problem(world.post(path, {"amount": 901, **REASON}, world.administrator)) == (409, "forced_too_much")
    assert world.post(path, REASON, world.administrator).status_code == 201
    assert problem(world.post(path, REASON, world.administrator)) == (409, "matter_open")
    whole = world.award(resident.id, 50)
    answer = world.post(f"/awards/{whole.id}/forced-corrections", REASON, world.administrator)
    assert (problem(answer), answer.get_json()["left"]) == ((409, "take_back_first"), 50)
    assert problem(world.post(path, {"amount": 0, **REASON}, world.administrator)) == (422, "invalid_fields")
    assert problem(world.post(f"/awards/{uuid4()}/forced-corrections", REASON, world.administrator))[0] == 404


def test_officers_of_another_place_and_other_roles_are_refused(world: World) -> None:
    resident, _shop, path = spent(world)
    elsewhere = world.key(Role.ADMINISTRATOR, unit_code=OTHER_TOWN)
    assert problem(world.post(path, REASON, elsewhere))[0] == 404
    assert problem(world.post(path, REASON, world.auditor))[0] == 403
    matter = world.post(path, REASON, world.key(Role.ADMINISTRATOR, unit_code=TOWN)).get_json()
    approval = f"/forced-corrections/{matter['id']}/approval"
    assert problem(world.post(approval, APPROVE, world.key(Role.APPROVER, unit_code=OTHER_TOWN)))[0] == 404
    assert problem(world.post(approval, APPROVE, world.administrator))[0] == 403
    assert problem(world.get(f"/forced-corrections/{matter['id']}", world.resident().key))[0] == 404
    assert world.get("/forced-corrections", elsewhere).get_json()["items"] == []
    assert problem(world.post(f"/waivers/{matter['id']}/approval", APPROVE, world.finance))[0] == 404
    assert world.get("/forced-corrections", elsewhere, resident_id=str(resident.id)).status_code == 404


def test_a_debt_is_repaid_in_money_and_out_of_credits(world: World) -> None:
    resident = owing(world)
    home = f"/residents/{resident.id}"
    money = {"fund": "peace", "amount": 300, "document": "Receipt 7"}
    paid = world.post(f"{home}/repayments", money, world.finance)
    assert (paid.status_code, paid.get_json()["kind"]) == (201, "money")
    world.award(resident.id, 400)
    own = world.post(f"{home}/offsets", {"fund": "peace", "amount": 100}, resident.key)
    assert (own.status_code, own.get_json()["kind"]) == (201, "offset")
    bare = world.post(f"{home}/offsets", {"fund": "peace", "amount": 100}, world.finance)
    assert (problem(bare), list(bare.get_json()["errors"])) == ((422, "invalid_fields"), ["consent"])
    agreed = world.post(f"{home}/offsets", {"fund": "peace", "amount": 200, "consent": "Form 3"}, world.finance)
    assert agreed.get_json()["document"] == "Form 3"
    assert (owed(world, resident), world.available(resident)) == ([{"fund": "peace", "amount": 300}], 100)
    assert problem(world.post(f"{home}/repayments", {**money, "amount": 301}, world.finance)) == (409, "owed_less")
    items = [agreed.get_json(), own.get_json(), paid.get_json()]
    assert world.get(f"{home}/repayments", resident.key).get_json()["items"] == items
    assert world.get("/repayments", world.auditor).get_json()["items"] == items
    assert world.get(f"/repayments/{items[0]['id']}", resident.key).get_json() == items[0]
    other = world.resident()
    assert problem(world.get(f"/repayments/{items[0]['id']}", other.key))[0] == 404
    assert problem(world.post(f"{home}/offsets", {"fund": "peace", "amount": 1}, other.key))[0] == 404


def test_a_debt_is_waived_by_two_persons(world: World) -> None:
    resident = owing(world)
    asked = world.post(
        f"/residents/{resident.id}/waivers", {"fund": "peace", "amount": 900, **REASON}, world.administrator
    )
    assert asked.status_code == 201
    matter = asked.get_json()
    decided = world.post(f"/waivers/{matter['id']}/approval", APPROVE, world.finance)
    assert decided.get_json()["status"] == "approved"
    assert owed(world, resident) == []
    assert world.get(f"/waivers/{matter['id']}", resident.key).get_json() == decided.get_json()
    assert world.get("/waivers", world.auditor).get_json()["items"] == [decided.get_json()]


def test_a_shop_repays_what_it_owes(world: World) -> None:
    shop = world.shop()
    world.fund()
    assert world.get("/merchants/M01/receivables", shop.owner).get_json() == {"items": []}
    assert problem(world.get("/merchants/M01/receivables", world.shop("M02").owner))[0] == 404
    answer = world.post(
        "/merchants/M01/repayments", {"fund": "peace", "amount": 5, "document": "Receipt"}, world.finance
    )
    assert (problem(answer), answer.get_json()["owed"]) == ((409, "owed_less"), 0)


def test_a_reversal_that_is_refused_names_what_rests_on_the_entry(world: World) -> None:
    world.fund()
    resident, shop = world.resident(), world.shop()
    award = world.award(resident.id, 500)
    world.paid(shop, resident, 100)
    answer = world.post(f"/books/entries/{award.entry_id}/reversal", REASON, world.finance)
    assert problem(answer) == (409, "not_reversible")
    resting = answer.get_json()["resting_id"]
    assert world.get(f"/books/entries/{resting}", world.auditor).get_json()["kind"] == "redemption"
    assert resting in answer.get_json()["detail"]
