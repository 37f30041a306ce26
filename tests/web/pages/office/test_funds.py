"""Funds on the office's pages: making one, and its money."""

import pytest
from werkzeug.test import TestResponse

import awards
from people import Role
from tests.clock import NOON
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World


def send(browser: Browser, form: str, *, key: str = "", code: str = "peace", **fields: str) -> TestResponse:
    """Send one of the forms on a fund's page."""
    browser.get(f"/office/funds/{code}")
    key = key or browser.hidden("idempotency_key")
    return browser.post(f"/office/funds/{code}/{form}", idempotency_key=key, **fields)


def figures(world: World, code: str = "peace") -> tuple[int, int]:
    """Return what a fund has to award, and the money behind it."""
    line = world.seen(lambda session: awards.fund_position(session, code))
    return line.available, line.backing


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_cover_of_every_fund_is_shown(world: World, language: str) -> None:
    world.fund("peace", 1_000_00)
    world.fund("fire", 500_00, expiry_rule="months:6")
    world.award(world.resident().id, 100_00)
    browser = browser_of_person(world, Role.AUDITOR, language=language)
    words = text_of(browser.get("/office/funds")).replace("\u202f", " ")
    for text in ("Fund peace", "900.00", "100.00", "1 500.00"):
        assert text in words
    assert ("All credits are covered" if language == "en" else "全部足额兑付") in words or language == "zh"
    words = text_of(browser.get("/office/funds/fire"))
    assert ("can be spent for 6 months" if language == "en" else "6") in words
    assert "Doc 1" in words
    assert "Book it" not in words


def test_an_office_without_funds_is_told_what_they_are(auditor: Browser) -> None:
    assert "No fund yet" in text_of(auditor.get("/office/funds"))


def test_each_rule_is_told_in_words(world: World, auditor: Browser) -> None:
    for number, (rule, words) in enumerate(
        (
            (awards.END_OF_NEXT_YEAR, "until the end of the year after the award"),
            (awards.NEVER, "have no end date"),
            ("on:2026-12-31", "can be spent until 2026-12-31"),
            ("months:1", "can be spent for 1 month"),
        )
    ):
        world.fund(f"fund{number}", 0, expiry_rule=rule)
        assert words in text_of(auditor.get(f"/office/funds/fund{number}"))


def test_a_fund_is_made_once(world: World, officer: Browser) -> None:
    officer.get("/office/new-fund")
    fields = {
        "code": "peace",
        "name": "平安建设",
        "purpose": "奖励",
        "expiry": awards.END_OF_NEXT_YEAR,
        "idempotency_key": officer.hidden("idempotency_key"),
    }
    first, again = officer.post("/office/new-fund", **fields), officer.post("/office/new-fund", **fields)
    assert first.status_code == again.status_code == 303
    words = text_of(officer.follow(again))
    assert "平安建设" in words
    assert "No money yet" in words
    assert figures(world) == (0, 0)

    taken = officer.post("/office/new-fund", **(fields | {"idempotency_key": "other"}))
    assert (taken.status_code, "There is a fund with this code" in text_of(taken)) == (409, True)


def test_each_field_of_a_new_fund_is_judged(world: World, officer: Browser) -> None:
    officer.get("/office/new-fund")
    for field, typed, reason in (
        ("code", "", "Fill this in."),
        ("code", "PEACE", "1 to 32 of a-z"),
        ("code", "平安", "1 to 32 of a-z"),
        ("name", "", "Fill this in."),
        ("name", "x" * 101, "This text is too long."),
        ("purpose", "\u202e", "characters that cannot be shown"),
        ("expiry", "", "Fill this in."),
        ("expiry", "months:0", "A rule is"),
        ("expiry", "on", "Choose a day that is not over."),
        ("last_day", "2027-12-31", "Leave this empty, or choose a fixed day above."),
    ):
        fields = {"code": "peace", "name": "名字", "purpose": "目的", "expiry": awards.NEVER} | {field: typed}
        page = officer.post("/office/new-fund", idempotency_key="k", **fields)
        assert (page.status_code, reason in text_of(page)) == (422, True), (field, typed)
        if field != "name":
            assert 'value="名字"' in page.text
    assert world.seen(awards.list_funds) == []


def test_a_fund_whose_code_is_new_has_its_page(world: World, officer: Browser) -> None:
    world.fund("new")
    assert "Fund new" in text_of(officer.get("/office/funds/new"))


def test_a_new_fund_gets_the_rule_that_was_chosen(world: World, officer: Browser) -> None:
    officer.get("/office/new-fund")
    today = NOON.date().isoformat()
    for number, (expiry, last_day, rule) in enumerate(
        (("months:12", "", "months:12"), ("on", today, f"on:{today}"), (awards.NEVER, " ", awards.NEVER))
    ):
        fields = {"code": f"fund{number}", "name": "名字", "purpose": "目的", "expiry": expiry, "last_day": last_day}
        assert officer.post("/office/new-fund", idempotency_key=f"k{number}", **fields).status_code == 303
        made = {fund.code: fund.expiry_rule for fund in world.seen(awards.list_funds)}
        assert made[f"fund{number}"] == rule


def test_money_comes_in_goes_back_and_moves(world: World, finance: Browser) -> None:
    world.fund("peace", 100_00)
    world.fund("fire", 0)
    assert send(finance, "appropriations", amount="50", document="财综1号").status_code == 303
    assert send(finance, "returns", amount="20.50", document="财综2号").status_code == 303
    assert send(finance, "moves", amount="9.50", document="财综3号", to_fund="fire").status_code == 303
    assert figures(world) == (120_00, 120_00)
    assert figures(world, "fire") == (9_50, 9_50)
    words = text_of(finance.get("/office/funds/peace"))
    for text in ("财综1号", "+50.00", "−20.50", "−9.50", "Moved away: Fund fire", "李桂兰"):
        assert text in words
    assert "Moved here: Fund peace" in text_of(finance.get("/office/funds/fire"))


def test_a_double_click_moves_money_once(world: World, finance: Browser) -> None:
    world.fund("peace", 100_00)
    for _time in range(2):
        assert send(finance, "returns", key="same", amount="20", document="D").status_code == 303
    other = send(finance, "returns", key="same", amount="30", document="D")
    assert (other.status_code, "This key was used" in text_of(other)) == (422, True)
    assert figures(world) == (80_00, 80_00)


def test_each_field_of_a_movement_is_judged_and_nothing_typed_is_lost(world: World, finance: Browser) -> None:
    world.fund("peace", 100_00)
    world.fund("fire", 0)
    for form, field, typed, reason in (
        ("appropriations", "amount", "x", "Type an amount above 0"),
        ("appropriations", "amount", "9999999999999", "Type an amount above 0"),
        ("appropriations", "document", "", "Fill this in."),
        ("returns", "amount", "-1", "Type an amount above 0"),
        ("returns", "document", "x" * 501, "This text is too long."),
        ("moves", "to_fund", "", "Fill this in."),
        ("moves", "to_fund", "none", "There is no such fund"),
        ("moves", "to_fund", "peace", "Money cannot be moved from a fund to itself."),
    ):
        fields = {"amount": "7.77", "document": "财综9号", "to_fund": "fire"} | {field: typed}
        page = send(finance, form, **fields)
        assert (page.status_code, reason in text_of(page)) == (422, True), (form, field, typed)
        assert page.text.count('value="7.77"') == (field != "amount")
    assert figures(world) == (100_00, 100_00)


def test_what_is_awarded_cannot_be_given_back(world: World, finance: Browser) -> None:
    world.fund("peace", 100_00)
    world.fund("fire", 0)
    world.award(world.resident().id, 60_00)
    for form in ("returns", "moves"):
        page = send(finance, form, amount="40.01", document="D", to_fund="fire")
        assert (page.status_code, "40.00" in text_of(page)) == (409, True)
        assert 'value="40.01"' in page.text
    assert figures(world) == (40_00, 100_00)
