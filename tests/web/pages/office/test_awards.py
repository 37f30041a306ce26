"""Awarding credits to one resident, and taking an award back."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

import awards
from people import Role, normal_number
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import OTHER_TOWN, Somebody, World


def asked(browser: Browser, wang: Somebody, **changed: str) -> TestResponse:
    """Send the first step."""
    browser.get("/office/awards/new")
    fields = {"resident_number": wang.number, "fund": "peace", "amount": "12.50", "reason": "巡逻三次"} | changed
    return browser.post("/office/awards/new", idempotency_key=browser.hidden("idempotency_key"), **fields)


def seen(browser: Browser) -> dict[str, str]:
    """Return the hidden fields of the second step."""
    names = ("resident_number", "fund", "amount", "reason", "idempotency_key")
    return {name: browser.hidden(name) for name in names}


def granted(world: World) -> list[int]:
    """Return the amounts of all awards, newest first."""
    return world.seen(lambda session: [each.amount for each in awards.list_awards(session).items])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_award_is_looked_at_confirmed_and_made(world: World, wang: Somebody, language: str) -> None:
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    page = browser.get(f"/office/awards/new?resident={wang.id}")
    assert "王小明" in text_of(page)
    assert f'value="{wang.number}"' in page.text

    page = asked(browser, wang, amount="１２．５０元")
    words = text_of(page)
    assert page.status_code == 200
    for text in ("王小明", "12.50", "987.50", "巡逻三次", "2027"):
        assert text in words
    assert granted(world) == []

    page = browser.follow(browser.post("/office/awards/new", confirmed="yes", **seen(browser)))
    assert granted(world) == [12_50]
    for text in ("王小明", "12.50", "巡逻三次", "Awarded" if language == "en" else "已发放"):
        assert text in text_of(page)
    assert "巡逻三次" in text_of(browser.get("/office/awards?fund=peace"))


def test_one_may_go_back_and_change_something(world: World, officer: Browser, wang: Somebody) -> None:
    asked(officer, wang)
    page = officer.post("/office/awards/new", back="yes", **seen(officer))
    assert page.status_code == 200
    assert 'value="12.50"' in page.text
    assert "巡逻三次" in page.text
    assert granted(world) == []


def test_a_double_click_awards_once(world: World, officer: Browser, wang: Somebody) -> None:
    asked(officer, wang)
    fields = seen(officer)
    first = officer.post("/office/awards/new", confirmed="yes", **fields)
    again = officer.post("/office/awards/new", confirmed="yes", **fields)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    other = officer.post("/office/awards/new", confirmed="yes", **(fields | {"amount": "13"}))
    assert other.status_code == 422
    assert "This key was used for something else" in text_of(other)
    assert granted(world) == [12_50]


def test_each_field_is_judged_and_nothing_typed_is_lost(world: World, officer: Browser, wang: Somebody) -> None:
    nobody = next(f"{n:09}" for n in range(100_000_000, 10**9) if normal_number(f"{n:09}") and f"{n:09}" != wang.number)
    for field, typed, reason in (
        ("resident_number", "", "Fill this in."),
        ("resident_number", wang.number[:-1], "It has nine digits"),
        ("resident_number", nobody, "There is no such resident"),
        ("resident_number", "😀", "It has nine digits"),
        ("fund", "", "Choose a fund."),
        ("fund", "none", "There is no such fund"),
        ("fund", "\x00", "There is no such fund"),
        ("amount", "", "Type an amount above 0"),
        ("amount", "0", "Type an amount above 0"),
        ("amount", "-1", "Type an amount above 0"),
        ("amount", "1.234", "Type an amount above 0"),
        ("amount", "9223372036854775808", "Type an amount above 0"),
        ("amount", "١٢", "Type an amount above 0"),
        ("reason", " ", "Fill this in."),
        ("reason", "x" * 501, "This text is too long."),
        ("reason", "\u202egnp", "characters that cannot be shown"),
    ):
        page = asked(officer, wang, **{field: typed})
        assert (page.status_code, reason in text_of(page)) == (422, True), (field, typed, text_of(page))
        if field != "amount":
            assert 'value="12.50"' in page.text
    assert granted(world) == []


def test_a_fund_with_too_little_refuses_before_and_after_the_look(
    world: World, officer: Browser, wang: Somebody
) -> None:
    page = asked(officer, wang, amount="1000.01")
    assert page.status_code == 409
    assert "In this fund 1 000.00 credits are left to award." in text_of(page).replace("\u202f", " ")
    assert 'value="1000.01"' in page.text

    asked(officer, wang, amount="600")
    world.award(world.resident().id, 500_00)
    page = officer.post("/office/awards/new", confirmed="yes", **seen(officer))
    assert page.status_code == 409
    assert "In this fund 500.00 credits are left" in text_of(page)
    # What is sent after a refusal is another call.
    fields = {"resident_number": wang.number, "fund": "peace", "amount": "500", "reason": "巡逻"}
    key = officer.hidden("idempotency_key")
    assert officer.post("/office/awards/new", idempotency_key=key, confirmed="yes", **fields).status_code == 303
    assert granted(world) == [500_00, 500_00]


def test_residents_of_other_units_are_nobody_to_an_officer_of_one(
    world: World, town_officer: Browser, wang: Somebody
) -> None:
    elsewhere = world.resident(unit=f"{OTHER_TOWN}001")
    for resident in (elsewhere.id, elsewhere.number, "", "x"):
        page = town_officer.get(f"/office/awards/new?resident={resident}")
        assert (page.status_code, elsewhere.number in page.text.partition("<main")[2]) == (200, False)
    page = asked(town_officer, elsewhere)
    assert (page.status_code, "There is no such resident" in text_of(page)) == (422, True)
    assert asked(town_officer, wang).status_code == 200
    fields = seen(town_officer) | {"resident_number": elsewhere.number}
    assert town_officer.post("/office/awards/new", confirmed="yes", **fields).status_code == 422
    assert granted(world) == []


def test_an_award_without_any_fund_is_not_asked_for(officer: Browser) -> None:
    assert "No fund yet" in text_of(officer.get("/office/awards/new"))


def test_what_is_left_of_an_award_is_taken_back_once(world: World, officer: Browser, wang: Somebody) -> None:
    shop = world.shop()
    award = world.award(wang.id, 20_00)
    world.paid(shop, wang, 7_50)
    page = officer.get(f"/office/awards/{award.id}")
    assert "at most 12.50" in text_of(page)
    key = officer.hidden("idempotency_key")

    path = f"/office/awards/{award.id}/claw-back"
    empty = officer.post(path, reason=" ", idempotency_key=key)
    assert (empty.status_code, "Fill this in." in text_of(empty)) == (422, True)
    assert officer.hidden("idempotency_key") == key
    first = officer.post(path, reason="报错了人", idempotency_key=key)
    again = officer.post(path, reason="报错了人", idempotency_key=key)
    assert first.status_code == again.status_code == 303
    words = text_of(officer.follow(again))
    for text in ("taken back", "报错了人", "−12.50"):
        assert text in words
    assert "Take back now" not in words
    assert world.available(wang) == 0

    late = officer.post(path, reason="again", idempotency_key="another")
    assert (late.status_code, "Taken back already" in text_of(late)) == (409, True)


def test_nothing_is_taken_back_of_what_is_spent(world: World, officer: Browser, wang: Somebody) -> None:
    shop = world.shop()
    award = world.award(wang.id, 20_00)
    world.paid(shop, wang, 20_00)
    assert "Take back now" not in text_of(officer.get(f"/office/awards/{award.id}"))
    answer = officer.post(f"/office/awards/{award.id}/claw-back", reason="x", idempotency_key="k")
    assert (answer.status_code, "Nothing is left of this award" in text_of(answer)) == (409, True)


def test_the_list_of_awards_pages_and_filters(world: World, officer: Browser, wang: Somebody) -> None:
    world.fund("fire")
    for _number in range(31):
        world.award(wang.id, 1_00)
    world.award(wang.id, 2_00, "fire")
    page = officer.get("/office/awards?fund=peace")
    found = re.search(r'hx-get="([^"]+)"', page.text)
    assert found is not None
    part = officer.part(found[1].replace("&amp;", "&"))
    assert page.text.count('class="item"') + part.text.count('class="item"') == 31
    assert officer.get("/office/awards?fund=fire").text.count('class="item"') == 1
    assert officer.get("/office/awards?fund=%00").status_code == 200


def test_eight_clicks_at_once_award_once(world: World, officer: Browser, wang: Somebody) -> None:
    asked(officer, wang)
    fields = {**seen(officer), "csrf_token": officer.hidden("csrf_token"), "confirmed": "yes"}
    cookie = officer.client.get_cookie("session")
    assert cookie is not None

    def click(_number: int) -> tuple[int, str]:
        client = world.app.test_client()
        client.set_cookie("session", cookie.value)
        answer = client.post("/office/awards/new", data=fields)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(click, range(8)))
    assert {status for status, _location in answers} == {303}
    assert len(answers) == 1
    assert granted(world) == [12_50]


def test_awards_are_shown_by_days_which_stay_in_the_address(world: World, wang: Somebody) -> None:
    world.fund("school")
    for amount in range(1, 32):
        world.award(wang.id, amount * 100)
    first_day = world.clock.at.date()
    world.clock.pass_by(days=1)
    world.award(wang.id, 444_00)
    officer = browser_of_person(world, Role.ADMINISTRATOR)
    page = officer.get(f"/office/awards?until={first_day}&fund=peace")
    assert ("444.00" in text_of(page), page.text.count('class="item"')) == (False, 30)
    assert f'name="until" type="date" value="{first_day}"' in page.text
    assert f'href="/office/awards?fund=school&amp;until={first_day}"' in page.text
    more = page.text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert f"until={first_day}" in more
    assert officer.part(more).text.count('class="item"') == 1

    words = text_of(officer.get(f"/office/awards?from={world.clock.at.date()}"))
    assert ("444.00" in words, "31.00" in words) == (True, False)
    assert "No such award" in text_of(officer.get(f"/office/awards?from={world.clock.at.date()}&until={first_day}"))
    for strange in ("yesterday", "9999-12-31", "\0"):
        assert "444.00" in text_of(officer.get(f"/office/awards?from={strange}".replace("\0", "%00")))
