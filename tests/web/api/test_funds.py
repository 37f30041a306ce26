"""Funds and their money over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

from people import Role
from tests.web.world import TOWN, World, problem

PEACE = {"code": "peace", "name": "平安基金", "purpose": "Rewards for reports"}
MONEY = {"amount": 50_000, "document": "永财〔2026〕1号"}
TRANSFER = {**MONEY, "to": "school"}


def figures(world: World, code: str = "peace") -> tuple[int, int, int, int]:
    body = world.get(f"/funds/{code}", world.finance).get_json()
    return body["available"], body["held"], body["outstanding"], body["backing"]


def test_a_fund_is_created_empty_and_shown(world: World) -> None:
    made = world.post("/funds", PEACE, world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert {name: body[name] for name in PEACE} == PEACE
    assert (body["available"], body["held"], body["outstanding"], body["backing"]) == (0, 0, 0, 0)
    assert body["expiry_rule"] == "end_of_next_year"
    for key in (world.administrator, world.finance, world.auditor):
        assert world.get("/funds/peace", key).get_json() == body
        assert world.get("/funds", key).get_json()["items"] == [body]


def test_money_arrives_is_returned_and_is_moved(world: World) -> None:
    for code in ("peace", "school"):
        world.fund(code, money=0)
    arrived = world.post("/funds/peace/appropriations", MONEY, world.finance)
    assert arrived.status_code == 201
    assert arrived.get_json()["kind"] == "appropriation"
    assert figures(world) == (50_000, 0, 0, 50_000)
    returned = world.post("/funds/peace/returns", {**MONEY, "amount": 10_000}, world.finance)
    assert returned.status_code == 201
    moved = world.post("/funds/peace/transfers", {**TRANSFER, "amount": 15_000}, world.finance)
    assert moved.get_json()["to"] == "school"
    assert figures(world) == (25_000, 0, 0, 25_000)
    assert figures(world, "school") == (15_000, 0, 0, 15_000)
    listed = world.get("/funds/peace/movements", world.auditor).get_json()["items"]
    assert listed == [moved.get_json(), returned.get_json(), arrived.get_json()]
    assert world.get("/funds/school/movements", world.auditor).get_json()["items"] == [moved.get_json()]
    for kind, only in (("appropriations", arrived), ("returns", returned), ("transfers", moved)):
        assert world.get(f"/funds/peace/{kind}", world.auditor).get_json()["items"] == [only.get_json()]
    path = f"/funds/peace/movements/{arrived.get_json()['id']}"
    assert world.get(path, world.auditor).get_json() == arrived.get_json()


def test_outstanding_is_what_others_hold_of_the_fund(world: World) -> None:
    world.fund(money=100_000)
    resident, shop = world.resident(balance=2_000), world.shop()
    world.paid(shop, resident, 500)
    assert figures(world) == (98_000, 0, 2_000, 100_000)


@pytest.mark.parametrize(("path", "body"), [("returns", MONEY), ("transfers", TRANSFER)])
def test_a_fund_gives_no_more_than_it_has(world: World, path: str, body: dict[str, Any]) -> None:
    world.fund("peace", money=100)
    world.fund("school", money=0)
    answer = world.post(f"/funds/peace/{path}", body, world.finance)
    assert problem(answer) == (409, "fund_exhausted")
    assert answer.get_json()["available"] == 100
    assert figures(world) == (100, 0, 0, 100)


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    world.fund("peace")
    assert problem(world.post("/funds", PEACE)) == (401, "unauthenticated")
    assert problem(world.get("/funds/peace")) == (401, "unauthenticated")
    resident = world.resident()
    for key in (world.finance, world.auditor, resident.key, world.key(Role.ADMINISTRATOR, unit_code=TOWN)):
        assert problem(world.post("/funds", PEACE, key)) == (403, "forbidden")
    for key in (world.administrator, world.auditor, resident.key):
        for path, body in (("appropriations", MONEY), ("returns", MONEY), ("transfers", TRANSFER)):
            assert problem(world.post(f"/funds/peace/{path}", body, key)) == (403, "forbidden")
    assert problem(world.get("/funds", resident.key)) == (403, "forbidden")


def test_what_is_not_there_is_not_found(world: World) -> None:
    world.fund("peace")
    assert problem(world.get("/funds/none", world.finance)) == (404, "fund_unknown")
    assert problem(world.get("/funds/none/movements", world.finance)) == (404, "fund_unknown")
    assert problem(world.get(f"/funds/peace/movements/{uuid4()}", world.finance)) == (404, "movement_unknown")
    assert problem(world.post("/funds/none/appropriations", MONEY, world.finance)) == (404, "fund_unknown")
    assert problem(world.post("/funds/peace/transfers", TRANSFER, world.finance)) == (404, "fund_unknown")


def test_wrong_fields_are_named(world: World) -> None:
    world.fund("peace")
    for wrong, at in (
        ({"code": "Übung"}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"name": " "}, "name"),
        ({"purpose": "p" * 501}, "purpose"),
        ({"expiry_rule": "soon"}, "expiry_rule"),
    ):
        answer = world.post("/funds", {**PEACE, "code": "new", **wrong}, world.administrator)
        assert problem(answer) == (422, "invalid_fields"), wrong
        assert list(answer.get_json()["errors"]) == [at]
    answer = world.post("/funds/peace/transfers", {**MONEY, "to": "peace"}, world.finance)
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == ["to"]


def test_a_code_is_taken_once(world: World) -> None:
    world.fund("peace")
    assert problem(world.post("/funds", PEACE, world.administrator)) == (409, "fund_exists")


def test_the_same_call_again_books_nothing_new(world: World) -> None:
    world.fund("school", money=0)
    for path, body, key in (
        ("/funds", PEACE, world.administrator),
        ("/funds/peace/appropriations", MONEY, world.finance),
        ("/funds/peace/returns", {**MONEY, "amount": 10_000}, world.finance),
        ("/funds/peace/transfers", {**TRANSFER, "amount": 10_000}, world.finance),
    ):
        first = world.post(path, body, key, call="same")
        again = world.post(path, body, key, call="same")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.get_json() == first.get_json()
        assert again.headers["Idempotency-Replayed"] == "true"
    assert figures(world) == (30_000, 0, 0, 30_000)


def test_a_key_belongs_to_one_request_of_one_owner_on_one_route(world: World) -> None:
    world.fund("peace", money=0)
    world.fund("school", money=0)
    world.post("/funds/peace/appropriations", MONEY, world.finance, call="a")
    for path, body in (
        ("/funds/peace/appropriations", {**MONEY, "amount": 1}),
        ("/funds/school/appropriations", MONEY),
    ):
        assert problem(world.post(path, body, world.finance, call="a")) == (422, "idempotency_key_reused")
    assert world.post("/funds/peace/returns", MONEY, world.finance, call="a").status_code == 201
    colleague = world.key(Role.FINANCE, name="Colleague")
    assert world.post("/funds/peace/appropriations", MONEY, colleague, call="a").status_code == 201
