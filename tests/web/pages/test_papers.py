"""The forms on which one chooses the days and the form of a statement."""

import html
import re
from datetime import UTC, datetime

import pytest

from people import Role
from tests.web.pages.browser import Browser, browser_of, browser_of_person, text_of
from tests.web.papers import lines_of, rows_of
from tests.web.world import OTHER_TOWN, Shop, Somebody, World


@pytest.fixture
def world(world: World) -> World:
    """Return a community whose clock goes with the ledger's own, by which statements choose their lines."""
    world.clock.at = datetime.now(UTC)
    return world


def readers(world: World, shop: Shop, payer: Somebody) -> dict[str, Browser]:
    """Return somebody who may read each paper."""
    finance = browser_of_person(world, Role.FINANCE)
    return {
        "/me/statement/paper": browser_of(world, payer),
        "/till/shop/paper": browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id),
        f"/office/residents/{payer.id}/statement/paper": browser_of_person(world, Role.ADMINISTRATOR),
        "/office/funds/peace/paper": finance,
        "/office/books/paper?code=issued": finance,
    }


def with_query(path: str, query: str) -> str:
    """Return an address with something more in its query."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


def test_the_form_offers_usual_periods_and_three_forms(world: World, shop: Shop, payer: Somebody) -> None:
    for path, browser in readers(world, shop, payer).items():
        answer = browser.get(path)
        said = text_of(answer)
        for words in ("This month", "Last month", "This year", "Last year", "To print", "Excel file", "CSV file"):
            assert words in said, path
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+from=[^"]+)"', answer.text)]
        assert len(links) == 4
        for link in links:
            chosen = browser.get(link)
            assert chosen.text.count('aria-current="true"') == 1
            assert rows_of(browser.get(f"{link}&format=csv"))
            assert "code=issued" in link or "books" not in path


@pytest.mark.parametrize(("form", "begins"), [("html", b"<!doctype"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_the_same_address_gives_the_paper_out(
    world: World, shop: Shop, payer: Somebody, form: str, begins: bytes
) -> None:
    world.paid(shop, payer, 1_250)
    for path, browser in readers(world, shop, payer).items():
        answer = browser.get(with_query(path, f"format={form}"))
        assert answer.status_code == 200
        assert answer.get_data().lstrip().startswith(begins), path
        assert answer.headers["Cache-Control"] == "no-store"


def test_days_that_cannot_be_are_said_beside_their_field(world: World, shop: Shop, payer: Somebody) -> None:
    for path, browser in readers(world, shop, payer).items():
        for query, words in (
            ("from=2026-02-02&until=2026-02-01", "The last day lies before the first."),
            ("until=2999-01-01", "This day has not come yet."),
            ("from=1990-01-01", "Statements begin on 2000-01-01 at the earliest."),
            ("from=x", "Choose a day."),
            ("until=", "Choose a day."),
        ):
            answer = browser.get(with_query(path, f"{query}&format=csv"))
            assert answer.status_code == 422
            assert words in text_of(answer), (path, query)
            assert 'aria-invalid="true"' in answer.text


def test_a_form_that_is_none_shows_the_choices_again(phone: Browser) -> None:
    assert phone.get("/me/statement/paper?format=pdf").mimetype == "text/html"
    assert "To print" in text_of(phone.page) if phone.page else False


def test_an_account_that_is_not_there_is_said_beside_its_field(world: World) -> None:
    auditor = browser_of_person(world, Role.AUDITOR)
    for code in ("none", "fund", "%00", ""):
        answer = auditor.get(f"/office/books/paper?code={code}&format=csv")
        assert answer.status_code == 422
        assert "There is no such account" in text_of(answer)


def test_a_paper_is_its_readers_own(world: World, shop: Shop, payer: Somebody) -> None:
    world.paid(shop, payer, 1_250)
    other = world.shop("M02")
    owner = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=other.id)
    assert lines_of(owner.get("/till/shop/paper?format=csv")) == []
    cashier = browser_of_person(world, Role.TILL, merchant_id=shop.id)
    assert cashier.get("/till/shop/paper?format=csv").status_code == 403
    elsewhere = browser_of_person(world, Role.ADMINISTRATOR, unit_code=OTHER_TOWN)
    assert elsewhere.get(f"/office/residents/{payer.id}/statement/paper?format=csv").status_code == 404
    [award, paid] = lines_of(browser_of(world, payer).get("/me/statement/paper?format=csv"))
    assert (award[8], paid[9]) == ("50.00", "12.50")


def test_pages_lead_to_the_papers(world: World, shop: Shop, payer: Somebody) -> None:
    for path, link in (
        ("/me/statement", "/me/statement/paper"),
        ("/till/shop", "/till/shop/paper"),
        ("/office/funds/peace", "/office/funds/peace/paper"),
        ("/office/books", "/office/books/paper?code=issued"),
        (f"/office/residents/{payer.id}/statement", f"/office/residents/{payer.id}/statement/paper"),
    ):
        reader = next(browser for own, browser in readers(world, shop, payer).items() if own.split("?")[0] in link)
        assert f'href="{link}"' in reader.get(path).text
