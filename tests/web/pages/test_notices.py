"""Notices on pages: one's own, unread ones marked and counted at the bell, each leading to its report."""

import re

import pytest

from people import Role
from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, browser_of_person, sentences_of, text_of
from tests.web.reporting import Desk
from tests.web.world import OTHER_TOWN, TOWN, World

UNREAD = re.compile(r'<button class="item unread">')
BELL = re.compile(r'class="bell".*?</a>', re.DOTALL)


def bell(browser: Browser, path: str = "/account") -> str:
    """Return what the bell of a page says."""
    found = BELL.search(browser.get(path).text)
    assert found is not None
    return " ".join(re.sub(r"<[^>]*>", " ", found[0].partition(">")[2]).split())


@pytest.mark.parametrize(
    ("language", "words", "empty"),
    [("en", "was accepted.", "No notices yet"), ("zh", "已受理", "还没有通知")],
)
def test_a_resident_reads_what_happened(world: World, desk: Desk, language: str, words: str, empty: str) -> None:
    mine = browser_of(world, desk.reporter, language=language)
    assert empty in text_of(mine.get("/me/notices"))
    desk.brought_to(ReportStatus.ACCEPTED)
    page = mine.get("/me/notices")
    assert words in text_of(page)
    assert len(UNREAD.findall(page.text)) == 1


def test_one_is_read_by_opening_it_and_all_at_once(desk: Desk, mine: Browser) -> None:
    report_id = desk.brought_to(ReportStatus.ACCEPTED)
    desk.brought_to(ReportStatus.ACCEPTED)
    assert bell(mine) == "Notices 2 not read"
    page = mine.get("/me/notices")
    [_second, first] = re.findall(r'action="(/me/notices/[0-9a-f-]{36}/reading)"', page.text)
    opened = mine.post(first)
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/me/reports/{report_id}")
    # Again changes nothing, and leads there all the same.
    assert mine.post(first).headers["Location"] == f"/me/reports/{report_id}"
    assert bell(mine) == "Notices 1 not read"
    page = mine.get("/me/notices")
    assert (len(UNREAD.findall(page.text)), f'class="item" href="/me/reports/{report_id}"' in page.text) == (1, True)
    assert len(UNREAD.findall(mine.get("/me/notices?show=unread").text)) == 1
    newest = mine.hidden("newest")
    desk.brought_to(ReportStatus.ACCEPTED)
    # What came after the page was shown stays unread.
    said = sentences_of(mine.follow(mine.post("/me/notices/reading", newest=newest)))
    assert "All are marked as read." in said
    assert bell(mine) == "Notices 1 not read"
    mine.get("/me/notices")
    mine.post("/me/notices/reading", newest=mine.hidden("newest"))
    assert bell(mine) == "Notices"
    assert "You have read everything" in text_of(mine.get("/me/notices?show=unread"))


def test_nobody_reads_anothers(world: World, desk: Desk, mine: Browser) -> None:
    desk.brought_to(ReportStatus.ACCEPTED)
    mine.get("/me/notices")
    newest = mine.hidden("newest")
    other = browser_of(world, world.resident())
    assert "No notices yet" in text_of(other.get("/me/notices"))
    assert other.post(f"/me/notices/{newest}/reading").status_code == 404
    assert other.post("/me/notices/reading", newest=newest).status_code == 404
    assert bell(mine) == "Notices 1 not read"
    # Whatever else is sent as the newest one reads nothing.
    assert mine.post("/me/notices/reading", newest="x").status_code == 303
    assert mine.get("/me/notices?before=x").status_code == 404
    assert bell(mine) == "Notices 1 not read"


def test_they_come_a_page_at_a_time(desk: Desk, mine: Browser) -> None:
    for _report in range(31):
        desk.brought_to(ReportStatus.ACCEPTED)
    first = mine.get("/me/notices")
    [more] = set(re.findall(r'hx-get="(/me/notices\?before=[0-9a-f-]{36})"', first.text))
    rest = mine.part(more)
    assert (len(UNREAD.findall(first.text)), len(UNREAD.findall(rest.text))) == (30, 1)
    assert "<html" not in rest.text
    unread = mine.get("/me/notices?show=unread").text
    assert re.search(r'hx-get="/me/notices\?show=unread&amp;before=', unread)


def test_officers_read_those_to_their_role_in_their_places(world: World, desk: Desk) -> None:
    supervisor = browser_of_person(world, Role.SUPERVISOR, unit_code=TOWN)
    colleague = browser_of_person(world, Role.SUPERVISOR, unit_code=TOWN)
    elsewhere = browser_of_person(world, Role.SUPERVISOR, unit_code=OTHER_TOWN)
    handler = browser_of_person(world, Role.HANDLER, unit_code=TOWN)
    report_id = desk.sent_in()["id"]
    page = supervisor.get("/office/notices")
    assert "was sent in." in text_of(page)
    assert bell(supervisor, "/office") == "Notices 1 not read"
    for other in (elsewhere, handler):
        assert "No notices yet" in text_of(other.get("/office/notices"))
        assert bell(other, "/office") == "Notices"
    [one] = re.findall(r'action="(/office/notices/[0-9a-f-]{36}/reading)"', page.text)
    assert elsewhere.post(one).status_code == 404
    opened = supervisor.post(one)
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/office/reports/{report_id}")
    # What one has read is read for the others.
    assert bell(colleague, "/office") == "Notices"


def test_whoever_is_told_nothing_has_no_bell(world: World) -> None:
    for browser in (browser_of_person(world, Role.ADMINISTRATOR), browser_of_person(world, Role.AUDITOR)):
        assert 'class="bell"' not in browser.get("/office").text
    assert 'class="bell"' not in Browser(world).get("/").text


def test_more_than_a_hundred_are_not_counted(world: World, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setattr("web.pages.viewer._UNREAD_MAX", 3)
    mine = browser_of(world, desk.reporter)
    for _report in range(2):
        desk.brought_to(ReportStatus.ACCEPTED)
    assert bell(mine) == "Notices 2 not read"
    for _report in range(2):
        desk.brought_to(ReportStatus.ACCEPTED)
    assert bell(mine) == "Notices 2+ not read"
