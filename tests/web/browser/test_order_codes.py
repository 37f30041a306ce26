"""A till shows a code with an amount, a resident's phone scans it and confirms: two people, and one outcome."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browser.scanning import scanned
from tests.web.browser.visitors import Visitors
from tests.web.world import Somebody, World

pytestmark = pytest.mark.browser

ORDERS = "**/till/orders"
OUTCOMES = "**/till/outcomes/**"
# The till looks every second.
SOON_MS = 5_000


@pytest.fixture
def phone(visitors: Visitors, payer: Somebody) -> Page:
    """Return the resident's phone, 360 px wide."""
    return visitors.page(payer.number)


def asks(till: Page, amount: str = "12.50") -> None:
    """Let the till show a code for an amount."""
    till.get_by_label("Amount").fill(amount)
    till.get_by_role("button", name="Show a code to be scanned").click()


def waits(till: Page) -> None:
    """See that the till shows a code."""
    expect(till.locator("[data-outcome=awaiting_payer]")).to_contain_text("12.50")
    expect(till.locator(".order-qr")).to_be_visible()
    expect(till.locator("[data-countdown]")).to_contain_text(re.compile("good for [45]:[0-9]{2} more"))


def has_ended(till: Page, state: str = "completed") -> None:
    """See that the till's page became the outcome, which a reload shows again."""
    expect(till.locator(f"[data-outcome={state}]")).to_contain_text("12.50")
    expect(till).to_have_url(re.compile("/till/outcomes/"))
    till.reload()
    expect(till.locator(f"[data-outcome={state}]")).to_contain_text("12.50")


def orders_made(world: World) -> int:
    """Count the orders that were made."""
    with world.app.app_context():
        return len(world.get("/redemptions", world.administrator).get_json()["items"])


def test_a_scanned_code_is_confirmed_and_the_till_turns_green_by_itself(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    asks(till)
    waits(till)

    phone.goto(scanned(till.locator(".order-qr")))
    expect(phone.locator(".receipt-head")).to_contain_text("Shop M01")
    expect(phone.locator(".receipt-head")).to_contain_text("12.50")
    phone.get_by_role("button", name="Pay 12.50 credits").click()

    expect(till.locator("[data-outcome=completed]")).to_contain_text("王*明", timeout=SOON_MS)
    expect(till.get_by_role("link", name="Next payment")).to_be_focused()
    expect(till).to_have_title(re.compile("Paid"))
    expect(phone).to_have_url(re.compile("/me/receipts/"))
    receipt = re.sub(r"\s", "", phone.locator(".receipt .groups").first.inner_text())
    assert receipt == re.sub(r"\s", "", till.locator(".outcome-facts .groups").inner_text())
    has_ended(till)
    assert left() == 3_750


def test_a_double_click_on_either_side_pays_once(
    world: World, till: Page, phone: Page, left: Callable[[], int]
) -> None:
    till.get_by_label("Amount").fill("12.50")
    till.get_by_role("button", name="Show a code to be scanned").dblclick()
    waits(till)

    phone.goto(scanned(till.locator(".order-qr")))
    phone.get_by_role("button", name="Pay 12.50 credits").dblclick()

    has_ended(till)
    expect(phone).to_have_url(re.compile("/me/receipts/"))
    assert orders_made(world) == 1
    assert left() == 3_750


def test_a_reload_and_a_lost_network_while_it_waits_lose_nothing(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    asks(till)
    waits(till)
    till.reload()
    waits(till)
    address = scanned(till.locator(".order-qr"))

    till.context.set_offline(offline=True)
    expect(till.get_by_text("No network. The code stays good")).to_be_visible()
    phone.goto(address)
    phone.get_by_role("button", name="Pay 12.50 credits").click()
    expect(phone).to_have_url(re.compile("/me/receipts/"))
    till.context.set_offline(offline=False)

    has_ended(till)
    assert left() == 3_750


def test_a_lost_answer_to_the_asking_ends_in_the_one_order(
    world: World, till: Page, phone: Page, left: Callable[[], int]
) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.url)
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    till.route(ORDERS, lose)
    till.route(OUTCOMES, lambda route: route.abort())
    asks(till)
    expect(till.get_by_text("it is charged once at most")).to_be_visible()
    till.unroute(OUTCOMES)
    till.reload()

    waits(till)
    phone.goto(scanned(till.locator(".order-qr")))
    phone.get_by_role("button", name="Pay 12.50 credits").click()
    has_ended(till)
    assert len(sent) <= 2
    assert orders_made(world) == 1
    assert left() == 3_750


def test_a_phone_that_loses_the_network_as_it_confirms_ends_in_the_receipt(
    till: Page, phone: Page, left: Callable[[], int]
) -> None:
    asks(till)
    waits(till)
    phone.goto(scanned(till.locator(".order-qr")))

    phone.context.set_offline(offline=True)
    phone.get_by_role("button", name="Pay 12.50 credits").click()
    expect(phone.get_by_text("it is paid once at most")).to_be_visible()
    assert left() == 5_000
    phone.context.set_offline(offline=False)

    expect(phone).to_have_url(re.compile("/me/receipts/"))
    has_ended(till)
    assert left() == 3_750


def test_a_cancelled_order_says_so_on_both_sides(till: Page, phone: Page, left: Callable[[], int]) -> None:
    asks(till)
    waits(till)
    phone.goto(scanned(till.locator(".order-qr")))

    till.get_by_role("button", name="Cancel this order").dblclick()
    expect(till.locator("[data-outcome=cancelled]")).to_contain_text("Nothing was paid")
    phone.get_by_role("button", name="Pay 12.50 credits").click()

    expect(phone.get_by_text("This order is closed")).to_be_visible()
    has_ended(till, "cancelled")
    assert left() == 5_000


def test_an_order_whose_time_is_over_says_so_by_itself(
    world: World, till: Page, phone: Page, left: Callable[[], int]
) -> None:
    asks(till)
    waits(till)
    address = scanned(till.locator(".order-qr"))

    world.clock.pass_by(minutes=5, seconds=1)

    expect(till.locator("[data-outcome=expired]")).to_contain_text("nobody can any more")
    till.get_by_role("link", name="Try again").click()
    expect(till.get_by_label("Amount")).to_have_value("12.50")
    phone.goto(address)
    expect(phone.get_by_text("This order is closed")).to_be_visible()
    assert left() == 5_000


def test_without_scripts_the_till_asks_and_looks_by_buttons(
    visitors: Visitors, till: Page, phone: Page, left: Callable[[], int]
) -> None:
    plain = visitors.without_scripts(till)
    plain.goto("/till")
    plain.get_by_label("Amount").fill("12.50")
    plain.get_by_role("button", name="Show a code to be scanned").click()
    phone.goto(scanned(plain.locator(".order-qr")))
    phone.get_by_role("button", name="Pay 12.50 credits").click()
    expect(phone).to_have_url(re.compile("/me/receipts/"))

    plain.get_by_role("link", name="Look again").click()

    expect(plain.get_by_role("heading", name="Paid")).to_be_visible()
    assert left() == 3_750
