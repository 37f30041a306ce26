"""What can be reported, over HTTP: without a key."""

import people
from tests.web.world import World, problem


def publish(world: World) -> None:
    """Publish the packaged list."""
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0


def test_anybody_sees_what_can_be_reported_who_answers_and_by_when(world: World) -> None:
    publish(world)
    items = world.get("/categories", limit=200).get_json()["items"]
    by_code = {each["code"]: each for each in items}
    assert by_code["C01"] == {
        "code": "C01",
        "name": "道路和桥梁",
        "name_en": "Roads and bridges",
        "kind": "component",
        "parent": None,
        "department": None,
        "due_working_days": None,
        "private": False,
        "award": None,
    }
    hole = by_code["C0103"]
    assert (hole["name"], hole["parent"], hole["department"]) == ("井盖缺失或破损", "C01", "140881-D05")
    assert hole["due_working_days"] == {"normal": 2, "serious": 1, "urgent": 1}
    assert [each["name_en"] for each in items if each["private"]][:2] == [
        "Marriage or family dispute",
        "Medical dispute",
    ]
    owners = {each["department"] for each in items} - {None}
    known = world.done(lambda session: set(people.units_by_code(session, owners)))
    assert known == owners


def test_the_list_comes_in_parts(world: World) -> None:
    publish(world)
    found, cursor, parts = [], None, 0
    while cursor is not None or not parts:
        body = world.get("/categories", limit=50, **({"cursor": cursor} if cursor else {})).get_json()
        found += [each["code"] for each in body["items"]]
        cursor, parts = body["next_cursor"], parts + 1
    assert parts == 3
    assert found == sorted(set(found))
    assert problem(world.get("/categories", cursor="no code")) == (422, "invalid_fields")


def test_before_anything_is_published_the_list_is_empty(world: World) -> None:
    assert world.get("/categories").get_json() == {"items": [], "next_cursor": None}
