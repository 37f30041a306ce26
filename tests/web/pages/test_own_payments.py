"""The page where a resident pays what a till asks for."""

import re

from safeguards import LIMIT_NAMES
from tests.web.pages.browser import Browser, browser_of, text_of
from tests.web.world import Shop, Somebody, World

PIN, WRONG = "204060", "111213"


def asked(world: World, shop: Shop, amount: int = 300, order_no: str = "O-1") -> str:
    """Return where an order of a shop is paid."""
    answer = world.post("/orders", {"amount": amount, "order_no": order_no, "description": "午饭"}, shop.till)
    return f"/pay/{answer.get_json()['id']}"


def said(browser: Browser) -> str:
    """Return the last page as it came."""
    assert browser.page is not None
    return browser.page.text


def confirmed(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    """Open the order and confirm it; return the status, and where it leads or why it was refused."""
    browser.get(path)
    answer = browser.post(path, idempotency_key=browser.hidden("idempotency_key"), **fields)
    if answer.status_code == 303:
        return 303, answer.headers["Location"]
    return answer.status_code, (re.findall(r'data-code="([^"]*)"', answer.text) or [""])[0]


def test_an_order_says_to_whom_how_much_and_for_what_and_is_paid_once(
    world: World, shop: Shop, payer: Somebody
) -> None:
    path, browser = asked(world, shop), browser_of(world, payer)
    said = text_of(browser.get(path))
    assert "3.00" in said
    assert "午饭" in said
    key = browser.hidden("idempotency_key")
    first = browser.post(path, idempotency_key=key)
    again = browser.post(path, idempotency_key=key)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"] == f"/me/receipts/{path.rpartition('/')[2]}"
    assert "3.00" in text_of(browser.get(first.headers["Location"]))
    # Scanned once more, or sent from another window: the receipt again, and nothing is paid.
    assert browser.get(path).headers["Location"] == first.headers["Location"]
    assert browser.post(path, idempotency_key="another").headers["Location"] == first.headers["Location"]
    assert world.available(payer) == 5_000 - 300


def test_a_closed_order_says_so_to_others_without_saying_how_it_ended(
    world: World, shop: Shop, payer: Somebody
) -> None:
    path, neighbour = asked(world, shop), world.resident(balance=1_000)
    world.post(f"/orders/{path.rpartition('/')[2]}/payment", {}, neighbour.key)
    browser = browser_of(world, payer, language="en")
    page = browser.get(path)
    assert page.status_code == 404
    assert "This order is closed" in text_of(page)
    assert browser.get("/pay/00000000-0000-7000-8000-000000000000").status_code == 404


def test_a_refusal_says_why_and_asks_for_what_is_missing(world: World, shop: Shop, payer: Somebody) -> None:
    browser = browser_of(world, payer)
    assert confirmed(browser, asked(world, shop, 9_999_00)) == (409, "insufficient_balance")
    limits = dict.fromkeys(LIMIT_NAMES)
    world.post("/payment-limits", {**limits, "pin_above_amount": 100, "duplicate_within_s": 60}, world.administrator)
    world.post("/pin", {"pin": PIN}, payer.key)
    path = asked(world, shop, 300, "O-2")
    assert confirmed(browser, path) == (409, "pin_required")
    assert 'name="pin"' in said(browser)
    assert confirmed(browser, path, pin=WRONG) == (409, "pin_wrong")
    assert WRONG not in said(browser)
    assert confirmed(browser, path, pin=PIN)[0] == 303
    again = asked(world, shop, 300, "O-3")
    assert confirmed(browser, again, pin=PIN) == (409, "possible_duplicate")
    assert 'name="confirm_duplicate" value="yes"' in said(browser)
    assert confirmed(browser, again, pin=PIN, confirm_duplicate="yes")[0] == 303
