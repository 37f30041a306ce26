"""Roles of the office on its pages, and the codes with which staff log in."""

import re

import pytest
from werkzeug.test import TestResponse

import people
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import TOWN, World


def give(browser: Browser, **changed: str) -> TestResponse:
    """Give somebody a role."""
    browser.get("/office/staff")
    return browser.post(
        "/office/staff", **({"name": "张管", "handle": "zhang", "role": "auditor", "unit": ""} | changed)
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_somebody_gets_a_role_in_a_place(world: World, language: str) -> None:
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    page = browser.follow(give(browser, unit=TOWN))
    assert ("Auditor" if language == "en" else "审计") in text_of(page)
    assert "城西街道" in text_of(page)
    words = text_of(browser.follow(give(browser, role="finance")))
    assert ("everywhere" if language == "en" else "全") in words
    assert text_of(browser.get("/office/staff")).count("张管") == 1


def test_each_field_is_judged_and_nothing_typed_is_lost(world: World, officer: Browser) -> None:
    for field, typed, status, reason in (
        ("name", "", 422, "Fill this in."),
        ("handle", "123-456-789", 422, "cannot be nine digits"),
        ("handle", "li.guan", 409, "This log-in name is taken"),
        ("role", "", 422, "Choose one of these."),
        ("role", "till", 422, "Choose one of these."),
        ("role", "handler", 422, "This role needs another place"),
        ("unit", "none", 422, "There is no such unit"),
        ("unit", "\x00", 422, "There is no such unit"),
    ):
        page = give(officer, **{field: typed})
        assert (page.status_code, reason in text_of(page)) == (status, True), (field, typed)
        assert 'value="张管"' in page.text or field == "name"
    assert world.seen(lambda session: people.find_person(session, "zhang")) is None


def test_a_role_taken_away_ends_at_once(world: World, officer: Browser) -> None:
    other = browser_of_person(world, Role.FINANCE, handle="fin")
    assert other.get("/office/books").status_code == 200
    person = world.seen(lambda session: people.find_person(session, "fin"))
    assert person is not None
    page = officer.get(f"/office/people/{person.id}")
    grant = re.search(r'action="(/office/people/[^"]+/revocation)"', page.text)
    assert grant is not None
    for _time in range(2):
        assert officer.post(grant[1]).status_code == 303
    assert other.get("/office/books").status_code == 403
    assert "fin" not in text_of(officer.get("/office/staff")).split()
    # Another's grant is not reached by way of this person.
    own = officer.get("/office/staff").text
    mine = re.search(r'href="(/office/people/[^"]+)"', own)
    assert mine is not None
    assert officer.post(grant[1].replace(f"/office/people/{person.id}", mine[1])).status_code == 404


def test_a_new_code_ends_the_log_ins_of_before(world: World, officer: Browser) -> None:
    other = browser_of_person(world, Role.AUDITOR, handle="aud")
    person = world.seen(lambda session: people.find_person(session, "aud"))
    assert person is not None
    officer.get(f"/office/people/{person.id}")
    sheet = officer.post(f"/office/people/{person.id}/activation")
    assert (sheet.status_code, sheet.headers["Cache-Control"]) == (200, "no-store")
    assert "aud" in text_of(sheet)
    assert other.get("/office").status_code == 303
