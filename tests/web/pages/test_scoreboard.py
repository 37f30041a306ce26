"""The scoreboard that anybody can look at: the books' own numbers, for any days, and what they say."""

import csv
import io
import re
from typing import Any

import pytest

from reports import ReportStatus
from tests.web.pages.browser import Browser, text_of
from tests.web.reporting import Desk
from tests.web.world import World

COUNTS = ("charged", "discharged_on_time", "discharged_late", "moved_away", "withdrawn", "open", "handled")


@pytest.fixture
def desk(world: World) -> Desk:
    """Return an office with one report in time, one late, one overdue, one waiting to be looked at and one to come."""
    made = Desk(world)
    made.brought_to(ReportStatus.CLOSED)
    late = made.brought_to(ReportStatus.ACKNOWLEDGED)
    made.brought_to(ReportStatus.DISPATCHED)
    made.brought_to(ReportStatus.HANDLED)
    made.brought_to(ReportStatus.ACCEPTED)
    world.clock.pass_by(days=10)
    made.step(late, "handling", "handler", note="换了新井盖")
    made.step(late, "verification", "supervisor", result="verified")
    made.brought_to(ReportStatus.ACKNOWLEDGED)
    return made


def rows_of(world: World, query: str = "") -> list[list[str]]:
    """Return the rows of the file for spreadsheets, the heads first."""
    answer = Browser(world).get(f"/scoreboard.csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def api_items(world: World, **days: str) -> list[dict[str, Any]]:
    """Return what the API says."""
    return list(world.get("/scoreboard", **days).get_json()["items"])


def test_before_there_is_any_duty_the_page_stands(world: World) -> None:
    page = Browser(world).get("/scoreboard")

    assert page.status_code == 200
    assert "No duties in this period" in text_of(page)
    assert "How each number comes about" in text_of(page)
    assert 'href="/scoreboard"' in Browser(world).get("/").text


@pytest.mark.usefixtures("desk")
def test_departments_and_those_who_give_on_are_told_apart_with_a_sentence_bars_and_a_table(world: World) -> None:
    page = Browser(world).get("/scoreboard")
    said = text_of(page)

    assert "Of 3 duties that were due, 1 were met in time: 33 %. 1 is overdue." in said
    # The town gave five on in time and forgot one: that is its score, although a report given on is not discharged.
    assert "Of 6 duties that were due, 5 were met in time: 83 %. 1 is overdue." in said
    assert "永济市住房和城乡建设管理局 33 % 1 in time · 1 late · 1 overdue" in said
    assert "永济市住房和城乡建设管理局 5 1 1 1 33 % 2 1 0 0" in said
    assert "城西街道 6 5 0 0 1 83 % 1 0 0" in said
    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', page.text)
    assert bars[:3] == [("met", "0.0", "33.33"), ("late", "33.33", "33.33"), ("overdue", "66.67", "33.33")]
    assert "Seals of the books" in said


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("days", [{}, {"from": "2026-06-05"}, {"until": "2026-06-02"}, {"until": "2027-01-01"}])
def test_the_file_has_the_numbers_of_the_api(world: World, days: dict[str, str]) -> None:
    query = "?" + "&".join(f"{name}={day}" for name, day in days.items())

    heads, *rows = rows_of(world, query)

    assert heads[:3] == ["Code", "Unit", "Charged"]
    items = {each["unit"]: each for each in api_items(world, **days) if any(each[name] for name in COUNTS)}
    assert {row[0] for row in rows} == set(items)
    said = ("responded", "response_due", "resolved", "resolution_known", "not_reached", "satisfied", "rated")
    for row in rows:
        code, name, *counts, rate, _given_on = row[: -len(said)]
        item = items[code]
        assert (name, counts) == (item["name"], [str(item[each]) for each in (*COUNTS, "open_overdue")])
        assert row[-len(said) :] == [str(item[each]) for each in said]
        assert rate == ("" if item["on_time_rate"] is None else f"{item['on_time_rate']:.4f}")


@pytest.mark.usefixtures("desk")
def test_days_are_chosen_by_a_touch_or_by_hand(world: World) -> None:
    browser = Browser(world)
    first = browser.get("/scoreboard").text
    addresses = re.findall(r'class="button secondary small" href="([^"]+)"( aria-current="true")?', first)

    assert [bool(shown) for _address, shown in addresses] == [False, False, False, True]
    month, last_month, year, _ever = (address.replace("&amp;", "&") for address, _shown in addresses)
    assert month == "/scoreboard?from=2026-06-01&until=2026-06-11"
    assert last_month == "/scoreboard?from=2026-05-01&until=2026-05-31"
    assert year == "/scoreboard?from=2026-01-01&until=2026-06-11"
    assert "No duties in this period" in text_of(browser.get(last_month))
    shown = browser.get(month).text
    assert 'href="/scoreboard?from=2026-06-01&amp;until=2026-06-11" aria-current="true"' in shown
    assert 'href="/scoreboard.csv?from=2026-06-01&amp;until=2026-06-11"' in shown
    by_hand = browser.get("/scoreboard?from=2026-06-01&until=2026-06-02")
    assert "as of 2 June 2026" in text_of(by_hand)
    assert 'value="2026-06-02"' in by_hand.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-06-02&until=2026-06-01", "The last day lies before the first."),
        ("from=June", "Choose a day."),
        ("until=2026-02-30", "Choose a day."),
        ("until=😀", "Choose a day."),
    ],
)
def test_days_that_are_none_are_told(world: World, query: str, words: str) -> None:
    for path in ("/scoreboard", "/scoreboard.csv"):
        answer = Browser(world).get(f"{path}?{query}")
        assert (answer.status_code, words in text_of(answer)) == (422, True), path


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_all_are_days(world: World, day: str) -> None:
    for name in ("from", "until"):
        assert Browser(world).get(f"/scoreboard?{name}={day}").status_code == 200


def test_a_report_names_nobody_on_the_scoreboard(world: World, desk: Desk) -> None:
    for page in (Browser(world).get("/scoreboard").text, str(rows_of(world))):
        for private in (desk.reporter.number, "王小明", "井盖没了"):
            assert private not in page
        assert "永济市住房和城乡建设管理局" in page


@pytest.mark.usefixtures("desk")
def test_the_page_is_told_in_chinese_first(world: World) -> None:
    said = text_of(Browser(world, language="zh").get("/scoreboard"))

    assert "到期应办 3 件，按期办好 1 件，按期率 33%。 另有 1 件超期未办。" in said
