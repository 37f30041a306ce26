"""A resident sends a report in: the form, and what is wrong with one."""

import re
from functools import partial

import pytest

from people import Level, add_unit
from tests.web.pages.browser import Browser, browser_of, sentences_of
from tests.web.reporting import CATEGORY, VILLAGE
from tests.web.world import OTHER_TOWN, World

SENT = re.compile(r"/me/reports/[0-9a-f-]{36}")


def asked(browser: Browser, **changes: str) -> dict[str, str]:
    """Return the form of a report as somebody fills it in."""
    browser.get("/me/reports/new")
    return {
        "category": CATEGORY,
        "description": "井盖没了",
        "unit": VILLAGE,
        "address": "",
        "lat": "",
        "long": "",
        "name": "named",
        "idempotency_key": browser.hidden("idempotency_key"),
        **changes,
    }


def test_a_report_is_sent_in_and_shown_with_its_number_and_what_comes_next(world: World, mine: Browser) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, address="学校门口", lat="34.86712", long="110.44801"))

    said = sentences_of(mine.follow(answer))

    assert SENT.fullmatch(answer.headers["Location"])
    number = re.search(r"Its number is (\d{12})\.", said)
    assert number
    assert f"Number {number[1][:6]} {number[1][6:]}" in said
    assert "As a rule 永济市住房和城乡建设管理局 answers for this, and has 2 working days" in said
    for words in ("Missing or broken manhole cover", "received", "says whether it is accepted", "学校门口", "34.86712"):
        assert words in said
    listed = world.get("/reports", world.administrator).get_json()["items"]
    assert [(each["number"], each["unit"], each["channel"]) for each in listed] == [(number[1], VILLAGE, "resident")]


def test_the_form_offers_where_one_lives_and_says_who_answers_and_in_how_many_days(mine: Browser) -> None:
    page = mine.get("/me/reports/new")

    said = sentences_of(page)
    assert "Missing or broken manhole cover 永济市住房和城乡建设管理局 done within 2 working days" in said
    assert f'<option value="{VILLAGE}" selected>康乐社区居委会 (where I live)</option>' in page.text
    # Their own town first, the county for whoever does not know the town last; departments are no places.
    towns = re.findall(r'<optgroup label="([^"]+)">', page.text)
    assert (towns[0], towns[-1]) == ("城西街道", "永济市")
    assert page.text.count(f'value="{VILLAGE}"') == 1
    assert "140881-D01" not in page.text


@pytest.mark.usefixtures("desk")
def test_buildings_are_no_choice_but_whoever_lives_in_one_has_it(world: World) -> None:
    grid, building = (("G1", VILLAGE, Level.GRID, "第一网格"), ("B1", "G1", Level.BUILDING, "1号楼"))
    for code, parent, level, name in (grid, building):
        world.done(partial(add_unit, code=code, parent_code=parent, level=level, name=name))
    page = browser_of(world, world.resident(unit="B1")).get("/me/reports/new").text

    assert "康乐社区居委会 / 第一网格" in page
    assert page.count('value="B1"') == 1
    assert re.findall(r'<optgroup label="([^"]+)">', page)[0] == "城西街道"


def test_a_text_of_several_lines_is_kept_as_one(world: World, mine: Browser) -> None:
    mine.post("/me/reports/new", **asked(mine, description=" 井盖没了，\r\n\r\n 很危险。\n"))

    [sent] = world.get("/reports", world.administrator).get_json()["items"]
    assert sent["description"] == "井盖没了， 很危险。"


def test_a_form_sent_twice_is_one_report(world: World, mine: Browser) -> None:
    form = asked(mine)

    first = mine.post("/me/reports/new", **form)
    again = mine.post("/me/reports/new", **form)

    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    assert len(world.get("/reports", world.administrator).get_json()["items"]) == 1
    other = mine.post("/me/reports/new", **{**form, "description": "另一件事"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"category": ""}, "Choose what it is about."),
        ({"category": "C01"}, "There is no such category"),
        ({"category": "x'"}, "There is no such category"),
        ({"description": "  "}, "Fill this in."),
        ({"description": "a" * 501}, "This text is too long."),
        ({"description": "a\x00b"}, "character"),
        ({"address": "a" * 101}, "This text is too long."),
        ({"unit": "nowhere"}, "There is no such unit"),
        ({"unit": "140881-D01"}, "A department is no place"),
        ({"lat": "34.8"}, "A position needs both"),
        ({"lat": "91", "long": "0"}, "A position needs both"),
        ({"lat": "nan", "long": "1"}, "This position cannot be read"),
        ({"lat": "１e999", "long": "1"}, "This position cannot be read"),
        ({"lat": "here", "long": "1"}, "This position cannot be read"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    world: World, mine: Browser, wrong: dict[str, str], words: str
) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, **{"description": "楼道灯坏了", **wrong}))

    assert answer.status_code in {404, 422}
    assert words in sentences_of(answer)
    if "description" not in wrong:
        assert "楼道灯坏了" in answer.text
    if not wrong.get("category"):
        assert world.get("/reports", world.administrator).get_json()["items"] == []


def test_what_was_chosen_is_still_chosen_beside_a_fault(mine: Browser) -> None:
    answer = mine.post("/me/reports/new", **asked(mine, description=" ", unit=OTHER_TOWN, lat="34.8", long="110.4"))

    assert f'value="{CATEGORY}" checked' in answer.text
    assert f'<option value="{OTHER_TOWN}" selected>' in answer.text
    assert (mine.hidden("lat"), mine.hidden("long")) == ("34.8", "110.4")


def test_without_a_responsibility_list_nothing_can_be_reported(world: World) -> None:
    browser = browser_of(world, world.resident())

    assert "Nothing can be reported here yet" in sentences_of(browser.get("/me/reports/new"))
