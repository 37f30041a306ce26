"""The office's page for helping to pay: the shop's order, the resident's number and PIN, and the receipt."""

import re

import pytest

from tests.web.pages.browser import Browser, browser_of, text_of
from tests.web.world import Shop, Somebody, World

PIN = "204060"


@pytest.fixture
def shop(world: World) -> Shop:
    """Return a shop with an order of 12.50 that waits."""
    world.fund()
    made = world.shop()
    world.post("/orders", {"amount": 1_250, "order_no": "help-1"}, made.till)
    return made


@pytest.fixture
def payer(world: World, shop: Shop) -> Somebody:
    """Return a resident with a PIN."""
    assert shop.code
    made = world.resident(balance=5_000, name="李大爷")
    world.post("/pin", {"pin": PIN}, made.key)
    return made


def pay(officer: Browser, shop: Shop, number: str, pin: str) -> Browser:
    """Fill in the form of the order that waits."""
    page = officer.get(f"/office/assisting?shop={shop.code}")
    found = re.search(r'action="(/office/assisting/orders/[0-9a-f-]+)"', page.text)
    assert found is not None
    officer.post(
        found[1],
        idempotency_key=officer.hidden("idempotency_key"),
        shop=shop.code,
        number=number,
        pin=pin,
    )
    return officer


def said(officer: Browser) -> str:
    """Return what the last page says."""
    assert officer.page is not None
    return text_of(officer.page)


def test_an_officer_opens_helping_and_pays_for_a_resident(
    world: World, officer: Browser, shop: Shop, payer: Somebody
) -> None:
    assert "Helping to pay is not open yet" in text_of(officer.get("/office/assisting"))
    assert "is not open yet" in said(pay(officer, shop, payer.number, PIN))
    key = officer.hidden("idempotency_key")
    wrong = officer.post("/office/assisting/caps", idempotency_key=key, per_officer="x", per_resident="20")
    assert wrong.status_code == 422
    key = officer.hidden("idempotency_key")
    officer.follow(officer.post("/office/assisting/caps", idempotency_key=key, per_officer="50", per_resident="20"))
    assert "Set. It holds from now on." in said(officer)

    assert "A PIN is needed" in said(pay(officer, shop, payer.number, ""))
    assert "There is no such resident" in said(pay(officer, shop, "000000000", PIN))
    pay(officer, shop, payer.number, PIN)
    assert officer.page is not None
    receipt = text_of(officer.follow(officer.page))
    for words in ("12.50", "李*爷", "李桂兰", "Shop M01", "help-1", "PIN"):
        assert words in receipt
    assert world.available(payer) == 3_750
    # The resident reads who helped.
    phone = browser_of(world, payer)
    assert "with the help of 李桂兰" in text_of(phone.get("/me/statement"))
    attempts = world.get("/redemptions", payer.key).get_json()["items"]
    [paid] = [each for each in attempts if each["status"] == "completed"]
    assert "With the help of 李桂兰" in text_of(phone.get(f"/me/receipts/{paid['id']}"))


def test_a_shop_without_orders_says_so_and_an_unknown_one_is_not_there(officer: Browser, world: World) -> None:
    world.fund()
    other = world.shop("M02")
    assert "No order waits here" in text_of(officer.get(f"/office/assisting?shop={other.code}"))
    assert officer.get("/office/assisting?shop=M99").status_code == 404


def test_an_officer_helps_residents_of_their_own_units(
    world: World, officer: Browser, town_officer: Browser, shop: Shop
) -> None:
    officer.get("/office/assisting")
    key = officer.hidden("idempotency_key")
    officer.post("/office/assisting/caps", idempotency_key=key, per_officer="50", per_resident="20")
    elsewhere = world.resident(5_000, unit="140881002001")
    pay(town_officer, shop, elsewhere.number, "")
    assert "There is no such resident" in said(town_officer)
    assert world.available(elsewhere) == 5_000
