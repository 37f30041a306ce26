"""The page a resident pays with."""

import re
from uuid import uuid4

from werkzeug.test import TestResponse

from tests.web.pages.browser import PASSWORD, Browser, browser_of, text_of
from tests.web.world import Shop, World
from web.qr_images import qr_svg


def code_in(answer: TestResponse) -> str:
    """Return the twelve characters that a page shows."""
    groups = re.search(r'<p class="code-text">(.*?)</p>', answer.text)
    assert groups is not None, answer.text
    return re.sub(r"<[^>]*>|\s", "", groups[1])


def image_in(answer: TestResponse) -> str:
    """Return the address of the QR image."""
    [address] = re.findall(r'src="(/me/code/[0-9a-f-]{36}/qr.svg)"', answer.text)
    return str(address)


def outcome_in(answer: TestResponse) -> str:
    """Return the address at which the page asks what became of its code."""
    [address] = re.findall(r'hx-get="(/me/code/[0-9a-f-]{36}/outcome)"', answer.text)
    return str(address)


def pay(world: World, shop: Shop, code: str, amount: int) -> TestResponse:
    """Spend a code at a shop's till."""
    return world.post("/redemptions", {"code": code, "amount": amount, "order_no": str(uuid4())}, shop.till)


def test_the_page_asks_for_a_code_and_the_button_makes_one_without_a_script(phone: Browser) -> None:
    assert "data-wanted" in phone.get("/me/code").text

    answer = phone.post("/me/code")

    assert re.fullmatch(r"[A-Z2-9]{12}", code_in(answer))
    assert 'data-seconds-left="60"' in answer.text
    assert "50.00" in text_of(answer)


def test_the_code_renews_itself_as_a_part_of_the_page(phone: Browser) -> None:
    phone.get("/me/code")

    first = phone.post_part("/me/code")
    second = phone.post_part("/me/code")

    assert "<html" not in first.text
    assert code_in(first) != code_in(second)


def test_the_image_holds_exactly_the_code(phone: Browser) -> None:
    answer = phone.post("/me/code")

    image = phone.get(image_in(answer))

    assert image.mimetype == "image/svg+xml"
    assert image.headers["Cache-Control"] == "no-store"
    assert image.data == qr_svg(code_in(answer))


def test_a_code_that_is_over_is_shown_no_more(world: World, phone: Browser) -> None:
    answer = phone.post("/me/code")
    world.clock.pass_by(seconds=61)

    image = phone.get(image_in(answer))

    assert image.status_code == 409
    assert "good for a minute" in text_of(image)


def test_the_phone_learns_that_it_paid(world: World, shop: Shop, phone: Browser) -> None:
    answer = phone.post("/me/code")
    address = outcome_in(answer)
    waiting = phone.get(address)
    assert (waiting.status_code, waiting.data) == (204, b"")

    assert pay(world, shop, code_in(answer), 1_250).status_code == 201
    paid = phone.get(address)

    said = text_of(paid)
    assert "Payment made" in said
    assert "12.50 credits" in said
    assert "Shop M01" in said
    assert "37.50 credits are left." in said
    [receipt] = re.findall(r'href="(/me/receipts/[^"]*)"', paid.text)
    assert phone.get(receipt).status_code == 200


def test_a_refused_payment_leaves_the_code_waiting(world: World, shop: Shop, phone: Browser) -> None:
    answer = phone.post("/me/code")

    assert pay(world, shop, code_in(answer), 999_999).status_code == 409

    assert phone.get(outcome_in(answer)).status_code == 204


def test_anothers_code_is_not_found(world: World, phone: Browser) -> None:
    answer = phone.post("/me/code")
    other = browser_of(world, world.resident())

    assert other.get(image_in(answer)).status_code == 404
    assert other.get(outcome_in(answer)).status_code == 404
    assert other.get(f"/me/code/{uuid4()}/outcome").status_code == 404


def test_blocked_codes_pay_no_more_and_no_new_one_is_made(world: World, shop: Shop, phone: Browser) -> None:
    shown = code_in(phone.post("/me/code"))

    page = phone.follow(phone.post("/me/codes/block"))

    assert "Codes are blocked" in text_of(page)
    assert pay(world, shop, shown, 100).get_json()["code"] == "codes_blocked"
    assert phone.post("/me/code").status_code == 409
    renewed = phone.post_part("/me/code")
    assert (renewed.status_code, renewed.headers["HX-Refresh"]) == (204, "true")
    assert "Codes are blocked" in text_of(phone.get("/me"))


def test_the_block_is_lifted_with_the_password_only(phone: Browser) -> None:
    phone.follow(phone.post("/me/codes/block"))

    wrong = text_of(phone.follow(phone.post("/me/codes/unblock", password="guessed")))
    assert "This is not your password." in wrong
    assert phone.post("/me/code").status_code == 409

    right = text_of(phone.follow(phone.post("/me/codes/unblock", password=PASSWORD)))
    assert "The block is lifted." in right
    assert phone.post("/me/code").status_code == 200


def test_guessing_the_password_of_a_found_phone_is_stopped(phone: Browser) -> None:
    phone.follow(phone.post("/me/codes/block"))
    for _try in range(5):
        phone.follow(phone.post("/me/codes/unblock", password="guessed"))

    said = text_of(phone.follow(phone.post("/me/codes/unblock", password=PASSWORD)))

    assert "Wait 1 minute." in said
    assert phone.post("/me/code").status_code == 409


def test_lifting_a_block_starts_no_session(phone: Browser) -> None:
    before = phone.get("/account").text.count("/end")
    phone.follow(phone.post("/me/codes/block"))

    phone.follow(phone.post("/me/codes/unblock", password=PASSWORD))

    assert phone.get("/account").text.count("/end") == before


def test_more_codes_than_may_live_at_once_are_refused_in_words(phone: Browser) -> None:
    for _code in range(60):
        phone.post_part("/me/code")

    page = phone.post("/me/code")
    part = phone.post_part("/me/code")

    assert page.status_code == 429
    assert "Retry-After" in page.headers
    assert part.status_code == 200
    assert "Too many codes at once" in text_of(part)
