"""A resident's own pages: balance, statement and receipts."""

import re

from tests.web.pages.browser import Browser, browser_of, text_of
from tests.web.world import Shop, Somebody, World


def receipts(browser: Browser) -> list[str]:
    """Return the addresses of the receipts that a statement leads to."""
    return re.findall(r'href="(/me/receipts/[0-9a-f-]{36})"', browser.get("/me/statement").text)


def test_the_first_screen_says_the_balance_and_what_ends_next(phone: Browser, payer: Somebody) -> None:
    said = text_of(phone.get("/me"))

    assert "50.00 credits" in said
    assert "can be spent until 31 Dec 2027" in said
    assert "A useful report" in said
    assert f"{payer.number[:3]} {payer.number[3:6]} {payer.number[6:]}" in said


def test_a_newcomer_is_told_that_there_is_nothing_yet(world: World) -> None:
    browser = browser_of(world, world.resident())

    assert "Nothing here yet" in text_of(browser.get("/me"))
    assert "Nothing here yet" in text_of(browser.get("/me/statement"))
    assert browser.get("/me/code").status_code == 200


def test_credits_past_their_day_are_not_shown_as_spendable(world: World, payer: Somebody) -> None:
    world.clock.pass_by(days=700)

    said = text_of(browser_of(world, payer).get("/me"))

    assert "0.00 credits" in said
    assert "can be spent until" not in said


def test_a_statement_names_shops_funds_and_reasons(world: World, shop: Shop, phone: Browser, payer: Somebody) -> None:
    world.paid(shop, payer, 1_250)

    said = text_of(phone.get("/me/statement"))

    assert "Shop M01" in said
    assert "Fund peace" in said
    assert "A useful report" in said
    assert "−12.50" in said
    assert "+50.00" in said
    assert "37.50" in said


def test_what_is_set_aside_is_shown_with_its_time_and_on_the_statement(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    assert "Set aside" not in text_of(phone.get("/me"))
    hold = world.hold(payer, 2_000, hours=54)
    world.captured(hold, shop, 750)

    said = text_of(phone.get("/me"))

    assert "30.00 credits" in said
    assert "12.50 credits more are set aside." in said
    assert "Set aside, and until when" in said
    assert "until 3 Jun 18:00 at the latest" in said
    assert "7.50 of 20.00 paid so far" in said
    statement = text_of(phone.get("/me/statement"))
    assert "Set aside for later" in statement
    assert "−20.00" in statement
    assert "Paid out of what was set aside 7.50 credits" in statement


def test_a_statement_comes_a_page_at_a_time(world: World, shop: Shop, phone: Browser, payer: Somebody) -> None:
    for _payment in range(25):
        world.paid(shop, payer, 100)

    first = phone.get("/me/statement")
    [more] = set(re.findall(r'hx-get="(/me/statement\?before=\d+)"', first.text))
    rest = phone.part(more)

    assert first.text.count('<details class="item">') == 20
    assert rest.text.count('<details class="item">') == 6
    assert "<html" not in rest.text
    assert "hx-get" not in rest.text
    assert "<html" in phone.get(more).text


def test_a_cursor_that_was_not_ours_is_not_found(phone: Browser) -> None:
    for cursor in ("x", "-1", "9223372036854775808123", "１２", "😀"):
        assert phone.get(f"/me/statement?before={cursor}").status_code == 404


def test_a_receipt_says_what_was_paid_out_of_which_fund(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    paid = world.paid(shop, payer, 1_250, "order-7")

    [address] = receipts(phone)
    said = text_of(phone.get(address))

    assert "12.50 credits" in said
    assert "Fund peace" in said
    assert "order-7" in said
    assert paid["entry_id"] in said
    assert paid["receipt_no"] in said.replace(" ", "")


def test_a_receipt_shows_its_refunds_with_their_reason(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    paid = world.paid(shop, payer, 1_250)
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 250, "reason": "Sold out"}, shop.owner)

    said = text_of(phone.get(receipts(phone)[0]))

    assert "2.50" in said
    assert "Sold out" in said
    assert "Sold out" in text_of(phone.get("/me/statement"))


def test_anothers_receipt_is_not_found(world: World, shop: Shop, phone: Browser, payer: Somebody) -> None:
    world.paid(shop, payer, 100)
    [address] = receipts(phone)
    other = browser_of(world, world.resident())

    assert other.get(address).status_code == 404
    assert phone.get(address).status_code == 200


def test_a_refused_attempt_has_no_receipt(world: World, shop: Shop, phone: Browser, payer: Somebody) -> None:
    body = {"code": world.payment_code(payer), "amount": 999_999, "order_no": "too much"}
    refused = world.post("/redemptions", body, shop.till).get_json()

    assert phone.get(f"/me/receipts/{refused['redemption_id']}").status_code == 404


def test_a_resident_has_no_till_and_no_office(phone: Browser, till: Browser) -> None:
    assert phone.get("/till").status_code == 403
    assert phone.get("/till/payments").status_code == 403
    assert "no right to this page" in text_of(till.get("/me"))
    assert till.get("/me").status_code == 403
