"""`GET /reports/suggestions`: what a resident may know of open reports near a place."""

from typing import Any

import pytest

from people import Role
from tests.web.reporting import CATEGORY, VILLAGE, Desk
from tests.web.world import World, problem

PLACE = {"category": CATEGORY, "unit": VILLAGE}
HERE = {"lat": 34.8671, "long": 110.4482}


def suggested(world: World, key: str, **asked: Any) -> list[dict[str, Any]]:
    """Return what is suggested."""
    answer = world.get("/reports/suggestions", key, **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def test_an_open_report_near_by_is_told_without_its_words_or_whose_it_is(world: World, desk: Desk) -> None:
    sent = desk.sent_in(**HERE, address="学校门口")

    [found] = suggested(world, desk.keys["neighbour"], **PLACE, **HERE)

    assert found == {
        "id": sent["id"],
        "number": sent["number"],
        "category": CATEGORY,
        "unit": VILLAGE,
        "submitted_on": "2026-06-01",
        "status": "submitted",
        "lat": 34.867,
        "long": 110.448,
        "distance_m": 21,
        "own": False,
        "joined": False,
    }
    assert [each["own"] for each in suggested(world, desk.keys["resident"], **PLACE)] == [True]


def test_without_a_position_the_unit_decides_and_what_is_joined_says_so(world: World, desk: Desk) -> None:
    sent = desk.sent_in()
    world.post(f"/reports/{sent['id']}/joins", {}, desk.keys["neighbour"])

    [found] = suggested(world, desk.keys["neighbour"], **PLACE)

    assert (found["lat"], found["long"], found["distance_m"], found["joined"]) == (None, None, None, True)
    assert suggested(world, desk.keys["neighbour"], category=CATEGORY, **HERE) == []


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"unit": VILLAGE}, (422, "invalid_fields")),
        ({"category": CATEGORY}, (422, "invalid_fields")),
        ({**PLACE, "lat": "nan", "long": 1}, (422, "invalid_fields")),
        ({**PLACE, "lat": "here", "long": 1}, (422, "invalid_fields")),
        ({**PLACE, "lat": 34.8}, (422, "invalid_fields")),
        ({**PLACE, "lat": 91, "long": 0}, (422, "invalid_fields")),
        ({**PLACE, "category": "C01"}, (404, "category_unknown")),
        ({**PLACE, "unit": "nowhere"}, (404, "unit_unknown")),
    ],
)
def test_what_cannot_be_asked_is_refused(
    world: World, desk: Desk, asked: dict[str, Any], refused: tuple[int, str]
) -> None:
    answer = world.get("/reports/suggestions", desk.keys["neighbour"], **asked)

    assert problem(answer) == refused


def test_only_residents_are_suggested_anything(world: World, desk: Desk) -> None:
    assert problem(world.get("/reports/suggestions", desk.keys["supervisor"], **PLACE)) == (403, "forbidden")
    assert problem(world.get("/reports/suggestions", world.key(Role.AUDITOR), **PLACE)) == (403, "forbidden")
    assert problem(world.get("/reports/suggestions", "", **PLACE)) == (401, "unauthenticated")
