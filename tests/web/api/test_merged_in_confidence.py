"""Whose a confidential report is is told as little once it is merged into another: its share names nobody."""

from typing import Any

import pytest

from people import Role
from tests.web.reporting import CATEGORY, Desk
from tests.web.world import VILLAGE, Somebody, World


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a desk with a tariff and money for it."""
    desk = Desk(world)
    world.fund("peace")
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    return desk


def sent_in(desk: Desk, by: Somebody, **changes: Any) -> str:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE, **changes}
    answer = desk.world.post("/reports", body, by.key)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def reserved(desk: Desk, report_id: str, key: str) -> list[dict[str, Any]]:
    parts = desk.world.get(f"/reports/{report_id}", key).get_json()["award"]["parts"]
    return [part for part in parts if part["part"] == "reserved"]


def test_the_share_of_who_reported_in_confidence_names_nobody(desk: Desk) -> None:
    world = desk.world
    hidden, report_id = sent_in(desk, desk.neighbour, confidential=True), sent_in(desk, desk.reporter)
    number = world.get(f"/reports/{report_id}", desk.keys["supervisor"]).get_json()["number"]
    desk.step(hidden, "merger", "supervisor", into=report_id)
    desk.bring_on(report_id)
    [share] = reserved(desk, report_id, desk.keys["supervisor"])
    assert (share["amount"], share["resident_id"], share["award_id"]) == (200, None, None)
    assert reserved(desk, report_id, world.administrator) == [share]
    # Nor does the award lead to the report, and so to what was merged into it.
    granted = world.get("/awards", world.key(Role.ADMINISTRATOR)).get_json()["items"]
    [theirs] = [award for award in granted if award["resident_id"] == str(desk.neighbour.id)]
    assert (theirs["amount"], number in theirs["reason"]) == (200, False)


def test_who_is_merged_into_what_is_merged_later_has_their_share(desk: Desk) -> None:
    third = desk.world.resident()
    first, second, last = (sent_in(desk, each) for each in (desk.neighbour, third, desk.reporter))
    desk.step(first, "merger", "supervisor", into=second)
    desk.step(second, "merger", "supervisor", into=last)
    desk.bring_on(last)
    told = reserved(desk, last, desk.keys["supervisor"])
    assert {part["resident_id"]: part["amount"] for part in told} == {str(desk.neighbour.id): 100, str(third.id): 100}
