"""Reports over HTTP: from a resident's phone to closure, and who is told what."""

from typing import Any

from people import Role
from reports import ReportStatus
from tests.web.reporting import CATEGORY, WAY, Desk
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, problem

DEPARTMENT = "140881-D01"


def seen(desk: Desk, report_id: str, key: str) -> dict[str, Any]:
    answer = desk.world.get(f"/reports/{report_id}", key)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_a_report_is_sent_in_and_seen_by_its_reporter(desk: Desk) -> None:
    made = desk.sent_in(address="电机厂门口", lat=34.87, long=110.44)
    assert (made["status"], made["category"], made["unit"]) == ("submitted", CATEGORY, VILLAGE)
    assert (made["lat"], made["long"], made["address"]) == (34.87, 110.44, "电机厂门口")
    assert made["resident_id"] == str(desk.reporter.id)
    assert (made["duty"], made["duties"], made["requests"]) == (None, [], [])
    assert [(each["step"], each["made_by"]) for each in made["history"]] == [("submission", None)]
    assert seen(desk, made["id"], desk.reporter.key) == made


def test_the_same_call_makes_one_report(desk: Desk) -> None:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE}
    first = desk.world.post("/reports", body, desk.reporter.key, call="same")
    second = desk.world.post("/reports", body, desk.reporter.key, call="same")
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.get_json() == second.get_json()
    assert len(desk.world.get("/reports", desk.reporter.key).get_json()["items"]) == 1


def test_a_report_goes_through_its_life_and_each_step_is_told_with_its_days(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    report = seen(desk, report_id, desk.keys["supervisor"])
    assert [each["step"] for each in report["history"]] == [
        *("submission", "acceptance", "dispatch", "acknowledgement", "handling", "verification", "closure")
    ]
    dispatch = report["history"][2]
    assert dispatch["unit"] == report["duties"][1]["unit"]
    assert (dispatch["old_due_on"], dispatch["due_on"]) == ("2026-06-02", report["duties"][1]["due_on"])
    assert [each["outcome"] for each in report["duties"]] == ["moved", "met"]
    assert report["duty"] is None
    # Officers are told who took the steps, but not who reported.
    assert [bool(each["made_by"]) for each in report["history"]] == [False] + [True] * 6
    assert all(each["made_by"] is None for each in seen(desk, report_id, desk.reporter.key)["history"])
    handlers = seen(desk, report_id, desk.keys["handler"])
    assert handlers["resident_id"] is None


def test_a_department_is_told_how_many_joined_and_not_who(desk: Desk) -> None:
    report_id = str(desk.sent_in()["id"])
    desk.step(report_id, "joins", "neighbour", evidence="还缺一个")
    for who, name, body in tuple(WAY.values())[:3]:
        desk.step(report_id, name, who, **body)
    told = {who: seen(desk, report_id, key) for who, key in desk.keys.items()}
    joins = {who: [each["resident_id"] for each in report["joins"]] for who, report in told.items()}
    neighbour = [str(desk.neighbour.id)]
    assert joins["supervisor"] == joins["neighbour"] == neighbour
    assert joins["dispatcher"] == joins["handler"] == joins["resident"] == []
    assert {report["weight"] for report in told.values()} == {2}


def test_a_duty_is_overdue_when_its_day_is_over_and_nobodys_once_it_is_handled(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACKNOWLEDGED)
    assert seen(desk, report_id, desk.reporter.key)["duty"]["overdue"] is False
    desk.world.clock.pass_by(days=60)
    assert seen(desk, report_id, desk.reporter.key)["duty"]["overdue"] is True
    handled = desk.step(report_id, "handling", "handler", note="好了")
    assert handled["duty"]["overdue"] is False


def test_a_step_that_is_sent_twice_is_taken_once(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.SUBMITTED)
    path, key = f"/reports/{report_id}/acceptance", desk.keys["supervisor"]
    first = desk.world.post(path, {"severity": "urgent"}, key, call="same")
    again = desk.world.post(path, {"severity": "urgent"}, key, call="same")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert problem(desk.world.post(path, {"severity": "urgent"}, key)) == (409, "step_not_now")


def test_a_returned_report_says_why(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.HANDLED)
    path, key = f"/reports/{report_id}/verification", desk.keys["supervisor"]
    answer = desk.world.post(path, {"result": "returned"}, key)
    assert problem(answer) == (422, "invalid_fields")
    assert list(answer.get_json()["errors"]) == ["note"]
    returned = desk.step(report_id, "verification", "supervisor", result="returned", note="还在晃")
    assert (returned["status"], returned["history"][-1]["note"]) == ("returned", "还在晃")
    desk.step(report_id, "handling", "handler", note="这次好了")
    assert desk.step(report_id, "verification", "supervisor", result="verified")["status"] == "verified"


def test_a_transfer_and_a_rejection_and_a_merger(desk: Desk) -> None:
    moved = desk.brought_to(ReportStatus.DISPATCHED)
    there = seen(desk, moved, desk.keys["dispatcher"])["duty"]["unit"]
    other = "140881-D02" if there == "140881-D01" else "140881-D01"
    assert desk.step(moved, "transfer", "dispatcher", unit=other)["duty"]["unit"] == other
    rejected = desk.brought_to(ReportStatus.SUBMITTED)
    assert desk.step(rejected, "rejection", "supervisor", reason="不在本市")["status"] == "rejected"
    merged = desk.brought_to(ReportStatus.SUBMITTED)
    assert desk.step(merged, "merger", "supervisor", into=moved)["merged_into"] == moved
    refused = desk.world.post(f"/reports/{merged}/merger", {"into": merged}, desk.keys["supervisor"])
    assert problem(refused) == (409, "not_mergeable")


def test_a_reporter_reopens_and_a_stranger_does_not(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    path, reason = f"/reports/{report_id}/reopening", {"reason": "又没了"}
    assert problem(desk.world.post(path, reason, desk.world.resident().key)) == (404, "report_unknown")
    assert problem(desk.world.post(path, reason, desk.keys["supervisor"])) == (403, "forbidden")
    assert desk.step(report_id, "reopening", "resident", reason="又没了")["status"] == "dispatched"
    late = desk.brought_to(ReportStatus.CLOSED)
    desk.world.clock.pass_by(days=16)
    refused = desk.world.post(f"/reports/{late}/reopening", reason, desk.reporter.key)
    assert problem(refused) == (409, "reopening_closed")
    assert refused.get_json()["last_on"] == "2026-06-16"


def test_a_later_day_is_asked_by_one_and_decided_by_another(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    asked = desk.step(report_id, "postponement", "supervisor", due_on="2026-07-01", reason="等新井盖")
    assert (asked["kind"], asked["due_on"], asked["approved"]) == ("postponement", "2026-07-01", None)
    pending = desk.world.post(f"/reports/{report_id}/withdrawal", {"reason": "x"}, desk.keys["supervisor"])
    assert problem(pending) == (409, "request_pending")
    path, decision = f"/reports/{report_id}/postponement/approval", {"decision": "approve"}
    assert problem(desk.world.post(path, decision, desk.keys["supervisor"])) == (403, "same_person")
    decided = desk.step(report_id, "postponement/approval", "other_supervisor", decision="approve", note="好")
    assert (decided["approved"], decided["note"]) == (True, "好")
    report = seen(desk, report_id, desk.keys["supervisor"])
    assert report["duty"]["due_on"] == "2026-07-01"
    assert [each["id"] for each in report["requests"]] == [asked["id"]]
    assert seen(desk, report_id, desk.reporter.key)["requests"] == []
    again = desk.world.post(path, decision, desk.keys["other_supervisor"])
    assert problem(again) == (409, "nothing_to_decide")


def test_a_withdrawal_ends_a_report_and_a_rejected_one_does_not(desk: Desk) -> None:
    for decision, status in (("reject", "dispatched"), ("approve", "withdrawn")):
        report_id = desk.brought_to(ReportStatus.DISPATCHED)
        desk.step(report_id, "withdrawal", "supervisor", reason="没有这回事")
        desk.step(report_id, "withdrawal/approval", "other_supervisor", decision=decision)
        assert seen(desk, report_id, desk.reporter.key)["status"] == status


def test_a_day_out_of_range_is_refused_with_the_days_that_can_be_set(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    answer = desk.world.post(f"/reports/{report_id}/dispatch", {"due_on": "2027-01-01"}, desk.keys["dispatcher"])
    assert problem(answer) == (422, "due_date_out_of_range")
    assert answer.get_json()["first_on"] == "2026-06-01"
    answer = desk.world.post(f"/reports/{report_id}/dispatch", {"unit": "140881002001"}, desk.keys["dispatcher"])
    assert problem(answer) == (409, "unit_not_eligible")


# --- on behalf -------------------------------------------------------------------------------------------------------


def test_an_officer_writes_a_report_for_a_caller_by_id_or_number_or_for_nobody(desk: Desk) -> None:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE}
    officer = desk.world.key(Role.SUPERVISOR, unit_code=TOWN)
    report_id = ""
    for named, expected in (
        (str(desk.reporter.id), str(desk.reporter.id)),
        (desk.reporter.number, str(desk.reporter.id)),
        (None, None),
    ):
        answer = desk.world.post("/reports", {**body, "on_behalf_of": named}, officer)
        assert answer.status_code == 201, answer.text
        assert (answer.get_json()["channel"], answer.get_json()["resident_id"]) == ("officer", expected)
        report_id = answer.get_json()["id"]
    refused = desk.world.post(f"/reports/{report_id}/acceptance", {"severity": "normal"}, officer)
    assert problem(refused) == (403, "same_person")


def test_nobody_reports_for_another_nor_an_officer_out_of_place(desk: Desk) -> None:
    body = {"category": CATEGORY, "description": "井盖没了", "unit": VILLAGE}
    for_another = {**body, "on_behalf_of": desk.reporter.number}
    assert problem(desk.world.post("/reports", for_another, desk.world.resident().key)) == (403, "forbidden")
    elsewhere = desk.world.key(Role.SUPERVISOR, unit_code=OTHER_TOWN)
    assert problem(desk.world.post("/reports", body, elsewhere)) == (403, "forbidden")
    assert problem(desk.world.post("/reports", {**body, "on_behalf_of": "123"}, desk.keys["supervisor"])) == (
        404,
        "resident_unknown",
    )


# --- lists -----------------------------------------------------------------------------------------------------------


def test_lists_show_everybody_what_they_have_to_do_with(desk: Desk) -> None:
    made = [desk.brought_to(status) for status in (ReportStatus.DISPATCHED, ReportStatus.SUBMITTED)]
    stranger, elsewhere = desk.world.resident().key, desk.world.key(Role.SUPERVISOR, unit_code=OTHER_TOWN)

    def ids(key: str, **query: Any) -> list[str]:
        return [each["id"] for each in desk.world.get("/reports", key, **query).get_json()["items"]]

    assert ids(desk.reporter.key) == ids(desk.keys["supervisor"]) == ids(desk.world.administrator) == made[::-1]
    assert ids(desk.keys["handler"]) == ids(desk.keys["dispatcher"]) == [made[0]]
    assert ids(stranger) == ids(elsewhere) == []
    assert ids(desk.reporter.key, status="submitted") == [made[1]]
    assert ids(desk.reporter.key, category="C0101") == []
    assert problem(desk.world.get(f"/reports/{made[0]}", stranger)) == (404, "report_unknown")
    assert problem(desk.world.get("/reports", desk.reporter.key, status="gone"))[0] == 422


# --- the scoreboard --------------------------------------------------------------------------------------------------


def test_the_scoreboard_is_public_and_adds_up(desk: Desk) -> None:
    desk.brought_to(ReportStatus.VERIFIED)
    desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=100)
    items = desk.world.get("/scoreboard").get_json()["items"]
    assert [each["unit"] for each in items] == sorted(each["unit"] for each in items)
    town = next(each for each in items if each["unit"] == TOWN)
    assert (town["charged"], town["moved_away"]) == (2, 2)
    department = next(each for each in items if each["unit"] != TOWN)
    assert department["name"]
    assert (department["discharged_on_time"], department["open_overdue"]) == (1, 1)
    assert (department["on_time_rate"], department["satisfaction"]) == (0.5, None)
    for each in items:
        ends = ("discharged_on_time", "discharged_late", "moved_away", "withdrawn", "open", "handled")
        assert each["charged"] == sum(each[name] for name in ends)


def test_a_period_of_the_scoreboard_may_end_ahead_but_not_before_it_begins(desk: Desk) -> None:
    desk.brought_to(ReportStatus.DISPATCHED)
    ask = desk.world.get
    in_june = ask("/scoreboard", **{"from": "2026-06-01", "until": "2027-06-30"}).get_json()["items"]
    assert sum(each["charged"] for each in in_june) == 2
    before = ask("/scoreboard", until="2026-05-31").get_json()["items"]
    assert before == []
    answer = ask("/scoreboard", **{"from": "2026-06-02", "until": "2026-06-01"})
    assert problem(answer) == (422, "invalid_fields")


# --- what it earns ---------------------------------------------------------------------------------------------------


def test_what_a_report_earns_is_told_to_whom_it_concerns(desk: Desk) -> None:
    world = desk.world
    world.fund("peace", money=2_000)
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    neighbour = desk.keys["neighbour"]
    joined = desk.step(report_id, "joins", "neighbour", evidence="还缺一个")
    assert problem(world.post(f"/reports/{report_id}/joins", {}, neighbour)) == (409, "not_joinable")
    desk.step(report_id, f"joins/{joined['id']}/acceptance", "supervisor")
    again = world.post(f"/reports/{report_id}/joins/{joined['id']}/rejection", {"reason": "x"}, desk.keys["supervisor"])
    assert problem(again) == (409, "nothing_to_decide")
    desk.bring_on(report_id)
    whole = seen(desk, report_id, desk.keys["supervisor"])
    assert (whole["award"]["state"], whole["award"]["amount"], whole["award"]["paid"]) == ("settled", 1_000, 1_000)
    assert [(each["part"], each["amount"]) for each in whole["award"]["parts"]] == [
        *(("on_acceptance", 400), ("rest", 400), ("reserved", 200))
    ]
    assert seen(desk, report_id, desk.reporter.key)["award"]["paid"] == 800
    theirs = seen(desk, report_id, neighbour)
    assert (theirs["award"]["paid"], theirs["award"]["amount"], theirs["resident_id"]) == (200, None, None)
    assert [each["id"] for each in theirs["joins"]] == [joined["id"]]
    assert seen(desk, report_id, desk.reporter.key)["joins"] == []
    assert seen(desk, report_id, desk.keys["handler"])["award"] is None
    assert whole["weight"] == 2
    listed = world.get("/reports", neighbour).get_json()["items"]
    assert [(each["id"], each["weight"]) for each in listed] == [(report_id, 2)]


def test_an_award_waits_for_money_and_says_so(desk: Desk) -> None:
    world = desk.world
    world.fund("peace", money=0)
    tariff = {"category": CATEGORY, "fund": "peace", "amount": 1_000, "on_acceptance_percent": 40}
    assert world.post("/tariffs", tariff, world.administrator).status_code == 201
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    assert seen(desk, report_id, desk.reporter.key)["award"]["state"] == "waiting"
    money = {"amount": 5_000, "document": "d"}
    assert world.post("/funds/peace/appropriations", money, world.finance).status_code == 201
    output = world.app.test_cli_runner().invoke(args=["jobs", "run"]).output
    assert "awards that waited for money: 1, 1000 minor units" in output
    assert seen(desk, report_id, desk.reporter.key)["award"]["paid"] == 400


def test_caps_are_set_listed_and_shown(desk: Desk) -> None:
    ask, key = desk.world.post, desk.world.administrator
    made = ask("/award-caps", {"per_day": 500, "per_month": None}, key, call="same")
    assert made.status_code == 201
    assert ask("/award-caps", {"per_day": 500, "per_month": None}, key, call="same").get_json() == made.get_json()
    ask("/award-caps", {"per_day": None, "per_month": 700}, key)
    listed = desk.world.get("/award-caps", key, limit=1).get_json()
    assert [each["number"] for each in listed["items"]] == [2]
    older = desk.world.get("/award-caps", key, cursor=listed["next_cursor"]).get_json()
    assert older == {"items": [made.get_json()], "next_cursor": None}
    assert desk.world.get(f"/award-caps/{made.get_json()['id']}", key).get_json() == made.get_json()
    assert problem(desk.world.get(f"/award-caps/{desk.reporter.id}", key)) == (404, "caps_unknown")
    assert problem(ask("/award-caps", {"per_day": 2, "per_month": 1}, key)) == (422, "caps_invalid")


def test_who_only_joined_reads_what_was_published_and_no_more(desk: Desk) -> None:
    place = {"address": "舜都大道 5 号门前", "lat": 34.867, "long": 110.442}
    report_id = str(desk.sent_in(**place)["id"])
    desk.bring_on(report_id, ReportStatus.ACCEPTED)
    desk.step(report_id, "joins", "neighbour", evidence="还缺一个")
    keys, world = desk.keys, desk.world
    listed = {who: world.get("/reports", keys[who]).get_json()["items"] for who in ("neighbour", "resident")}
    shown = {who: world.get(f"/reports/{report_id}", keys[who]).get_json() for who in listed}
    for who, is_told in (("neighbour", False), ("resident", True)):
        for told in (shown[who], *listed[who]):
            assert (told["description"] is not None) == is_told, who
            assert {name: told[name] for name in place} == (place if is_told else dict.fromkeys(place))
    assert shown["neighbour"]["status"] == shown["resident"]["status"] == ReportStatus.ACCEPTED
