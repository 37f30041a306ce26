"""The officer's first screen."""

import re
from datetime import date

import merchants
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World


def named(world: World, code: str, until: date) -> None:
    """Register a shop that is named until a day."""
    world.shop(code, named=False)
    world.done(
        lambda session: merchants.name_merchant(
            session,
            merchant=merchants.merchant_by_code(session, code),
            naming_class="A",
            valid_from=date(2026, 1, 1),
            valid_until=until,
            document="Doc",
            actor="system",
            now=world.clock.at,
        )
    )


def test_what_waits_stands_there_oldest_first(world: World, officer: Browser) -> None:
    world.fund("empty", 0)
    world.fund("low", 100_00)
    world.award(world.resident().id, 95_00, "low")
    world.fund("rich", 100_00)
    named(world, "later", date(2026, 6, 20))
    named(world, "sooner", date(2026, 6, 10))
    named(world, "far", date(2026, 12, 31))
    named(world, "stopped", date(2026, 12, 31))
    world.done(
        lambda session: merchants.suspend_naming(
            session,
            merchant=merchants.merchant_by_code(session, "stopped"),
            reason="x",
            actor="system",
            now=world.clock.at,
        )
    )
    words = text_of(officer.get("/office"))
    places = [
        words.index(text)
        for text in (
            "Fund empty has no money yet.",
            "Fund low: little is left to award.",
            "Shop stopped: suspended",
            "Shop sooner: the naming ends.",
            "Shop later: the naming ends.",
        )
    ]
    assert places == sorted(places)
    assert "Fund rich:" not in words
    assert "Shop far:" not in words


def test_the_day_is_summed_up(world: World) -> None:
    world.fund()
    payer = world.resident(20_00)
    world.paid(world.shop(), payer, 7_50)
    for language in ("zh", "en"):
        words = text_of(browser_of_person(world, Role.ADMINISTRATOR, language=language).get("/office"))
        for text in ("20.00", "7.50", "王小明"):
            assert text in words
    world.clock.pass_by(days=1)
    words = text_of(browser_of_person(world, Role.ADMINISTRATOR).get("/office"))
    assert "Awarded today 0.00" in words
    assert "Spent today 0.00" in words


def test_no_link_leads_where_one_may_not_go(world: World) -> None:
    world.fund()
    world.shop()
    world.award(world.resident().id, 95_00)
    for role in (Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR, Role.APPROVER, Role.DISPATCHER):
        browser = browser_of_person(world, role)
        paths = set(re.findall(r'href="(/office[^"#]*)"', browser.get("/office").text))
        for path in sorted(paths):
            page = browser.get(path.replace("&amp;", "&"))
            assert page.status_code == 200, (role, path)
            further = set(re.findall(r'href="(/office[^"#]*)"', page.text)) - paths
            assert {browser.get(each.replace("&amp;", "&")).status_code for each in further} <= {200}, (role, path)


def test_who_awards_nobody_sees_no_names(world: World, auditor: Browser) -> None:
    world.fund("low", 100_00)
    world.award(world.resident().id, 95_00, "low")
    words = text_of(auditor.get("/office"))
    assert "王小明" not in words
    assert "little is left" not in words
    assert "Nothing waits for you" in words
