"""Limits on writing over HTTP: set by the office, exact however many write at once, and said in words."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from people import Role, create_key
from tests.web.reporting import CATEGORY, Desk
from tests.web.test_races import at_once, told
from tests.web.world import VILLAGE, problem

NONE = dict.fromkeys(
    (
        *("per_day", "waiting", "nameless_per_hour", "false_count", "false_days"),
        *("on_behalf_per_month", "on_behalf_per_resident"),
    )
)
BODY = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE}


def set_limits(desk: Desk, **limits: int) -> dict[str, Any]:
    answer = desk.world.post("/report-limits", NONE | limits, desk.world.administrator)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_limits_are_set_in_versions_by_administrators(desk: Desk) -> None:
    first, second = set_limits(desk, per_day=3), set_limits(desk)
    ask, administrator = desk.world.get, desk.world.administrator
    assert ask("/report-limits", administrator).get_json()["items"] == [second, first]
    assert ask(f"/report-limits/{first['id']}", administrator).get_json() == first
    assert (first["per_day"], second["per_day"], second["number"]) == (3, None, 2)
    for key in (desk.keys["supervisor"], desk.keys["resident"]):
        assert problem(ask("/report-limits", key)) == (403, "forbidden")
        assert problem(desk.world.post("/report-limits", NONE, key)) == (403, "forbidden")
    half = desk.world.post("/report-limits", NONE | {"false_count": 2}, administrator)
    assert (problem(half), list(half.get_json()["errors"])) == ((422, "limits_invalid"), ["false_days"])


@pytest.mark.parametrize(("limits", "count"), [({"per_day": 3}, 3), ({"waiting": 2}, 2)])
def test_however_many_write_at_once_the_limit_is_exact(desk: Desk, limits: dict[str, int], count: int) -> None:
    set_limits(desk, **limits)
    key = desk.keys["resident"]

    def write() -> TestResponse:
        return desk.world.post("/reports", BODY, key)

    asks: list[Callable[[], TestResponse]] = [write] * 10
    assert told(at_once(asks)) == {"201": count, "limit_exceeded": 10 - count}
    refused = desk.world.post("/reports", BODY, key).get_json()
    assert refused["limit"] == count


def test_the_rule_about_false_reports_names_the_cases_and_the_way_out(desk: Desk) -> None:
    set_limits(desk, false_count=1, false_days=30)
    false_one = desk.sent_in()
    desk.step(false_one["id"], "rejection", "supervisor", reason="没有这回事", kind="false")
    desk.sent_in()
    refused = desk.world.post("/reports", BODY, desk.keys["resident"])
    assert problem(refused) == (409, "false_reports")
    told_of = refused.get_json()
    assert (told_of["numbers"], told_of["ends_on"]) == (false_one["number"], "2026-07-01")
    assert false_one["number"] in told_of["detail"]
    assert "申诉" in told_of["detail"]


def test_reports_without_a_name_are_limited_by_address_and_hour(desk: Desk) -> None:
    set_limits(desk, nameless_per_hour=2)
    for _ in range(2):
        desk.sent_in(anonymous=True)
    refused = desk.world.post("/reports", {**BODY, "anonymous": True}, desk.keys["resident"])
    assert (problem(refused), int(refused.headers["Retry-After"]) > 0) == ((429, "rate_limited"), True)
    # Under one's name one may go on, and from the next hour on without.
    desk.sent_in()
    desk.world.clock.pass_by(hours=1)
    desk.sent_in(anonymous=True)


def test_an_officer_writes_for_no_household_of_theirs(desk: Desk) -> None:
    world = desk.world
    body = {**BODY, "on_behalf_of": str(desk.reporter.id)}
    world.done(
        lambda session: create_key(
            session, role=Role.RESIDENT, name="Dispatcher", resident_id=desk.reporter.id, now=world.clock.at
        )
    )
    assert problem(world.post("/reports", body, desk.keys["dispatcher"])) == (403, "own_household")
    assert world.post("/reports", body, desk.keys["supervisor"]).status_code == 201


def test_who_writes_often_for_one_resident_is_told_by_case_to_who_looks_after_it(desk: Desk) -> None:
    world = desk.world
    body = {**BODY, "on_behalf_of": str(desk.reporter.id)}
    numbers = [world.post("/reports", body, desk.keys["dispatcher"]).get_json()["number"] for _ in range(3)]
    world.post("/reports", body, desk.keys["supervisor"])
    ask, auditor = world.get, world.auditor
    assert ask("/reports-on-behalf", auditor).get_json() == {"cap": None, "items": []}
    set_limits(desk, on_behalf_per_resident=2)
    refused = world.post("/reports", body, desk.keys["dispatcher"])
    assert (problem(refused), refused.get_json()["ends_on"]) == ((409, "limit_exceeded"), "2026-06-30")
    for key in (auditor, desk.keys["supervisor"]):
        [found] = ask("/reports-on-behalf", key).get_json()["items"]
        assert (found["numbers"], found["resident_id"]) == (numbers, str(desk.reporter.id))
    assert ask("/reports-on-behalf", auditor, month="2026-05-31").get_json()["items"] == []
    assert ask("/reports-on-behalf", auditor, month="9999-12-31").get_json()["items"] != []
    assert problem(ask("/reports-on-behalf", desk.keys["handler"])) == (403, "forbidden")
    confidential = {**body, "confidential": True}
    set_limits(desk, on_behalf_per_resident=1)
    world.post("/reports", confidential, world.key(Role.DISPATCHER, name="Third"))
    items = ask("/reports-on-behalf", auditor).get_json()["items"]
    assert [each["resident_id"] for each in items][-1] is None
