"""What a shop took: the day's list, one payment, looking one up, refunds, and the owner's page."""

import re
from uuid import uuid4

from werkzeug.test import TestResponse

from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World


def refunded(browser: Browser, payment_id: str, amount: str, reason: str = "Sold out", **fields: str) -> TestResponse:
    """Open the form of a refund, fill it in and send it."""
    browser.get(f"/till/payments/{payment_id}/refund")
    key = fields.pop("idempotency_key", browser.hidden("idempotency_key"))
    return browser.post(
        f"/till/payments/{payment_id}/refund", amount=amount, reason=reason, idempotency_key=key, **fields
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_days_list_has_its_payments_and_their_sum(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    world.paid(shop, payer, 1_000, "first")
    world.paid(shop, payer, 250, "second")

    said = text_of(till.get("/till/payments"))

    assert "12.50 credits" in said
    assert said.index("second") < said.index("first")
    assert "王*明" in said


def test_each_day_has_a_list_of_its_own(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    # NOON in the community is 04:00 UTC: the last minute of the day there is still the day before in UTC.
    world.clock.pass_by(hours=11, minutes=59)
    world.paid(shop, payer, 1_000, "late")
    world.clock.pass_by(minutes=2)
    world.paid(shop, payer, 250, "early")

    today, before = text_of(till.get("/till/payments")), text_of(till.get("/till/payments?on=2026-06-01"))

    assert "early" in today
    assert "late" not in today
    assert "late" in before
    assert "early" not in before
    assert "No payment on this day" in text_of(till.get("/till/payments?on=2026-05-01"))


def test_a_day_that_is_none_or_lies_ahead_is_today(till: Browser) -> None:
    for on in ("2999-01-01", "yesterday", "2026-02-30", "😀", ""):
        answer = till.get(f"/till/payments?on={on}")
        assert answer.status_code == 200, on
        assert '<time datetime="2026-06-01">' in answer.text


def test_a_long_day_comes_a_page_at_a_time(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    for number in range(32):
        world.paid(shop, payer, 1, f"order {number:02d}")

    first = till.get("/till/payments")
    [more] = set(re.findall(r'hx-get="(/till/payments\?[^"]*)"', first.text))
    rest = till.part(more.replace("&amp;", "&"))

    assert first.text.count('class="item"') == 30
    assert "order 31" in first.text
    assert rest.text.count('class="item"') == 2
    assert "order 00" in rest.text
    assert "<html" not in rest.text
    assert "0.32 credits" in text_of(first)
    assert till.get("/till/payments?before=x").status_code == 404


def test_another_shops_payments_are_not_seen(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    paid = world.paid(shop, payer, 1_000, "ours")
    payment_id = paid["id"]
    other = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=world.shop("M02").id)

    assert "ours" not in text_of(other.get("/till/payments"))
    assert other.get(f"/till/payments/{payment_id}").status_code == 404
    assert other.get(f"/till/payments/{payment_id}/refund").status_code == 404
    assert other.get("/till/look-up?number=ours").status_code == 404
    assert other.get(f"/till/look-up?number={paid['receipt_no']}").status_code == 404
    till.get("/till/payments")
    assert till.get(f"/till/payments/{payment_id}").status_code == 200
    assert till.get(f"/till/payments/{uuid4()}").status_code == 404


# --- looking up -------------------------------------------------------------------------------------------------------


def test_a_payment_is_found_by_either_number(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    paid = world.paid(shop, payer, 1_000, "order 7/8")
    grouped = " ".join(paid["receipt_no"][at : at + 4] for at in range(0, len(paid["receipt_no"]), 4)).lower()

    assert 'data-outcome="completed"' in till.follow(till.get("/till/look-up?number= order 7/8 ")).text
    by_receipt = till.get(f"/till/look-up?number={grouped}")
    assert by_receipt.headers["Location"] == f"/till/payments/{paid['id']}"


def test_a_number_nobody_knows_is_said_to_be_unknown(till: Browser) -> None:
    for number in ("A-1", "😀", "\u202e", "x" * 300, "2606017KQ3M9TX"):
        answer = till.get(f"/till/look-up?number={number}")
        assert answer.status_code == 404, number
        assert "No payment has this number" in text_of(answer)
    assert till.get("/till/look-up").status_code == 200


# --- refunds ----------------------------------------------------------------------------------------------------------


def test_the_owner_gives_back_a_part_and_then_the_rest(
    world: World, shop: Shop, owner: Browser, payer: Somebody
) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]

    page = owner.follow(refunded(owner, payment_id, "2.50"))
    assert "The refund is made." in text_of(page)
    assert "Sold out" in text_of(page)
    assert world.available(payer) == 4_000

    form = owner.get(f"/till/payments/{payment_id}/refund")
    assert 'value="10.00"' in form.text
    owner.follow(refunded(owner, payment_id, "10"))
    assert world.available(payer) == 5_000
    assert "/refund" not in owner.get(f"/till/payments/{payment_id}").text


def test_a_refund_sent_twice_is_made_once(world: World, shop: Shop, owner: Browser, payer: Somebody) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]
    key = str(uuid4())

    answers = [refunded(owner, payment_id, "2.50", idempotency_key=key) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert world.available(payer) == 4_000
    other = refunded(owner, payment_id, "3.50", idempotency_key=key)
    assert other.status_code == 422
    assert 'data-code="idempotency_key_reused"' in other.text
    assert key not in other.text


def test_more_than_is_left_is_refused_with_what_is_left(
    world: World, shop: Shop, owner: Browser, payer: Somebody
) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]
    owner.follow(refunded(owner, payment_id, "2.50"))

    answer = refunded(owner, payment_id, "10.01")

    assert answer.status_code == 409
    assert 'data-code="refund_exceeds_redemption"' in answer.text
    assert "10.00 credits can still be refunded." in text_of(answer)
    assert 'value="10.01"' in answer.text
    assert world.available(payer) == 4_000


def test_a_cashier_is_told_that_the_owner_refunds(world: World, shop: Shop, till: Browser, payer: Somebody) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]
    assert "The owner of the shop can refund" in text_of(till.get(f"/till/payments/{payment_id}"))

    answer = refunded(till, payment_id, "2.50")

    assert answer.status_code == 403
    assert 'data-code="owner_approval_required"' in answer.text
    assert world.available(payer) == 3_750


def test_what_is_no_amount_refunds_nothing(world: World, shop: Shop, owner: Browser, payer: Somebody) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]

    for amount in ("", "0", "-1", "1.234", "9223372036854775808", "😀"):
        answer = refunded(owner, payment_id, amount)
        assert answer.status_code == 422, amount
        assert "Type an amount above 0" in text_of(answer)
    assert world.available(payer) == 3_750


def test_a_refund_needs_a_reason_that_can_be_shown(world: World, shop: Shop, owner: Browser, payer: Somebody) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]

    for reason, said in (
        ("", "Fill this in."),
        ("  ", "Fill this in."),
        ("x" * 501, "too long"),
        ("abc\u202edef", "cannot be shown"),
        ("a\x00b", "cannot be shown"),
    ):
        answer = refunded(owner, payment_id, "1", reason)
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert world.available(payer) == 3_750


def test_what_a_reason_says_is_never_markup(world: World, shop: Shop, owner: Browser, payer: Somebody) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]

    page = owner.follow(refunded(owner, payment_id, "1", "<script>alert(1)</script> 😀"))

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 😀" in page.text


# --- the owner's page -------------------------------------------------------------------------------------------------


def test_the_owner_sees_what_the_shop_took_and_is_owed(
    world: World, shop: Shop, owner: Browser, till: Browser, payer: Somebody
) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]
    owner.follow(refunded(owner, payment_id, "2.50"))

    said = text_of(owner.get("/till/shop"))

    assert "12.50 credits" in said
    assert "10.00 credits" in said
    assert "refunded this month: 2.50" in said
    assert "Doc 2" in said
    assert "Owner" in said
    assert "Cashier" in said
    assert till.get("/till/shop").status_code == 403


def test_an_owner_without_a_naming_is_told_where_to_ask(world: World) -> None:
    unnamed = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=world.shop("M02", named=False).id)

    assert "Ask the peace office about a naming" in text_of(unnamed.get("/till/shop"))


def test_an_owner_lets_cashiers_refund_and_they_do(
    world: World, shop: Shop, owner: Browser, till: Browser, payer: Somebody
) -> None:
    payment_id = world.paid(shop, payer, 1_250)["id"]
    for amount, status in (("x", 422), ("3.00", 303)):
        owner.get("/till/shop")
        sent = owner.post("/till/shop/refund-limit", amount=amount, idempotency_key=owner.hidden("idempotency_key"))
        assert sent.status_code == status
    assert "Cashiers refund up to 3.00 credits" in text_of(owner.get("/till/shop"))
    assert f"/till/payments/{payment_id}/refund" in till.get(f"/till/payments/{payment_id}").text
    assert refunded(till, payment_id, "3.01").status_code == 403
    assert refunded(till, payment_id, "3.00").status_code == 303
    assert "The owner of the shop can refund" in text_of(till.get(f"/till/payments/{payment_id}"))
    assert world.available(payer) == 4_050
    owner.get("/till/shop")
    owner.post("/till/shop/refund-limit", amount="", idempotency_key=owner.hidden("idempotency_key"))
    assert "Only you can refund" in text_of(owner.get("/till/shop"))
