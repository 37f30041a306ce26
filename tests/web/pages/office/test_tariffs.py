"""Tariffs on the office's pages."""

import pytest
from werkzeug.test import TestResponse

import awards
from awards import Tariff
from people import Role
from tests.clock import NOON
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World

FIELDS = {"category": "C0103", "fund": "peace", "amount": "5", "on_acceptance_percent": "40", "from": ""}


@pytest.fixture
def town(world: World) -> World:
    """Return a community with the packaged list and a fund."""
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    world.fund("peace")
    return world


def send(officer: Browser, *, key: str = "", **fields: str) -> TestResponse:
    """Send the form."""
    officer.get("/office/tariffs")
    key = key or officer.hidden("idempotency_key")
    return officer.post("/office/tariffs", idempotency_key=key, **(FIELDS | fields))


def tariffs(world: World) -> list[Tariff]:
    return world.seen(awards.list_tariffs).items


def test_an_office_without_a_list_or_a_fund_is_told_what_is_missing(world: World, officer: Browser) -> None:
    assert "The office has not said yet who answers for what." in text_of(officer.get("/office/tariffs"))
    assert world.app.test_cli_runner().invoke(args=["responsibilities", "load"]).exit_code == 0
    words = text_of(officer.get("/office/tariffs"))
    assert "Create one first." in words
    assert "No tariff in force" in words
    assert "categories earn nothing" in words


def test_a_tariff_is_set_and_stands_in_the_list(town: World, officer: Browser) -> None:
    answer = send(officer, amount="12.50")
    words = text_of(officer.follow(answer))
    assert "Set. Everybody can see it." in words
    assert "Missing or broken manhole cover Fund peace 12.50 40 % today" in words
    assert "Missing or broken manhole cover no. 1 Fund peace · on acceptance 40 % · from 1 June 2026" in words
    assert "李桂兰" in words
    # Long lists are folded on a phone, each with its number.
    assert all(folded in words for folded in ("Show 1 category", "Show 1 tariff"))
    assert "not yet in force" not in words
    (made,) = tariffs(town)
    assert (made.category_code, made.amount, made.on_acceptance_percent, made.valid_from) == (
        "C0103",
        12_50,
        40,
        NOON.date(),
    )


def test_a_tariff_of_a_later_day_is_said_to_come(town: World, officer: Browser) -> None:
    del town
    words = text_of(officer.follow(send(officer, **{"from": "2026-07-01"})))
    assert "not yet in force" in words
    assert "No tariff in force" in words


def test_a_tariff_that_another_replaces_before_its_day_is_said_never_to_come(town: World, officer: Browser) -> None:
    for begins in ("2099-06-01", "2026-07-01", "2026-07-02"):
        assert send(officer, **{"from": begins}).status_code == 303
    words = text_of(officer.get("/office/tariffs"))
    assert (words.count("replaced before its day"), words.count("not yet in force")) == (1, 2)
    town.clock.pass_by(days=31)
    words = text_of(browser_of_person(town, Role.ADMINISTRATOR).get("/office/tariffs"))
    assert (words.count("replaced before its day"), words.count("not yet in force")) == (1, 0)


def test_a_fund_that_has_ended_by_then_is_refused_and_nothing_typed_is_lost(town: World, officer: Browser) -> None:
    town.fund("brief", expiry_rule="on:2026-06-30")
    page = send(officer, fund="brief", amount="7.77", **{"from": "2026-07-01"})
    assert (page.status_code, "All credits of this fund end on 2026-06-30." in text_of(page)) == (409, True)
    assert 'value="7.77"' in page.text
    assert tariffs(town) == []


def test_a_double_click_sets_one_tariff(town: World, officer: Browser) -> None:
    for _time in range(2):
        assert send(officer, key="same").status_code == 303
    other = send(officer, key="same", amount="6")
    assert (other.status_code, "This key was used" in text_of(other)) == (422, True)
    assert len(tariffs(town)) == 1


def test_each_field_is_judged_and_nothing_typed_is_lost(town: World, officer: Browser) -> None:
    for field, typed, reason in (
        ("category", "", "Fill this in."),
        ("category", "C01", "There is no such category"),
        ("category", "\x00", "There is no such category"),
        ("fund", "", "Fill this in."),
        ("fund", "none", "There is no such fund"),
        ("amount", "0", "Type an amount above 0"),
        ("on_acceptance_percent", "", "Fill this in."),
        ("on_acceptance_percent", "101", "a percentage from 0 to 100"),
        ("on_acceptance_percent", "4.5", "a percentage from 0 to 100"),
        ("on_acceptance_percent", "٣", "a percentage from 0 to 100"),
        ("from", "tomorrow", "Choose a day."),
        ("from", "2026-05-31", "at the earliest"),
    ):
        page = send(officer, **({"amount": "7.77"} | {field: typed}))
        assert (page.status_code, reason in text_of(page)) == (422, True), (field, typed)
        assert page.text.count('value="7.77"') == (field != "amount")
    assert tariffs(town) == []


def test_a_category_that_a_later_list_left_out_is_shown_by_its_code(town: World, officer: Browser) -> None:
    town.done(
        lambda session: awards.set_tariff(
            session,
            category_code="OLD",
            fund_code="peace",
            amount=1,
            on_acceptance_percent=0,
            valid_from=None,
            actor="system",
            now=NOON,
        )
    )
    assert "OLD Fund peace 0.01 0 % today" in text_of(officer.get("/office/tariffs"))


def test_the_page_is_chinese_too(town: World) -> None:
    browser = browser_of_person(town, Role.ADMINISTRATOR, language="zh")
    assert send(browser).status_code == 303
    words = text_of(browser.get("/office/tariffs"))
    for text in ("奖励标准", "井盖缺失或破损", "5.00", "自 2026年6月1日 起"):
        assert text in words


def test_the_menu_leads_there_whom_it_is_for(town: World, officer: Browser, auditor: Browser) -> None:
    del town
    assert 'href="/office/tariffs"' in officer.get("/office").text
    assert 'href="/office/tariffs"' not in auditor.get("/office").text
