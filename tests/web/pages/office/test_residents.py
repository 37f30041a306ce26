"""Finding and registering residents, and handing over their activation codes."""

import re

import pytest

import people
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import OTHER_TOWN, TOWN, VILLAGE, Somebody, World

OTHER_VILLAGE = f"{OTHER_TOWN}001"


def register(browser: Browser, *, key: str = "", **changed: str) -> tuple[int, str]:
    """Send the form; return how it ended, in status and words, after following."""
    browser.get("/office/residents/new")
    fields = {"name": "张三", "phone": "13900001111", "unit": VILLAGE} | changed
    answer = browser.post("/office/residents/new", idempotency_key=key or browser.hidden("idempotency_key"), **fields)
    status = answer.status_code
    return status, text_of(browser.follow(answer) if status == 303 else answer)


def registered(world: World) -> int:
    """Count the residents."""
    return world.seen(people.count_residents)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_resident_is_found_by_number_name_or_phone(world: World, language: str) -> None:
    wang = world.resident(name="王小明")
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    assert ("Whom are you looking for?" if language == "en" else "找哪位居民") in text_of(
        browser.get("/office/residents")
    )
    for text in (wang.number, f"{wang.number[:3]} {wang.number[3:]}", "小明", "13800000001", "138 0000 0001"):
        page = browser.post("/office/residents", q=text)
        assert f'href="/office/residents/{wang.id}"' in page.text
        assert "13800000001" not in page.text.partition("<main")[2].partition('class="items"')[2]
    for text in ("nobody", "😀", "\u202ex", "x" * 5_000, "\0", "'", " "):
        answer = browser.post("/office/residents", q=text)
        assert answer.status_code == 200
        assert str(wang.id) not in answer.text


def test_what_was_searched_for_stands_in_no_address(world: World, officer: Browser) -> None:
    for _number in range(31):
        world.resident(name="赵多")
    officer.get("/office/residents")
    page = officer.post("/office/residents", q="赵多")
    addresses = re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"', page.text)
    assert not any("?" in address or "赵多" in address or "%E8" in address for address in addresses)
    # An address from before finds nobody and is not repeated.
    old = officer.get("/office/residents?q=赵多")
    assert ("赵多" in old.text.partition("<main")[2], 'value=""' in old.text) == (False, True)


def test_a_search_from_elsewhere_is_refused(officer: Browser) -> None:
    assert officer.forged("/office/residents", q="赵多").status_code == 400


def test_a_long_list_of_residents_pages(world: World, officer: Browser) -> None:
    for _number in range(31):
        world.resident(name="赵多")
    officer.get("/office/residents")
    page = officer.post("/office/residents", q="赵多")
    before = officer.hidden("before")
    part = officer.post_part("/office/residents", q="赵多", before=before)
    assert "<html" not in part.text
    assert page.text.count('class="item"') + part.text.count('class="item"') == 31
    # The same without scripts, and a first search with them: whole pages.
    assert officer.post("/office/residents", q="赵多", before=before).text.count('class="item"') == 1
    assert 'id="found"' in officer.post_part("/office/residents", q="赵多").text
    assert officer.post("/office/residents", q="x", before="nothing").status_code == 404


def test_registering_a_resident(world: World, officer: Browser) -> None:
    status, words = register(officer, name=" 张三 ", phone="+86 139-0000-1111")
    assert status == 303
    assert "Registered." in words
    assert "139****1111" in words
    assert registered(world) == 1


def test_registering_twice_by_a_double_click_is_once(world: World, officer: Browser) -> None:
    assert register(officer, key="same")[0] == register(officer, key="same")[0] == 303
    assert registered(world) == 1
    status, words = register(officer, key="same", name="李四")
    assert (status, "This key was used for something else" in words) == (422, True)
    assert register(officer)[0] == 303
    assert registered(world) == 2


def test_each_field_is_judged_and_nothing_typed_is_lost(world: World, officer: Browser) -> None:
    for field, typed, reason in (
        ("name", "", "Fill this in."),
        ("name", "x" * 101, "This text is too long."),
        ("name", "\u202eevil", "characters that cannot be shown"),
        ("phone", "", "Fill this in."),
        ("phone", "12345", "This is no phone number."),
        ("phone", "电话", "This is no phone number."),
        ("unit", "", "Choose one of these."),
        ("unit", "999", "Choose one of these."),
        ("unit", TOWN, "Choose one of these."),
    ):
        status, words = register(officer, **{field: typed})
        assert (status, reason in words) == (422, True), (field, typed)
        kept = {"name": "张三", "phone": "13900001111"} | {field: typed}
        assert officer.page is not None
        assert f'value="{kept["phone"]}"' in officer.page.text
    assert registered(world) == 0
    assert register(officer, name="😀 O'Brien <b>")[0] == 303


def test_an_officer_of_a_town_registers_in_that_town_only(world: World, town_officer: Browser) -> None:
    assert OTHER_VILLAGE not in town_officer.get("/office/residents/new").text
    assert register(town_officer, unit=OTHER_VILLAGE)[0] == 422
    assert register(town_officer)[0] == 303
    assert registered(world) == 1


def test_a_form_without_its_key_is_none_of_ours(officer: Browser) -> None:
    officer.get("/office/residents/new")
    assert officer.post("/office/residents/new", name="张三").status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_a_resident_shows_what_they_have(world: World, wang: Somebody, language: str) -> None:
    shop = world.shop()
    award = world.award(wang.id, 20_00)
    world.paid(shop, wang, 7_50)
    world.hold(wang, 3_21)
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)
    page = browser.get(f"/office/residents/{wang.id}")
    words = text_of(page)
    for text in ("9.29", "3.21", "A useful report", "Shop M01", "Fund peace", "城西街道 / "):
        assert text in words
    assert ("Set aside, and until when" if language == "en" else "已预留，以及到什么时候") in words
    assert f'href="/office/awards/{award.id}"' in page.text
    assert "7.50" in text_of(browser.get(f"/office/residents/{wang.id}/statement"))
    assert "<html" not in browser.part(f"/office/residents/{wang.id}/statement").text


def test_an_activation_code_is_shown_once_and_ends_the_one_before(
    world: World, officer: Browser, wang: Somebody
) -> None:
    officer.get(f"/office/residents/{wang.id}")
    codes = []
    for _time in range(2):
        page = officer.post(f"/office/residents/{wang.id}/activation")
        assert "http://localhost/activate" in page.text
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        found = re.search(r"data-activation-code>([^<]+)<", page.text)
        assert found is not None
        codes.append(found[1])
    assert "code handed out" in text_of(officer.get(f"/office/residents/{wang.id}"))

    phone = Browser(world)
    for code, status in zip(codes, (409, 303), strict=True):
        phone.get("/activate")
        answer = phone.post(
            "/activate",
            login_name=wang.number,
            activation_code=code,
            password="heron over the lake",
            password_again="heron over the lake",
        )
        assert answer.status_code == status, text_of(answer)
    assert "has logged in" in text_of(officer.get(f"/office/residents/{wang.id}"))
