"""A code with an amount that the till shows: made once, waiting until it ends, each end in words of its own."""

import re

from werkzeug.test import TestResponse

from people import Role
from safeguards import LIMIT_NAMES
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World


def asked(till: Browser, amount: str = "12.50", **fields: str) -> TestResponse:
    """Open the till and let it show a code to be scanned."""
    till.get("/till")
    sent = {"order_no": till.hidden("order_no"), "idempotency_key": till.hidden("idempotency_key"), **fields}
    return till.post("/till/orders", amount=amount, **sent)


def waiting(till: Browser, **fields: str) -> tuple[str, str, TestResponse]:
    """Let the till ask; return the id of the order, where its outcome stands, and the page that waits."""
    outcome = asked(till, **fields).headers["Location"]
    page = till.get(outcome)
    [order_id] = re.findall(r'action="/till/orders/([0-9a-f-]{36})/cancellation"', page.text)
    return order_id, outcome, page


def paid(world: World, order_id: str, payer: Somebody) -> None:
    """Let a resident pay an order from their phone."""
    assert world.post(f"/orders/{order_id}/payment", {}, payer.key).status_code == 201


def test_an_order_shows_its_code_its_amount_and_how_long_it_waits(till: Browser) -> None:
    order_id, _outcome, page = waiting(till)

    assert 'data-outcome="awaiting_payer"' in page.text
    said = text_of(page)
    assert "12.50 credits" in said
    assert f"/pay/{order_id}" in said
    assert 'data-seconds-left="300"' in page.text
    assert "What it says counts, not the payer's screen" in said
    image = till.get(f"/till/orders/{order_id}/qr.svg")
    assert image.content_type == "image/svg+xml"
    assert b"<svg" in image.data


def test_a_double_click_or_a_reload_makes_one_order(world: World, shop: Shop, till: Browser) -> None:
    till.get("/till")
    fields = {name: till.hidden(name) for name in ("order_no", "idempotency_key")}

    answers = [till.post("/till/orders", amount="12.50", **fields) for _time in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    orders = world.get("/redemptions", shop.till).get_json()["items"]
    assert [each["status"] for each in orders] == ["awaiting_payer"]
    # The same form with another amount is another matter: nothing is made of it.
    answer = till.post("/till/orders", amount="13.50", **fields)
    assert (answer.status_code, 'data-code="idempotency_key_reused"' in answer.text) == (422, True)


def test_a_waiting_page_hears_nothing_until_the_order_ends_then_its_outcome(
    world: World, till: Browser, payer: Somebody
) -> None:
    order_id, outcome, _page = waiting(till)
    assert till.part(outcome).status_code == 204
    assert till.get(outcome, Accept="application/json").get_json() == {"state": "awaiting_payer"}

    paid(world, order_id, payer)

    part = till.part(outcome)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'data-outcome="completed"' in part.text
    assert "data-fresh" in part.text
    assert "王*明" in text_of(part)
    assert 'data-outcome="completed"' in till.get(outcome).text


def test_cancelled_and_over_are_told_apart_and_nothing_was_paid(world: World, till: Browser, payer: Somebody) -> None:
    order_id, outcome, _page = waiting(till)
    cancelled = [till.post(f"/till/orders/{order_id}/cancellation") for _time in range(2)]
    assert {answer.headers["Location"] for answer in cancelled} == {outcome}
    said = text_of(till.get(outcome))
    assert "This shop cancelled the order" in said
    assert "Nothing was paid" in said

    order_id, outcome, _page = waiting(till)
    world.clock.pass_by(minutes=5, seconds=1)
    page = till.part(outcome)
    assert 'data-outcome="expired"' in page.text
    assert "Nobody paid the order in its five minutes" in text_of(page)
    # Too late to cancel: the page says what it is.
    assert till.follow(till.post(f"/till/orders/{order_id}/cancellation")).text.count('data-outcome="expired"') == 1
    assert world.available(payer) == 5_000


def test_an_order_that_is_paid_while_it_is_cancelled_is_paid(world: World, till: Browser, payer: Somebody) -> None:
    order_id, outcome, _page = waiting(till)
    paid(world, order_id, payer)

    page = till.follow(till.post(f"/till/orders/{order_id}/cancellation"))

    assert 'data-outcome="completed"' in page.text
    assert world.available(payer) == 3_750
    assert till.follow(till.get(f"/till/look-up?number={outcome.rpartition('/')[2]}")).status_code == 200


def test_what_is_typed_wrong_makes_no_order(till: Browser) -> None:
    for amount, cash in (("", ""), ("0", ""), ("x", ""), ("12,50", ""), ("1", "x"), ("1", "-1")):
        answer = asked(till, amount, cash_amount=cash)
        assert answer.status_code == 422, (amount, cash)
        assert 'aria-invalid="true"' in answer.text
    assert asked(till, order_no="").status_code == 400


def test_a_shop_that_takes_no_credits_and_sums_over_the_limit_are_refused_in_words(world: World, till: Browser) -> None:
    limits = {**dict.fromkeys(LIMIT_NAMES), "per_payment": 1_000}
    world.post("/payment-limits", limits, world.administrator)
    answer = asked(till)
    assert (answer.status_code, 'data-code="limit_exceeded"' in answer.text) == (409, True)
    # The next try takes another number.
    assert asked(till, "10.00").status_code == 303

    unnamed = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02", named=False).id)
    answer = asked(unnamed, "1.00")
    assert (answer.status_code, 'data-code="merchant_not_named"' in answer.text) == (409, True)


def test_another_shop_reaches_no_order(world: World, till: Browser) -> None:
    order_id, outcome, _page = waiting(till)
    other = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02").id)

    assert other.get(f"/till/orders/{order_id}/qr.svg").status_code == 404
    assert other.post(f"/till/orders/{order_id}/cancellation").status_code == 404
    assert "No such payment" in text_of(other.get(outcome))
    assert 'data-outcome="awaiting_payer"' in till.get(outcome).text


def test_a_part_in_cash_stands_on_the_order_and_on_both_receipts(
    world: World, till: Browser, phone: Browser, payer: Somebody
) -> None:
    order_id, outcome, page = waiting(till, cash_amount="3.50")
    assert "and 3.50 yuan in cash, together 16.00 yuan" in text_of(page)

    paid(world, order_id, payer)

    assert "and 3.50 yuan in cash, together 16.00 yuan" in text_of(till.get(outcome))
    for said in (
        text_of(till.get(f"/till/payments/{order_id}")),
        text_of(phone.get(f"/me/receipts/{order_id}")),
    ):
        assert "In cash 3.50 yuan" in said
        assert "Together 16.00 yuan" in said
    assert world.available(payer) == 3_750


def test_an_order_whose_page_was_left_is_found_on_the_till_while_it_waits(world: World, till: Browser) -> None:
    _order_id, outcome, _page = waiting(till)

    page = till.get("/till")
    assert "Waits for its payer: 12.50 credits · good until 12:05:00" in text_of(page)
    assert f'href="{outcome}"' in page.text

    world.clock.pass_by(minutes=6)
    assert "Waits for its payer" not in text_of(till.get("/till"))
