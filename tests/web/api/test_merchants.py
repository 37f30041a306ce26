"""Merchants and their naming over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

from people import Role
from tests.web.world import TOWN, World, problem

SHOP = {"code": "M01", "name": "老王面馆", "category": "food"}
NAMING = {"class": "A", "from": "2026-06-01", "until": "2026-12-31", "document": "命名文件 1"}
REASON = {"reason": "Complaints"}


def test_a_merchant_is_registered_and_shown(world: World) -> None:
    made = world.post("/merchants", SHOP, world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert {name: body[name] for name in SHOP} == SHOP
    assert body["naming"] is None
    assert body["payable"] == 0
    assert world.get("/merchants/M01", world.finance).get_json() == body
    assert world.get("/merchants", world.finance, q="面馆").get_json() == {"items": [body], "next_cursor": None}
    assert world.get("/merchants", world.finance, q="nothing").get_json()["items"] == []


def test_what_a_shop_took_is_shown_to_itself_and_the_office(world: World) -> None:
    world.fund()
    resident, shop, other = world.resident(balance=500), world.shop("M01"), world.shop("M02")
    world.paid(shop, resident, 200)
    for key in (shop.owner, world.auditor):
        assert world.get("/merchants/M01", key).get_json()["payable"] == 200
    for key in (resident.key, other.owner, shop.till):
        body = world.get("/merchants/M01", key).get_json()
        assert body["name"] == "Shop M01"
        assert "payable" not in body


def test_a_naming_says_from_when_until_when_and_for_which_funds(world: World) -> None:
    world.fund("peace")
    world.shop("M01", named=False)
    made = world.post("/merchants/M01/namings", {**NAMING, "funds": ["peace"]}, world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert {name: body[name] for name in NAMING} == NAMING
    assert body["funds"] == ["peace"]
    assert world.get("/merchants/M01", world.administrator).get_json()["naming"] == body
    later = world.post(
        "/merchants/M01/namings", {**NAMING, "from": "2027-01-01", "until": "2027-12-31"}, world.administrator
    )
    assert later.get_json()["funds"] is None
    listed = world.get("/merchants/M01/namings", world.auditor).get_json()
    assert {each["id"] for each in listed["items"]} == {body["id"], later.get_json()["id"]}
    assert world.get(f"/merchants/M01/namings/{body['id']}", world.auditor).get_json() == body
    part = world.get("/merchants/M01/namings", world.auditor, limit=1).get_json()
    rest = world.get("/merchants/M01/namings", world.auditor, limit=1, cursor=part["next_cursor"]).get_json()
    assert part["items"] + rest["items"] == listed["items"]
    assert rest["next_cursor"] is None


def test_a_naming_is_suspended_reinstated_and_revoked(world: World) -> None:
    shop = world.shop("M01")
    path = "/merchants/M01/namings"
    for step, done in (("suspension", "suspension"), ("reinstatement", "reinstatement"), ("revocation", "revocation")):
        made = world.post(f"{path}/{step}", REASON, world.administrator)
        assert made.status_code == 201, step
        assert made.get_json()["kind"] == done
        assert made.get_json()["reason"] == "Complaints"
    assert world.get("/merchants/M01", world.administrator).get_json()["naming"] is None
    steps = world.get(f"{path}/steps", shop.owner).get_json()["items"]
    assert [each["kind"] for each in steps] == ["revocation", "reinstatement", "suspension"]
    assert problem(world.post(f"{path}/suspension", REASON, world.administrator)) == (409, "merchant_not_named")


def test_a_step_that_changes_nothing_is_refused(world: World) -> None:
    world.shop("M01")
    path = "/merchants/M01/namings"
    assert problem(world.post(f"{path}/reinstatement", REASON, world.administrator)) == (409, "naming_state")
    world.post(f"{path}/suspension", REASON, world.administrator)
    assert problem(world.post(f"{path}/suspension", REASON, world.administrator)) == (409, "naming_state")


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    shop, resident = world.shop("M01"), world.resident()
    posts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/merchants", {**SHOP, "code": "M02"}),
        ("/merchants/M01/namings", NAMING),
        ("/merchants/M01/namings/suspension", REASON),
        ("/merchants/M01/namings/reinstatement", REASON),
        ("/merchants/M01/namings/revocation", REASON),
    )
    for path, body in posts:
        assert problem(world.post(path, body)) == (401, "unauthenticated")
        for key in (world.finance, shop.owner, resident.key, world.key(Role.ADMINISTRATOR, unit_code=TOWN)):
            assert problem(world.post(path, body, key)) == (403, "forbidden")
    for path in ("/merchants", "/merchants/M01", "/merchants/M01/namings"):
        assert problem(world.get(path)) == (401, "unauthenticated")
    assert problem(world.get("/merchants/M01/namings", resident.key)) == (403, "forbidden")


def test_another_shops_namings_are_not_there(world: World) -> None:
    one, other = world.shop("M01"), world.shop("M02")
    naming_id = world.get("/merchants/M02/namings", other.owner).get_json()["items"][0]["id"]
    for path in ("/merchants/M02/namings", "/merchants/M02/namings/steps", f"/merchants/M02/namings/{naming_id}"):
        assert problem(world.get(path, one.owner)) == (404, "not_found")
    assert problem(world.get(f"/merchants/M01/namings/{naming_id}", world.administrator)) == (404, "not_found")


def test_what_is_not_there_is_not_found(world: World) -> None:
    world.shop("M01")
    assert problem(world.get("/merchants/none", world.administrator)) == (404, "merchant_unknown")
    assert problem(world.get("/merchants/none/namings", world.administrator)) == (404, "merchant_unknown")
    assert problem(world.get(f"/merchants/M01/namings/{uuid4()}", world.administrator)) == (404, "not_found")
    for path, body in (("namings", NAMING), ("namings/suspension", REASON)):
        assert problem(world.post(f"/merchants/none/{path}", body, world.administrator)) == (404, "merchant_unknown")
    answer = world.post("/merchants/M01/namings", {**NAMING, "funds": ["none"]}, world.administrator)
    assert problem(answer) == (404, "fund_unknown")


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"until": "2026-05-31"}, "until"),
        ({"from": "1 June"}, "from"),
        ({"from": "20260601"}, "from"),
        ({"until": "2026-02-30"}, "until"),
        ({"funds": []}, "funds"),
        ({"funds": "peace"}, "funds"),
        ({"document": ""}, "document"),
        ({"naming_class": "A"}, "naming_class"),
    ],
)
def test_wrong_fields_of_a_naming_are_named(world: World, wrong: dict[str, Any], at: str) -> None:
    world.shop("M01")
    answer = world.post("/merchants/M01/namings", {**NAMING, **wrong}, world.administrator)
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == [at]


def test_a_code_is_taken_once_and_has_a_form(world: World) -> None:
    world.shop("M01")
    assert problem(world.post("/merchants", SHOP, world.administrator)) == (409, "merchant_exists")
    answer = world.post("/merchants", {**SHOP, "code": "M:01"}, world.administrator)
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == ["code"]


def test_the_same_call_again_is_the_same_thing(world: World) -> None:
    for path, body in (
        ("/merchants", SHOP),
        ("/merchants/M01/namings", NAMING),
        ("/merchants/M01/namings/suspension", REASON),
        ("/merchants/M01/namings/reinstatement", REASON),
        ("/merchants/M01/namings/revocation", REASON),
    ):
        first = world.post(path, body, world.administrator, call="same")
        again = world.post(path, body, world.administrator, call="same")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.get_json() == first.get_json()
        assert again.headers["Idempotency-Replayed"] == "true"
    other = world.post("/merchants/M01/namings", {**NAMING, "class": "B"}, world.administrator, call="same")
    assert problem(other) == (422, "idempotency_key_reused")
