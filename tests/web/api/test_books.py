"""The books over HTTP."""

import json
from typing import Any
from uuid import uuid4

from people import Role
from tests.web.world import TOWN, World, problem

REASON = {"reason": "Wrong fund"}


def booked(world: World) -> dict[str, Any]:
    """Appropriate money over HTTP and return the movement."""
    world.fund(money=0)
    body = {"amount": 5_000, "document": "Doc"}
    made: dict[str, Any] = world.post("/funds/peace/appropriations", body, world.finance).get_json()
    return made


def test_the_trial_balance_is_equal_on_both_sides(world: World) -> None:
    world.fund(money=10_000)
    resident, shop = world.resident(balance=1_000), world.shop("M01")
    world.paid(shop, resident, 400)
    answer = world.get("/books/trial-balance", world.auditor, asset="PAB")
    assert answer.content_type == "application/json"
    body = answer.get_json()
    assert body["asset"] == "PAB"
    assert body["debit_total"] == body["credit_total"] == 11_400
    shown = {each["code"]: (each["debits"], each["credits"], each["balance"]) for each in body["accounts"]}
    assert shown["issued"] == (10_000, 0, 10_000)
    assert shown["fund:peace:available"] == (1_000, 10_000, 9_000)
    assert shown["merchant:M01:payable"] == (0, 400, 400)
    assert shown[f"resident:{resident.id.hex}:available"] == (400, 1_000, 600)
    assert len(shown) == 4


def test_a_prefix_filters_the_accounts(world: World) -> None:
    world.fund(money=10_000)
    body = world.get("/books/trial-balance", world.auditor, asset="CNY", prefix="fund:").get_json()
    assert [each["code"] for each in body["accounts"]] == ["fund:peace:backing"]
    assert (body["debit_total"], body["credit_total"]) == (0, 10_000)
    assert world.get("/books/trial-balance", world.auditor, asset="DUTY").get_json() == {
        "asset": "DUTY",
        "debit_total": 0,
        "credit_total": 0,
        "accounts": [],
    }


def test_a_long_trial_balance_is_whole(world: World) -> None:
    world.fund(money=10_000)
    for _ in range(3):
        items = [{"resident_id": str(world.resident().id), "amount": 1} for _ in range(80)]
        body = {"fund": "peace", "reason": "x", "items": items}
        assert world.post("/awards/batches", body, world.administrator).status_code == 201
    answer = world.get("/books/trial-balance", world.auditor, asset="PAB")
    accounts = json.loads(answer.data)["accounts"]
    assert len(accounts) == 242
    assert [each["code"] for each in accounts] == sorted(each["code"] for each in accounts)


def test_an_entry_is_shown_with_its_postings(world: World) -> None:
    movement = booked(world)
    body = world.get(f"/books/entries/{movement['entry_id']}", world.administrator).get_json()
    assert (body["id"], body["kind"], body["reverses_id"]) == (movement["entry_id"], "appropriation", None)
    assert body["actor"].startswith("person:")
    assert {(each["account"], each["asset"], each["side"], each["amount"]) for each in body["postings"]} == {
        ("treasury:bank", "CNY", "debit", 5_000),
        ("fund:peace:backing", "CNY", "credit", 5_000),
        ("issued", "PAB", "debit", 5_000),
        ("fund:peace:available", "PAB", "credit", 5_000),
    }


def test_another_person_reverses_an_entry_once(world: World) -> None:
    movement = booked(world)
    path = f"/books/entries/{movement['entry_id']}/reversal"
    colleague = world.key(Role.FINANCE, name="Colleague")
    assert problem(world.get(path, colleague)) == (404, "entry_unknown")
    assert problem(world.post(path, REASON, world.finance)) == (403, "same_person")
    made = world.post(path, REASON, colleague)
    assert made.status_code == 201
    assert (made.get_json()["kind"], made.get_json()["reverses_id"]) == ("reversal", movement["entry_id"])
    assert world.get(path, world.auditor).get_json() == made.get_json()
    entry = world.get(f"/books/entries/{movement['entry_id']}", world.auditor).get_json()
    assert entry["reversed_by"] == made.get_json()["id"]
    assert entry["reversal_reason"] == made.get_json()["reversal_reason"] == "Wrong fund"
    again = world.post(path, REASON, colleague)
    assert problem(again) == (409, "already_reversed")
    assert again.get_json()["reversal_id"] == made.get_json()["id"]


def test_an_entry_on_which_others_rest_stands(world: World) -> None:
    movement = booked(world)
    resident = world.resident(balance=100)
    paid = world.paid(world.shop(), resident, 50)
    colleague = world.key(Role.FINANCE, name="Colleague")
    for entry_id in (movement["entry_id"], paid["entry_id"]):
        answer = world.post(f"/books/entries/{entry_id}/reversal", REASON, colleague)
        assert problem(answer) == (409, "not_reversible")


def test_the_same_call_again_reverses_once(world: World) -> None:
    movement = booked(world)
    path = f"/books/entries/{movement['entry_id']}/reversal"
    colleague = world.key(Role.FINANCE, name="Colleague")
    first = world.post(path, REASON, colleague, call="same")
    again = world.post(path, REASON, colleague, call="same")
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    answer = world.post(path, {"reason": "Other"}, colleague, call="same")
    assert problem(answer) == (422, "idempotency_key_reused")


def test_the_books_are_for_those_who_keep_them(world: World) -> None:
    movement = booked(world)
    path = f"/books/entries/{movement['entry_id']}"
    shop, resident = world.shop(), world.resident()
    assert problem(world.get("/books/trial-balance", asset="PAB")) == (401, "unauthenticated")
    assert problem(world.post(f"{path}/reversal", REASON)) == (401, "unauthenticated")
    for key in (shop.owner, shop.till, resident.key):
        assert problem(world.get("/books/trial-balance", key, asset="PAB")) == (403, "forbidden")
        assert problem(world.get(path, key)) == (403, "forbidden")
    for key in (world.administrator, world.auditor):
        assert problem(world.post(f"{path}/reversal", REASON, key)) == (403, "forbidden")


def test_what_is_not_there_is_not_found_and_wrong_fields_are_named(world: World) -> None:
    unknown = f"/books/entries/{uuid4()}"
    assert problem(world.get(unknown, world.auditor)) == (404, "entry_unknown")
    assert problem(world.post(f"{unknown}/reversal", REASON, world.finance)) == (404, "entry_unknown")
    for query in ({}, {"asset": "EUR"}, {"asset": "PAB", "prefix": "a\u0000"}):
        assert problem(world.get("/books/trial-balance", world.auditor, **query)) == (422, "invalid_fields")


def test_who_has_only_a_part_of_the_tree_does_not_read_the_books_of_all(world: World) -> None:
    movement = booked(world)
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.FINANCE):
        key = world.key(role, unit_code=TOWN)
        assert problem(world.get("/books/trial-balance", key, asset="PAB")) == (403, "forbidden")
        assert problem(world.get(f"/books/entries/{movement['entry_id']}", key)) == (403, "forbidden")
        assert problem(world.get(f"/books/entries/{movement['entry_id']}/reversal", key)) == (403, "forbidden")
