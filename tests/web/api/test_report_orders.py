"""督办, 超期上报 and 重大事项 over HTTP."""

import threading
from typing import Any

import pytest

from oversight import escalate_overdue
from people import Role
from reports import CallState, ReportStatus
from tests.web.reporting import CITY_WORKS, TOWN, VILLAGE, Desk
from tests.web.world import OTHER_TOWN, problem
from web.unit_of_work import in_transaction

COUNTY = "140881"
WORDS = "overdue duties brought before the unit above: "


def seen(desk: Desk, report_id: str, who: str) -> dict[str, Any]:
    return dict(desk.world.get(f"/reports/{report_id}", desk.keys[who]).get_json())


def jobs(desk: Desk) -> str:
    return str(desk.world.app.test_cli_runner().invoke(args=["jobs", "run"]).output)


# --- orders ----------------------------------------------------------------------------------------------------------


def test_an_order_is_given_answered_and_told(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    holder = seen(desk, report_id, "supervisor")["duty"]["unit"]
    order = desk.step(report_id, "orders", "supervisor", due_on="2026-06-02", text="请说明进展")
    assert (order["unit"], order["state"], order["late"], order["answer"]) == (holder, "open", False, None)
    desk.world.clock.pass_by(days=2)
    [overdue] = seen(desk, report_id, "handler")["orders"]
    assert (overdue["state"], overdue["late"]) == ("overdue", True)
    answer = desk.step(report_id, f"orders/{order['id']}/answer", "handler", text="明天完成")
    assert (answer["state"], answer["late"], answer["answer"]) == ("answered", True, "明天完成")
    assert seen(desk, report_id, "supervisor")["orders"] == [answer]
    assert seen(desk, report_id, "resident")["orders"] == []
    again = desk.world.post(f"/reports/{report_id}/orders/{order['id']}/answer", {"text": "x"}, desk.keys["handler"])
    assert problem(again) == (409, "order_answered")


def test_an_order_is_in_time_through_midnight_of_its_day(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    order = desk.step(report_id, "orders", "supervisor", due_on="2026-06-01", text="今天说明")
    desk.world.clock.pass_by(hours=11, minutes=59)
    assert seen(desk, report_id, "supervisor")["orders"][0]["late"] is False
    desk.step(report_id, f"orders/{order['id']}/answer", "handler", text="好了")
    desk.world.clock.pass_by(minutes=1)
    assert seen(desk, report_id, "supervisor")["orders"][0]["late"] is False


def test_the_same_order_is_given_once(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    path, body, key = f"/reports/{report_id}/orders", {"due_on": "2026-06-02", "text": "t"}, desk.keys["supervisor"]
    first = desk.world.post(path, body, key, call="same")
    again = desk.world.post(path, body, key, call="same")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert len(seen(desk, report_id, "supervisor")["orders"]) == 1


def test_who_may_order_and_answer(desk: Desk) -> None:
    report_id, _calls = desk.called(CallState.CALLED, CITY_WORKS)
    path, body = f"/reports/{report_id}/orders", {"due_on": "2026-06-02", "text": "t"}
    ask = desk.world.post
    assert problem(ask(path, body, None)) == (401, "unauthenticated")
    assert problem(ask(path, body, desk.keys["dispatcher"])) == (403, "forbidden")
    elsewhere = desk.world.key(Role.SUPERVISOR, unit_code=OTHER_TOWN)
    assert problem(ask(path, body, elsewhere)) == (404, "report_unknown")
    assert problem(ask(path, {**body, "unit": "140881-D02"}, desk.keys["supervisor"])) == (409, "nothing_owed")
    too_late = ask(path, {**body, "due_on": "2027-12-01"}, desk.keys["supervisor"])
    assert problem(too_late) == (422, "due_date_out_of_range")
    to_the_town = desk.step(report_id, "orders", "supervisor", **body)
    to_the_called = desk.step(report_id, "orders", "supervisor", **body, unit=CITY_WORKS)
    assert (to_the_town["unit"], to_the_called["unit"]) == (TOWN, CITY_WORKS)
    by_the_wrong = ask(f"{path}/{to_the_called['id']}/answer", {"text": "x"}, desk.keys["dispatcher"])
    assert problem(by_the_wrong) == (404, "report_unknown")
    desk.step(report_id, f"orders/{to_the_town['id']}/answer", "dispatcher", text="x")
    lost = ask(f"{path}/{desk.reporter.id}/answer", {"text": "x"}, desk.keys["handler"])
    assert problem(lost) == (404, "order_unknown")


def test_orders_are_listed_by_where_they_stand(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    made = [
        desk.step(report_id, "orders", "supervisor", due_on=day, text="t")["id"]
        for day in ("2026-06-01", "2026-06-20", "2026-06-20")
    ]
    desk.step(report_id, f"orders/{made[2]}/answer", "handler", text="x")
    desk.world.clock.pass_by(days=1)

    def listed(key: str, **query: Any) -> list[str]:
        return [each["id"] for each in desk.world.get("/report-orders", key, **query).get_json()["items"]]

    assert sorted(listed(desk.keys["supervisor"])) == sorted(made)
    assert listed(desk.keys["supervisor"], state="overdue") == [made[0]]
    assert sorted(listed(desk.keys["handler"], state="open")) == sorted(made[:2])
    assert listed(desk.world.administrator, state="answered") == [made[2]]
    assert listed(desk.keys["dispatcher"]) == []
    assert problem(desk.world.get("/report-orders", desk.keys["supervisor"], state="gone"))[0] == 422
    assert problem(desk.world.get("/report-orders", desk.keys["resident"])) == (403, "forbidden")


# --- escalations -----------------------------------------------------------------------------------------------------


def test_the_jobs_bring_what_is_late_before_the_unit_above_once(desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    holder = seen(desk, report_id, "supervisor")["duty"]["unit"]
    called, [call_id] = desk.called(CallState.ACKNOWLEDGED, CITY_WORKS)
    assert f"{WORDS}0\n" in jobs(desk)
    desk.world.clock.pass_by(days=60)
    assert f"{WORDS}3\n" in jobs(desk)
    assert f"{WORDS}0\n" in jobs(desk)
    [escalation] = seen(desk, report_id, "resident")["escalations"]
    assert (escalation["kind"], escalation["unit"], escalation["to"]) == ("overdue", holder, COUNTY)
    assert (escalation["at_top"], escalation["raised_on"]) == (False, "2026-07-31")
    of_two = seen(desk, called, "supervisor")["escalations"]
    assert {(each["unit"], each["call_id"]) for each in of_two} == {(TOWN, None), (CITY_WORKS, call_id)}
    county = desk.world.get("/escalations", desk.keys["supervisor"], kind="overdue").get_json()["items"]
    assert {each["id"] for each in county} == {escalation["id"], *(each["id"] for each in of_two)}
    assert {each["report_id"] for each in county} == {report_id, called}
    in_town = desk.world.key(Role.SUPERVISOR, unit_code=TOWN)
    assert desk.world.get("/escalations", in_town).get_json()["items"] == []
    assert problem(desk.world.get("/escalations", desk.keys["handler"])) == (403, "forbidden")
    # The duty itself stays where it is, and late.
    assert seen(desk, report_id, "supervisor")["duty"]["overdue"] is True
    audit = desk.world.app.test_cli_runner().invoke(args=["books", "audit"])
    assert "DIFFERS" not in audit.output


def test_sweeps_side_by_side_escalate_each_duty_once(desk: Desk) -> None:
    for _ in range(6):
        desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=60)
    counts: list[int] = []
    both = threading.Barrier(2)

    def sweep() -> None:
        with desk.world.app.app_context():
            both.wait()
            at = desk.world.clock.at
            counts.append(in_transaction(lambda session: escalate_overdue(session, now=at)).count)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What one of them held at that moment is left to whoever comes after both.
    at = desk.world.clock.at
    left = desk.world.done(lambda session: escalate_overdue(session, now=at)).count
    assert sum(counts) + left == 6
    items = desk.world.get("/escalations", desk.keys["supervisor"]).get_json()["items"]
    assert len(items) == len({each["report_id"] for each in items}) == 6


# --- urgent ----------------------------------------------------------------------------------------------------------


def test_what_is_urgent_is_told_above_before_anybody_accepts_it(desk: Desk) -> None:
    usual, hasty = desk.sent_in(), desk.sent_in(urgent=True)
    assert (usual["urgent"], usual["escalations"], hasty["urgent"]) == (False, [], True)
    assert {(each["unit"], each["to"], each["kind"]) for each in hasty["escalations"]} == {
        (VILLAGE, TOWN, "urgent"),
        (VILLAGE, COUNTY, "urgent"),
    }
    in_town = desk.world.key(Role.SUPERVISOR, unit_code=TOWN)
    [told] = desk.world.get("/escalations", in_town).get_json()["items"]
    assert (told["report_id"], told["number"], told["to"]) == (hasty["id"], hasty["number"], TOWN)
    assert (told["due_on"], told["at_top"]) == (None, False)
    listed = desk.world.get("/reports", desk.keys["supervisor"]).get_json()["items"]
    assert {each["id"]: each["urgent"] for each in listed} == {usual["id"]: False, hasty["id"]: True}


def test_what_is_urgent_may_come_without_a_name(desk: Desk) -> None:
    sent = desk.sent_in(urgent=True, anonymous=True)
    assert (sent["urgent"], len(sent["escalations"])) == (True, 2)
    listed = desk.world.get("/escalations", desk.keys["supervisor"]).get_json()["items"]
    assert {each["report_id"] for each in listed} == {sent["id"]}


@pytest.mark.parametrize("value", ["true", 1, None])
def test_urgent_is_true_or_false(desk: Desk, value: object) -> None:
    body = {"category": "C0103", "description": "d", "unit": VILLAGE, "urgent": value}
    assert problem(desk.world.post("/reports", body, desk.keys["resident"])) == (422, "invalid_fields")
