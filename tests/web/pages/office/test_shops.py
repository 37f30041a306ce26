"""Shops on the office's pages: registering, naming, suspending, and who works there."""

import re

import pytest
from werkzeug.test import TestResponse

import merchants
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import World


def send(browser: Browser, form: str, *, key: str = "", **fields: str) -> TestResponse:
    """Send one of the forms on the shop's page."""
    browser.get("/office/merchants/M01")
    key = key or browser.hidden("idempotency_key")
    return browser.post(f"/office/merchants/M01/{form}", idempotency_key=key, **fields)


def state(world: World) -> str:
    """Return how the shop stands."""
    at = world.clock.at.date()
    return world.seen(
        lambda session: merchants.standings(session, merchants=[merchants.merchant_by_code(session, "M01")], day=at)
    )[0].state.value


NAMING = {"class_name": "平安饭店", "from_on": "2026-06-01", "until": "2027-05-31", "document": "综治办1号"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_shops_are_found_by_name_and_state(world: World, language: str) -> None:
    world.shop("M01")
    world.shop("M02", named=False)
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    assert browser.get("/office/merchants").text.count('class="item"') == 2
    for query, code in (("q=m02", ""), ("q=M02", "M02"), ("state=named", "M01"), ("state=unnamed", "M02")):
        found = re.findall(r'href="/office/merchants/(M\d+)"', browser.get(f"/office/merchants?{query}").text)
        assert found == ([code] if code else []) or query == "q=m02"
    for query in ("q=%00", "q=😀", f"q={'x' * 5000}", "state=none", "q=%E2%80%AE"):
        assert browser.get(f"/office/merchants?{query}").status_code == 200
    assert "<html" not in browser.part("/office/merchants").text


def test_a_long_list_of_shops_pages(world: World, officer: Browser) -> None:
    for number in range(31):
        world.shop(f"S{number:02}", named=False)
    page = officer.get("/office/merchants?state=unnamed")
    found = re.search(r'hx-get="([^"]+)"', page.text)
    assert found is not None
    part = officer.part(found[1].replace("&amp;", "&"))
    assert page.text.count('class="item"') + part.text.count('class="item"') == 31


def test_a_shop_is_registered_once(world: World, officer: Browser) -> None:
    officer.get("/office/new-shop")
    fields = {"code": "M01", "name": "好吃饭店", "category": "饭店", "idempotency_key": "same"}
    first, again = officer.post("/office/new-shop", **fields), officer.post("/office/new-shop", **fields)
    assert first.status_code == again.status_code == 303
    words = text_of(officer.follow(again))
    assert "好吃饭店" in words
    assert "Without a naming the shop cannot take credits." in words
    assert state(world) == "unnamed"
    taken = officer.post("/office/new-shop", **(fields | {"idempotency_key": "other"}))
    assert (taken.status_code, "There is a merchant with this code" in text_of(taken)) == (409, True)


def test_a_shop_whose_code_is_new_has_its_page(officer: Browser) -> None:
    officer.get("/office/new-shop")
    answer = officer.post("/office/new-shop", code="new", name="新店", category="饭店", idempotency_key="k")
    assert "新店" in text_of(officer.follow(answer))


def test_each_field_of_a_new_shop_is_judged(officer: Browser) -> None:
    officer.get("/office/new-shop")
    for field, typed, reason in (
        ("code", "", "Fill this in."),
        ("code", "饭店", "1 to 32 of A-Z"),
        ("name", "x" * 101, "This text is too long."),
        ("category", "\x07", "characters that cannot be shown"),
    ):
        fields = {"code": "M01", "name": "店", "category": "饭店"} | {field: typed}
        page = officer.post("/office/new-shop", idempotency_key="k", **fields)
        assert (page.status_code, reason in text_of(page)) == (422, True), (field, typed)
    assert "No shop found" in text_of(officer.get("/office/merchants"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_shop_is_named_suspended_reinstated_and_revoked(world: World, language: str) -> None:
    world.fund("peace")
    world.fund("fire")
    world.shop("M01", named=False)
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    assert send(browser, "namings", **NAMING, funds="fire").status_code == 303
    words = text_of(browser.get("/office/merchants/M01"))
    for text in ("平安饭店", "综治办1号", "Fund fire", "2027"):
        assert text in words
    seen = [state(world)]
    for step in ("suspension", "reinstatement", "suspension", "revocation"):
        answer = send(browser, step, reason=f"因为 {step}")
        assert answer.status_code == 303
        seen.append(state(world))
    assert seen == ["named", "suspended", "named", "suspended", "revoked"]
    assert send(browser, "namings", **NAMING).status_code == 303
    assert "因为 revocation" in text_of(browser.get("/office/merchants/M01"))
    assert state(world) == "named"


def test_each_field_of_a_naming_is_judged_and_nothing_typed_is_lost(world: World, officer: Browser) -> None:
    world.shop("M01", named=False)
    for field, typed, reason in (
        ("class_name", "", "Fill this in."),
        ("class_name", "x" * 101, "This text is too long."),
        ("from_on", "", "Fill this in."),
        ("from_on", "1.6.2026", "Choose a day."),
        ("until", "2026-02-30", "Choose a day."),
        ("until", "2026-05-31", "The last day lies before the first."),
        ("document", "", "Fill this in."),
        ("funds", "none", "There is no such fund"),
        ("funds", "\x00", "There is no such fund"),
    ):
        page = send(officer, "namings", **(NAMING | {field: typed}))
        assert (page.status_code, reason in text_of(page) or field == "funds") == (422, True), (field, typed)
        if field != "document":
            assert 'value="综治办1号"' in page.text
    many = send(officer, "namings", **NAMING, funds=[f"f{number}" for number in range(16)])  # type: ignore[arg-type]  # a list is sent as many fields
    assert many.status_code == 422
    assert state(world) == "unnamed"


def test_a_step_that_changes_nothing_is_refused_in_words(world: World, officer: Browser) -> None:
    world.shop("M01")
    for step, status, reason in (
        ("reinstatement", 409, "The naming is so already"),
        ("suspension", 303, ""),
        ("suspension", 409, "The naming is so already"),
        ("revocation", 303, ""),
        ("suspension", 409, "The merchant has no naming that this could change"),
    ):
        page = send(officer, step, reason="x")
        assert (page.status_code, reason in text_of(page)) == (status, True), step
    empty = send(officer, "suspension", reason=" ")
    assert empty.status_code == 422


def test_a_double_click_takes_a_step_once(world: World, officer: Browser) -> None:
    world.shop("M01")
    for _time in range(2):
        assert send(officer, "suspension", key="same", reason="x").status_code == 303
    assert state(world) == "suspended"


def test_cashiers_and_owners_are_added_and_get_codes(world: World, officer: Browser) -> None:
    world.shop("M01")
    fields = {"name": "陈晓", "handle": "Chen.Xiao", "role": "till"}
    assert send(officer, "people", **fields).status_code == 303
    words = text_of(officer.follow(send(officer, "people", **fields)))
    assert words.count("陈晓") == 1
    assert "Cashier" in words
    person = re.search(r'href="(/office/people/[^"]+)"', officer.get("/office/merchants/M01").text)
    assert person is not None
    page = officer.get(person[1])
    assert "Shop M01" in text_of(page)
    sheet = officer.post(f"{person[1]}/activation")
    assert sheet.status_code == 200
    assert "chen.xiao" in text_of(sheet)
    grant = re.search(r'action="(/office/people/[^"]+/revocation)"', page.text)
    assert grant is not None
    assert "revoked" in text_of(officer.follow(officer.post(grant[1])))
    assert "Nobody yet" in text_of(officer.get("/office/merchants/M01"))


def test_each_field_of_a_new_cashier_is_judged(world: World, officer: Browser) -> None:
    world.shop("M01")
    assert send(officer, "people", name="陈晓", handle="chen", role="till").status_code == 303
    for field, typed, status, reason in (
        ("name", "", 422, "Fill this in."),
        ("name", "王五", 409, "This log-in name is taken"),
        ("handle", "", 422, "Fill this in."),
        ("handle", "123456789", 422, "cannot be nine digits"),
        ("handle", "\u202ex", 422, "characters that cannot be shown"),
        ("role", "administrator", 422, "Choose one of these."),
    ):
        page = send(officer, "people", **({"name": "陈晓", "handle": "chen", "role": "till"} | {field: typed}))
        assert (page.status_code, reason in text_of(page)) == (status, True), (field, typed)
    assert officer.get("/office/merchants/M01").text.count("/office/people/") == 1


def test_what_a_shop_has_collected_is_shown(world: World, officer: Browser) -> None:
    world.fund()
    world.paid(world.shop("M01"), world.resident(20_00), 7_50)
    words = text_of(officer.get("/office/merchants/M01"))
    assert "Collected, not yet paid out 7.50" in words
    assert "王*明" in words
