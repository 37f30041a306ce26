"""Tariffs over HTTP: set by the office, seen by everybody."""

from typing import Any
from uuid import uuid4

import pytest

import awards
from people import Role
from tests.clock import NOON
from tests.web.world import TOWN, World, problem

HOLE = {"category": "C0103", "fund": "peace", "amount": 500, "on_acceptance_percent": 40}
TODAY = NOON.date().isoformat()


@pytest.fixture
def town(world: World) -> World:
    """Return a community with the packaged list and a fund."""
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    world.fund("peace")
    return world


def earnings(world: World) -> dict[str, int]:
    """Return what each category earns today that earns anything."""
    items = world.get("/categories", limit=200).get_json()["items"]
    return {each["code"]: each["award"] for each in items if each["award"] is not None}


def test_a_tariff_is_set_and_seen_by_everybody(town: World) -> None:
    assert earnings(town) == {}
    made = town.post("/tariffs", HOLE, town.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert {name: body[name] for name in HOLE} == HOLE
    assert body.keys() == {*HOLE, "id", "number", "from", "set_at"}
    assert (body["number"], body["from"], body["set_at"][:10]) == (1, TODAY, TODAY)
    assert town.get(f"/tariffs/{body['id']}").get_json() == body
    assert town.get("/tariffs").get_json() == {"items": [body], "next_cursor": None}
    assert earnings(town) == {"C0103": 500}


def test_a_tariff_that_is_to_come_is_listed_and_earns_nothing_before_its_day(town: World) -> None:
    first = town.post("/tariffs", HOLE, town.administrator).get_json()
    coming = {**HOLE, "amount": 800, "from": "2026-06-03"}
    second = town.post("/tariffs", coming, town.administrator).get_json()
    assert (second["number"], second["from"]) == (2, "2026-06-03")
    other = town.post("/tariffs", {**HOLE, "category": "C0101"}, town.administrator).get_json()
    assert earnings(town) == {"C0103": 500, "C0101": 500}
    town.clock.pass_by(days=2)
    assert earnings(town) == {"C0103": 800, "C0101": 500}
    assert town.get("/tariffs").get_json()["items"] == [other, second, first]
    assert town.get("/tariffs", category="C0103").get_json()["items"] == [second, first]
    assert town.get("/tariffs", category="none").get_json()["items"] == []
    part = town.get("/tariffs", limit=2).get_json()
    assert part["items"] == [other, second]
    assert town.get("/tariffs", cursor=part["next_cursor"]).get_json()["items"] == [first]


def test_nobody_and_the_wrong_role_are_refused(town: World) -> None:
    assert problem(town.post("/tariffs", HOLE)) == (401, "unauthenticated")
    in_one_town = town.key(Role.ADMINISTRATOR, unit_code=TOWN)
    for key in (town.finance, town.auditor, town.resident().key, in_one_town):
        assert problem(town.post("/tariffs", HOLE, key)) == (403, "forbidden")
    assert town.seen(awards.list_tariffs).items == []


def test_what_is_not_there_is_not_found(town: World) -> None:
    assert problem(town.get(f"/tariffs/{uuid4()}")) == (404, "tariff_unknown")
    answer = town.post("/tariffs", {**HOLE, "fund": "none"}, town.administrator)
    assert problem(answer) == (404, "fund_unknown")
    # What stands at the top of the list cannot be reported, so it earns nothing either.
    for code in ("C01", "X99", "c0103"):
        answer = town.post("/tariffs", {**HOLE, "category": code}, town.administrator)
        assert problem(answer) == (404, "category_unknown")


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"on_acceptance_percent": 101}, "on_acceptance_percent"),
        ({"on_acceptance_percent": -1}, "on_acceptance_percent"),
        ({"on_acceptance_percent": 0.5}, "on_acceptance_percent"),
        ({"from": "2026-5-31"}, "from"),
        ({"from": "2026-05-31"}, "from"),
        ({"category": ""}, "category"),
        ({"fund": "x" * 33}, "fund"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_wrong_fields_are_named(town: World, wrong: dict[str, Any], at: str) -> None:
    answer = town.post("/tariffs", {**HOLE, **wrong}, town.administrator)
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == [at]


def test_a_tariff_takes_the_place_of_one_that_was_to_begin_later(town: World) -> None:
    town.post("/tariffs", {**HOLE, "from": "2099-06-01"}, town.administrator)
    answer = town.post("/tariffs", {**HOLE, "amount": 600}, town.administrator)
    assert (answer.status_code, answer.get_json()["number"]) == (201, 2)
    assert earnings(town) == {"C0103": 600}


def test_a_day_that_is_over_is_told_when_it_may_begin(town: World) -> None:
    answer = town.post("/tariffs", {**HOLE, "from": "2026-05-31"}, town.administrator)
    assert problem(answer) == (422, "invalid_fields")
    (fault,) = answer.get_json()["errors"]["from"]
    assert TODAY in fault


def test_a_fund_that_has_ended_by_then_is_refused(town: World) -> None:
    town.fund("brief", expiry_rule="on:2026-06-30")
    asked = {**HOLE, "fund": "brief", "from": "2026-07-01"}
    answer = town.post("/tariffs", asked, town.administrator)
    assert problem(answer) == (409, "fund_ended")
    assert answer.get_json()["ended_on"] == "2026-06-30"
    assert town.post("/tariffs", {**asked, "from": "2026-06-30"}, town.administrator).status_code == 201


def test_a_call_needs_its_key(town: World) -> None:
    answer = town.post("/tariffs", HOLE, town.administrator, call=None)
    assert problem(answer) == (400, "idempotency_key_missing")


def test_the_same_call_again_sets_nothing_new(town: World) -> None:
    first = town.post("/tariffs", HOLE, town.administrator, call="same")
    # Even when its day is over by then.
    town.clock.pass_by(days=1)
    again = town.post("/tariffs", HOLE, town.administrator, call="same")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(town.seen(awards.list_tariffs).items) == 1


def test_a_key_belongs_to_one_request(town: World) -> None:
    town.post("/tariffs", HOLE, town.administrator, call="a")
    answer = town.post("/tariffs", {**HOLE, "amount": 501}, town.administrator, call="a")
    assert problem(answer) == (422, "idempotency_key_reused")
