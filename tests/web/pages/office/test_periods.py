"""Closed periods on the office's pages: listed, stated, and the next one closed after a second look."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

import ledger
from ledger import PeriodNotSettledError
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import SYSTEM, World
from web.extensions import db
from web.pages.office import periods

PERIODS = "/office/periods"
APRIL, MAY, JUNE = "2026-04-30", "2026-05-31", "2026-06-30"


@pytest.fixture
def world(world: World) -> World:
    """Return a community in May with credits, whose clock then stands in June."""
    world.clock.pass_by(days=-10)
    world.fund()
    world.resident(300)
    world.clock.pass_by(days=10)
    return world


def closed(finance: Browser, last_on: str = MAY) -> str:
    """Close a month by the pages, and return the address of its statement."""
    finance.get(PERIODS)
    asked = finance.post(PERIODS, last_on=last_on)
    assert "This cannot be undone" in text_of(asked), text_of(asked)
    answer = finance.post(PERIODS, last_on=finance.hidden("last_on"), confirmed="yes")
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def count(world: World) -> int:
    """Return how many periods are closed."""
    return len(world.seen(ledger.closed_periods))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_month_is_closed_after_a_second_look(world: World, language: str) -> None:
    finance = browser_of_person(world, Role.FINANCE, language=language)
    page = text_of(finance.get(PERIODS))
    assert ("May 2026" if language == "en" else "2026年5月") in page
    finance.post(PERIODS, last_on=MAY)
    assert count(world) == 0
    where = finance.post(PERIODS, last_on=MAY, confirmed="yes").headers["Location"]
    said = text_of(finance.get(where))
    for word in ("fund:peace:available", "997.00", "1 003.00", "李桂兰"):
        assert word in said
    assert where in finance.get(PERIODS).text


def test_a_double_click_closes_once(world: World, finance: Browser) -> None:
    where = closed(finance)
    again = finance.post(PERIODS, last_on=MAY, confirmed="yes")
    assert (again.status_code, again.headers["Location"], count(world)) == (303, where, 1)


def test_only_months_that_are_over_and_open_can_be_closed(world: World, finance: Browser) -> None:
    assert finance.get(PERIODS).text.count("<option") == 12
    closed(finance, APRIL)
    assert finance.get(PERIODS).text.count("<option") == 1
    for last_on in (JUNE, "2026-03-31", "2026-05-15", "x", ""):
        answer = finance.post(PERIODS, last_on=last_on, confirmed="yes")
        assert (answer.status_code, "Choose one of these." in text_of(answer)) == (422, True)
    asked = text_of(finance.post(PERIODS, last_on=MAY))
    assert "1 May 2026" in asked
    closed(finance)
    assert "All months that are over are closed." in text_of(finance.get(PERIODS))
    assert count(world) == 2


def test_who_may_only_look_is_offered_no_form(world: World, finance: Browser, auditor: Browser) -> None:
    where = closed(finance)
    page = auditor.get(PERIODS)
    assert ("31 May 2026" in text_of(page), '<form class="form"' in page.text) == (True, False)
    assert "fund:peace:available" in text_of(auditor.get(where))
    assert auditor.post(PERIODS, last_on=MAY, confirmed="yes").status_code == 403
    assert f'href="{PERIODS}"' in auditor.get("/office/books").text
    assert count(world) == 1


def test_the_statement_is_shown_by_asset_and_a_part_at_a_time(
    world: World, finance: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = closed(finance)
    assert "treasury:bank" in text_of(finance.get(f"{where}?asset=CNY"))
    assert "No account moved" in text_of(finance.get(f"{where}?asset=DUTY"))
    monkeypatch.setattr(periods, "_ROWS_SHOWN", 2)
    first = finance.get(f"{where}?asset=nonsense")
    more = first.text.partition('class="more"><a class="button secondary" href="')[2].partition('"')[0]
    rest = finance.get(more.replace("&amp;", "&"))
    assert ("resident:" in text_of(first), "resident:" in text_of(rest)) == (False, True)
    assert world.seen(lambda session: len(list(ledger.closing_statement(session, 1)))) == 5


def test_the_statement_is_a_file_for_spreadsheets(finance: Browser) -> None:
    where = closed(finance)
    answer = finance.get(f"{where}/statement.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=closing_1.csv"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0] == "Account,What is counted,Opening balance,Debit,Credit,Closing balance"
    assert "fund:peace:available,Credits,0.00,3.00,1000.00,997.00" in lines
    assert lines[-1] == "Together,Credits,,1003.00,1003.00,"


def test_what_does_not_exist_is_not_found(finance: Browser) -> None:
    for path in ("7", "7/statement.csv", "99999999999999999999", "0"):
        assert finance.get(f"{PERIODS}/{path}").status_code == 404


def test_the_terms_are_told(world: World, finance: Browser) -> None:
    def said() -> str:
        return text_of(finance.get(PERIODS))

    def open_days(days: int) -> None:
        zone = ZoneInfo("Asia/Shanghai")
        world.done(
            lambda session: ledger.set_open_days(session, days=days, zone=zone, actor=SYSTEM, now=world.clock.at)
        )

    assert "Entries of any day are taken." in said()
    open_days(0)
    assert "Only entries of today are taken." in said()
    open_days(1)
    assert "Entries of today and of the day before are taken." in said()
    closed(finance)
    open_days(31)
    assert "of the 31 days before are taken. None may be of 31 May 2026 or earlier." in said()


def test_without_open_days_all_days_after_the_closed_ones_are_taken(finance: Browser) -> None:
    closed(finance)
    assert "Entries of all days after 31 May 2026 are taken." in text_of(finance.get(PERIODS))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_closing_that_waits_for_others_says_so_and_goes_on(
    world: World, finance: Browser, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "_WAIT_S", 0)
    finance.get(PERIODS)
    auditor.get(PERIODS)
    with world.app.app_context(), db.engine.connect() as writer:
        writer.execute(text("UPDATE persons SET name = name"))
        refused = finance.post(PERIODS, last_on=MAY, confirmed="yes")
        assert (refused.status_code, "has no statement yet" in text_of(refused)) == (409, True)
        writer.rollback()
    page = finance.get(f"{PERIODS}/1")
    assert "No statement yet" in text_of(page)
    assert "Go on with it" not in text_of(auditor.get(f"{PERIODS}/1"))
    assert finance.get(f"{PERIODS}/1/statement.csv").status_code == 404
    assert "May 2026" in text_of(finance.get(PERIODS))
    done = finance.post(PERIODS, last_on=MAY, confirmed="yes")
    assert "Closed. The closing statement stands for good." in text_of(finance.follow(done))


def test_a_refusal_of_the_closing_is_told_in_words(finance: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_facts: object, **_more: object) -> None:
        raise PeriodNotSettledError(1, 2)

    monkeypatch.setattr(periods, "close_through", refused)
    finance.get(PERIODS)
    answer = finance.post(PERIODS, last_on=MAY, confirmed="yes")
    assert (answer.status_code, "Close the period again in a moment" in text_of(answer)) == (409, True)
