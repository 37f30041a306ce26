"""A resident's own reports: where each stands, every step of it, and saying that what was closed is not done."""

import re

import pytest

from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, sentences_of
from tests.web.reporting import Desk
from tests.web.world import World

SENT = re.compile(r"/me/reports/[0-9a-f-]{36}")


def test_whoever_reported_nothing_is_invited_to(mine: Browser) -> None:
    page = mine.get("/me/reports")

    assert "You have not reported anything yet" in sentences_of(page)
    assert 'href="/me/reports/new"' in page.text
    assert 'href="/me/reports/new"' in mine.get("/me").text


@pytest.mark.parametrize(
    ("status", "words", "duty"),
    [
        (ReportStatus.SUBMITTED, "received", ""),
        (ReportStatus.ACCEPTED, "accepted", "城西街道 gives it to a department by tomorrow."),
        (ReportStatus.DISPATCHED, "given to a department", "永济市住房和城乡建设管理局 has to do it by 3 Jun."),
        (ReportStatus.ACKNOWLEDGED, "being handled", "永济市住房和城乡建设管理局 has to do it by 3 Jun."),
        (ReportStatus.HANDLED, "being checked", "永济市住房和城乡建设管理局 says that it is done."),
        (ReportStatus.VERIFIED, "checked: done", ""),
        (ReportStatus.CLOSED, "report closed", ""),
    ],
)
def test_the_list_and_the_page_say_where_a_report_stands_and_who_owes_what(
    desk: Desk, mine: Browser, status: ReportStatus, words: str, duty: str
) -> None:
    report_id = desk.brought_to(status)

    for path in ("/me/reports", f"/me/reports/{report_id}"):
        said = sentences_of(mine.get(path))
        assert words in said
        assert duty in said
        assert "overdue" not in said


def test_what_is_overdue_is_marked(world: World, desk: Desk, mine: Browser) -> None:
    desk.brought_to(ReportStatus.DISPATCHED)
    handled = desk.brought_to(ReportStatus.HANDLED)
    world.clock.pass_by(days=5)

    said = sentences_of(mine.get("/me/reports"))

    assert said.count("3 days overdue") == 1
    assert "永济市住房和城乡建设管理局 should have done it by 3 Jun." in said
    # Nobody is late with what waits for somebody else.
    assert "overdue" not in sentences_of(mine.get(f"/me/reports/{handled}"))


def test_the_timeline_tells_each_step_with_its_day_and_who_took_it_is_nobodys_business(
    world: World, desk: Desk, mine: Browser
) -> None:
    report_id = desk.brought_to(ReportStatus.ACKNOWLEDGED)
    world.clock.pass_by(days=3)
    desk.step(report_id, "handling", "handler", note="换了新井盖")
    desk.step(report_id, "verification", "supervisor", result="returned", note="盖子松动")

    said = sentences_of(mine.get(f"/me/reports/{report_id}"))

    told = [
        "Reported 1 Jun 12:00",
        "Accepted; 城西街道 gives it to a department 1 Jun 12:00 to be given on by 2 Jun",
        "Given to 永济市住房和城乡建设管理局 1 Jun 12:00 to be done by yesterday",
        "永济市住房和城乡建设管理局 has seen it and works on it",
        "says that it is done today 12:00 was to be done by yesterday · 1 day late 换了新井盖",
        "not done, back to 永济市住房和城乡建设管理局 today 12:00 still to be done by yesterday 盖子松动",
    ]
    places = [said.find(words) for words in told]
    assert -1 not in places
    assert places == sorted(places)
    for name in ("Supervisor", "Dispatcher", "Handler"):
        assert name not in said


def test_more_time_and_another_department_show_the_day_before_and_after(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    desk.step(report_id, "transfer", "dispatcher", unit="140881-D06")
    desk.step(report_id, "postponement", "supervisor", due_on="2026-07-01", reason="等配件")
    desk.step(report_id, "postponement/approval", "other_supervisor", decision="approve")

    said = sentences_of(mine.get(f"/me/reports/{report_id}"))

    assert "Passed on to 永济市城市管理局 today 12:00 to be done by 3 Jun" in said
    assert "gave 永济市城市管理局 more time today 12:00 was to be done by 3 Jun, now by 1 Jul 等配件" in said
    assert "永济市城市管理局 has to do it by 1 Jul." in said


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([("rejection", "supervisor", {"reason": "不在辖区"})], ("not accepted", "不在辖区")),
        (
            [
                ("acceptance", "supervisor", {"severity": "normal"}),
                ("withdrawal", "supervisor", {"reason": "误报"}),
                ("withdrawal/approval", "other_supervisor", {"decision": "approve"}),
            ],
            ("ended without result", "误报"),
        ),
    ],
)
def test_a_report_that_ended_otherwise_says_why(
    desk: Desk, mine: Browser, steps: list[tuple[str, str, dict[str, str]]], words: tuple[str, str]
) -> None:
    report_id = desk.sent_in()["id"]
    for name, by, body in steps:
        desk.step(report_id, name, by, **body)

    said = sentences_of(mine.get(f"/me/reports/{report_id}"))

    assert all(each in said for each in words)
    assert "It is not done" not in said


def test_a_merged_report_says_that_another_goes_on_and_does_not_lead_there(desk: Desk, mine: Browser) -> None:
    other, merged = desk.sent_in(), desk.sent_in()
    desk.step(merged["id"], "merger", "supervisor", into=other["id"])

    page = mine.get(f"/me/reports/{merged['id']}")

    assert "Another report is about the same thing" in sentences_of(page)
    assert other["id"] not in page.text


def test_reports_come_a_page_at_a_time(desk: Desk, mine: Browser) -> None:
    for _report in range(23):
        desk.sent_in()

    first = mine.get("/me/reports")
    [more] = set(re.findall(r'hx-get="(/me/reports\?before=[0-9a-f-]{36})"', first.text))
    rest = mine.part(more)

    assert (len(SENT.findall(first.text)), len(SENT.findall(rest.text))) == (20, 3)
    assert "<html" not in rest.text
    assert mine.get("/me/reports?before=x").status_code == 404


def test_anothers_report_is_not_found(world: World, desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    other = browser_of(world, world.resident())

    assert other.get(f"/me/reports/{report_id}").status_code == 404
    sent = other.post(f"/me/reports/{report_id}/reopening", reason="没修", idempotency_key="k")
    assert sent.status_code == 404
    assert SENT.search(other.get("/me/reports").text) is None
    assert mine.get(f"/me/reports/{report_id}").status_code == 200


def test_who_follows_anothers_report_sees_it_as_anothers(world: World, desk: Desk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    open_id = desk.brought_to(ReportStatus.ACCEPTED)
    neighbour = world.resident()
    assert world.post(f"/reports/{open_id}/joins", {}, neighbour.key).status_code == 201
    follower = browser_of(world, neighbour)

    assert "reported by somebody else; you follow it" in sentences_of(follower.get("/me/reports"))
    said = sentences_of(follower.get(f"/me/reports/{open_id}"))
    assert "What somebody else reported, and you follow" in said
    desk.bring_on(open_id)
    page = follower.get(f"/me/reports/{open_id}")
    assert "/reopening" not in page.text
    assert "anew" not in sentences_of(page)
    sent = follower.post(f"/me/reports/{open_id}/reopening", reason="没修", idempotency_key="k")
    assert sent.status_code == 404
    assert follower.get(f"/me/reports/{report_id}").status_code == 404


# --- it is not done ---------------------------------------------------------------------------------------------------


def test_what_is_not_done_is_reopened_once_and_the_department_has_a_new_day(
    world: World, desk: Desk, mine: Browser
) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    world.clock.pass_by(days=15)
    assert "You can say so through today." in sentences_of(mine.get(f"/me/reports/{report_id}"))
    sent = {"reason": "又松了", "idempotency_key": mine.hidden("idempotency_key")}

    first = mine.post(f"/me/reports/{report_id}/reopening", **sent)
    again = mine.post(f"/me/reports/{report_id}/reopening", **sent)

    assert (first.status_code, again.status_code) == (303, 303)
    said = sentences_of(mine.follow(again))
    assert said.count("Reopened by the reporter; 永济市住房和城乡建设管理局 has to do it again") == 1
    assert "又松了" in said
    assert "It is not done" not in said
    once_more = mine.post(f"/me/reports/{report_id}/reopening", reason="还是不行", idempotency_key="other")
    assert (once_more.status_code, "This step is not possible now" in sentences_of(once_more)) == (409, True)


def test_after_the_days_for_it_a_report_is_not_reopened_but_made_anew(world: World, desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    world.clock.pass_by(days=16)

    page = mine.get(f"/me/reports/{report_id}")
    sent = mine.post(f"/me/reports/{report_id}/reopening", reason="没修", idempotency_key="k")

    assert "please report it anew" in sentences_of(page)
    assert "/reopening" not in page.text
    assert (sent.status_code, "Too late to reopen" in sentences_of(sent)) == (409, True)


def test_a_reopening_says_why(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)

    answer = mine.post(f"/me/reports/{report_id}/reopening", reason=" ", idempotency_key="k")

    assert (answer.status_code, "Fill this in." in sentences_of(answer)) == (422, True)
    assert '<details class="reveal" open>' in answer.text
