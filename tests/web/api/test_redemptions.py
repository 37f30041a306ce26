"""Redemptions and the outcome of every attempt over HTTP."""

from typing import Any
from uuid import uuid4

import ledger
import people
from people import Role
from tests.web.world import TOWN, Shop, Somebody, World, problem
from web.api.redemptions import RedemptionReply
from web.code_guesses import UNKNOWN_CODES_MAX, WINDOW_S


def order(code: str, amount: int = 300, order_no: str = "A-1", **more: Any) -> dict[str, Any]:
    return {"code": code, "amount": amount, "order_no": order_no, **more}


def community(world: World, balance: int = 1_000) -> tuple[Somebody, Shop]:
    world.fund()
    return world.resident(balance=balance, name="王小明"), world.shop("M01")


def test_a_till_is_paid(world: World) -> None:
    resident, shop = community(world)
    made = world.post("/redemptions", order(world.payment_code(resident), cash_amount=50), shop.till)
    assert made.status_code == 201
    body = made.get_json()
    assert (body["status"], body["amount"], body["order_no"], body["merchant"]) == ("completed", 300, "A-1", "M01")
    assert body["resident"] == "王*明"
    assert body["receipt_no"]
    assert body["cash_amount"] == 50
    assert body["redeemed_at"] == "2026-06-01T04:00:00Z"
    assert world.available(resident) == 700
    assert list(body) == list(RedemptionReply().fields)
    for key in (shop.till, shop.owner, resident.key, world.administrator):
        assert world.get(f"/redemptions/{body['id']}", key).get_json() == body
        assert world.get("/redemptions", key).get_json() == {"items": [body], "next_cursor": None}


def test_the_outcome_of_an_order_is_known_by_its_number(world: World) -> None:
    resident, shop = community(world)
    refused = world.post("/redemptions", order("NOSUCHCODE22"), shop.till)
    assert problem(refused) == (409, "code_unknown")
    outcome = world.get("/redemptions", shop.till, order_no="A-1").get_json()
    assert (outcome["status"], outcome["refusal"], outcome["receipt_no"]) == ("refused", "code_unknown", None)
    assert outcome["resident"] == ""
    paid = world.paid(shop, resident, 300, "A-1")
    outcome = world.get("/redemptions", shop.till, order_no="A-1").get_json()
    assert outcome == {**paid, "items": [paid], "next_cursor": None}
    assert problem(world.get("/redemptions", shop.till, order_no="A-2")) == (404, "redemption_unknown")
    assert problem(world.get("/redemptions", world.shop("M02").till, order_no="A-1")) == (404, "redemption_unknown")
    assert problem(world.get("/redemptions", resident.key, order_no="A-1")) == (404, "not_found")


def test_payments_are_listed_to_those_they_concern_in_parts(world: World) -> None:
    resident, shop = community(world)
    neighbour, other = world.resident(balance=100), world.shop("M02")
    mine = [world.paid(shop, resident, 10)["id"] for _ in range(3)]
    theirs = world.paid(other, neighbour, 10)["id"]
    for key, ids in (
        (shop.till, mine[::-1]),
        (resident.key, mine[::-1]),
        (neighbour.key, [theirs]),
        (world.administrator, [theirs, *mine[::-1]]),
    ):
        assert [each["id"] for each in world.get("/redemptions", key).get_json()["items"]] == ids
    first = world.get("/redemptions", shop.till, limit=2).get_json()
    rest = world.get("/redemptions", shop.till, limit=2, cursor=first["next_cursor"]).get_json()
    assert [each["id"] for each in first["items"] + rest["items"]] == mine[::-1]


def test_every_refusal_says_which_it_was_and_nothing_is_booked(world: World) -> None:
    resident, shop = community(world)
    poor, unnamed, suspended = world.resident(), world.shop("M02", named=False), world.shop("M03")
    world.fund("school")
    limited = world.shop("M04", funds=["school"])
    world.post("/merchants/M03/namings/suspension", {"reason": "x"}, world.administrator)
    used = world.payment_code(resident)
    world.post("/redemptions", order(used, 10, "first"), shop.till)
    expired = world.payment_code(resident)
    world.clock.pass_by(seconds=61)
    before = world.available(resident)
    for code, amount, order_no, till, refusal in (
        ("ABCDEFGH2345", 300, "1", shop.till, "code_unknown"),
        ("", 300, "2", shop.till, "code_unknown"),
        ("\u0000 🎉 \u202e", 300, "3", shop.till, "code_unknown"),
        ("x" * 5_000, 300, "4", shop.till, "code_unknown"),
        (used, 300, "5", shop.till, "code_used"),
        (expired, 300, "6", shop.till, "code_expired"),
        (world.payment_code(poor), 300, "7", shop.till, "insufficient_balance"),
        (world.payment_code(resident), 991, "8", shop.till, "insufficient_balance"),
        (world.payment_code(resident), 300, "first", shop.till, "order_no_used"),
        (world.payment_code(resident), 300, "9", unnamed.till, "merchant_not_named"),
        (world.payment_code(resident), 300, "10", suspended.till, "merchant_suspended"),
        (world.payment_code(resident), 300, "11", limited.till, "fund_not_accepted_here"),
    ):
        answer = world.post("/redemptions", order(code, amount, order_no), till)
        assert problem(answer) == (409, refusal)
        assert world.get(f"/redemptions/{answer.get_json()['redemption_id']}", till).get_json()["refusal"] == refusal
    assert world.available(resident) == before == 990


def test_an_order_number_that_is_used_says_by_which_payment(world: World) -> None:
    resident, shop = community(world)
    paid = world.paid(shop, resident, 300, "A-1")
    answer = world.post("/redemptions", order(world.payment_code(resident)), shop.till)
    assert problem(answer) == (409, "order_no_used")
    assert answer.get_json()["id"] == paid["id"]
    assert world.paid(world.shop("M02"), resident, 300, "A-1")["status"] == "completed"


def test_a_refusal_frees_the_order_number_and_does_not_use_up_the_code(world: World) -> None:
    resident, shop = community(world)
    code = world.payment_code(resident)
    assert problem(world.post("/redemptions", order(code, 1_001), shop.till)) == (409, "insufficient_balance")
    assert world.post("/redemptions", order(code, 1_000), shop.till).status_code == 201


def test_a_frozen_account_pays_nothing(world: World) -> None:
    resident, shop = community(world)

    def freeze(session: Any) -> None:
        account_id = people.get_resident(session, resident.id).available_account_id
        ledger.set_account_state(session, account_id, ledger.AccountState.FROZEN)

    world.done(freeze)
    assert problem(world.post("/redemptions", order(world.payment_code(resident)), shop.till)) == (
        409,
        "account_frozen",
    )


def test_a_code_is_one_as_it_was_made_and_in_no_other_form(world: World) -> None:
    resident, shop = community(world)
    code = world.payment_code(resident)
    others = (f" {code}", f"{code}\r\n", code.lower(), f"{code[:4]}-{code[4:]}", "Ａ" + code[1:])
    for number, other in enumerate(others):
        answer = world.post("/redemptions", order(other, order_no=f"other {number}"), shop.till)
        assert problem(answer) == (409, "code_unknown")
    assert world.post("/redemptions", order(code), shop.till).status_code == 201


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    resident, shop = community(world)
    paid = world.paid(shop, resident, 10)
    assert problem(world.post("/redemptions", order("x"))) == (401, "unauthenticated")
    assert problem(world.get("/redemptions")) == (401, "unauthenticated")
    for key in (world.administrator, world.finance, resident.key):
        assert problem(world.post("/redemptions", order("x"), key)) == (403, "forbidden")
    assert problem(world.get("/redemptions", world.finance)) == (403, "forbidden")
    for key in (world.shop("M02").owner, world.resident().key):
        assert problem(world.get(f"/redemptions/{paid['id']}", key)) == (404, "not_found")
    assert problem(world.get(f"/redemptions/{uuid4()}", shop.till)) == (404, "redemption_unknown")


def test_wrong_fields_are_named_and_not_remembered(world: World) -> None:
    resident, shop = community(world)
    code = world.payment_code(resident)
    for wrong, at in (
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": 3.0}, "amount"),
        ({"cash_amount": -1}, "cash_amount"),
        ({"order_no": ""}, "order_no"),
        ({"order_no": "x" * 65}, "order_no"),
        ({"order_no": "a\nb"}, "order_no"),
        ({"order_no": "\u202e\u202e"}, "order_no"),
        ({"code": None}, "code"),
        ({"code": 12}, "code"),
        ({"confirm_duplicate": "yes"}, "confirm_duplicate"),
        ({"tip": 5}, "tip"),
    ):
        answer = world.post("/redemptions", {**order(code), **wrong}, shop.till, call="one call")
        assert problem(answer) == (422, "invalid_fields"), wrong
        assert list(answer.get_json()["errors"]) == [at]
    assert world.post("/redemptions", order(code), shop.till, call="one call").status_code == 201


def test_the_same_call_again_charges_once(world: World) -> None:
    resident, shop = community(world)
    body = order(world.payment_code(resident))
    first = world.post("/redemptions", body, shop.till, call="same")
    again = world.post("/redemptions", dict(reversed(body.items())), shop.till, call="same")
    assert again.status_code == 201
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert world.available(resident) == 700


def test_the_same_refused_call_again_is_the_same_refusal(world: World) -> None:
    resident, shop = community(world)
    body = order(world.payment_code(resident), 1_001)
    first = world.post("/redemptions", body, shop.till, call="same")
    world.award(resident.id, 5_000)
    again = world.post("/redemptions", body, shop.till, call="same")
    assert problem(again) == problem(first) == (409, "insufficient_balance")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json()["redemption_id"] == first.get_json()["redemption_id"]


def test_a_key_belongs_to_one_request(world: World) -> None:
    resident, shop = community(world)
    body = order(world.payment_code(resident))
    world.post("/redemptions", body, shop.till, call="a")
    for other in ({"amount": 301}, {"order_no": "A-2"}, {"cash_amount": 1}):
        answer = world.post("/redemptions", {**body, **other}, shop.till, call="a")
        assert problem(answer) == (422, "idempotency_key_reused")
    assert problem(world.post("/redemptions", body, shop.till, call=None)) == (400, "idempotency_key_missing")
    for wrong in ("x" * 201, "ü", "tab\there"):
        answer = world.post("/redemptions", body, shop.till, call=None, **{"Idempotency-Key": wrong})
        assert problem(answer) == (400, "idempotency_key_malformed")


def test_who_has_only_a_part_of_the_tree_does_not_list_the_payments_of_all(world: World) -> None:
    world.fund()
    world.paid(world.shop(), world.resident(5_000), 100)

    assert len(world.get("/redemptions", world.administrator).get_json()["items"]) == 1
    assert problem(world.get("/redemptions", world.key(Role.ADMINISTRATOR, unit_code=TOWN)))[0] == 404


def test_a_till_that_guesses_waits_and_others_do_not(world: World) -> None:
    resident, shop = community(world)
    other = world.shop("M02")

    def guess(number: int) -> tuple[int, str]:
        body = order(f"GUESS{number:07}", 1, f"G{number}")
        return problem(world.post("/redemptions", body, shop.till))

    assert {guess(number) for number in range(UNKNOWN_CODES_MAX + 1)} == {(409, "code_unknown")}
    waits = world.post("/redemptions", order(world.payment_code(resident), 1, "good"), shop.till)
    assert problem(waits) == (429, "rate_limited")
    assert 0 < int(waits.headers["Retry-After"]) <= WINDOW_S
    assert world.paid(other, resident, 1)["status"] == "completed"
    world.clock.pass_by(seconds=WINDOW_S)
    assert world.paid(shop, resident, 1)["status"] == "completed"


def test_codes_that_are_too_old_are_no_guesses(world: World) -> None:
    resident, shop = community(world)
    old = world.payment_code(resident)
    world.clock.pass_by(seconds=61)
    for number in range(UNKNOWN_CODES_MAX + 3):
        assert problem(world.post("/redemptions", order(old, 1, f"E{number}"), shop.till)) == (409, "code_expired")
