"""At the till a refusal is mended on the spot: the same code again, with the PIN, or with the word that it is meant."""

import re

import pytest
from werkzeug.test import TestResponse

from people import Role
from safeguards import LIMIT_NAMES
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World

PIN, WRONG = "204060", "111213"


def limited(world: World, **limits: int) -> None:
    """Set limits on payments."""
    body = {**dict.fromkeys(LIMIT_NAMES), **limits}
    assert world.post("/payment-limits", body, world.administrator).status_code == 201


def charged(till: Browser, code: str, **fields: str) -> TestResponse:
    """Charge 12.50 and see the page of the outcome."""
    till.get("/till")
    sent = {name: till.hidden(name) for name in ("order_no", "idempotency_key")}
    return till.follow(till.post("/till/redemptions", amount="12.50", code=code, **sent, **fields))


def form_of(page: TestResponse) -> dict[str, str]:
    """Return the hidden fields of the form that tries again; none where there is no such form."""
    found = re.search(r"<form[^>]* data-retry>(.*?)</form>", page.text, re.DOTALL)
    return {} if found is None else dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[1]))


def again(till: Browser, page: TestResponse, **fields: str) -> TestResponse:
    """Send the form that a page offers to try again."""
    return till.follow(till.post("/till/redemptions", **form_of(page), **fields))


def reason(page: TestResponse) -> str:
    """Return the code of the refusal, or `completed`."""
    return str(re.findall(r'(?:data-code|data-outcome)="([^"]*)"', page.text)[-1])


def address(page: TestResponse) -> str:
    """Return where the outcome on a page stands."""
    [order_no] = re.findall('data-order="([^"]*)"', page.text)
    return f"/till/outcomes/{order_no}"


@pytest.fixture
def with_pin(world: World, payer: Somebody) -> Somebody:
    """Return the resident, who has a PIN, where payments above 10.00 ask for it."""
    limited(world, pin_above_amount=1_000)
    assert world.post("/pin", {"pin": PIN}, payer.key).status_code == 201
    return payer


def test_the_pin_is_typed_for_the_same_code_with_the_amount_kept(
    world: World, till: Browser, with_pin: Somebody
) -> None:
    page = charged(till, world.payment_code(with_pin), cash_amount="2.00")
    assert reason(page) == "pin_required"
    assert re.search(r'<input[^>]*name="pin" type="password" inputmode="numeric" maxlength="6"', page.text)
    first = form_of(page)["order_no"]

    page = again(till, page, pin=WRONG)
    assert reason(page) == "pin_wrong"
    assert WRONG not in page.text
    assert form_of(page)["order_no"] != first
    assert 'name="pin"' in page.text

    page = again(till, page, pin=PIN)
    assert reason(page) == "completed"
    assert "12.50 credits and 2.00 yuan in cash" in text_of(page)
    assert world.available(with_pin) == 3_750


def test_the_form_sent_twice_charges_once(world: World, till: Browser, with_pin: Somebody) -> None:
    fields = form_of(charged(till, world.payment_code(with_pin)))

    answers = [till.post("/till/redemptions", **fields, pin=PIN) for _time in range(2)]

    assert {answer.headers["Location"] for answer in answers} == {f"/till/outcomes/{fields['order_no']}"}
    assert world.available(with_pin) == 3_750


def test_a_reload_offers_the_form_again_and_two_sent_after_it_charge_once(
    world: World, till: Browser, with_pin: Somebody
) -> None:
    page = charged(till, world.payment_code(with_pin))
    reloaded = till.get(address(page))
    assert form_of(reloaded)["idempotency_key"] != form_of(page)["idempotency_key"]

    assert reason(again(till, page, pin=PIN)) == "completed"
    assert reason(again(till, reloaded, pin=PIN)) == "code_used"
    assert world.available(with_pin) == 3_750


def test_a_locked_pin_says_what_to_do_and_offers_no_more_tries(world: World, till: Browser, with_pin: Somebody) -> None:
    page = charged(till, world.payment_code(with_pin))
    for _try in range(5):
        page = again(till, page, pin=WRONG)
    assert reason(page) == "pin_wrong"

    page = again(till, page, pin=PIN)

    assert reason(page) == "pin_locked"
    assert "sets a new one with their password" in text_of(page)
    assert form_of(page) == {}
    assert world.available(with_pin) == 5_000


def test_a_second_time_is_asked_about_and_the_first_is_shown(world: World, till: Browser, payer: Somebody) -> None:
    limited(world, duplicate_within_s=60)
    first = charged(till, world.payment_code(payer))
    [first_id] = re.findall(r'data-payment="([^"]*)"', first.text)

    page = charged(till, world.payment_code(payer))

    assert reason(page) == "possible_duplicate"
    assert "Yes, it is meant" in text_of(page)
    assert f'href="/till/payments/{first_id}">Show the first payment' in page.text
    assert world.available(payer) == 3_750
    assert reason(again(till, page)) == "completed"
    assert world.available(payer) == 2_500


def test_the_word_that_it_is_meant_goes_along_to_the_question_for_the_pin(
    world: World, till: Browser, with_pin: Somebody
) -> None:
    limited(world, pin_above_amount=1_000, duplicate_within_s=60)
    assert reason(again(till, charged(till, world.payment_code(with_pin)), pin=PIN)) == "completed"

    page = charged(till, world.payment_code(with_pin))
    assert reason(page) == "possible_duplicate"
    page = again(till, page)
    assert reason(page) == "pin_required"
    assert reason(again(till, page, pin=PIN)) == "completed"
    assert world.available(with_pin) == 2_500


def test_another_browser_and_other_refusals_get_no_code(
    world: World, shop: Shop, till: Browser, with_pin: Somebody
) -> None:
    code = world.payment_code(with_pin)
    page = charged(till, code)
    path = address(page)
    assert code in page.text

    colleague = browser_of_person(world, Role.TILL, merchant_id=shop.id)
    assert code not in colleague.get(path).text
    # Something else was charged since: the code is let go.
    assert form_of(charged(till, "NOTACODE2345")) == {}
    assert code not in till.get(path).text


def test_the_offered_code_ends_with_its_minute(world: World, till: Browser, with_pin: Somebody) -> None:
    page = charged(till, world.payment_code(with_pin))
    world.clock.pass_by(seconds=61)

    assert reason(again(till, page, pin=PIN)) == "code_expired"
