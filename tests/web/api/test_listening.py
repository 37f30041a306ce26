"""Ratings, call-backs, the three rates and the weekly digests over HTTP, and the jobs behind them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from listening import CallBack, UnitDigest, draw_call_backs, write_digests
from people import Role
from reports import ReportStatus
from tests.web.reporting import CITY_WORKS, WAY, Desk
from tests.web.world import OTHER_TOWN, TOWN, World, problem
from web.unit_of_work import in_transaction


@pytest.fixture
def desk(world: World) -> Desk:
    """Return a desk where nothing is reported yet."""
    return Desk(world)


def jobs(world: World) -> str:
    """Run the jobs, and return what they say."""
    done = world.app.test_cli_runner().invoke(args=["jobs", "run"])
    assert done.exit_code == 0, done.output
    return done.stdout


def score_of_department(desk: Desk, **query: Any) -> dict[str, Any]:
    items = desk.world.get("/scoreboard", **query).get_json()["items"]
    return next(each for each in items if each["unit"].startswith("140881-D"))


# --- ratings ---------------------------------------------------------------------------------------------------------


def test_a_reporter_rates_once_and_the_scoreboard_tells_it(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    path, body = f"/reports/{report_id}/rating", {"stars": 4, "note": "很快"}
    made = desk.world.post(path, body, desk.reporter.key, call="same")
    assert made.status_code == 201
    again = desk.world.post(path, body, desk.reporter.key, call="same")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (made.get_json(), "true")
    refused = desk.world.post(path, {"stars": 1}, desk.reporter.key)
    assert problem(refused) == (409, "rated_already")
    assert refused.get_json()["rating_id"] == made.get_json()["id"]
    listed = desk.world.get(f"/reports/{report_id}/ratings", desk.keys["handler"]).get_json()
    assert listed == {"items": [made.get_json()], "next_cursor": None}
    assert set(made.get_json()) == {"id", "report_id", "stars", "note", "covered", "rated_at"}
    score = score_of_department(desk)
    assert (score["satisfaction"], score["satisfied"], score["rated"]) == (1, 1, 1)


def test_who_joined_a_report_does_not_read_what_its_reporter_thinks(desk: Desk) -> None:
    report = desk.sent_in()
    desk.step(report["id"], "joins", "neighbour")
    for who, name, body in WAY.values():
        desk.step(report["id"], name, who, **body)
    desk.step(report["id"], "rating", "resident", stars=1, note="还在晃")
    read = {
        who: [each["note"] for each in desk.world.get(f"/reports/{report['id']}/ratings", key).get_json()["items"]]
        for who, key in desk.keys.items()
    }
    assert read.pop("neighbour") == []
    assert set(map(tuple, read.values())) == {("还在晃",)}


def test_nobody_else_rates_nor_what_is_not_closed_nor_too_late(desk: Desk) -> None:
    report_id, handled = desk.brought_to(ReportStatus.CLOSED), desk.brought_to(ReportStatus.HANDLED)
    path, body = f"/reports/{report_id}/rating", {"stars": 5}
    assert problem(desk.world.post(path, body)) == (401, "unauthenticated")
    assert problem(desk.world.post(path, body, desk.keys["supervisor"])) == (403, "forbidden")
    assert problem(desk.world.post(path, body, desk.keys["neighbour"])) == (404, "report_unknown")
    assert problem(desk.world.post(path, body, desk.reporter.key, call=None)) == (400, "idempotency_key_missing")
    assert problem(desk.world.post(f"/reports/{handled}/rating", body, desk.reporter.key)) == (409, "step_not_now")
    assert problem(desk.world.post(path, {"stars": 6}, desk.reporter.key)) == (422, "invalid_fields")
    assert problem(desk.world.get(f"/reports/{report_id}/ratings", desk.keys["neighbour"])) == (404, "report_unknown")
    desk.world.clock.pass_by(days=31)
    late = desk.world.post(path, body, desk.reporter.key)
    assert (problem(late), late.get_json()["last_on"]) == ((409, "rating_closed"), "2026-07-01")


# --- call-backs ------------------------------------------------------------------------------------------------------


def test_a_call_back_is_listed_made_and_counted(desk: Desk) -> None:
    world, report_id = desk.world, desk.brought_to(ReportStatus.CLOSED)
    call_back_id, caller = desk.to_call(report_id), desk.keys["other_supervisor"]
    item = world.get("/call-backs", caller).get_json()["items"][0]
    assert (item["id"], item["report_id"], item["reached"]) == (call_back_id, report_id, None)
    assert (item["name"], item["resident_id"]) == ("王*明", str(desk.reporter.id))
    assert "****" in item["phone"]
    path, body = f"/call-backs/{call_back_id}/result", {"reached": True, "resolved": True, "satisfied": False}
    made = world.post(path, body, caller, call="same")
    assert made.status_code == 201, made.text
    again = world.post(path, body, caller, call="same")
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (made.get_json(), "true")
    assert problem(world.post(path, body, caller)) == (409, "call_back_over")
    assert world.get("/call-backs", caller).get_json()["items"] == []
    assert world.get(f"/call-backs/{call_back_id}", caller).get_json() == made.get_json()
    score = score_of_department(desk)
    assert (score["resolution_rate"], score["satisfaction"], score["not_reached"]) == (1, 0, 0)


def test_covered_words_are_not_told_to_who_calls(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    call_back_id = desk.to_call(report_id)
    url = f"/call-backs/{call_back_id}"
    open_one = desk.world.get(url, desk.keys["other_supervisor"]).get_json()
    assert (open_one["description"], open_one["covered"]) == ("井盖没了", None)
    desk.step(report_id, "coverings", "supervisor", text="report", reason="骂人")
    covered = desk.world.get(url, desk.keys["other_supervisor"]).get_json()
    assert (covered["description"], covered["covered"]) == (None, "骂人")


def test_who_was_not_reached_is_in_no_denominator(desk: Desk) -> None:
    call_back_id, caller = desk.to_call(desk.brought_to(ReportStatus.CLOSED)), desk.keys["other_supervisor"]
    path = f"/call-backs/{call_back_id}/result"
    wrong = desk.world.post(path, {"reached": False, "resolved": True}, caller)
    assert problem(wrong) == (422, "invalid_fields")
    assert list(wrong.get_json()["errors"]) == ["resolved"]
    made = desk.world.post(path, {"reached": False, "note": "两次没人接"}, caller).get_json()
    assert (made["reached"], made["resolved"], made["satisfied"]) == (False, None, None)
    score = score_of_department(desk)
    assert (score["resolution_rate"], score["satisfaction"], score["not_reached"]) == (None, None, 1)


def test_nobody_calls_about_their_own_work_or_out_of_place(desk: Desk) -> None:
    world, call_back_id = desk.world, desk.to_call(desk.brought_to(ReportStatus.CLOSED))
    path, body = f"/call-backs/{call_back_id}/result", {"reached": False}
    elsewhere = world.key(Role.SUPERVISOR, unit_code=OTHER_TOWN)
    assert world.get("/call-backs", desk.keys["supervisor"]).get_json()["items"] == []
    assert world.get("/call-backs", elsewhere).get_json()["items"] == []
    assert problem(world.post(path, body, desk.keys["supervisor"])) == (403, "same_person")
    assert problem(world.post(path, body, elsewhere)) == (404, "call_back_unknown")
    assert problem(world.get(f"/call-backs/{call_back_id}", elsewhere)) == (404, "call_back_unknown")
    for role in ("handler", "dispatcher", "resident"):
        assert problem(world.post(path, body, desk.keys[role])) == (403, "forbidden")
    town = world.key(Role.SUPERVISOR, unit_code=TOWN)
    assert world.post(path, body, town).status_code == 201


# --- rates, jobs, digests --------------------------------------------------------------------------------------------


def test_every_rate_can_be_worked_out_again(desk: Desk) -> None:
    desk.brought_to(ReportStatus.ACKNOWLEDGED)
    desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=2)
    for score in desk.world.get("/scoreboard").get_json()["items"]:
        for rate, part, whole in (
            ("response_rate", "responded", "response_due"),
            ("resolution_rate", "resolved", "resolution_known"),
            ("satisfaction", "satisfied", "rated"),
        ):
            assert score[rate] == (score[part] / score[whole] if score[whole] else None)
    score = score_of_department(desk)
    assert (score["responded"], score["response_due"]) == (1, 2)
    assert score_of_department(desk, **{"from": "2026-06-02"})["response_due"] == 0


def test_the_jobs_draw_and_write_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.drawing.SAMPLE_PERCENT", 100)
    desk.brought_to(ReportStatus.CLOSED)
    desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=7)
    first = jobs(desk.world)
    assert "call-backs drawn: 1\n" in first
    assert "weeks of units written: 2\n" in first
    second = jobs(desk.world)
    assert "call-backs drawn: 0\n" in second
    assert "weeks of units written: 0\n" in second


def test_jobs_side_by_side_draw_and_write_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.drawing.SAMPLE_PERCENT", 100)
    for _ in range(3):
        desk.brought_to(ReportStatus.CLOSED)
    desk.world.clock.pass_by(days=7)

    def work(_number: int) -> None:
        with desk.world.app.app_context():
            in_transaction(lambda session: draw_call_backs(session, now=desk.world.clock.at))
            in_transaction(lambda session: write_digests(session, now=desk.world.clock.at))

    # Not by the command: its runner takes standard output from every thread.
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(work, range(3)))
    counted = desk.world.seen(
        lambda session: [session.scalar(select(func.count(each.id))) for each in (CallBack, UnitDigest)]
    )
    assert counted == [3, 2]


def test_a_week_is_read_by_those_whose_unit_it_is(desk: Desk) -> None:
    world, report_id = desk.world, desk.brought_to(ReportStatus.DISPATCHED)
    world.clock.pass_by(days=14)
    jobs(world)
    listed = world.get("/digests", desk.keys["supervisor"]).get_json()["items"]
    department = next(each for each in listed if each["unit"].startswith("140881-D"))
    assert (department["from"], department["until"], department["open_overdue"]) == ("2026-06-08", "2026-06-14", 1)
    whole = world.get(f"/digests/{department['id']}", desk.keys["handler"]).get_json()
    assert [each["report_id"] for each in whole["overdue"]] == [report_id]
    assert whole["overdue"][0]["number"] == world.get(f"/reports/{report_id}", desk.reporter.key).get_json()["number"]
    handler = world.key(Role.HANDLER, unit_code=department["unit"])
    assert world.get("/digests", handler, unit=department["unit"]).get_json()["items"] == [department]
    assert world.get("/digests", handler, unit=TOWN).get_json()["items"] == []
    other = world.key(Role.HANDLER, unit_code="140881-D09" if department["unit"] == CITY_WORKS else CITY_WORKS)
    assert world.get("/digests", other).get_json()["items"] == []
    assert problem(world.get(f"/digests/{department['id']}", other)) == (404, "digest_unknown")
    assert problem(world.get(f"/digests/{uuid4()}", desk.keys["supervisor"])) == (404, "digest_unknown")
    assert problem(world.get("/digests", desk.reporter.key)) == (403, "forbidden")
    assert UUID(department["id"]).version == 7
