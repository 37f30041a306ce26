"""Awarding from a list: every bad line with every reason, and all lines or none."""

import html
import io
import re
from uuid import uuid4

import openpyxl
import pytest
from werkzeug.test import TestResponse

import awards
import ledger
from people import Role, normal_number
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import OTHER_TOWN, VILLAGE, Somebody, World

OTHER_VILLAGE = f"{OTHER_TOWN}001"


def preview(
    browser: Browser, content: str | bytes, *, fund: str = "peace", reason: str = "巡逻", name: str = "list.csv"
) -> TestResponse:
    """Send a file to be looked at."""
    browser.get("/office/batches/new")
    data = content.encode() if isinstance(content, str) else content
    return browser.upload("/office/batches/preview", {"file": (io.BytesIO(data), name)}, fund=fund, reason=reason)


def confirm(browser: Browser, **changed: str) -> TestResponse:
    """Confirm the list that the last page showed."""
    fields = {name: browser.hidden(name) for name in ("fund", "reason", "lines", "idempotency_key")}
    return browser.post("/office/batches", **(fields | changed))


def text_of_markup(markup: str) -> str:
    """Return a part of a page without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def swapped(number: str) -> str:
    """Return a number with its last digit wrong."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def nobody(number: str) -> str:
    """Return a number like this one that is right, but nobody's."""
    return next(each for each in (f"{other:09}" for other in range(int(number) + 1, 10**9)) if normal_number(each))


def awarded(world: World) -> list[int]:
    """Return the amounts of all awards, newest first."""
    return world.seen(lambda session: [each.amount for each in awards.list_awards(session).items])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_is_looked_at_confirmed_and_awarded(world: World, wang: Somebody, language: str) -> None:
    zhao = world.resident(name="赵云")
    browser = browser_of_person(world, Role.ADMINISTRATOR, language=language)

    page = preview(browser, f"编号,金额\n{wang.number},20\n{zhao.number},１２.５０元\n")

    assert page.status_code == 200
    assert ("All lines are good" if language == "en" else "名单全部无误") in text_of(page)
    assert "32.50" in text_of(page)
    assert "王*明" in page.text
    assert "王小明" not in page.text
    assert awarded(world) == []

    page = browser.follow(confirm(browser))
    assert awarded(world) == [12_50, 20_00]
    assert world.available(zhao) == 12_50
    assert "王小明" in page.text


def test_a_workbook_is_a_list_too(world: World, officer: Browser, wang: Somebody) -> None:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append([int(wang.number), 12.5])
    written = io.BytesIO()
    workbook.save(written)

    assert preview(officer, written.getvalue(), name="名单.xlsx").status_code == 200
    officer.follow(confirm(officer))
    assert world.available(wang) == 12_50


def test_every_bad_line_is_shown_with_all_its_reasons(world: World, officer: Browser, wang: Somebody) -> None:
    number = wang.number
    lines: list[tuple[str, list[str]]] = [
        (f"{number},", ["The amount is missing."]),
        (",5", ["The resident's number is missing."]),
        ("12,x", ["it has nine digits.", "This is no amount."]),
        (f"{swapped(number)},5", ["the check digit does not fit."]),
        (f"{nobody(number)},5", ["No resident has this number."]),
        (f"{number},0", ["The amount must be above 0."]),
        (f"{number},-5", ["The amount must be above 0."]),
        (f"{number},−1.234", ["The amount must be above 0.", "The amount has more than two decimals."]),
        (f"{number},1.005", ["The amount has more than two decimals."]),
        (f'{number},"12,50"', ["This is no amount."]),
        (f"{number},1e3", ["This is no amount."]),
        (f"{number},9223372036854775808", ["The amount is too large."]),
        (f"{number},{'9' * 200}", ["This is no amount."]),
        (f"{number},5,5", ["There is more on this line than a number and an amount."]),
        ("😀,\u202e5", ["it has nine digits.", "This is no amount."]),
        ("<script>,5", ["it has nine digits."]),
    ]
    content = "编号,金额\n" + "".join(f"{line}\n" for line, _reasons in lines) + f"\n{number},20\n"

    page = preview(officer, content)

    assert page.status_code == 422
    assert f"{len(lines)} lines cannot be awarded" in text_of(page)
    shown = [text_of_markup(row) for row in re.findall(r"<tr><td.*?</tr>", page.text)]
    for place, (row, (_line, reasons)) in enumerate(zip(shown, lines, strict=False)):
        assert row.startswith(f"{place + 2} ")
        assert [reason for reason in reasons if reason not in row] == []
    assert 'name="lines"' not in page.text
    assert "<script>," not in page.text
    assert awarded(world) == []


def test_amounts_may_be_written_as_people_do(world: World, officer: Browser, wang: Somebody) -> None:
    wide = wang.number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    number = f"{wang.number[:3]} {wang.number[3:]}"
    preview(officer, f"{wang.number};234.50 元\n{number};￥7.\n{wide};０，000.5\n")
    officer.follow(confirm(officer))
    assert world.available(wang) == 242_00


def test_a_resident_who_stands_there_twice_is_pointed_out_but_may_be_meant(
    world: World, officer: Browser, wang: Somebody
) -> None:
    page = preview(officer, f"{wang.number},1\n{wang.number},2\n")
    assert page.status_code == 200
    assert "This resident stands on the list 2 times." in text_of(page)
    officer.follow(confirm(officer))
    assert awarded(world) == [2_00, 1_00]


def test_residents_of_other_units_are_nobody_to_an_officer_of_one(
    world: World, town_officer: Browser, wang: Somebody
) -> None:
    elsewhere = world.resident(unit=OTHER_VILLAGE)
    page = preview(town_officer, f"{wang.number},1\n{elsewhere.number},1\n")
    assert page.status_code == 422
    assert "No resident of your area has this number." in text_of(page)

    preview(town_officer, f"{wang.number},1\n")
    key = town_officer.hidden("idempotency_key")
    answer = town_officer.post(
        "/office/batches", fund="peace", reason="x", lines=f"{elsewhere.number},1.00\n", idempotency_key=key
    )
    assert answer.status_code == 422
    assert awarded(world) == []


def test_everything_is_checked_again_when_it_is_awarded(world: World, officer: Browser, wang: Somebody) -> None:
    preview(officer, f"{wang.number},1\n")
    answer = confirm(officer, lines=f"{wang.number},1.00\n{swapped(wang.number)},1.00\n")
    assert answer.status_code == 422
    assert "1 line cannot be awarded" in text_of(answer)
    for field, value in (("lines", ""), ("fund", "nothing"), ("reason", " ")):
        preview(officer, f"{wang.number},1\n")
        assert confirm(officer, **{field: value}).status_code == 422
    assert awarded(world) == []


def test_an_account_closed_meanwhile_stops_the_list(world: World, officer: Browser, wang: Somebody) -> None:
    preview(officer, f"{wang.number},1\n")
    closed = world.seen(lambda session: ledger.account_id(session, f"resident:{wang.id.hex}:available"))
    world.done(lambda session: ledger.set_account_state(session, closed, ledger.AccountState.CLOSED))
    answer = confirm(officer)
    assert answer.status_code == 422
    assert "This resident's account is closed." in text_of(answer)


def test_a_list_is_awarded_once_however_often_it_is_sent(world: World, officer: Browser, wang: Somebody) -> None:
    preview(officer, f"{wang.number},1\n")
    fields = {name: officer.hidden(name) for name in ("fund", "reason", "lines", "idempotency_key")}
    first = officer.post("/office/batches", **fields)
    again = officer.post("/office/batches", **fields)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    assert awarded(world) == [1_00]

    other = officer.post("/office/batches", **(fields | {"reason": "another"}))
    assert other.status_code == 422
    assert "This key was used for something else" in text_of(other)
    assert awarded(world) == [1_00]


def test_a_fund_with_too_little_awards_nothing(world: World, officer: Browser, wang: Somebody) -> None:
    page = preview(officer, f"{wang.number},1000.01\n")
    assert page.status_code == 200
    assert "The fund has not enough money" in text_of(page)
    assert 'name="lines"' not in page.text

    preview(officer, f"{wang.number},600\n")
    world.award(world.resident().id, 500_00)
    answer = confirm(officer)
    assert answer.status_code == 409
    assert "In this fund 500.00" in text_of(answer)
    assert world.available(wang) == 0


def test_a_fund_that_has_ended_is_refused_before_the_lines(world: World, officer: Browser, wang: Somebody) -> None:
    world.fund("old", expiry_rule="on:2026-06-01")
    world.clock.pass_by(hours=12.1)
    browser = browser_of_person(world, Role.ADMINISTRATOR)
    assert preview(officer, f"{wang.number},1\n", fund="old").status_code in {303, 409}
    page = preview(browser, f"{wang.number},1\n", fund="old")
    assert page.status_code == 409
    assert "All credits of this fund end on 2026-06-01. Choose another fund." in text_of(page)


def test_a_file_that_is_no_list_is_refused_in_words(officer: Browser, wang: Somebody) -> None:
    del wang
    for content, sentence in (
        (b"", "There is no line in this file"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel"),
        (b"\x00\x01", "neither a CSV nor an XLSX"),
        (b"PK\x03\x04", "This file is damaged"),
        (b"100000001,1\n" * 10_001, "at most 10,000 lines"),
    ):
        page = preview(officer, content, reason="巡逻 ✓")
        assert page.status_code == 422
        assert sentence in text_of(page)
        assert "巡逻 ✓" in page.text


def test_what_was_typed_beside_the_file_is_judged_too(officer: Browser, wang: Somebody) -> None:
    page = preview(officer, f"{wang.number},1\n", fund="none", reason="")
    assert page.status_code == 422
    assert "Choose one of these." in text_of(page)
    assert "Fill this in." in text_of(page)
    page = preview(officer, f"{wang.number},1\n", reason="x" * 501)
    assert "This text is too long." in text_of(page)
    page = preview(officer, f"{wang.number},1\n", reason="\u202egnp")
    assert "characters that cannot be shown" in text_of(page)


def test_no_file_at_all_is_asked_for(officer: Browser, wang: Somebody) -> None:
    del wang
    officer.get("/office/batches/new")
    page = officer.post("/office/batches/preview", fund="peace", reason="x")
    assert page.status_code == 422
    assert "There is no line in this file" in text_of(page)


def test_a_file_over_1_mib_is_too_large(officer: Browser, wang: Somebody) -> None:
    del wang
    assert preview(officer, b"1,1\n" * 300_000).status_code == 413


def test_a_list_of_10_000_lines_is_awarded(world: World, officer: Browser, wang: Somebody) -> None:
    page = preview(officer, f"{wang.number},0.01\n" * 10_000)
    assert page.status_code == 200
    page = officer.follow(confirm(officer))
    assert "100.00" in text_of(page)
    assert world.available(wang) == 100_00


def test_a_list_pages_and_is_shown_to_who_made_it(world: World, town_officer: Browser, wang: Somebody) -> None:
    preview(town_officer, f"{wang.number},1\n" * 31)
    answer = confirm(town_officer)
    page = town_officer.follow(answer)
    assert page.status_code == 200
    more = page.text.partition('hx-get="')[2].partition('"')[0]
    part = town_officer.part(more.replace("&amp;", "&"))
    assert "<html" not in part.text
    assert part.text.count('class="item"') == 1

    colleague = browser_of_person(world, Role.ADMINISTRATOR, unit_code=VILLAGE)
    assert colleague.get(answer.headers["Location"]).status_code == 404
    everywhere = browser_of_person(world, Role.ADMINISTRATOR)
    for browser, shown in ((town_officer, True), (everywhere, True), (colleague, False)):
        page = browser.get("/office/batches")
        assert (answer.headers["Location"] in page.text, "No list yet" in text_of(page)) == (shown, not shown)
    assert town_officer.get(f"/office/batches/{uuid4()}").status_code == 404


def test_lists_are_paged_newest_first(world: World, officer: Browser, wang: Somebody) -> None:
    assert 'href="/office/batches"' in officer.get("/office/awards").text
    for number in range(1, 32):
        preview(officer, f"{wang.number},{number}\n", reason=f"名单 {number}")
        confirm(officer)
        world.clock.pass_by(seconds=1)
    page = officer.get("/office/batches")
    assert text_of(page).index("名单 31") < text_of(page).index("名单 2 ")
    more = page.text.partition('hx-get="')[2].partition('"')[0]
    part = officer.part(more.replace("&amp;", "&"))
    assert ("<html" in part.text, text_of(part).count("名单")) == (False, 1)
