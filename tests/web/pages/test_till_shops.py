"""Somebody who works at several shops acts for the one they chose, and never for another than a page was made for."""

import html
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

import people
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, logged_in, text_of
from tests.web.world import Shop, Somebody, World

HANDLE = "li.several"


@pytest.fixture
def second(world: World, shop: Shop) -> Shop:
    """Return a second named shop."""
    assert shop.code == "M01"
    return world.shop("M02")


def appointed(world: World, shop: Shop, role: Role = Role.TILL) -> UUID:
    """Let the same person work at one more shop; return their id."""
    person = world.done(
        lambda session: people.appoint(
            session, handle=HANDLE, name="李桂兰", role=role, now=world.clock.at, merchant_id=shop.id
        )
    )
    return person.id


@pytest.fixture
def cashier(world: World, shop: Shop, second: Shop) -> Browser:
    """Return the browser of somebody who is cashier of the first shop and owner of the second."""
    browser = browser_of_person(world, Role.TILL, handle=HANDLE, merchant_id=shop.id)
    appointed(world, second, Role.MERCHANT_OWNER)
    return browser


def chosen(browser: Browser, shop: Shop, **fields: str) -> TestResponse:
    """Choose a shop."""
    browser.get("/till/shops")
    return browser.post("/till/shops", shop=str(shop.id), **fields)


def form(browser: Browser, amount: str = "5") -> dict[str, Any]:
    """Return the fields of the till's form as it stands open."""
    browser.get("/till")
    return {"amount": amount} | {name: browser.hidden(name) for name in ("order_no", "idempotency_key", "shop")}


def test_of_several_shops_one_is_chosen_first(cashier: Browser, shop: Shop, second: Shop) -> None:
    for path in ("/till", "/till/payments", "/till/look-up"):
        assert cashier.get(path).headers["Location"].startswith("/till/shops?next=/till")
    assert cashier.part("/till/payments").headers["HX-Redirect"].startswith("/till/shops")
    words = text_of(cashier.get("/till/shops"))
    assert ("Shop M01" in words, "Shop M02" in words) == (True, True)
    assert chosen(cashier, second, next="/till/payments").headers["Location"] == "/till/payments"
    assert "You are working for Shop M02" in text_of(cashier.get("/till/payments"))
    assert cashier.get("/till/shop").status_code == 200
    assert chosen(cashier, shop).headers["Location"] == "/till"
    page = cashier.get("/till")
    assert ("You are working for Shop M01" in text_of(page), 'href="/till/shop"' in page.text) == (True, False)
    assert cashier.get("/till/shop").status_code == 404
    assert "Switch shop" in text_of(cashier.get("/account"))


def test_payments_are_those_of_the_chosen_shop(
    world: World, cashier: Browser, shop: Shop, second: Shop, payer: Somebody
) -> None:
    chosen(cashier, second)
    answer = cashier.post("/till/redemptions", code=world.payment_code(payer), **form(cashier))
    assert 'data-outcome="completed"' in cashier.follow(answer).text
    assert "5.00" in text_of(cashier.get("/till/payments"))
    assert [each["amount"] for each in world.get("/redemptions", second.till).get_json()["items"]] == [500]
    chosen(cashier, shop)
    assert "No payment on this day" in text_of(cashier.get("/till/payments"))


def test_a_form_of_one_shop_is_never_booked_at_another(
    world: World, cashier: Browser, shop: Shop, second: Shop, payer: Somebody
) -> None:
    chosen(cashier, shop)
    open_form = form(cashier)
    chosen(cashier, second)
    cashier.get("/till")
    code = world.payment_code(payer)
    for headers in ({}, {"Accept": "application/json"}):
        data = {"csrf_token": cashier.hidden("csrf_token"), "code": code, **open_form}
        answer = cashier.client.post("/till/redemptions", data=data, headers=headers)
        words = text_of(answer)
        assert answer.status_code == 409
        assert "Nothing was charged" in words
        assert "It was made for Shop M01, but by now you are working for Shop M02." in words
    assert world.available(payer) == 5_000
    # Without the shop it is no form of ours.
    assert cashier.post("/till/redemptions", code=code, **(open_form | {"shop": ""})).status_code == 400
    assert cashier.post("/till/redemptions", code=code, **(open_form | {"shop": "M02"})).status_code == 404
    assert cashier.post("/till/redemptions", code=code, **(open_form | {"shop": str(uuid4())})).status_code == 404
    assert world.available(payer) == 5_000

    chosen(cashier, shop)
    assert cashier.post("/till/redemptions", code=code, **open_form).status_code == 303


def test_what_became_of_a_payment_is_told_for_the_shop_where_it_was_begun(
    world: World, cashier: Browser, shop: Shop, second: Shop, payer: Somebody
) -> None:
    chosen(cashier, shop)
    outcome = cashier.post("/till/redemptions", code=world.payment_code(payer), **form(cashier)).headers["Location"]
    assert f"shop={shop.id}" in outcome
    chosen(cashier, second)
    assert cashier.get(outcome, Accept="application/json").get_json() == {"state": "completed"}
    page = cashier.get(outcome)
    assert (page.status_code, "This belongs to another shop" in text_of(page)) == (409, True)
    assert "No such payment" not in text_of(page)
    back = cashier.post("/till/shops", shop=str(shop.id), next=cashier.hidden("next"))
    assert 'data-outcome="completed"' in cashier.follow(back).text


def test_a_payment_of_another_shop_of_theirs_is_neither_shown_nor_refunded(
    world: World, cashier: Browser, shop: Shop, second: Shop, payer: Somebody
) -> None:
    paid = world.paid(second, payer, 1_000)
    chosen(cashier, second)
    assert cashier.get(f"/till/payments/{paid['id']}/refund").status_code == 200
    fields = {"idempotency_key": cashier.hidden("idempotency_key"), "amount": "5", "reason": "x"}
    chosen(cashier, shop)
    for answer in (
        cashier.get(f"/till/payments/{paid['id']}"),
        cashier.post(f"/till/payments/{paid['id']}/refund", **fields),
        cashier.get(f"/till/payments?shop={second.id}"),
        cashier.get(f"/till/look-up?number=1&shop={second.id}"),
    ):
        assert (answer.status_code, "you are working for Shop M01" in text_of(answer)) == (409, True)
    assert cashier.part(f"/till/payments?shop={second.id}").headers["HX-Redirect"] == "/till/payments"
    assert world.available(payer) == 4_000


def test_a_shop_they_left_is_no_choice_any_more(world: World, cashier: Browser, shop: Shop, payer: Somebody) -> None:
    chosen(cashier, shop)
    open_form = form(cashier)
    person = world.seen(lambda session: people.find_person(session, HANDLE))
    assert person is not None
    grants = world.seen(lambda session: people.live_grants(session, person.id))
    gone = next(grant for grant in grants if grant.merchant_id == shop.id)
    world.done(lambda session: people.revoke_grant(session, grant_id=gone.id, now=world.clock.at))
    answer = cashier.post("/till/redemptions", code=world.payment_code(payer), **open_form)
    assert answer.status_code == 404
    assert world.available(payer) == 5_000
    # One shop is left: there is nothing to choose.
    page = cashier.get("/till")
    assert ("Shop M02" in page.text, "Switch shop" in page.text) == (True, False)
    cashier.get("/till/shops")
    assert cashier.post("/till/shops", shop=str(shop.id)).status_code == 404


def test_a_shop_of_somebody_else_cannot_be_chosen(world: World, cashier: Browser) -> None:
    other = world.shop("M03")
    assert chosen(cashier, other).status_code == 404
    assert cashier.post("/till/shops", shop="M03").status_code == 404
    assert cashier.forged("/till/shops", shop=str(other.id)).status_code == 400


def test_the_choice_ends_with_the_log_in(world: World, cashier: Browser, second: Shop) -> None:
    chosen(cashier, second)
    again = logged_in(world, HANDLE)
    assert again.get("/till").headers["Location"].startswith("/till/shops")


def test_a_page_goes_on_looking_at_its_own_shop_while_another_is_worked_for(
    world: World, cashier: Browser, shop: Shop, second: Shop, payer: Somebody
) -> None:
    chosen(cashier, shop)
    asked = cashier.post("/till/orders", **form(cashier))
    outcome = asked.headers["Location"]
    assert f"shop={shop.id}" in outcome
    [arrivals] = re.findall(r'hx-get="(/till/arrivals[^"]*)"', cashier.get("/till").text)
    chosen(cashier, second)

    assert cashier.part(outcome).status_code == 204
    assert cashier.part(html.unescape(arrivals)).status_code == 204
    [order] = world.get("/redemptions", shop.till).get_json()["items"]
    assert world.post(f"/orders/{order['id']}/payment", {}, payer.key).status_code == 201

    assert 'data-outcome="completed"' in cashier.part(outcome).text
    assert "Arrived: 5.00" in text_of(cashier.part(html.unescape(arrivals)))
    # A whole page of the other shop asks first.
    assert "This belongs to another shop" in text_of(cashier.get(outcome))
    # Nor is an order of one shop cancelled from the other.
    answer = cashier.post(f"/till/orders/{order['id']}/cancellation", shop=str(shop.id))
    assert answer.status_code == 409
