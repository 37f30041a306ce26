"""A resident pays at the plaque on the door, and the till sees it arrive: two people, one payment, one proof."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

import merchants
import people
from people import Role
from tests.web.browser.scanning import scanned
from tests.web.browser.visitors import Visitors
from tests.web.pages.browser import activate_somebody
from tests.web.world import Somebody, World

pytestmark = pytest.mark.browser

WITHIN_S = 2


@pytest.fixture
def phone(visitors: Visitors, payer: Somebody) -> Page:
    """Return the resident's phone, 360 px wide, at the page behind the plaque."""
    page = visitors.page(payer.number)
    page.goto("/at/M01")
    return page


def types(phone: Page, amount: str = "12.50") -> None:
    """Type the amount that the cashier says, and go on to what is to be confirmed."""
    phone.get_by_label("Amount").fill(amount)
    phone.get_by_role("button", name="Go on").click()
    expect(phone.locator(".receipt-head")).to_contain_text("Shop M01")
    expect(phone.locator(".receipt-head")).to_contain_text(amount)


def confirms(phone: Page) -> None:
    """Confirm."""
    phone.get_by_role("button", name="Pay 12.50 credits").click()


def has_arrived(till: Page) -> None:
    """See the one arrival on the till."""
    expect(till.locator("[data-arrival]")).to_have_count(1)
    expect(till.locator("[data-arrival]")).to_contain_text("12.50")


def test_what_is_paid_at_the_plaque_arrives_at_the_till_within_two_seconds(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    types(phone)
    till.get_by_label("Amount").fill("3")

    with phone.expect_response(lambda answer: answer.request.method == "POST"):
        confirms(phone)
    paid_at = time.monotonic()
    till.locator("[data-arrival]").wait_for()
    took_s = time.monotonic() - paid_at

    assert took_s < WITHIN_S
    has_arrived(till)
    phone.wait_for_url("**/me/receipts/**")
    arrival = till.locator("[data-arrival]")
    expect(arrival).to_contain_text("王*明")
    expect(arrival).to_contain_text("at the plaque")
    receipt = re.sub(r"\s", "", phone.locator(".receipt .groups").first.inner_text())
    assert receipt in re.sub(r"\s", "", arrival.inner_text())
    # What the cashier was typing stays.
    expect(till.get_by_label("Amount")).to_have_value("3")
    assert left() == 3_750

    till.reload()
    has_arrived(till)
    till.get_by_role("button", name="Seen").click()
    expect(till.locator("[data-arrival]")).to_have_count(0)
    till.reload()
    expect(till.locator("[data-camera-say]")).to_contain_text("No camera was found")
    expect(till.locator("[data-arrival]")).to_have_count(0)
    till.goto("/till/payments")
    expect(till.locator("ul.items")).to_contain_text("at the plaque")


def test_a_double_click_a_reload_and_the_way_back_pay_once(till: Page, phone: Page, left: Callable[[], int]) -> None:
    types(phone)
    to_confirm = phone.url
    phone.reload()
    phone.get_by_role("button", name="Pay 12.50 credits").dblclick()
    phone.wait_for_url("**/me/receipts/**")
    phone.reload()
    expect(phone.locator(".receipt")).to_contain_text("12.50")

    phone.goto(to_confirm)

    expect(phone).to_have_url(re.compile("/me/receipts/"))
    has_arrived(till)
    assert left() == 3_750


def test_a_phone_that_loses_the_network_as_it_confirms_ends_in_the_receipt(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    types(phone)

    phone.context.set_offline(offline=True)
    confirms(phone)
    expect(phone.get_by_text("it is paid once at most")).to_be_visible()
    assert left() == 5_000
    phone.context.set_offline(offline=False)

    expect(phone).to_have_url(re.compile("/me/receipts/"))
    has_arrived(till)
    assert left() == 3_750


def test_a_lost_answer_and_a_reload_end_in_the_receipt_of_the_one_payment(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.url)
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    types(phone)
    phone.route("**/at/M01/pay/**", lose)
    confirms(phone)
    expect(phone.get_by_text("it is paid once at most")).to_be_visible()
    has_arrived(till)

    phone.reload()

    expect(phone).to_have_url(re.compile("/me/receipts/"))
    assert sent
    assert left() == 3_750


def test_a_till_without_network_says_that_it_sees_nothing_and_sees_it_afterwards(till: Page, phone: Page) -> None:
    till.context.set_offline(offline=True)
    expect(till.get_by_text("what is paid at the plaque cannot be seen just now")).to_be_visible()
    types(phone)
    confirms(phone)
    phone.wait_for_url("**/me/receipts/**")

    till.context.set_offline(offline=False)

    has_arrived(till)
    expect(till.get_by_text("what is paid at the plaque cannot be seen just now")).to_be_hidden()


def test_a_scanned_plaque_leads_through_the_log_in_and_back(
    world: World, visitors: Visitors, payer: Somebody, cashier: str
) -> None:
    del cashier
    shop_id = world.seen(lambda session: merchants.merchant_by_code(session, "M01").id)
    owner = world.done(
        lambda session: people.appoint(
            session,
            handle="owner.one",
            name="李桂兰",
            role=Role.MERCHANT_OWNER,
            merchant_id=shop_id,
            now=world.clock.at,
        )
    )
    activate_somebody(world, login_name=owner.handle, person_id=owner.id)
    desk = visitors.page(owner.handle)
    desk.goto("/till/shop/plaque")
    address = scanned(desk.locator(".plaque-qr"))

    stranger = visitors.stranger()
    stranger.goto(address)
    expect(stranger.locator("[data-naming=named]")).to_contain_text("takes credits today")
    stranger.get_by_role("link", name="Log in to pay").click()
    visitors.log_in(stranger, payer.number)

    expect(stranger).to_have_url(re.compile("/at/M01$"))
    types(stranger)
