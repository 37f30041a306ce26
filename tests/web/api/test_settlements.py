"""Settlements over HTTP: opened by one person of finance, paid by another, seen by the office and the shop's owner."""

from typing import Any
from uuid import uuid4

import ledger
import merchants
import payments
import settlements
from people import Role
from tests.web.world import Shop, Somebody, World, problem
from web.json_format import instant_text

NOON, ONE = "2026-06-01T04:00:00Z", "2026-06-01T05:00:00Z"
REASON, DOCUMENT = {"reason": "Wrong account"}, {"document": "Receipt 1"}


def colleague(world: World) -> str:
    return world.key(Role.FINANCE, name="Colleague")


def market(world: World) -> tuple[Shop, Somebody]:
    world.fund()
    return world.shop(), world.resident(balance=10_000)


def opened(world: World, shop: Shop, until: str = NOON) -> dict[str, Any]:
    answer = world.post("/settlements", {"merchant": shop.code, "until": until}, world.finance)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def check_books(world: World) -> None:
    checks = [*settlements.CHECKS, *payments.CHECKS]
    assert world.seen(lambda session: [each for each in ledger.audit(session, checks) if not each.ok]) == []


def test_a_settlement_is_opened_by_one_person_and_paid_by_another(world: World) -> None:
    shop, resident = market(world)
    payment = world.paid(shop, resident, 300)
    world.paid(shop, resident, 250)
    world.post(f"/redemptions/{payment['id']}/refunds", {"amount": 100, "reason": "x"}, shop.owner)
    made = opened(world, shop)
    assert (made["status"], made["amount"], made["lines"], made["merchant"]) == ("open", 450, 3, "M01")
    assert (made["funds"], made["until"], made["paid_by"]) == ([{"fund": "peace", "amount": 450}], NOON, None)
    assert problem(world.post(f"/settlements/{made['id']}/payment", DOCUMENT, world.finance)) == (403, "same_person")
    paid = world.post(f"/settlements/{made['id']}/payment", DOCUMENT, colleague(world))
    assert (paid.status_code, paid.get_json()["status"], paid.get_json()["document"]) == (201, "paid", "Receipt 1")
    fund = world.get("/funds/peace", world.auditor).get_json()
    assert (fund["backing"], fund["available"] + fund["held"] + fund["outstanding"]) == (99_550, 99_550)
    shown = world.get(f"/settlements/{made['id']}", world.auditor).get_json()
    assert [step["kind"] for step in shown.pop("steps")] == ["opening", "payment"]
    assert shown == paid.get_json()
    check_books(world)


def test_lines_name_their_payment_and_are_paged(world: World) -> None:
    shop, resident = market(world)
    payment = world.paid(shop, resident, 300, order_no="A-1")
    world.clock.pass_by(minutes=1)
    world.post(f"/redemptions/{payment['id']}/refunds", {"amount": 100, "reason": "x"}, shop.owner)
    path = f"/settlements/{opened(world, shop)['id']}/lines"
    first = world.get(path, shop.owner, limit=1).get_json()
    (refund,) = first["items"]
    assert (refund["kind"], refund["amount"], refund["order_no"]) == ("refund", -100, "A-1")
    rest = world.get(path, shop.owner, limit=1, cursor=first["next_cursor"]).get_json()
    assert rest["next_cursor"] is None
    (line,) = rest["items"]
    assert (line["kind"], line["amount"], line["redemption_id"]) == ("redemption", 300, payment["id"])
    assert line["funds"] == [{"fund": "peace", "amount": 300}]


def test_a_cut_off_ahead_is_invalid_and_nothing_collected_is_a_conflict(world: World) -> None:
    shop, resident = market(world)
    for until in ("2026-06-01T04:00:00.000001Z", "2026-06-02", "2026-07-01T00:00:00+08:00"):
        answer = world.post("/settlements", {"merchant": "M01", "until": until}, world.finance)
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == ["until"]
    nothing = world.post("/settlements", {"merchant": "M01", "until": NOON}, world.finance)
    assert problem(nothing) == (409, "nothing_to_settle")
    strange: tuple[object, ...] = ("soon", 5, None, "2026-06-01T04:00:00")
    for value in strange:
        answer = world.post("/settlements", {"merchant": "M01", "until": value}, world.finance)
        assert problem(answer) == (422, "invalid_fields")
    world.paid(shop, resident, 10)
    unknown = world.post("/settlements", {"merchant": "nobody", "until": NOON}, world.finance)
    assert problem(unknown) == (404, "merchant_unknown")


def test_the_cut_off_may_be_a_day_whose_last_moment_counts(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 10)
    world.clock.pass_by(days=1)
    world.paid(shop, resident, 7)
    made = opened(world, shop, "2026-06-01")
    assert (made["amount"], made["until"]) == (10, "2026-06-01T15:59:59.999999Z")
    today = opened(world, shop, "2026-06-02")
    assert (today["amount"], today["until"]) == (7, instant_text(world.clock.at))


def test_what_failed_was_cancelled_or_came_back_is_settled_again(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 300)
    for step, status in (("failure", "failed"), ("cancellation", "cancelled")):
        path = f"/settlements/{opened(world, shop)['id']}"
        ended = world.post(f"{path}/{step}", REASON, world.finance)
        assert (ended.status_code, ended.get_json()["status"]) == (201, status)
        assert problem(world.post(f"{path}/{step}", REASON, world.finance)) == (409, "settlement_status")
        assert world.get(f"{path}/lines", world.finance).get_json()["items"][0]["amount"] == 300
    path = f"/settlements/{opened(world, shop)['id']}"
    assert problem(world.post(f"{path}/return", REASON, world.finance)) == (409, "settlement_status")
    world.post(f"{path}/payment", DOCUMENT, colleague(world))
    back = world.post(f"{path}/return", REASON, world.finance)
    assert (back.status_code, back.get_json()["status"]) == (201, "returned")
    assert opened(world, shop)["amount"] == 300
    check_books(world)


def test_the_same_call_again_is_the_same_settlement(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 300)
    body = {"merchant": shop.code, "until": NOON}
    first = world.post("/settlements", body, world.finance, call="k")
    again = world.post("/settlements", body, world.finance, call="k")
    assert (again.status_code, again.get_json(), again.headers["Idempotency-Replayed"]) == (
        201,
        first.get_json(),
        "true",
    )
    other = world.post("/settlements", {**body, "until": "2026-06-01T03:00:00Z"}, world.finance, call="k")
    assert problem(other) == (422, "idempotency_key_reused")
    assert problem(world.post("/settlements", body, world.finance, call=None)) == (400, "idempotency_key_missing")
    path = f"/settlements/{first.get_json()['id']}/payment"
    paid = world.post(path, DOCUMENT, colleague(world), call="p")
    assert world.post(path, DOCUMENT, colleague(world), call="p").get_json() == paid.get_json()


def test_only_finance_settles_and_owners_see_their_own(world: World) -> None:
    shop, resident = market(world)
    other = world.shop("M02")
    world.paid(shop, resident, 300)
    world.paid(other, resident, 40)
    made, others = opened(world, shop), opened(world, other)
    body = {"merchant": shop.code, "until": NOON}
    for key in (world.administrator, world.auditor, shop.owner, shop.till, resident.key):
        assert problem(world.post("/settlements", body, key)) == (403, "forbidden")
        for step in ("payment", "failure", "cancellation", "return"):
            assert problem(world.post(f"/settlements/{made['id']}/{step}", REASON, key)) == (403, "forbidden")
    assert problem(world.post("/settlements", body)) == (401, "unauthenticated")
    town = world.key(Role.FINANCE, unit_code="140881001")
    assert problem(world.post("/settlements", body, town)) == (403, "forbidden")
    assert [each["id"] for each in world.get("/settlements", shop.owner).get_json()["items"]] == [made["id"]]
    assert len(world.get("/settlements", world.auditor).get_json()["items"]) == 2
    for path in (f"/settlements/{others['id']}", f"/settlements/{others['id']}/lines"):
        assert problem(world.get(path, shop.owner))[0] == 404
        assert problem(world.get(path, shop.till)) == (403, "forbidden")
        assert world.get(path, other.owner).status_code == 200
    assert problem(world.get("/settlements", shop.owner, merchant="M02"))[0] == 404
    for path in ("", "/lines"):
        assert problem(world.get(f"/settlements/{uuid4()}{path}", world.auditor)) == (404, "settlement_unknown")


def test_settlements_are_listed_by_merchant_and_status(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 300)
    first = opened(world, shop)
    world.post(f"/settlements/{first['id']}/payment", DOCUMENT, colleague(world))
    world.paid(shop, resident, 50)
    second = opened(world, shop)
    found = world.get("/settlements", world.auditor, limit=1).get_json()
    assert [each["id"] for each in found["items"]] == [second["id"]]
    rest = world.get("/settlements", world.auditor, cursor=found["next_cursor"]).get_json()
    assert [each["id"] for each in rest["items"]] == [first["id"]]
    paid = world.get("/settlements", world.auditor, status="paid", merchant="M01").get_json()["items"]
    assert [each["id"] for each in paid] == [first["id"]]
    assert problem(world.get("/settlements", world.auditor, status="x")) == (422, "invalid_fields")


def test_a_frozen_shop_is_refused_in_words(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 300)

    def freeze(session: Any) -> None:
        merchant = merchants.get_merchant(session, shop.id)
        ledger.set_account_state(session, merchant.payable_account_id, ledger.AccountState.FROZEN)

    world.done(freeze)
    refused = world.post("/settlements", {"merchant": shop.code, "until": ONE}, world.finance)
    assert problem(refused) == (422, "invalid_fields")
    refused = world.post("/settlements", {"merchant": shop.code, "until": NOON}, world.finance)
    assert problem(refused) == (409, "account_frozen")


def test_who_works_for_the_shop_does_not_settle_it(world: World) -> None:
    shop, resident = market(world)
    world.paid(shop, resident, 300)
    made = opened(world, shop)
    world.key(Role.MERCHANT_OWNER, name="Both", merchant_id=shop.id)
    both = world.key(Role.FINANCE, name="Both")
    refused = world.post(f"/settlements/{made['id']}/payment", DOCUMENT, both)
    assert problem(refused) == (403, "own_shop")
