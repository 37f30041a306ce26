"""What a till asks for besides: the resident's PIN, and whether the same sum a second time is meant."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from safeguards import LIMIT_NAMES
from tests.web.browser.visitors import Visitors
from tests.web.world import Somebody, World

pytestmark = pytest.mark.browser

PIN, WRONG = "204060", "111213"
REDEMPTIONS = "**/till/redemptions"
OUTCOMES = "**/till/outcomes/**"


@pytest.fixture
def limited(world: World, payer: Somebody) -> None:
    """Let payments above 10.00 ask for the PIN, which the resident has, and a second of the same sum be asked about."""
    limits = {**dict.fromkeys(LIMIT_NAMES), "pin_above_amount": 1_000, "duplicate_within_s": 60}
    assert world.post("/payment-limits", limits, world.administrator).status_code == 201
    assert world.post("/pin", {"pin": PIN}, payer.key).status_code == 201


def charges(world: World, till: Page, payer: Somebody, amount: str) -> None:
    """Type a fresh code of the resident and an amount, and charge."""
    till.goto("/till")
    till.get_by_label("Payment code").fill(world.payment_code(payer))
    till.get_by_label("Amount").fill(amount)
    till.get_by_role("button", name="Charge").click()


@pytest.mark.usefixtures("limited")
def test_the_pin_is_typed_on_the_page_of_the_refusal_and_charges_once(
    world: World, till: Page, payer: Somebody, left: Callable[[], int]
) -> None:
    charges(world, till, payer, "12.50")
    expect(till.locator(".outcome-reason")).to_have_text("A PIN is needed")
    pin = till.get_by_label("The resident types the six digits")
    expect(pin).to_be_focused()
    pin.fill(WRONG)
    till.get_by_role("button", name="Charge with this PIN").click()
    expect(till.locator(".outcome-reason")).to_have_text("The PIN is wrong")

    pin.fill(PIN)
    till.get_by_role("button", name="Charge with this PIN").dblclick()

    expect(till.locator("[data-outcome=completed]")).to_contain_text("12.50")
    assert PIN not in till.evaluate("() => JSON.stringify(sessionStorage)")
    assert left() == 3_750


@pytest.mark.usefixtures("limited")
def test_a_lost_answer_to_the_pin_and_a_reload_end_in_the_one_outcome(
    world: World, till: Page, payer: Somebody, left: Callable[[], int]
) -> None:
    charges(world, till, payer, "12.50")
    expect(till.locator(".outcome-reason")).to_have_text("A PIN is needed")
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.url)
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    till.route(REDEMPTIONS, lose)
    # The page of the refusal itself may be loaded again; only what is asked about the new attempt is lost.
    till.route(OUTCOMES, lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_())
    till.get_by_label("The resident types the six digits").fill(PIN)
    till.get_by_role("button", name="Charge with this PIN").click()
    expect(till.get_by_text("it is charged once at most")).to_be_visible()
    assert PIN not in till.evaluate("() => JSON.stringify(sessionStorage)")
    till.unroute(OUTCOMES)
    till.reload()

    expect(till.locator("[data-outcome=completed]")).to_contain_text("12.50")
    assert sent
    assert left() == 3_750


@pytest.mark.usefixtures("limited")
def test_a_second_time_is_charged_only_when_it_is_meant(
    world: World, till: Page, payer: Somebody, left: Callable[[], int]
) -> None:
    charges(world, till, payer, "8")
    expect(till.locator("[data-outcome=completed]")).to_contain_text("8.00")

    charges(world, till, payer, "8")
    expect(till.locator(".outcome-reason")).to_have_text("Perhaps a second time")
    assert left() == 4_200
    till.get_by_role("link", name="Show the first payment").click()
    expect(till).to_have_url(re.compile("/till/payments/"))
    till.go_back()
    till.get_by_role("button", name="Yes, it is meant").dblclick()

    expect(till.locator("[data-outcome=completed]")).to_contain_text("8.00")
    assert left() == 3_400


@pytest.mark.usefixtures("limited")
def test_without_scripts_the_pin_is_a_plain_form(
    world: World, visitors: Visitors, till: Page, payer: Somebody, left: Callable[[], int]
) -> None:
    plain = visitors.without_scripts(till)
    charges(world, plain, payer, "12.50")
    plain.get_by_label("The resident types the six digits").fill(PIN)

    plain.get_by_role("button", name="Charge with this PIN").click()

    expect(plain.get_by_role("heading", name="Paid")).to_be_visible()
    assert left() == 3_750
