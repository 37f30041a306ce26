"""A resident reports: the form, their reports with every step, and saying that what was closed is not done."""

import re
from functools import partial

import pytest
from werkzeug.test import TestResponse

from people import Level, add_unit
from reports import ReportStatus
from tests.web.pages import browser as browsers
from tests.web.pages.browser import Browser, browser_of
from tests.web.reporting import CATEGORY, VILLAGE, Desk
from tests.web.world import OTHER_TOWN, World

SENT = re.compile(r"/me/reports/[0-9a-f-]{36}")


@pytest.fixture
def desk(world: World) -> Desk:
    """Return the people who work with reports."""
    return Desk(world)


@pytest.fixture
def mine(world: World, desk: Desk) -> Browser:
    """Return the browser of whose the reports are."""
    return browser_of(world, desk.reporter)


def text_of(answer: TestResponse) -> str:
    """Return what a page says; after a day, which is an element of its own, stands no blank before the full stop."""
    return re.sub(r" (?=[.,])", "", browsers.text_of(answer))


def asked(browser: Browser, **changes: str) -> dict[str, str]:
    """Return the form of a report as somebody fills it in."""
    browser.get("/me/reports/new")
    return {
        "category": CATEGORY,
        "description": "井盖没了",
        "unit": VILLAGE,
        "address": "",
        "lat": "",
        "long": "",
        "idempotency_key": browser.hidden("idempotency_key"),
        **changes,
    }


# --- sending one in ---------------------------------------------------------------------------------------------------


def test_a_report_is_sent_in_and_shown_with_its_number_and_what_comes_next(world: World, mine: Browser) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, address="学校门口", lat="34.86712", long="110.44801"))

    said = text_of(mine.follow(answer))

    assert SENT.fullmatch(answer.headers["Location"])
    number = re.search(r"Its number is (\d{12})\.", said)
    assert number
    assert f"Number {number[1][:6]} {number[1][6:]}" in said
    assert "As a rule 永济市住房和城乡建设管理局 answers for this, and has 2 working days" in said
    for words in ("Missing or broken manhole cover", "received", "says whether it is accepted", "学校门口", "34.86712"):
        assert words in said
    listed = world.get("/reports", world.administrator).get_json()["items"]
    assert [(each["number"], each["unit"], each["channel"]) for each in listed] == [(number[1], VILLAGE, "resident")]


def test_the_form_offers_where_one_lives_and_says_who_answers_and_in_how_many_days(mine: Browser) -> None:
    page = mine.get("/me/reports/new")

    said = text_of(page)
    assert "Missing or broken manhole cover 永济市住房和城乡建设管理局 done within 2 working days" in said
    assert f'<option value="{VILLAGE}" selected>康乐社区居委会 (where I live)</option>' in page.text
    # Their own town first, the county for whoever does not know the town last; departments are no places.
    towns = re.findall(r'<optgroup label="([^"]+)">', page.text)
    assert (towns[0], towns[-1]) == ("城西街道", "永济市")
    assert page.text.count(f'value="{VILLAGE}"') == 1
    assert "140881-D01" not in page.text


@pytest.mark.usefixtures("desk")
def test_buildings_are_no_choice_but_whoever_lives_in_one_has_it(world: World) -> None:
    grid, building = (("G1", VILLAGE, Level.GRID, "第一网格"), ("B1", "G1", Level.BUILDING, "1号楼"))
    for code, parent, level, name in (grid, building):
        world.done(partial(add_unit, code=code, parent_code=parent, level=level, name=name))
    page = browser_of(world, world.resident(unit="B1")).get("/me/reports/new").text

    assert "康乐社区居委会 / 第一网格" in page
    assert page.count('value="B1"') == 1
    assert re.findall(r'<optgroup label="([^"]+)">', page)[0] == "城西街道"


def test_a_text_of_several_lines_is_kept_as_one(world: World, mine: Browser) -> None:
    mine.post("/me/reports/new", **asked(mine, description=" 井盖没了，\r\n\r\n 很危险。\n"))

    [sent] = world.get("/reports", world.administrator).get_json()["items"]
    assert sent["description"] == "井盖没了， 很危险。"


def test_a_form_sent_twice_is_one_report(world: World, mine: Browser) -> None:
    form = asked(mine)

    first = mine.post("/me/reports/new", **form)
    again = mine.post("/me/reports/new", **form)

    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    assert len(world.get("/reports", world.administrator).get_json()["items"]) == 1
    other = mine.post("/me/reports/new", **{**form, "description": "另一件事"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"category": ""}, "Choose what it is about."),
        ({"category": "C01"}, "There is no such category"),
        ({"category": "x'"}, "There is no such category"),
        ({"description": "  "}, "Fill this in."),
        ({"description": "a" * 501}, "This text is too long."),
        ({"description": "a\x00b"}, "character"),
        ({"address": "a" * 101}, "This text is too long."),
        ({"unit": "nowhere"}, "There is no such unit"),
        ({"unit": "140881-D01"}, "A department is no place"),
        ({"lat": "34.8"}, "A position needs both"),
        ({"lat": "91", "long": "0"}, "A position needs both"),
        ({"lat": "nan", "long": "1"}, "This position cannot be read"),
        ({"lat": "１e999", "long": "1"}, "This position cannot be read"),
        ({"lat": "here", "long": "1"}, "This position cannot be read"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    world: World, mine: Browser, wrong: dict[str, str], words: str
) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, **{"description": "楼道灯坏了", **wrong}))

    assert answer.status_code in {404, 422}
    assert words in text_of(answer)
    if "description" not in wrong:
        assert "楼道灯坏了" in answer.text
    if not wrong.get("category"):
        assert world.get("/reports", world.administrator).get_json()["items"] == []


def test_what_was_chosen_is_still_chosen_beside_a_fault(mine: Browser) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, description=" ", unit=OTHER_TOWN, lat="34.8", long="110.4"))

    assert f'value="{CATEGORY}" checked' in answer.text
    assert f'<option value="{OTHER_TOWN}" selected>' in answer.text
    assert (mine.hidden("lat"), mine.hidden("long")) == ("34.8", "110.4")


def test_without_a_responsibility_list_nothing_can_be_reported(world: World) -> None:
    browser = browser_of(world, world.resident())

    assert "Nothing can be reported here yet" in text_of(browser.get("/me/reports/new"))


# --- where it stands --------------------------------------------------------------------------------------------------


def test_whoever_reported_nothing_is_invited_to(mine: Browser) -> None:
    page = mine.get("/me/reports")

    assert "You have not reported anything yet" in text_of(page)
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
        said = text_of(mine.get(path))
        assert words in said
        assert duty in said
        assert "overdue" not in said


def test_what_is_overdue_is_marked(world: World, desk: Desk, mine: Browser) -> None:
    desk.brought_to(ReportStatus.DISPATCHED)
    handled = desk.brought_to(ReportStatus.HANDLED)
    world.clock.pass_by(days=5)

    said = text_of(mine.get("/me/reports"))

    assert said.count("3 days overdue") == 1
    assert "永济市住房和城乡建设管理局 should have done it by 3 Jun." in said
    # Nobody is late with what waits for somebody else.
    assert "overdue" not in text_of(mine.get(f"/me/reports/{handled}"))


def test_the_timeline_tells_each_step_with_its_day_and_who_took_it_is_nobodys_business(
    world: World, desk: Desk, mine: Browser
) -> None:
    report_id = desk.brought_to(ReportStatus.ACKNOWLEDGED)
    world.clock.pass_by(days=3)
    desk.step(report_id, "handling", "handler", note="换了新井盖")
    desk.step(report_id, "verification", "supervisor", result="returned", note="盖子松动")

    said = text_of(mine.get(f"/me/reports/{report_id}"))

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

    said = text_of(mine.get(f"/me/reports/{report_id}"))

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

    said = text_of(mine.get(f"/me/reports/{report_id}"))

    assert all(each in said for each in words)
    assert "It is not done" not in said


def test_a_merged_report_says_that_another_goes_on_and_does_not_lead_there(desk: Desk, mine: Browser) -> None:
    other, merged = desk.sent_in(), desk.sent_in()
    desk.step(merged["id"], "merger", "supervisor", into=other["id"])

    page = mine.get(f"/me/reports/{merged['id']}")

    assert "Another report is about the same thing" in text_of(page)
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


# --- it is not done ---------------------------------------------------------------------------------------------------


def test_what_is_not_done_is_reopened_once_and_the_department_has_a_new_day(
    world: World, desk: Desk, mine: Browser
) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    world.clock.pass_by(days=15)
    assert "You can say so through today." in text_of(mine.get(f"/me/reports/{report_id}"))
    sent = {"reason": "又松了", "idempotency_key": mine.hidden("idempotency_key")}

    first = mine.post(f"/me/reports/{report_id}/reopening", **sent)
    again = mine.post(f"/me/reports/{report_id}/reopening", **sent)

    assert (first.status_code, again.status_code) == (303, 303)
    said = text_of(mine.follow(again))
    assert said.count("Reopened by the reporter; 永济市住房和城乡建设管理局 has to do it again") == 1
    assert "又松了" in said
    assert "It is not done" not in said
    once_more = mine.post(f"/me/reports/{report_id}/reopening", reason="还是不行", idempotency_key="other")
    assert (once_more.status_code, "This step is not possible now" in text_of(once_more)) == (409, True)


def test_after_the_days_for_it_a_report_is_not_reopened_but_made_anew(world: World, desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    world.clock.pass_by(days=16)

    page = mine.get(f"/me/reports/{report_id}")
    sent = mine.post(f"/me/reports/{report_id}/reopening", reason="没修", idempotency_key="k")

    assert "please report it anew" in text_of(page)
    assert "/reopening" not in page.text
    assert (sent.status_code, "Too late to reopen" in text_of(sent)) == (409, True)


def test_a_reopening_says_why(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)

    answer = mine.post(f"/me/reports/{report_id}/reopening", reason=" ", idempotency_key="k")

    assert (answer.status_code, "Fill this in." in text_of(answer)) == (422, True)
    assert '<details class="reveal" open>' in answer.text
