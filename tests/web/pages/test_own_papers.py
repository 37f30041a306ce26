"""A resident's own page of their card and sheets, and the PIN that the payer types at the till."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.pages.browser import Browser, text_of
from tests.web.world import Shop, Somebody, World

PIN, WRONG = "204060", "111213"


@pytest.fixture
def card(world: World, payer: Somebody) -> dict[str, Any]:
    """Return the payer's card, told as it was issued; they have a PIN."""
    world.post("/pin", {"pin": PIN}, payer.key)
    return dict(world.post(f"/residents/{payer.id}/cards", {"per_day": 3_000}, world.administrator).get_json())


@pytest.fixture
def sheet(world: World, payer: Somebody) -> dict[str, Any]:
    """Return a sheet of the payer's with two slips of 5.00."""
    body = {"count": 2, "worth": 500}
    return dict(world.post(f"/residents/{payer.id}/code-sheets", body, world.administrator).get_json())


def charge(till: Browser, code: str, amount: str) -> Browser:
    """Take a code at the till's page, and go to the outcome."""
    till.get("/till")
    answer = till.post(
        "/till/redemptions",
        idempotency_key=till.hidden("idempotency_key"),
        order_no=till.hidden("order_no"),
        amount=amount,
        code=code,
    )
    till.follow(answer)
    return till


def test_a_resident_sees_and_blocks_their_card(
    world: World, phone: Browser, card: dict[str, Any], shop: Shop, till: Browser
) -> None:
    shown = text_of(phone.get("/me/on-paper"))
    assert "30.00" in shown
    assert "pays with the PIN" in shown
    answer = phone.post(f"/me/on-paper/cards/{card['id']}/blocking", idempotency_key=phone.hidden("idempotency_key"))
    assert "Your card is blocked" in text_of(phone.follow(answer))
    assert "This code is blocked" in text_of(charge(till, card["code"], "1").page)  # type: ignore[arg-type]  # a page was loaded
    del world, shop


def test_a_resident_sees_and_revokes_their_sheet(
    world: World, phone: Browser, payer: Somebody, sheet: dict[str, Any]
) -> None:
    assert "0 used, 2 still good" in text_of(phone.get("/me/on-paper"))
    assert world.available(payer) == 4_000
    answer = phone.post(
        f"/me/on-paper/sheets/{sheet['id']}/revocation", idempotency_key=phone.hidden("idempotency_key")
    )
    assert "can be spent again" in text_of(phone.follow(answer))
    assert world.available(payer) == 5_000


def test_cards_and_sheets_of_others_are_not_there(world: World, phone: Browser, shop: Shop) -> None:
    other = world.resident(1_000)
    card = world.post(f"/residents/{other.id}/cards", {}, world.administrator).get_json()["id"]
    body = {"count": 1, "worth": 100}
    sheet = world.post(f"/residents/{other.id}/code-sheets", body, world.administrator).get_json()["id"]
    assert "The office prints you one" in text_of(phone.get("/me/on-paper"))
    for path in (f"/me/on-paper/cards/{card}/blocking", f"/me/on-paper/sheets/{sheet}/revocation"):
        assert phone.post(path, idempotency_key="k").status_code == 404
    del shop


def test_at_the_till_the_payer_types_the_pin_for_the_card_that_was_scanned(
    world: World, till: Browser, card: dict[str, Any], payer: Somebody, shop: Shop
) -> None:
    page = charge(till, card["code"], "12.50").page
    assert page is not None
    assert "A PIN is needed" in text_of(page)

    def again(pin: str) -> TestResponse:
        assert till.page is not None
        form = re.search(r"<form[^>]* data-retry>(.*?)</form>", till.page.text, re.DOTALL)
        assert form is not None
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
        return till.follow(till.post("/till/redemptions", **fields, pin=pin))

    wrong = again(WRONG)
    assert "The PIN is wrong" in text_of(wrong)
    assert WRONG not in wrong.text
    paid = again(PIN)
    assert "Paid" in text_of(paid)
    assert "王*明" in text_of(paid)
    assert world.available(payer) == 3_750
    del shop


def test_the_pin_is_typed_for_a_payment_of_one_s_own_shop_that_was_refused_for_it(
    world: World, till: Browser, payer: Somebody, shop: Shop
) -> None:
    paid = world.paid(shop, payer, 100)
    assert till.get(f"/till/pins/{paid['id']}").status_code == 404
    assert till.get("/till/pins/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_slip_that_is_worth_less_says_how_much(till: Browser, sheet: dict[str, Any], shop: Shop) -> None:
    page = charge(till, sheet["slips"][0]["code"], "5.01").page
    assert page is not None
    assert "Not enough credits" in text_of(page)
    assert "This code is worth 5.00" in text_of(page)
    page = charge(till, sheet["slips"][0]["code"], "5").page
    assert page is not None
    assert "Paid" in text_of(page)
    del shop
