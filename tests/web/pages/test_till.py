"""The till: paid once whatever happens, and every refusal said in words."""

import re
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import merchants
import payments
import people
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World
from web.code_guesses import UNKNOWN_CODES_MAX

ORDER_NO = "261123-7KQ2MX"


def charged(till: Browser, code: str, amount: str = "12.50", **fields: str) -> TestResponse:
    """Open the till, fill its form in and send it."""
    till.get("/till")
    sent = {"order_no": till.hidden("order_no"), "idempotency_key": till.hidden("idempotency_key"), **fields}
    return till.post("/till/redemptions", amount=amount, code=code, **sent)


def state(till: Browser, order_no: str) -> str:
    """Return what the till's script is told about an order."""
    answer = till.get(f"/till/outcomes/{order_no}", Accept="application/json")
    assert answer.status_code == 200
    return str(answer.get_json()["state"])


def refused(till: Browser, code: str, amount: str = "12.50") -> tuple[str, str]:
    """Return why a payment was refused: the code of it, and the page's words."""
    page = till.follow(charged(till, code, amount))
    assert 'data-outcome="refused"' in page.text
    return re.findall(r'data-code="([^"]*)"', page.text)[0], text_of(page)


def test_a_payment_ends_in_its_receipt(world: World, till: Browser, payer: Somebody) -> None:
    answer = charged(till, world.payment_code(payer))
    order_no = answer.headers["Location"].rpartition("/")[2]

    page = till.follow(answer)

    assert 'data-outcome="completed"' in page.text
    assert "data-fresh" in page.text
    said = text_of(page)
    assert "12.50 credits" in said
    assert "王*明" in said
    assert "王小明" not in page.text
    assert order_no in said
    assert world.available(payer) == 3_750


def test_each_till_page_has_an_order_number_and_a_key_of_its_own(till: Browser) -> None:
    till.get("/till")
    first = till.hidden("order_no"), till.hidden("idempotency_key")
    page = till.get("/till?amount=12.50")
    second = till.hidden("order_no"), till.hidden("idempotency_key")

    assert re.fullmatch(r"260601-[A-Z2-9]{6}", first[0])
    assert not set(first) & set(second)
    assert 'value="12.50"' in page.text
    assert 'value="script"' not in till.get("/till?amount=script").text


def test_a_double_click_or_a_reload_charges_once(world: World, till: Browser, payer: Somebody) -> None:
    till.get("/till")
    fields = {
        "order_no": till.hidden("order_no"),
        "idempotency_key": till.hidden("idempotency_key"),
        "amount": "12.50",
        "code": world.payment_code(payer),
    }

    answers = [till.post("/till/redemptions", **fields) for _time in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert 'data-outcome="completed"' in till.follow(answers[2]).text
    assert world.available(payer) == 3_750


def test_the_code_may_come_from_a_gun_or_an_input_method(world: World, till: Browser, payer: Somebody) -> None:
    code = world.payment_code(payer)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code.lower())

    answer = charged(till, f"\x02{wide[:4]} {wide[4:8]}-{wide[8:]}\t\r\n")

    assert 'data-outcome="completed"' in till.follow(answer).text


def test_a_part_in_cash_is_on_the_receipt_and_takes_no_credits(world: World, till: Browser, payer: Somebody) -> None:
    page = till.follow(charged(till, world.payment_code(payer), cash_amount="3.50"))

    assert "12.50 credits and 3.50 yuan in cash, together 16.00 yuan" in text_of(page)
    assert "+ 3.50 in cash" in text_of(till.get("/till/payments"))
    assert world.available(payer) == 3_750
    assert refused(till, world.payment_code(payer), "50.00")[0] == "insufficient_balance"

    answer = charged(till, world.payment_code(payer), cash_amount="a bit")
    assert answer.status_code == 422
    assert "Type what is paid in money" in text_of(answer)


def test_nothing_in_cash_may_be_typed_as_nothing(world: World, till: Browser, payer: Somebody) -> None:
    for nothing in ("", " ", "0", "0.00"):
        page = till.follow(charged(till, world.payment_code(payer), "1.00", cash_amount=nothing))
        assert 'data-outcome="completed"' in page.text
        assert "in cash" not in text_of(page).partition("Next payment")[0].partition("Paid")[2]


def test_a_later_look_at_a_payment_makes_no_sound(world: World, till: Browser, payer: Somebody) -> None:
    answer = charged(till, world.payment_code(payer))
    world.clock.pass_by(minutes=3)

    assert "data-fresh" not in till.follow(answer).text


def test_the_script_is_told_each_outcome(world: World, till: Browser, payer: Somebody) -> None:
    done = charged(till, world.payment_code(payer)).headers["Location"].rpartition("/")[2]
    refused_one = charged(till, "NOTACODE2345").headers["Location"].rpartition("/")[2]

    assert state(till, done) == "completed"
    assert state(till, refused_one) == "refused"
    assert state(till, ORDER_NO) == "unknown"


def test_an_order_nobody_sent_is_told_as_unknown(till: Browser) -> None:
    for order_no in (ORDER_NO, "a/b", "😀", "x" * 65, "%20"):
        page = till.get(f"/till/outcomes/{order_no}")
        assert page.status_code == 200, order_no
        assert "No such payment" in text_of(page)
        assert "nothing has been charged" in text_of(page)


def test_another_shops_order_is_unknown(world: World, till: Browser, payer: Somebody) -> None:
    order_no = charged(till, world.payment_code(payer)).headers["Location"].rpartition("/")[2]
    other = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02").id)

    assert state(other, order_no) == "unknown"


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_too_few_credits_are_refused_in_words_and_may_be_tried_again(
    world: World, till: Browser, payer: Somebody
) -> None:
    code = world.payment_code(payer)

    reason, said = refused(till, code, "50.01")
    assert reason == "insufficient_balance"
    assert "Not enough credits" in said
    assert "50.01" in said

    assert 'data-outcome="completed"' in till.follow(charged(till, code, "50.00")).text


def test_what_is_no_code_is_refused_as_unknown(till: Browser) -> None:
    for code in ("NOTACODE2345", "😀", "\u202e", "9223372036854775808", "-1", "'; --", "x" * 200):
        reason, said = refused(till, code)
        assert reason == "code_unknown", code
        assert "Read the resident's code again" in said


def test_a_used_an_expired_and_a_blocked_code_are_told_apart(world: World, till: Browser, payer: Somebody) -> None:
    used = world.payment_code(payer)
    till.follow(charged(till, used))
    assert refused(till, used)[0] == "code_used"

    blocked = world.payment_code(payer)
    world.done(lambda session: payments.block_codes(session, resident_id=payer.id, actor="system", now=world.clock.at))
    assert refused(till, blocked)[0] == "codes_blocked"

    other = world.resident(1_000)
    expired = world.payment_code(other)
    world.clock.pass_by(seconds=61)
    assert refused(till, expired)[0] == "code_expired"


def test_a_shop_without_a_naming_or_suspended_is_refused_and_sees_why_before(
    world: World, till: Browser, shop: Shop, payer: Somebody
) -> None:
    world.done(
        lambda session: merchants.suspend_naming(
            session,
            merchant=merchants.get_merchant(session, shop.id),
            reason="Hygiene",
            actor="system",
            now=world.clock.at,
        )
    )
    assert "This shop is suspended" in text_of(till.get("/till"))
    assert refused(till, world.payment_code(payer))[0] == "merchant_suspended"

    unnamed = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02", named=False).id)
    assert "This shop is not named" in text_of(unnamed.get("/till"))
    assert refused(unnamed, world.payment_code(payer))[0] == "merchant_not_named"


def test_credits_of_another_fund_are_refused_as_such(world: World, payer: Somebody) -> None:
    world.fund("youth")
    picky = browser_of_person(world, Role.TILL, merchant_id=world.shop("M02", funds=["youth"]).id)

    reason, said = refused(picky, world.payment_code(payer))

    assert reason == "fund_not_accepted_here"
    assert "their programme does not pay at this shop" in said


def test_the_same_key_with_another_amount_charges_nothing(world: World, till: Browser, payer: Somebody) -> None:
    code = world.payment_code(payer)
    till.get("/till")
    fields = {"order_no": till.hidden("order_no"), "idempotency_key": till.hidden("idempotency_key"), "code": code}
    till.post("/till/redemptions", amount="12.50", **fields)

    answer = till.post("/till/redemptions", amount="13.50", **fields)

    assert answer.status_code == 409
    assert 'data-code="idempotency_key_reused"' in answer.text
    assert world.available(payer) == 3_750


def test_an_order_that_is_paid_leads_to_its_payment(world: World, till: Browser, payer: Somebody) -> None:
    order_no = charged(till, world.payment_code(payer)).headers["Location"].rpartition("/")[2]

    answer = charged(till, world.payment_code(payer), "1.00", order_no=order_no)

    assert answer.status_code == 409
    assert 'data-code="order_no_used"' in answer.text
    [payment] = re.findall(r'href="(/till/payments/[0-9a-f-]{36})"', answer.text)
    assert "12.50" in text_of(till.get(payment))
    assert world.available(payer) == 3_750


def test_what_is_no_amount_is_said_beside_the_field_and_the_payment_can_go_on(
    world: World, till: Browser, payer: Somebody
) -> None:
    code = world.payment_code(payer)
    kept: dict[str, str] = {}
    for amount in ("", "0", "-12.50", "12.345", "9223372036854775808", "92233720368547758.08", "1e3", "😀", "\u202e1"):
        answer = charged(till, code, amount, **kept)
        assert answer.status_code == 422, amount
        assert "Type an amount above 0" in text_of(answer)
        assert f'value="{code}"' in answer.text
        kept = {"order_no": till.hidden("order_no"), "idempotency_key": till.hidden("idempotency_key")}

    assert till.post("/till/redemptions", amount="1", code=code, **kept).status_code == 303
    assert state(till, kept["order_no"]) == "completed"


def test_an_empty_code_is_said_beside_the_field(till: Browser) -> None:
    answer = charged(till, "  ")

    assert answer.status_code == 422
    assert "Scan the resident's code" in text_of(answer)


def test_a_form_that_is_not_ours_charges_nothing(world: World, till: Browser, payer: Somebody) -> None:
    code = world.payment_code(payer)

    assert charged(till, code, idempotency_key="").status_code == 400
    assert charged(till, code, idempotency_key="é").status_code == 400
    assert charged(till, code, order_no="").status_code == 400
    assert charged(till, code, order_no="x" * 65).status_code == 400
    assert till.forged("/till/redemptions", amount="1", code=code, order_no="1").status_code == 400
    assert world.available(payer) == 5_000


def test_a_body_that_is_too_large_is_refused_in_words(till: Browser) -> None:
    answer = charged(till, "x" * (1024 * 1024))

    assert answer.status_code == 413
    assert "That was too large" in text_of(answer)


def test_the_till_counts_todays_payments(world: World, till: Browser, payer: Somebody) -> None:
    till.follow(charged(till, world.payment_code(payer), "10"))
    assert "Today: 1 payment, 10.00 credits" in text_of(till.get("/till"))

    world.clock.at += timedelta(days=1)
    assert "Today: 0 payments, 0.00 credits" in text_of(till.get("/till"))


def test_a_cashier_who_left_charges_nothing(world: World, payer: Somebody) -> None:
    shop = world.shop("M02")
    left = browser_of_person(world, Role.TILL, handle="left.one", merchant_id=shop.id)

    def dismiss(session: Session) -> None:
        [appointed] = people.merchant_people(session, shop.id)
        people.revoke_grant(session, grant_id=appointed.grant.id, now=world.clock.at)

    world.done(dismiss)

    assert left.get("/till").status_code == 403
    assert left.get("/log-in").headers["Location"] == "/account"
    assert left.get("/account").status_code == 200
    assert left.post("/till/redemptions", idempotency_key=str(uuid4()), amount="1").status_code == 403
    assert world.available(payer) == 5_000


def test_a_till_that_guesses_is_told_to_wait(till: Browser) -> None:
    for number in range(UNKNOWN_CODES_MAX + 1):
        assert refused(till, f"GUESS{number:07}")[0] == "code_unknown"
    page = charged(till, "GUESS9999999")
    assert page.status_code == 409
    assert 'data-code="rate_limited"' in page.text
    assert "Too many codes that nobody has" in text_of(page)
