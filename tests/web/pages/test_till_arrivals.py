"""What arrives at a till without its doing: shown while it is new, and kept in the list of the day."""

import html
import re

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World


def at_the_plaque(world: World, shop: Shop, payer: Somebody, amount: int = 800) -> str:
    """Let a resident pay at the plaque; return the number of the receipt."""
    answer = world.post(f"/merchants/{shop.code}/payments", {"amount": amount}, payer.key)
    assert answer.status_code == 201
    return str(answer.get_json()["receipt_no"])


def looks(till: Browser) -> str:
    """Open the till's page; return where it looks for arrivals."""
    [address] = re.findall(r'hx-get="(/till/arrivals[^"]*)"', till.get("/till").text)
    return html.unescape(address)


def test_a_payment_at_the_plaque_appears_with_amount_masked_name_receipt_and_time(
    world: World, shop: Shop, till: Browser, payer: Somebody
) -> None:
    address = looks(till)
    assert till.part(address).status_code == 204

    receipt_no = at_the_plaque(world, shop, payer)

    part = till.part(address)
    assert part.status_code == 200
    said = text_of(part)
    assert "Arrived: 8.00 credits" in said
    assert "王*明 · at the plaque · 12:00:00" in said
    assert receipt_no in re.sub(r"\s", "", said)
    assert "王小明" not in part.text
    [newest] = re.findall(r'data-arrival="([^"]*)"', part.text)
    # Nothing new: the page stays as it is.
    assert till.part(f"{address}&newest={newest}").status_code == 204
    # A reload shows it again, and it stays in the list.
    assert "Arrived: 8.00 credits" in text_of(till.get("/till"))
    listed = text_of(till.get("/till/payments"))
    assert f"{receipt_no} at the plaque" in listed


def test_an_order_that_was_paid_after_its_page_was_left_arrives_too(
    world: World, shop: Shop, till: Browser, payer: Somebody
) -> None:
    address = looks(till)
    order = world.post("/orders", {"amount": 300, "order_no": "left", "cash_amount": 200}, shop.till).get_json()
    world.post(f"/orders/{order['id']}/payment", {}, payer.key)

    said = text_of(till.part(address))

    assert "Arrived: 3.00 credits and 2.00 yuan in cash, together 5.00 yuan" in said
    assert "order code scanned" in said


def test_what_a_till_scanned_itself_does_not_arrive_nor_what_is_older_or_anothers(
    world: World, shop: Shop, till: Browser, payer: Somebody
) -> None:
    at_the_plaque(world, shop, payer)
    at_the_plaque(world, world.shop("M02"), payer)
    world.clock.pass_by(minutes=3)
    address = looks(till)
    world.paid(shop, payer, 100, "scanned")

    assert till.part(address).status_code == 204
    other = browser_of_person(world, Role.TILL, merchant_id=world.shop("M03").id)
    at_the_plaque(world, shop, payer, 900)
    assert other.part(looks(other)).status_code == 204


def test_an_address_that_is_not_ours_is_not_found(till: Browser) -> None:
    for since in ("", "x", "-1", "1" * 12, "²"):
        assert till.get(f"/till/arrivals?since={since}").status_code == 404, since
