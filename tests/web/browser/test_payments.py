"""A payment as two people make it: a phone that shows a code, and a till that scans it or has it typed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

import people
from people import Role
from tests.web.browser.films import film_of
from tests.web.browser.visitors import Visitors
from tests.web.world import Somebody, World

pytestmark = pytest.mark.browser

REDEMPTIONS = "**/till/redemptions"
OUTCOMES = "**/till/outcomes/**"


@pytest.fixture
def phone(visitors: Visitors, payer: Somebody) -> Page:
    """Return the resident's phone, which shows a code."""
    page = visitors.page(payer.number)
    page.get_by_role("button", name="Show my code").click()
    expect(page.locator(".code-qr")).to_be_visible()
    return page


def code_on(phone: Page) -> str:
    """Return the code that a phone shows."""
    return re.sub(r"\s", "", phone.locator(".code-text").inner_text())


def has_paid(till: Page, amount: str = "12.50") -> None:
    """See that a till ends in the unmistakable page of a payment."""
    expect(till.locator("[data-outcome=completed]")).to_contain_text(amount)
    expect(till).to_have_url(re.compile("/till/outcomes/"))
    expect(till.get_by_role("link", name="Next payment")).to_be_focused()


def typed(till: Page, code: str, amount: str = "12.50") -> None:
    """Type a code and an amount."""
    till.get_by_label("Payment code").fill(code)
    till.get_by_label("Amount").fill(amount)


# --- the camera -------------------------------------------------------------------------------------------------------


def test_a_code_that_the_camera_sees_becomes_a_receipt(
    visitors: Visitors, cashier: str, phone: Page, left: Callable[[], int], tmp_path: Path
) -> None:
    film = film_of(phone.locator(".code-card").screenshot(), tmp_path / "phone.y4m")

    till = visitors.page(cashier, camera=film)
    expect(till.get_by_label("Payment code")).to_have_value(code_on(phone))
    expect(till.locator("[data-camera-say]")).to_have_text("Code read. Now the amount.")
    for key in ("1", "2", ".", "5"):
        till.get_by_role("button", name=key, exact=True).click()
    till.get_by_role("button", name="Charge").click()

    has_paid(till)
    expect(till.locator(".outcome-who")).to_have_text("王*明")
    receipt_no = re.sub(r"\s", "", till.locator(".outcome-facts .groups").inner_text())
    # The phone looks by itself.
    expect(phone.get_by_text("Payment made")).to_be_visible()
    expect(phone.get_by_text("37.50 credits are left.")).to_be_visible()
    expect(phone.locator("#balance")).to_have_text("37.50 credits")
    phone.get_by_role("link", name="Receipt").click()
    expect(phone.locator(".receipt .groups").first).to_have_text(re.compile(r"\s*".join(receipt_no)))
    assert left() == 3_750


def test_with_the_amount_there_the_camera_alone_charges(
    visitors: Visitors, cashier: str, phone: Page, left: Callable[[], int], tmp_path: Path
) -> None:
    film = film_of(phone.locator(".code-qr").screenshot(), tmp_path / "phone.y4m")
    till = visitors.page(cashier, camera=film)

    till.goto("/till?amount=12.50")

    has_paid(till)
    # The camera still sees the code: it does not charge again.
    till.get_by_role("link", name="Next payment").click()
    expect(till.locator("[data-camera-say]")).to_have_text("Code read. Now the amount.")
    till.get_by_label("Amount").fill("1")
    till.get_by_role("button", name="Charge").click()
    expect(till.locator("[data-outcome=refused]")).to_contain_text("This code has been used")
    assert left() == 3_750


# --- typed, or from a gun ---------------------------------------------------------------------------------------------


def test_a_code_typed_through_an_input_method_in_full_width_letters_is_charged(
    phone: Page, till: Page, left: Callable[[], int]
) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code_on(phone).lower())
    keyboard = till.context.new_cdp_session(till)
    till.get_by_label("Payment code").focus()
    for end in range(1, len(wide) + 1):
        keyboard.send("Input.imeSetComposition", {"text": wide[:end], "selectionStart": end, "selectionEnd": end})
    keyboard.send("Input.insertText", {"text": wide})
    till.keyboard.press("Tab")
    expect(till.get_by_label("Payment code")).to_have_value(code_on(phone))

    till.get_by_label("Amount").fill("１２。５")
    till.keyboard.press("Enter")

    has_paid(till)
    assert left() == 3_750


def test_control_characters_and_blanks_of_a_gun_are_left_out(phone: Page, till: Page, left: Callable[[], int]) -> None:
    code = code_on(phone)
    till.get_by_label("Payment code").focus()
    till.keyboard.insert_text(f"\x02{code[:4].lower()} {code[4:8]}-{code[8:]}\x03")
    till.keyboard.press("Tab")
    expect(till.get_by_label("Payment code")).to_have_value(code)

    till.get_by_label("Amount").fill("12.50")
    till.keyboard.press("Enter")

    has_paid(till)
    assert left() == 3_750


@pytest.mark.parametrize("suffix", ["Tab", "Enter"])
def test_a_gun_is_heard_wherever_the_cursor_stands(
    phone: Page, till: Page, left: Callable[[], int], suffix: str
) -> None:
    till.get_by_label("Amount").fill("12.50")

    # A gun types faster than a driven browser: the burst is made in the page, with times of its own, and swallowed by
    # an input method.
    till.get_by_label("Amount").evaluate(
        """(field, [code, suffix]) => {
            let at = performance.now();
            const press = (key, code) => {
                const event = new KeyboardEvent(
                    "keydown", {key, code, bubbles: true, cancelable: true, isComposing: key === "Process"});
                Object.defineProperty(event, "timeStamp", {value: at += 10});
                field.dispatchEvent(event);
            };
            // It begins with STX, which a keyboard sends as Ctrl and B.
            press("Control", "ControlLeft");
            for (const sign of code) press("Process", (/[0-9]/.test(sign) ? "Digit" : "Key") + sign);
            press(suffix, suffix);
        }""",
        [code_on(phone), suffix],
    )

    has_paid(till)
    assert left() == 3_750


def test_a_refusal_fills_the_screen_and_leads_back_with_the_amount(till: Page) -> None:
    typed(till, "NOTACODE2345")
    till.get_by_role("button", name="Charge").click()

    expect(till.get_by_role("heading", name="Not paid")).to_be_visible()
    expect(till.locator(".outcome-reason")).to_have_text("This is not a payment code")
    till.get_by_role("link", name="Try again").click()
    expect(till.get_by_label("Amount")).to_have_value("12.50")


# --- never twice, and always a known outcome --------------------------------------------------------------------------


def test_a_double_click_charges_once(phone: Page, till: Page, left: Callable[[], int]) -> None:
    sent: list[str] = []
    till.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    typed(till, code_on(phone))

    till.get_by_role("button", name="Charge").dblclick()

    has_paid(till)
    assert len(sent) == 1
    assert left() == 3_750


def test_a_reload_of_the_outcome_charges_nothing(
    visitors: Visitors, phone: Page, cashier: str, left: Callable[[], int]
) -> None:
    # Behind the outcome lies the page from which they came to the till.
    till = visitors.stranger()
    till.goto("/log-in")
    visitors.log_in(till, cashier)
    typed(till, code_on(phone))
    till.get_by_role("button", name="Charge").click()
    has_paid(till)

    till.reload()

    expect(till.locator("[data-outcome=completed]")).to_contain_text("12.50")
    till.go_back()
    expect(till.get_by_label("Payment code")).to_have_value("")
    assert left() == 3_750


def test_without_network_the_till_waits_and_ends_in_the_outcome(
    phone: Page, till: Page, left: Callable[[], int]
) -> None:
    typed(till, code_on(phone))
    till.context.set_offline(offline=True)
    till.get_by_role("button", name="Charge").click()
    expect(till.get_by_text("it is charged once at most")).to_be_visible()
    assert left() == 5_000

    till.context.set_offline(offline=False)

    has_paid(till)
    assert left() == 3_750


def test_a_lost_answer_ends_in_the_outcome_without_a_second_charge(
    phone: Page, till: Page, left: Callable[[], int]
) -> None:
    sent = lose_answers(till)
    typed(till, code_on(phone))

    till.get_by_role("button", name="Charge").click()

    has_paid(till)
    assert len(sent) == 1
    assert left() == 3_750


def test_a_reload_while_the_answer_is_lost_ends_in_the_outcome(
    phone: Page, till: Page, left: Callable[[], int]
) -> None:
    sent = lose_answers(till)
    till.route(OUTCOMES, lambda route: route.abort())
    typed(till, code_on(phone))
    till.get_by_role("button", name="Charge").click()
    expect(till.get_by_text("it is charged once at most")).to_be_visible()

    till.unroute(OUTCOMES)
    till.reload()

    has_paid(till)
    assert len(sent) <= 2
    assert left() == 3_750


def test_a_lost_payment_is_found_at_its_shop_though_the_cashier_went_to_another(
    world: World, phone: Page, till: Page, cashier: str, left: Callable[[], int]
) -> None:
    second = world.shop("M02")
    world.done(
        lambda session: people.appoint(
            session, handle=cashier, name="李桂兰", role=Role.TILL, merchant_id=second.id, now=world.clock.at
        )
    )
    till.goto("/till")
    till.get_by_role("button", name="Shop M01").click()
    expect(till.locator("[data-camera-say]")).to_contain_text("No camera was found")
    sent = lose_answers(till)
    till.route(OUTCOMES, lambda route: route.abort())
    typed(till, code_on(phone))
    till.get_by_role("button", name="Charge").click()
    expect(till.get_by_text("it is charged once at most")).to_be_visible()

    other = till.context.new_page()
    other.goto("/till/shops")
    other.get_by_role("button", name="Shop M02").click()
    expect(other.get_by_text("You are working for Shop M02")).to_be_visible()
    till.unroute(OUTCOMES)

    expect(till.get_by_role("heading", name="This belongs to another shop")).to_be_visible()
    till.get_by_role("button", name="Work for Shop M01").click()
    expect(till.locator("[data-outcome=completed]")).to_contain_text("12.50")
    assert len(sent) <= 2
    assert left() == 3_750


def log_everybody_out(world: World) -> None:
    # On the server: the answer to a request under way could bring a deleted cookie back.
    world.done(lambda session: session.execute(update(people.LogInSession).values(ended_at=datetime.now(UTC))))


def test_a_till_that_was_logged_out_meanwhile_ends_in_the_outcome_after_the_log_in(
    world: World, visitors: Visitors, phone: Page, till: Page, left: Callable[[], int]
) -> None:
    typed(till, code_on(phone))
    log_everybody_out(world)
    till.get_by_role("button", name="Charge").click()
    expect(till).to_have_url(re.compile("/log-in"))

    visitors.log_in(till, "till.one")

    has_paid(till)
    assert left() == 3_750


def test_a_phone_that_was_logged_out_meanwhile_is_led_to_the_log_in_and_back(
    world: World, visitors: Visitors, payer: Somebody, phone: Page
) -> None:
    phone.goto("/me/code")
    expect(phone.locator(".code-qr")).to_be_visible()

    log_everybody_out(world)

    # The page asks by itself what became of its code.
    expect(phone).to_have_url(re.compile("/log-in.*me/code"))
    visitors.log_in(phone, payer.number)
    expect(phone.locator(".code-qr")).to_be_visible()


def test_a_block_from_another_device_is_seen_where_the_code_is_shown(
    visitors: Visitors, payer: Somebody, phone: Page
) -> None:
    other = visitors.page(payer.number)
    other.goto("/account")
    other.get_by_role("button", name="Block my codes").click()
    expect(other.get_by_text("Codes are blocked", exact=True)).to_be_visible()

    phone.get_by_role("button", name="New code").click()

    expect(phone.get_by_text("Codes are blocked", exact=True)).to_be_visible()


def test_without_scripts_the_till_is_a_plain_form(
    visitors: Visitors, phone: Page, till: Page, left: Callable[[], int]
) -> None:
    plain = visitors.without_scripts(till)
    plain.goto("/till")
    typed(plain, code_on(phone))

    plain.get_by_role("button", name="Charge").click()

    expect(plain.get_by_role("heading", name="Paid")).to_be_visible()
    assert left() == 3_750


def lose_answers(till: Page) -> list[str]:
    """Let payments reach the server but no answer come back; return the payments sent so far."""
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.url)
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    till.route(REDEMPTIONS, lose)
    return sent
