"""Units over HTTP."""

from people import Role
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, World, problem

GRID = {"code": "140881001001-01", "parent": VILLAGE, "level": "grid", "name": "第一网格"}


def test_a_grid_is_added_below_a_community_and_shown(world: World) -> None:
    made = world.post("/units", GRID, world.administrator)
    assert made.status_code == 201
    assert made.get_json() == GRID
    assert world.get(f"/units/{GRID['code']}", world.auditor).get_json() == GRID
    assert world.get("/units", world.auditor, parent=VILLAGE).get_json()["items"] == [GRID]
    assert [each["level"] for each in world.get("/units", world.auditor).get_json()["items"]] == ["county"]


def test_a_long_list_of_units_comes_in_parts(world: World) -> None:
    found, cursor, parts = [], None, 0
    while cursor is not None or not parts:
        query = {"parent": TOWN, "limit": 7, **({"cursor": cursor} if cursor else {})}
        body = world.get("/units", world.auditor, **query).get_json()
        assert len(body["items"]) <= 7
        found += [each["code"] for each in body["items"]]
        cursor, parts = body["next_cursor"], parts + 1
    assert parts > 2
    assert found == sorted(set(found))
    assert found == [each["code"] for each in world.get("/units", world.auditor, parent=TOWN).get_json()["items"]]


def test_nobody_and_the_wrong_role_are_refused(world: World) -> None:
    assert problem(world.post("/units", GRID)) == (401, "unauthenticated")
    assert problem(world.get("/units")) == (401, "unauthenticated")
    assert problem(world.post("/units", GRID, world.finance)) == (403, "forbidden")


def test_an_office_adds_below_itself_only(world: World) -> None:
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    assert world.post("/units", GRID, officer).status_code == 201
    other = {**GRID, "code": "X", "parent": OTHER_TOWN, "level": "community"}
    assert problem(world.post("/units", other, officer)) == (404, "not_found")


def test_what_is_not_there_is_not_found(world: World) -> None:
    assert problem(world.get("/units/999", world.auditor)) == (404, "unit_unknown")
    assert problem(world.get("/units", world.auditor, parent="999")) == (404, "unit_unknown")
    assert problem(world.post("/units", {**GRID, "parent": "999"}, world.administrator)) == (404, "unit_unknown")


def test_wrong_fields_are_named(world: World) -> None:
    for wrong, at in (({"level": "planet"}, "level"), ({"level": "town"}, "level"), ({"code": "no blanks"}, "code")):
        answer = world.post("/units", {**GRID, **wrong}, world.administrator)
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == [at]


def test_a_code_is_taken_once(world: World) -> None:
    world.post("/units", GRID, world.administrator)
    assert problem(world.post("/units", GRID, world.administrator)) == (409, "unit_exists")


def test_the_same_call_again_is_the_same_unit(world: World) -> None:
    world.post("/units", GRID, world.administrator, call="a")
    again = world.post("/units", GRID, world.administrator, call="a")
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    other = world.post("/units", {**GRID, "name": "x"}, world.administrator, call="a")
    assert problem(other) == (422, "idempotency_key_reused")
