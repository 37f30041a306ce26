"""A resident's PIN: set with the password, typed for a code before a till asks, and never shown again."""

import re

import pytest
from werkzeug.test import TestResponse

from safeguards import LIMIT_NAMES
from tests.web.pages.browser import PASSWORD, Browser, text_of
from tests.web.world import Shop, Somebody, World

PIN, OTHER, WRONG = "204060", "918273", "111213"


def limited(world: World, **limits: int) -> None:
    """Set limits on payments."""
    body = {**dict.fromkeys(LIMIT_NAMES), **limits}
    assert world.post("/payment-limits", body, world.administrator).status_code == 201


def chosen(phone: Browser, pin: str = PIN, **fields: str) -> TestResponse:
    """Fill the form of a new PIN in and send it."""
    phone.get("/me/pin")
    return phone.post("/me/pin", **{"password": PASSWORD, "pin": pin, "pin_again": pin, **fields})


def state(world: World, payer: Somebody) -> str:
    """Return how it stands with somebody's PIN."""
    return str(world.get("/pin", payer.key).get_json()["state"])


def lock(world: World, payer: Somebody) -> None:
    """Type it wrong until it is locked."""
    for _try in range(5):
        world.post("/payment-codes", {"pin": WRONG}, payer.key)
    assert state(world, payer) == "locked"


def test_a_pin_is_set_with_the_password_and_its_state_is_shown(world: World, phone: Browser, payer: Somebody) -> None:
    assert "not set" in text_of(phone.get("/account"))
    assert "At present no payment asks for it" in text_of(phone.get("/me/pin"))

    answer = chosen(phone)

    assert answer.headers["Location"] == "/me/pin"
    said = text_of(phone.follow(answer))
    assert "Your PIN is set" in said
    assert "Set a new PIN" in said
    assert state(world, payer) == "set"
    assert PIN not in phone.get("/me/pin").text
    limited(world, pin_above_amount=1_000, pin_above_count=3)
    said = text_of(phone.get("/me/pin"))
    assert "Payments above 10.00 credits ask for it" in said
    assert "After 3 payments of a day" in said


def test_a_wrong_password_or_a_guessable_pin_sets_nothing(world: World, phone: Browser, payer: Somebody) -> None:
    for pin, fields, words in (
        (PIN, {"password": ""}, "Fill this in"),
        (PIN, {"password": "not it"}, "This is not your password"),
        (PIN, {"pin_again": OTHER}, "The two are not the same"),
        ("12345", {}, "A PIN is six digits"),
        ("１２３４５６", {}, "A PIN is six digits"),
        ("😀", {}, "A PIN is six digits"),
        ("", {}, "A PIN is six digits"),
        ("123456", {}, "among the first that others would try"),
    ):
        answer = chosen(phone, pin, **fields)
        assert answer.status_code == 422, (pin, fields)
        assert words in text_of(answer), (pin, fields)
        assert f'value="{PIN}"' not in answer.text
    assert state(world, payer) == "not_set"


def test_a_locked_pin_is_unlocked_by_a_new_one(world: World, phone: Browser, payer: Somebody) -> None:
    chosen(phone)
    lock(world, payer)
    assert "Your PIN is locked" in text_of(phone.get("/me/pin"))
    assert "locked" in text_of(phone.get("/account"))

    answer = chosen(phone, OTHER, next="/me/code")

    assert answer.headers["Location"] == "/me/code"
    assert state(world, payer) == "set"
    assert chosen(phone, PIN, next="//evil.example").headers["Location"] == "/me/pin"


@pytest.fixture
def guarded(world: World, payer: Somebody) -> Somebody:
    """Return the resident, who has a PIN, where payments above 10.00 ask for it."""
    limited(world, pin_above_amount=1_000)
    assert world.post("/pin", {"pin": PIN}, payer.key).status_code == 201
    return payer


def code_in(page: TestResponse) -> str:
    """Return the code that a page shows."""
    found = re.search(r'<p class="code-text">(.*?)</p>', page.text)
    assert found is not None, text_of(page)
    return re.sub(r"<[^>]*>|\s", "", found[1])


def test_a_code_with_the_pin_typed_first_is_taken_by_a_till_that_asks_for_none(
    world: World, shop: Shop, phone: Browser, guarded: Somebody
) -> None:
    assert "Type my PIN first" in text_of(phone.get("/me/code"))

    page = phone.post("/me/code", pin=PIN)

    assert "data-proved" in page.text
    assert PIN not in page.text
    body = {"code": code_in(page), "amount": 1_250, "order_no": "proved"}
    assert world.post("/redemptions", body, shop.till).status_code == 201
    without = {"code": code_in(phone.post("/me/code")), "amount": 1_250, "order_no": "not proved"}
    assert world.post("/redemptions", without, shop.till).get_json()["code"] == "pin_required"
    assert world.available(guarded) == 3_750


def test_a_wrong_pin_makes_no_code_and_a_locked_one_says_what_to_do(
    world: World, phone: Browser, guarded: Somebody
) -> None:
    page = phone.post("/me/code", pin=WRONG)
    assert (page.status_code, 'data-code="pin_wrong"' in page.text, "code-qr" in page.text) == (409, True, False)
    # It waits for a person, or the page would make a code without the PIN by itself.
    assert "data-wanted" not in page.text
    lock(world, guarded)
    page = phone.post("/me/code", pin=PIN)
    assert (page.status_code, 'data-code="pin_locked"' in page.text) == (409, True)
    assert 'href="/me/pin?next=/me/code"' in page.text


def test_where_no_limit_asks_for_a_pin_none_is_offered(phone: Browser) -> None:
    assert "Type my PIN first" not in text_of(phone.get("/me/code"))
