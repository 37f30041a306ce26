"""The books on the office's pages, and correcting an entry by its mirror."""

import re
from uuid import uuid4

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Somebody, World
from web.pages.actors import actor_names
from web.unit_of_work import reading


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_trial_balance_is_equal_on_both_sides(world: World, wang: Somebody, language: str) -> None:
    world.award(wang.id, 20_00)
    browser = browser_of_person(world, Role.AUDITOR, language=language)
    page = browser.get("/office/books")
    words = text_of(page).replace("\u202f", " ")
    for text in ("fund:peace:available", f"resident:{wang.id.hex}:available", "20.00", "1 000.00", "980.00"):
        assert text in words
    assert ("Debits and credits are equal." if language == "en" else "借贷") in words
    assert "treasury:bank" in text_of(browser.get("/office/books?asset=CNY"))
    assert "fund:peace" not in text_of(browser.get("/office/books?prefix=resident:")).partition("Account")[2]


def test_the_trial_balance_pages(world: World, auditor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.office.books._ROWS_SHOWN", 2)
    world.fund()
    world.award(world.resident().id, 1_00)
    page = auditor.get("/office/books")
    codes = []
    while True:
        codes += re.findall(r'account"><a [^>]+>([^<]+)<', page.text)
        more = re.search(r'class="more"><a class="button secondary" href="([^"]+)"', page.text)
        if more is None:
            break
        page = auditor.get(more[1].replace("&amp;", "&"))
    assert codes == sorted(codes)
    assert len(codes) == 3


def test_nonsense_finds_no_accounts(auditor: Browser) -> None:
    for query in (
        "asset=XXX",
        "prefix=%00",
        "prefix=😀",
        f"prefix={'x' * 5000}",
        "after=%00",
        "asset=MIN",
        "prefix=%25",
    ):
        page = auditor.get(f"/office/books?{query}")
        assert (page.status_code, "No postings" in text_of(page)) == (200, True)


def test_an_entry_is_shown_with_who_made_it(world: World, officer: Browser, finance: Browser) -> None:
    world.fund("peace", 0)
    finance.get("/office/funds/peace")
    finance.post("/office/funds/peace/appropriations", idempotency_key="k", amount="5", document="D")
    entry = re.search(r'href="(/office/books/entries/[^"]+)"', finance.get("/office/funds/peace").text)
    assert entry is not None
    words = text_of(officer.get(entry[1]))
    for text in ("Money received", "李桂兰", "treasury:bank", "5.00 CNY", "5.00 PAB"):
        assert text in words
    assert "Reverse now" not in words


def test_another_person_corrects_an_entry_once(world: World, wang: Somebody, finance: Browser) -> None:
    award = world.award(wang.id, 20_00)
    path = f"/office/books/entries/{award.entry_id}"
    assert "Reverse now" in text_of(finance.get(path))
    empty = finance.post(f"{path}/reversal", reason=" ", idempotency_key="k")
    assert (empty.status_code, "Fill this in." in text_of(empty)) == (422, True)
    first = finance.post(f"{path}/reversal", reason="错了", idempotency_key="k")
    again = finance.post(f"{path}/reversal", reason="错了", idempotency_key="k")
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    for page, words in ((finance.follow(again), "Corrects"), (finance.get(path), "Corrected by")):
        assert words in text_of(page)
        assert "Why 错了" in text_of(page)
    assert world.available(wang) == 0
    officer = browser_of_person(world, Role.ADMINISTRATOR)
    for path_of_award in ("/office/awards", f"/office/awards/{award.id}"):
        assert "corrected" in text_of(officer.get(path_of_award))
    late = finance.post(f"{path}/reversal", reason="错了", idempotency_key="other")
    assert (late.status_code, "Already corrected" in text_of(late)) == (409, True)


def test_money_that_was_booked_wrongly_is_marked(world: World, finance: Browser) -> None:
    world.fund("peace", 0)
    finance.get("/office/funds/peace")
    finance.post("/office/funds/peace/appropriations", idempotency_key="k", amount="5", document="D")
    entry = re.search(r'href="(/office/books/entries/[^"]+)"', finance.get("/office/funds/peace").text)
    assert entry is not None
    colleague = browser_of_person(world, Role.FINANCE)
    page = colleague.follow(colleague.post(f"{entry[1]}/reversal", reason="x", idempotency_key="k"))
    assert "Correction Money received" in text_of(page)
    words = text_of(finance.get("/office/funds/peace"))
    assert "+5.00 corrected" in words
    assert "To be awarded 0.00" in words


def test_the_author_does_not_correct_their_own_entry(world: World, finance: Browser) -> None:
    world.fund("peace", 0)
    finance.get("/office/funds/peace")
    finance.post("/office/funds/peace/appropriations", idempotency_key="k", amount="5", document="D")
    entry = re.search(r'href="(/office/books/entries/[^"]+)"', finance.get("/office/funds/peace").text)
    assert entry is not None
    page = finance.post(f"{entry[1]}/reversal", reason="x", idempotency_key="k")
    assert (page.status_code, "Another person has to do this" in text_of(page)) == (403, True)


def test_what_something_rests_on_is_not_corrected(world: World, wang: Somebody, finance: Browser) -> None:
    award = world.award(wang.id, 20_00)
    payment = world.paid(world.shop(), wang, 5_00)
    finance.get("/office/books")
    page = finance.post(f"/office/books/entries/{award.entry_id}/reversal", reason="x", idempotency_key="k")
    assert page.status_code == 409
    assert "Reverse now" in text_of(page)
    assert world.available(wang) == 15_00
    assert payment["status"] == "completed"


def test_whoever_made_an_entry_has_a_name_or_a_kind(world: World) -> None:
    nobody = f"person:{uuid4().hex}"
    asked = {"system", f"resident:{uuid4().hex}", nobody}
    with world.app.test_request_context(headers={"Accept-Language": "en"}):
        names = reading(lambda session: actor_names(session, asked))
    assert sorted(names.values()) == ["A resident", "The system", nobody]


def test_an_entry_is_found_by_its_number(world: World, wang: Somebody, finance: Browser) -> None:
    award = world.award(wang.id, 20_00)
    assert award.entry_id is not None
    for typed in (str(award.entry_id), f" {award.entry_id.hex} "):
        page = finance.follow(finance.get(f"/office/books/entries?id={typed}"))
        assert "20.00" in text_of(page)
    for typed in ("", "x", str(uuid4())):
        page = finance.follow(finance.get(f"/office/books/entries?id={typed}"))
        assert "There is no entry with this number." in text_of(page)


def test_a_refused_reversal_names_the_entry_that_rests_on_it(world: World, wang: Somebody, finance: Browser) -> None:
    award = world.award(wang.id, 20_00)
    world.paid(world.shop(), wang, 5_00)
    path = f"/office/books/entries/{award.entry_id}"
    finance.get(path)
    answer = finance.post(f"{path}/reversal", reason="错了", idempotency_key="k")
    assert answer.status_code == 409
    resting = re.search(r"Entry ([0-9a-f-]{36}) rests on this one", text_of(answer))
    assert resting is not None
    assert "Payment" in text_of(finance.get(f"/office/books/entries/{resting[1]}"))
