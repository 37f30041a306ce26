"""吹哨 over HTTP: units are called, report back, and the report goes on after the last."""

from typing import Any

import pytest

from people import Role
from reports import CallState, ReportStatus
from tests.web.reporting import CITY_WORKS, TOWN, Desk
from tests.web.world import OTHER_TOWN, problem

JUSTICE = "140881-D02"


def seen(desk: Desk, report_id: str, who: str) -> dict[str, Any]:
    answer = desk.world.get(f"/reports/{report_id}", desk.keys[who])
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_units_are_called_and_each_call_is_told_with_its_day(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    called = desk.step(report_id, "calls", "dispatcher", units=[CITY_WORKS, JUSTICE], due_on="2026-06-02")
    assert (called["status"], called["duty"]["unit"]) == ("accepted", TOWN)
    facts = [(each["unit"], each["state"], each["due_on"], each["overdue"]) for each in called["calls"]]
    assert facts == [(CITY_WORKS, "called", "2026-06-02", False), (JUSTICE, "called", "2026-06-02", False)]
    assert [each["step"] for each in called["history"]][2:] == ["lead", "call", "call"]
    assert {each["call_id"] for each in called["history"][3:]} == {each["id"] for each in called["calls"]}
    desk.world.clock.pass_by(days=2)
    assert [each["overdue"] for each in seen(desk, report_id, "resident")["calls"]] == [True, True]


def test_a_report_with_calls_goes_through_its_life(desk: Desk) -> None:
    report_id, calls = desk.called(CallState.HANDLED, CITY_WORKS, JUSTICE)
    desk.step(report_id, f"calls/{calls[0]}/acceptance", "dispatcher", note="好")
    path, done = f"/reports/{report_id}/handling", {"note": "都好了"}
    early = desk.world.post(path, done, desk.keys["dispatcher"])
    assert problem(early) == (409, "calls_open")
    assert early.get_json()["unit_codes"] == JUSTICE
    verified = {"result": "verified"}
    early = desk.world.post(f"/reports/{report_id}/verification", verified, desk.keys["supervisor"])
    assert problem(early) == (409, "step_not_now")
    returned = desk.step(report_id, f"calls/{calls[1]}/return", "dispatcher", reason="没做完")
    assert [each["state"] for each in returned["calls"]] == ["accepted", "returned"]
    desk.step(report_id, f"calls/{calls[1]}/handling", "handler", note="这次好了")
    desk.step(report_id, f"calls/{calls[1]}/acceptance", "dispatcher")
    assert desk.step(report_id, "handling", "dispatcher", **done)["status"] == "handled"
    ended = desk.step(report_id, "verification", "supervisor", **verified)
    assert (ended["status"], ended["duty"]) == ("verified", None)
    assert [(each["state"], each["outcome"]) for each in ended["calls"]] == [("accepted", "met")] * 2
    assert [(each["unit"], each["outcome"]) for each in ended["duties"]] == [(TOWN, "moved"), (TOWN, "met")]
    audit = desk.world.app.test_cli_runner().invoke(args=["books", "audit"])
    assert "DIFFERS" not in audit.output
    items = {each["unit"]: each for each in desk.world.get("/scoreboard").get_json()["items"]}
    assert [items[unit]["discharged_on_time"] for unit in (TOWN, CITY_WORKS, JUSTICE)] == [1, 1, 1]


def test_a_step_that_is_sent_twice_is_taken_once(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    path, body, key = f"/reports/{report_id}/calls", {"units": [JUSTICE]}, desk.keys["dispatcher"]
    first = desk.world.post(path, body, key, call="same")
    again = desk.world.post(path, body, key, call="same")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert problem(desk.world.post(path, {"units": [CITY_WORKS]}, key, call="same")) == (422, "idempotency_key_reused")
    assert problem(desk.world.post(path, body, key)) == (409, "unit_not_eligible")


def test_who_may_not_and_what_is_not_there(desk: Desk) -> None:
    report_id, [call_id] = desk.called(CallState.HANDLED, JUSTICE)
    path = f"/reports/{report_id}/calls/{call_id}/acceptance"
    assert problem(desk.world.post(path, {}, None)) == (401, "unauthenticated")
    assert problem(desk.world.post(path, {}, desk.keys["handler"])) == (403, "forbidden")
    elsewhere = desk.world.key(Role.DISPATCHER, unit_code=OTHER_TOWN)
    assert problem(desk.world.post(path, {}, elsewhere)) == (404, "report_unknown")
    lost = f"/reports/{report_id}/calls/{desk.reporter.id}/acceptance"
    assert problem(desk.world.post(lost, {}, desk.keys["dispatcher"])) == (404, "call_unknown")
    other = desk.brought_to(ReportStatus.ACCEPTED)
    assert problem(desk.world.post(f"/reports/{other}/calls/{call_id}/acceptance", {}, desk.keys["dispatcher"])) == (
        404,
        "call_unknown",
    )


def test_a_result_is_not_accepted_by_who_worked_on_it(desk: Desk) -> None:
    report_id, [call_id] = desk.called(CallState.ACKNOWLEDGED, JUSTICE)
    # Keys of one name are one person's.
    hand = desk.world.key(Role.HANDLER, name="Both", unit_code=JUSTICE)
    head = desk.world.key(Role.DISPATCHER, name="Both", unit_code=TOWN)
    path = f"/reports/{report_id}/calls/{call_id}"
    assert desk.world.post(f"{path}/handling", {"note": "好了"}, hand).status_code == 201
    assert problem(desk.world.post(f"{path}/acceptance", {}, head)) == (403, "same_person")


@pytest.mark.parametrize("units", [[], ["140881-D01"] * 21, [""], [5], "140881-D01"])
def test_units_are_a_list_of_one_to_twenty_codes(desk: Desk, units: object) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    answer = desk.world.post(f"/reports/{report_id}/calls", {"units": units}, desk.keys["dispatcher"])
    assert problem(answer) == (422, "invalid_fields")


def test_a_called_unit_gets_more_time_by_two_supervisors(desk: Desk) -> None:
    report_id, [call_id] = desk.called(CallState.CALLED, JUSTICE)
    own = seen(desk, report_id, "supervisor")["duty"]["due_on"]
    asked = desk.step(report_id, "postponement", "supervisor", due_on="2026-07-01", reason="等", call_id=call_id)
    assert asked["call_id"] == call_id
    desk.step(report_id, "postponement/approval", "other_supervisor", decision="approve")
    report = seen(desk, report_id, "supervisor")
    assert (report["calls"][0]["due_on"], report["duty"]["due_on"]) == ("2026-07-01", own)


def test_a_withdrawal_ends_the_calls_too(desk: Desk) -> None:
    report_id, _calls = desk.called(CallState.HANDLED, CITY_WORKS, JUSTICE)
    desk.step(report_id, "withdrawal", "supervisor", reason="没有这回事")
    desk.step(report_id, "withdrawal/approval", "other_supervisor", decision="approve")
    calls = seen(desk, report_id, "resident")["calls"]
    assert [(each["state"], each["outcome"], each["overdue"]) for each in calls] == [
        ("withdrawn", "withdrawn", False)
    ] * 2
