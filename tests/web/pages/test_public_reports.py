"""Reports for everybody: bare facts, published words and photos, and nothing of what is hidden."""

import csv
import io
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from people import get_unit
from reports import ReportStatus
from tests.web.pages.browser import Browser, browser_of, text_of
from tests.web.publishing import SECRET, PublishingDesk
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, World

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# A category that the packaged list keeps private.
PRIVATE = "E0402"


@pytest.fixture
def desk(world: World) -> PublishingDesk:
    """Return a desk where nothing is reported yet."""
    return PublishingDesk(world)


def rows(answer: TestResponse) -> list[list[str]]:
    """Return the rows of a CSV, without the heads."""
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def everywhere(desk: PublishingDesk) -> dict[str, str]:
    """Return all that anybody can read of reports without knowing a number: pages, the file, and Open311."""
    client = desk.world.app.test_client()
    paths = (
        *("/reports", "/reports.csv", "/", "/scoreboard"),
        *(f"/open311/v2/{name}.{form}" for name in ("requests", "servicerequestupdates") for form in ("json", "xml")),
    )
    return {path: client.get(path).text for path in paths}


def test_before_anybody_looked_a_report_has_bare_facts_and_no_words(desk: PublishingDesk) -> None:
    report_id = desk.sent_in(description=SECRET, address="三号楼二单元")["id"]
    desk.step(report_id, "acceptance", "supervisor", severity="normal")
    report = desk.step(report_id, "dispatch", "dispatcher")
    desk.add_photo(report_id)
    page = desk.public(f"/reports/{report['number']}")
    words = text_of(page)
    assert page.status_code == 200
    place = desk.world.seen(lambda session: get_unit(session, VILLAGE).name)
    for told in (place, "given to a department", "has to do it by", "1 June 2026", "Nobody has looked yet"):
        assert told in words, told
    for found in (words, *everywhere(desk).values()):
        assert not re.search("张三|13800001234|三号楼", found)
    assert '<img src="/reports/' not in page.text
    assert report["number"] in everywhere(desk)["/reports.csv"]


def test_what_was_published_is_read_on_its_page_in_the_list_in_the_file_and_by_open311(desk: PublishingDesk) -> None:
    report, _photo = desk.with_photo(ReportStatus.HANDLED)
    desk.published(report["id"], *_photos(desk, report["id"]), text="路上井盖没了", answer="已换新盖")
    words = text_of(desk.public(f"/reports/{report['number']}"))
    assert "路上井盖没了" in words
    assert "已换新盖" in words
    assert "路上井盖没了" in text_of(desk.public("/reports"))
    [row] = rows(desk.public("/reports.csv"))
    assert (row[0], row[9:]) == (report["number"], ["路上井盖没了", "已换新盖", "1"])
    [told] = desk.world.app.test_client().get("/open311/v2/requests.json").get_json()
    assert told["description"] == "路上井盖没了"
    picture = desk.world.app.test_client().get(told["media_url"])
    assert (picture.status_code, picture.content_type) == (200, "image/jpeg")


def test_of_withheld_words_it_is_said_that_they_are(desk: PublishingDesk) -> None:
    report = desk.accepted()
    desk.step(report["id"], "publications", "supervisor", text=None, photos=[], reason="全是人名")
    words = text_of(desk.public(f"/reports/{report['number']}"))
    assert "The words are withheld" in words
    assert "全是人名" not in words
    [told] = desk.world.app.test_client().get("/open311/v2/requests.json").get_json()
    assert told["description"] == told["service_name"]


def test_what_was_taken_down_says_so_and_why_only_to_the_reporter(desk: PublishingDesk) -> None:
    report = desk.accepted()
    desk.published(report["id"])
    desk.step(report["id"], "takedown", "supervisor", reason="有人被认出")
    words = text_of(desk.public(f"/reports/{report['number']}"))
    assert "were taken down on 1 June 2026" in words
    assert "有人被认出" not in words
    own = browser_of(desk.world, desk.reporter)
    assert "有人被认出" in text_of(own.get(f"/me/reports/{report['id']}"))


def test_hidden_reports_are_nowhere_not_even_that_there_are_any(desk: PublishingDesk) -> None:
    hidden = [
        desk.accepted(category=PRIVATE, description=SECRET),
        desk.accepted(confidential=True, description=SECRET),
        desk.accepted(anonymous=True, description=SECRET),
    ]
    desk.world.clock.pass_by(days=1)
    texts = everywhere(desk)
    for report in hidden:
        number = report["number"]
        for path in (f"/reports/{number}", f"/reports?before={number}", f"/open311/v2/requests/{number}.json"):
            assert desk.public(path).status_code == 404, path
        for path, text in texts.items():
            assert number not in text, path
    assert not any(re.search("张三|13800001234", text) for text in texts.values())
    # Nor can a private kind be asked for: that would tell how many there are.
    assert desk.public(f"/reports?category={PRIVATE}").status_code == 404
    assert f'value="{PRIVATE}"' not in desk.public("/reports").text


def test_a_report_without_a_name_shows_its_day_from_the_next_day_on(desk: PublishingDesk) -> None:
    report = desk.accepted(anonymous=True)
    desk.published(report["id"])
    page = f"/reports/{report['number']}"
    assert desk.public(page).status_code == 404
    desk.world.clock.pass_by(days=1)
    shown = desk.public(page)
    assert "1 June 2026" in text_of(shown)
    # Nothing tells more than a day, of any step: no hour, and no id, in which an instant lies.
    for text in (shown.text, desk.public("/reports").text, desk.public("/reports.csv").text):
        assert not re.search(r"\d\d:\d\d", text.partition("<main")[2] or text)
        assert not UUIDS.search(text)
    # By Open311, whose answers have instants, it is not told at all.
    assert report["number"] not in everywhere(desk)["/open311/v2/requests.json"]


def test_whoever_follows_without_a_name_reads_what_the_public_sees(desk: PublishingDesk) -> None:
    sent = desk.sent_in(anonymous=True)
    desk.step(sent["id"], "acceptance", "supervisor", severity="normal")
    browser = Browser(desk.world)
    browser.get("/reports/follow")
    followed = browser.post("/reports/follow", claim_code=sent["claim_code"])
    assert "until an officer publishes it" in text_of(followed)


def test_no_page_tells_who_took_a_step_or_whose_it_is(desk: PublishingDesk) -> None:
    report_id = desk.brought_to(ReportStatus.CLOSED)
    desk.published(report_id, answer="换了", reason=None)
    number = desk.world.get(f"/reports/{report_id}", desk.keys["supervisor"]).get_json()["number"]
    page = desk.public(f"/reports/{number}")
    assert "王小明" not in page.text
    assert desk.reporter.number not in page.text
    assert not UUIDS.search(page.text)
    # What the department wrote to the reporter is not what an officer published.
    assert "换了新井盖" not in page.text
    assert "met in time" in text_of(page)


def test_overdue_is_said_in_red_words_and_missed_stays(desk: PublishingDesk) -> None:
    report_id = desk.brought_to(ReportStatus.DISPATCHED)
    desk.world.clock.pass_by(days=30)
    number = desk.world.get(f"/reports/{report_id}", desk.world.administrator).get_json()["number"]
    words = text_of(desk.public(f"/reports/{number}"))
    assert re.search(r"\d+ days overdue", words)
    assert "should have done it by" in words
    department = desk.world.get(f"/reports/{report_id}", desk.world.administrator).get_json()["duty"]["unit"]
    [row] = rows(desk.public(f"/reports.csv?state=overdue&owed_by={department}"))
    assert row[0] == number
    assert int(row[8]) > 0


def test_the_list_is_restricted_and_the_scoreboard_leads_to_it(desk: PublishingDesk) -> None:
    given = desk.brought_to(ReportStatus.DISPATCHED)
    other = desk.sent_in(unit=OTHER_TOWN)
    number = desk.world.get(f"/reports/{given}", desk.keys["supervisor"]).get_json()["number"]

    def found(query: str) -> list[str]:
        return [row[0] for row in rows(desk.public(f"/reports.csv?{query}"))]

    assert found("") == [other["number"], number]
    assert found(f"unit={TOWN}") == found(f"unit={VILLAGE}&state=open") == [number]
    assert found("state=received") == [other["number"]]
    department = desk.world.get(f"/reports/{given}", desk.keys["supervisor"]).get_json()["duty"]["unit"]
    assert found(f"owed_by={department}") == [number]
    assert f'href="/reports?owed_by={department}"' in desk.public("/scoreboard").text
    assert "Nothing fits" in text_of(desk.public(f"/reports?unit={OTHER_TOWN}&state=done"))
    page = desk.public(f"/reports?owed_by={department}")
    assert f'name="owed_by" value="{department}"' in page.text


@pytest.mark.parametrize(
    "query",
    ["unit=nowhere", "unit=%00", "owed_by=x", "category=none", "category=%00", "state=lost", "before=x", "before=%00"],
)
def test_filters_that_name_nothing_are_refused(desk: PublishingDesk, query: str) -> None:
    for path in ("/reports", "/reports.csv"):
        if path == "/reports.csv" and query.startswith("before"):
            continue
        assert desk.public(f"{path}?{query}").status_code == 404, path


@pytest.mark.parametrize("number", ["260601", "2606010000001", "abcdefabcdef", "000000000000", "%00" * 12])
def test_a_number_that_no_report_has_is_not_found(desk: PublishingDesk, number: str) -> None:
    assert desk.public(f"/reports/{number}").status_code == 404


def test_the_list_goes_on_a_part_at_a_time(desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.public_reports._ON_PAGE", 2)
    numbers = [desk.sent_in()["number"] for _ in range(3)][::-1]
    browser = Browser(desk.world)
    first = browser.get("/reports").text
    assert re.findall(r'href="/reports/(\d{12})"', first) == numbers[:2]
    [more] = set(re.findall(r'href="(/reports\?before=\d{12})"', first))
    part = browser.part(more).text
    assert re.findall(r'href="/reports/(\d{12})"', part) == numbers[2:]
    assert "<html" not in part


def test_what_spreadsheets_take_for_a_formula_is_text(desk: PublishingDesk) -> None:
    report = desk.accepted()
    desk.published(report["id"], text='=HYPERLINK("http://x")')
    [row] = rows(desk.public("/reports.csv"))
    assert row[9] == '\'=HYPERLINK("http://x")'


def test_a_file_that_is_not_all_says_so(desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.public_reports._IN_FILE_MAX", 1)
    monkeypatch.setattr("publishing.public_lists._AT_ONCE", 1)
    numbers = [desk.sent_in()["number"] for _ in range(2)]
    first, rest = rows(desk.public("/reports.csv"))
    assert (first[0], rest) == (numbers[1], ["There are more. Choose a place, a category or a state."])


def test_who_follows_a_report_of_somebody_else_is_not_told_why_more_is_withheld(desk: PublishingDesk) -> None:
    neighbour = desk.world.resident()
    report = desk.accepted()
    assert desk.world.post(f"/reports/{report['id']}/joins", {}, neighbour.key).status_code == 201
    desk.step(report["id"], "publications", "supervisor", text=None, photos=[], reason="全是人名")
    page = text_of(browser_of(desk.world, neighbour).get(f"/me/reports/{report['id']}"))
    assert "The words are withheld" in page
    assert "全是人名" not in page
    [told] = desk.world.get(f"/reports/{report['id']}/publications", neighbour.key).get_json()["items"]
    assert told["reason"] is None


def test_ratings_are_told_as_a_sum_of_many_and_of_months_that_are_over(desk: PublishingDesk) -> None:
    numbers = []
    for stars in (1, 4, 4, 5, 5):
        report_id = desk.brought_to(ReportStatus.CLOSED)
        assert desk.step(report_id, "rating", "resident", stars=stars)["stars"] == stars
        numbers.append(desk.world.get(f"/reports/{report_id}", desk.keys["supervisor"]).get_json()["number"])
    page = f"/reports/{numbers[0]}"
    assert "stars" not in text_of(desk.public(page))
    desk.world.clock.pass_by(days=30)
    assert "5 ratings in twelve months, on average 3.8 of 5 stars" in text_of(desk.public(page))


def test_a_merged_report_leads_to_the_one_that_goes_on(desk: PublishingDesk) -> None:
    going_on, merged = desk.accepted(), desk.sent_in()
    desk.step(merged["id"], "merger", "supervisor", into=going_on["id"])
    page = desk.public(f"/reports/{merged['number']}")
    assert f'href="/reports/{going_on["number"]}"' in page.text
    assert "it goes on there" in text_of(page)
    hidden, second = desk.accepted(confidential=True), desk.sent_in()
    desk.step(second["id"], "merger", "supervisor", into=hidden["id"])
    assert hidden["number"] not in desk.public(f"/reports/{second['number']}").text


def _photos(desk: PublishingDesk, report_id: str) -> list[str]:
    listed: list[dict[str, Any]] = desk.world.get(f"/reports/{report_id}/photos", desk.keys["supervisor"]).get_json()[
        "items"
    ]
    return [each["id"] for each in listed]
