"""Residents over HTTP."""

from uuid import uuid4

from people import Role
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, World, problem

ZHANG = {"name": "张三", "phone": "13800001234", "unit": VILLAGE}


def test_a_resident_is_registered_and_shown_with_a_masked_phone(world: World) -> None:
    made = world.post("/residents", ZHANG, world.administrator)
    assert made.status_code == 201
    body = made.get_json()
    assert body["phone"] == "138****1234"
    assert body["name"] == "张三"
    assert body["unit"] == VILLAGE
    assert len(body["number"]) == 9
    assert world.get(f"/residents/{body['id']}", world.administrator).get_json() == body


def test_residents_are_found_by_number_phone_and_name_newest_first(world: World) -> None:
    first = world.post("/residents", ZHANG, world.administrator).get_json()
    second = world.post("/residents", {**ZHANG, "phone": "13800005678"}, world.administrator).get_json()
    for sought, found in (
        (first["number"], [first]),
        ("138 0000 5678", [second]),
        ("张", [second, first]),
        ("nobody", []),
    ):
        answer = world.post("/residents/search", {"text": sought}, world.administrator, call=None)
        assert (answer.status_code, answer.get_json()) == (200, {"items": found, "next_cursor": None})
    # What stands in the address is nobody's question.
    assert world.get("/residents", world.administrator, q="nobody").get_json()["items"] == [second, first]


def test_a_list_comes_in_parts(world: World) -> None:
    made = [world.resident().id for _ in range(5)]
    shown: list[str] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        part = world.get("/residents", world.administrator, **query).get_json()
        shown += [each["id"] for each in part["items"]]
        cursor = part["next_cursor"]
    assert cursor is None
    assert shown == [str(each) for each in reversed(made)]


def test_what_is_searched_for_comes_in_parts(world: World) -> None:
    made = [world.resident(name="赵多").id for _ in range(3)]
    world.resident(name="钱少")
    body = {"text": "赵多", "limit": 2}
    part = world.post("/residents/search", body, world.administrator, call=None).get_json()
    rest = world.post(
        "/residents/search", {**body, "cursor": part["next_cursor"]}, world.administrator, call=None
    ).get_json()
    assert [each["id"] for each in part["items"] + rest["items"]] == [str(each) for each in reversed(made)]
    assert rest["next_cursor"] is None
    for wrong, field in (({"text": " "}, "text"), ({"limit": 0}, "limit"), ({"cursor": "x"}, "cursor")):
        answer = world.post("/residents/search", {**body, **wrong}, world.administrator)
        assert problem(answer) == (422, "invalid_fields")
        assert list(answer.get_json()["errors"]) == [field]


def test_nobody_is_told_nothing(world: World) -> None:
    assert problem(world.post("/residents", ZHANG)) == (401, "unauthenticated")
    assert problem(world.get(f"/residents/{uuid4()}")) == (401, "unauthenticated")
    assert problem(world.get("/residents", "0" * 64)) == (401, "unauthenticated")


def test_a_role_that_may_never_is_forbidden(world: World) -> None:
    resident = world.resident()
    for key in (world.finance, world.auditor, resident.key, world.shop().till):
        assert problem(world.post("/residents", ZHANG, key)) == (403, "forbidden")
        assert problem(world.get("/residents", key)) == (403, "forbidden")
        assert problem(world.post("/residents/search", {"text": "张"}, key)) == (403, "forbidden")
    assert problem(world.get(f"/residents/{resident.id}", world.finance)) == (403, "forbidden")


def test_a_resident_sees_themselves_and_nobody_else(world: World) -> None:
    one, other = world.resident(), world.resident()
    assert world.get(f"/residents/{one.id}", one.key).status_code == 200
    assert problem(world.get(f"/residents/{other.id}", one.key)) == (404, "not_found")
    assert problem(world.get(f"/residents/{uuid4()}", one.key)) == (404, "not_found")


def test_an_office_reaches_its_subtree_only(world: World) -> None:
    officer = world.key(Role.ADMINISTRATOR, unit_code=TOWN)
    near, far = world.resident(unit=VILLAGE), world.resident(unit=OTHER_TOWN)
    assert world.get(f"/residents/{near.id}", officer).status_code == 200
    assert problem(world.get(f"/residents/{far.id}", officer)) == (404, "not_found")
    assert [each["id"] for each in world.get("/residents", officer).get_json()["items"]] == [str(near.id)]
    assert world.post("/residents/search", {"text": far.number}, officer).get_json()["items"] == []
    assert world.post("/residents", ZHANG, officer).status_code == 201
    assert problem(world.post("/residents", {**ZHANG, "unit": OTHER_TOWN}, officer)) == (404, "not_found")


def test_what_is_not_there_is_not_found(world: World) -> None:
    assert problem(world.get(f"/residents/{uuid4()}", world.administrator)) == (404, "resident_unknown")
    assert problem(world.get("/residents/7", world.administrator)) == (404, "not_found")
    assert problem(world.post("/residents", {**ZHANG, "unit": "999"}, world.administrator)) == (404, "unit_unknown")


def test_wrong_fields_are_named(world: World) -> None:
    for wrong, field in (
        ({"phone": "call me"}, "phone"),
        ({"name": ""}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": 5}, "name"),
        ({"surname": "x"}, "surname"),
    ):
        answer = world.post("/residents", {**ZHANG, **wrong}, world.administrator)
        assert problem(answer) == (422, "invalid_fields"), wrong
        assert list(answer.get_json()["errors"]) == [field]


def test_the_same_call_again_makes_nobody_new(world: World) -> None:
    first = world.post("/residents", ZHANG, world.administrator, call="a")
    again = world.post("/residents", ZHANG, world.administrator, call="a")
    assert again.status_code == 201
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(world.get("/residents", world.administrator).get_json()["items"]) == 1


def test_a_key_belongs_to_one_request(world: World) -> None:
    world.post("/residents", ZHANG, world.administrator, call="a")
    for other in ({**ZHANG, "name": "李四"}, {**ZHANG, "phone": "13800005678"}):
        answer = world.post("/residents", other, world.administrator, call="a")
        assert problem(answer) == (422, "idempotency_key_reused")
    assert problem(world.post("/residents", ZHANG, world.administrator, call=None)) == (400, "idempotency_key_missing")
