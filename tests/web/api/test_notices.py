"""Notices over HTTP: told in the reader's language, read by those whom they concern."""

from typing import Any

from people import Role
from reports import ReportStatus
from tests.web.reporting import Desk
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, problem


def notices(desk: Desk, key: str, **query: Any) -> list[dict[str, Any]]:
    answer = desk.world.get("/notices", key, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def kinds(desk: Desk, key: str) -> list[str]:
    return sorted(each["kind"] for each in notices(desk, key))


def test_everybody_is_told_what_concerns_them(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    desk.step(report_id, "reopening", "resident", reason="又没了")
    world = desk.world
    assert kinds(desk, desk.reporter.key) == ["accepted", "closed", "handled"]
    assert kinds(desk, desk.keys["handler"]) == ["dispatched", "reopened"]
    assert kinds(desk, world.key(Role.SUPERVISOR, unit_code=TOWN)) == ["handled", "new"]
    for key in (
        desk.keys["neighbour"],
        desk.keys["dispatcher"],
        world.administrator,
        world.key(Role.SUPERVISOR, unit_code=OTHER_TOWN),
    ):
        assert notices(desk, key) == []
    assert problem(world.get("/notices")) == (401, "unauthenticated")
    assert problem(world.get("/notices", world.auditor)) == (403, "forbidden")


def test_a_notice_is_told_in_the_readers_language_and_without_anything_of_anybody(desk: Desk) -> None:
    report = desk.sent_in()
    supervisor = desk.keys["supervisor"]
    item = notices(desk, supervisor)[0]
    assert item == {
        "id": item["id"],
        "kind": "new",
        "report_id": report["id"],
        "number": report["number"],
        "text": f"有新上报 {report['number']}。",
        "unit": VILLAGE,
        "role": "supervisor",
        "created_at": "2026-06-01T04:00:00Z",
        "read_at": None,
    }
    assert notices(desk, supervisor, language="en")[0]["text"] == f"Report {report['number']} was sent in."


def test_what_is_read_is_read_once_and_by_its_reader(desk: Desk) -> None:
    desk.brought_to(ReportStatus.ACCEPTED)
    world, key = desk.world, desk.reporter.key
    notice = notices(desk, key)[0]
    path = f"/notices/{notice['id']}/reading"
    for other in (desk.keys["neighbour"], desk.keys["supervisor"]):
        assert problem(world.post(path, {}, other)) == (404, "notice_unknown")
        assert problem(world.get(f"/notices/{notice['id']}", other)) == (404, "notice_unknown")
    assert problem(world.post(path, {}, key, call=None)) == (400, "idempotency_key_missing")
    assert problem(world.post(path, {}, world.administrator)) == (403, "forbidden")
    read = world.post(path, {}, key, call="same")
    assert (read.status_code, read.get_json()["read_at"]) == (201, "2026-06-01T04:00:00Z")
    world.clock.pass_by(hours=1)
    again = world.post(path, {}, key, call="same")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (read.get_json(), "true")
    assert world.post(path, {}, key).get_json() == read.get_json()
    assert world.get(f"/notices/{notice['id']}", key).get_json() == read.get_json()
    assert notices(desk, key, unread="true") == []
    assert len(notices(desk, key)) == 1
    assert problem(world.get("/notices", key, unread="perhaps")) == (422, "invalid_fields")


def test_a_step_that_is_sent_twice_tells_once(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    path, key = f"/reports/{report_id}/acceptance", desk.keys["supervisor"]
    for _ in range(2):
        desk.world.post(path, {"severity": "urgent"}, key, call="same")
    assert kinds(desk, desk.reporter.key) == ["accepted"]
    assert kinds(desk, key) == ["new", "urgent"]


def test_what_a_report_earns_is_told_when_it_is_paid_and_when_it_waits(desk: Desk) -> None:
    world = desk.world
    world.fund("peace", money=0)
    tariff = {"category": "C0103", "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    desk.brought_to(ReportStatus.ACCEPTED)
    assert kinds(desk, desk.reporter.key) == ["accepted", "award_waiting"]
    money = {"amount": 5_000, "document": "d"}
    assert world.post("/funds/peace/appropriations", money, world.finance).status_code == 201
    for _ in range(2):
        assert world.app.test_cli_runner().invoke(args=["jobs", "run"]).exit_code == 0
    assert kinds(desk, desk.reporter.key) == ["accepted", "award_paid", "award_waiting"]


def test_the_jobs_remind_units_once(desk: Desk) -> None:
    desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=60)
    for _ in range(2):
        assert desk.world.app.test_cli_runner().invoke(args=["jobs", "run"]).exit_code == 0
    assert kinds(desk, desk.keys["handler"]) == ["dispatched", "overdue"]
