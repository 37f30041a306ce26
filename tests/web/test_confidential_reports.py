"""Whose a confidential report is two officers learn together, with a reason, and the reporter is told."""

from typing import Any

import pytest

import people
from tests.web.reporting import CATEGORY, Desk
from tests.web.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a desk with a tariff and money for it."""
    desk = Desk(world)
    world.fund("peace")
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    return desk


def test_whose_a_confidential_report_is_two_officers_learn_and_the_reporter_is_told(desk: Desk) -> None:
    world = desk.world
    report_id = desk.sent_in(confidential=True)["id"]
    desk.step(report_id, "acceptance", "supervisor", severity="normal")

    def seen(key: str) -> dict[str, Any]:
        return dict(world.get(f"/reports/{report_id}", key).get_json())

    number = seen(desk.reporter.key)["number"]
    for key in (desk.keys["supervisor"], world.administrator):
        shown = seen(key)
        assert shown["resident_id"] is None
        assert str(desk.reporter.id) not in str(shown)
        assert [each["amount"] for each in shown["award"]["parts"]] == [400]
        listed = world.get("/reports", key).get_json()["items"]
        assert [each["resident_id"] for each in listed] == [None]
    # Whoever grants awards sees this one, but not for which report it was.
    (award,) = world.get("/awards", world.administrator, resident_id=str(desk.reporter.id)).get_json()["items"]
    assert number not in award["reason"]
    desk.step(report_id, "unmasking", "supervisor", reason="有人受到威胁")
    path = f"/reports/{report_id}/unmasking"
    again = world.post(path, {"reason": "x"}, desk.keys["other_supervisor"])
    assert again.get_json()["code"] == "request_pending"
    alone = world.post(f"{path}/approval", {"decision": "approve"}, desk.keys["supervisor"])
    assert (alone.status_code, alone.get_json()["code"]) == (403, "same_person")
    assert seen(desk.reporter.key)["unmaskings"] == []
    desk.step(report_id, "unmasking/approval", "other_supervisor", decision="approve", note="同意")
    for who in ("supervisor", "other_supervisor"):
        assert seen(desk.keys[who])["resident_id"] == str(desk.reporter.id)
    third = world.key(people.Role.SUPERVISOR, name="Third")
    assert seen(third)["resident_id"] is None
    assert [each["reason"] for each in seen(desk.reporter.key)["unmaskings"]] == ["有人受到威胁"]
    nothing = world.post(f"{path}/approval", {"decision": "approve"}, third)
    assert nothing.get_json()["code"] == "nothing_to_decide"


def test_a_rejected_unmasking_shows_nothing(desk: Desk) -> None:
    report_id = desk.sent_in(confidential=True)["id"]
    desk.step(report_id, "unmasking", "supervisor", reason="x")
    desk.step(report_id, "unmasking/approval", "other_supervisor", decision="reject", note="不同意")
    shown = desk.world.get(f"/reports/{report_id}", desk.keys["supervisor"]).get_json()
    assert (shown["resident_id"], shown["unmaskings"][0]["approved"]) == (None, False)


def test_only_what_is_confidential_is_unmasked(desk: Desk) -> None:
    report_id = desk.sent_in()["id"]
    path = f"/reports/{report_id}/unmasking"
    answer = desk.world.post(path, {"reason": "x"}, desk.keys["supervisor"])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_confidential")
    stranger = desk.world.key(people.Role.SUPERVISOR, unit_code="140881002")
    assert desk.world.post(path, {"reason": "x"}, stranger).status_code == 404
