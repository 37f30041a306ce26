"""The page behind the plaque on a door: what it says to anybody, paying there once, and telling what is wrong."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

import merchants
import reports
from people import Role
from reports import Report
from safeguards import LIMIT_NAMES
from tests.web.pages.browser import Browser, browser_of, browser_of_person, text_of
from tests.web.reporting import Desk
from tests.web.world import SYSTEM, Shop, Somebody, World

PIN, WRONG = "204060", "111213"


def limited(world: World, **limits: int) -> None:
    """Set limits on payments."""
    body = {**dict.fromkeys(LIMIT_NAMES), **limits}
    assert world.post("/payment-limits", body, world.administrator).status_code == 201


def stepped(world: World, shop: Shop, kind: str) -> None:
    """Suspend or revoke a shop's naming."""
    step = {"suspended": merchants.suspend_naming, "revoked": merchants.revoke_naming}[kind]
    world.done(
        lambda session: step(
            session,
            merchant=merchants.get_merchant(session, shop.id),
            reason="The neighbour said so",
            actor=SYSTEM,
            now=world.clock.at,
        )
    )


def begun(phone: Browser, amount: str = "12.50", code: str = "M01") -> str:
    """Type an amount at the plaque; return the address of this one payment."""
    answer = phone.get(f"/at/{code}/pay?amount={amount}")
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def confirmed(phone: Browser, address: str, **fields: str) -> TestResponse:
    """Confirm a payment and see where that leads."""
    phone.get(address)
    return phone.follow(phone.post(address, **fields))


def said_code(page: TestResponse) -> str:
    """Return the code of the refusal on a page."""
    return str((re.findall(r'data-code="([^"]*)"', page.text) or [""])[0])


# --- what anybody sees ------------------------------------------------------------------------------------------------


def test_anybody_sees_whether_the_naming_is_current_by_whom_and_until_when(world: World, shop: Shop) -> None:
    page = Browser(world).get(f"/at/{shop.code}")

    assert page.status_code == 200
    assert 'data-naming="named"' in page.text
    said = text_of(page)
    for part in ("Named: takes credits today", "Peace office of 永济市", "31 December 2026", "all funds"):
        assert part in said, part
    assert "How to pay here" in said
    assert 'href="/log-in?next=/at/M01"' in page.text
    assert "its own list" in said


def test_a_plaque_that_is_not_valid_says_why_and_takes_no_payment(world: World, shop: Shop, phone: Browser) -> None:
    del shop
    for code in ("M02", "M03"):
        stepped(world, world.shop(code), {"M02": "suspended", "M03": "revoked"}[code])
    world.shop("M04", named=False)
    for code, state, words in (
        ("M02", "suspended", "takes no credits now"),
        ("M03", "revoked", "Revoked: takes no credits any more"),
        ("M04", "unnamed", "Never named"),
    ):
        page = phone.get(f"/at/{code}")
        assert f'data-naming="{state}"' in page.text
        assert words in text_of(page)
        assert "Pay here" not in text_of(page)
        # The office's reasons are the office's.
        assert "neighbour" not in page.text
    world.clock.pass_by(days=300)
    page = phone.get("/at/M01")
    assert 'data-naming="ended"' in page.text
    assert "was valid until its last day" in text_of(page)


def test_a_code_of_no_shop_is_said_to_be_none_of_ours(world: World) -> None:
    page = Browser(world).get("/at/M77")

    assert page.status_code == 404
    assert "This plaque is none of ours" in text_of(page)
    assert 'href="/at/M77/report/plaque"' in page.text
    assert Browser(world).get("/at/M77/qr.svg").status_code == 404


def test_the_owner_and_the_office_print_the_plaque(world: World, shop: Shop, owner: Browser) -> None:
    office = browser_of_person(world, Role.ADMINISTRATOR)
    for browser, path in ((owner, "/till/shop/plaque"), (office, f"/office/merchants/{shop.code}/plaque")):
        page = browser.get(path)
        said = text_of(page)
        assert "Shop M01" in said
        assert "Valid until 31 December 2026" in said
        assert "http://localhost/at/M01" in said
        assert 'src="/at/M01/qr.svg"' in page.text
    image = owner.get("/at/M01/qr.svg")
    assert (image.status_code, image.content_type) == (200, "image/svg+xml")
    stepped(world, shop, "revoked")
    assert "No plaque to print" in text_of(owner.get("/till/shop/plaque"))


# --- paying there -----------------------------------------------------------------------------------------------------


def test_a_resident_types_the_amount_sees_shop_and_sum_and_pays_once(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    assert "You have 50.00 credits" in text_of(phone.get(f"/at/{shop.code}"))
    address = begun(phone)
    page = phone.get(address)
    assert "Shop M01 12.50 credits" in text_of(page)

    answers = [phone.post(address) for _time in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    receipt = phone.follow(answers[0])
    assert "at the plaque" in text_of(receipt)
    assert "not this screen" in text_of(receipt)
    # Whoever comes back to the page finds the receipt, and pays nothing.
    assert phone.get(address).headers["Location"] == answers[0].headers["Location"]
    assert world.available(payer) == 3_750
    # Another amount typed is another payment.
    assert urlsplit(begun(phone)).path != urlsplit(address).path


def test_an_amount_that_is_none_is_said_where_it_was_typed(phone: Browser, shop: Shop) -> None:
    for amount in ("", "0", "x", "12,50", "-1"):
        page = phone.get(f"/at/{shop.code}/pay?amount={amount}")
        assert page.status_code == 422, amount
        assert "Type an amount above 0" in text_of(page)
    path = urlsplit(begun(phone)).path
    for address in (path, f"{path}?amount=x"):
        assert phone.get(address).headers["Location"] == f"/at/{shop.code}"
        assert phone.post(address).headers["Location"] == f"/at/{shop.code}"


def test_a_refusal_says_why_and_leads_to_a_try_of_its_own(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    del shop
    address = begun(phone, "50.01")
    page = confirmed(phone, address)
    assert (page.status_code, said_code(page)) == (409, "insufficient_balance")
    # The first address stands for an attempt that was refused: it leads on to the next.
    assert phone.get(address).status_code == 303
    assert world.available(payer) == 5_000


def test_the_pin_and_whether_a_second_time_is_meant_are_asked_for(
    world: World, shop: Shop, phone: Browser, payer: Somebody
) -> None:
    del shop
    limited(world, pin_above_amount=1_000, duplicate_within_s=60)
    world.post("/pin", {"pin": PIN}, payer.key)

    page = confirmed(phone, begun(phone))
    assert (page.status_code, said_code(page)) == (409, "pin_required")
    assert 'name="pin"' in page.text

    def next_try(**fields: str) -> TestResponse:
        assert phone.page is not None
        [action] = re.findall(r'action="(/at/[^"]*)"', phone.page.text)
        return phone.follow(phone.post(action.replace("&amp;", "&"), **fields))

    page = next_try(pin=WRONG)
    assert said_code(page) == "pin_wrong"
    assert WRONG not in page.text
    assert "Receipt number" in text_of(next_try(pin=PIN))

    page = confirmed(phone, begun(phone), pin=PIN)
    assert said_code(page) == "possible_duplicate"
    assert "Yes, pay it once more" in text_of(page)
    page = next_try(confirm_duplicate="yes")
    # The word that it is meant goes along to the question for the PIN.
    assert said_code(page) == "pin_required"
    assert "Receipt number" in text_of(next_try(confirm_duplicate="yes", pin=PIN))
    assert world.available(payer) == 5_000 - 2 * 1_250


def test_only_residents_pay_and_others_are_led_to_the_log_in_and_back(world: World, shop: Shop, till: Browser) -> None:
    del shop
    nobody = Browser(world)
    answer = nobody.get("/at/M01/pay?amount=1")
    assert answer.headers["Location"].startswith("/log-in?next=/at/M01/pay")
    assert till.get("/at/M01/pay?amount=1").status_code == 403
    assert "you cannot pay" in text_of(till.get("/at/M01"))


# --- telling what is wrong --------------------------------------------------------------------------------------------


@pytest.fixture
def with_list(world: World) -> Desk:
    """Return the desk of a community that has its list of responsibilities."""
    return Desk(world)


def told(world: World) -> list[Report]:
    """Return all reports."""
    return world.seen(lambda session: list(session.query(Report).order_by(Report.submitted_at)))


def sent(browser: Browser, code: str, about: str, **fields: str) -> TestResponse:
    """Open what will be told and send it as it is, or with other fields."""
    page = browser.get(f"/at/{code}/report/{about}")
    words = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)[0]
    key = browser.hidden("idempotency_key")
    return browser.post(f"/at/{code}/report/{about}", **{"description": words, "idempotency_key": key, **fields})


def test_without_a_log_in_two_taps_send_a_report_without_a_name(world: World, shop: Shop, with_list: Desk) -> None:
    del with_list
    nobody = Browser(world)
    assert f'href="/at/{shop.code}/report/prices"' in nobody.get(f"/at/{shop.code}").text

    answer = sent(nobody, shop.code, "prices")

    assert answer.status_code == 201
    assert 'class="claim-code' in answer.text
    [report] = told(world)
    assert (report.category_code, report.is_anonymous, report.resident_id) == ("E0804", True, None)
    assert "Shop M01 (M01)" in report.description
    assert report.address == "Shop M01 (M01)"


def test_the_same_telling_twice_is_one_report(world: World, shop: Shop, with_list: Desk) -> None:
    del with_list
    nobody = Browser(world)
    nobody.get(f"/at/{shop.code}/report/plaque")
    fields = {"description": "A false one", "idempotency_key": nobody.hidden("idempotency_key")}

    answers = [nobody.post(f"/at/{shop.code}/report/plaque", **fields) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert [report.category_code for report in told(world)] == ["E0803"]


def test_a_resident_tells_by_name_or_without(world: World, shop: Shop, with_list: Desk, payer: Somebody) -> None:
    del with_list
    phone = browser_of(world, payer)

    page = phone.follow(sent(phone, shop.code, "plaque"))
    assert "Your report is with the office" in text_of(page)
    nameless = sent(phone, shop.code, "plaque", nameless="1")

    assert nameless.status_code == 201
    by_name, without = sorted(told(world), key=lambda report: report.is_anonymous)
    assert by_name.resident_id == payer.id
    assert (without.is_anonymous, without.resident_id) == (True, None)
    # Where the resident lives is not told of one without a name.
    assert by_name.unit_code != without.unit_code


def test_a_plaque_of_no_shop_is_told_of_too(world: World, with_list: Desk) -> None:
    del with_list
    nobody = Browser(world)
    assert sent(nobody, "M77", "plaque").status_code == 201
    assert "M77" in told(world)[0].description
    for code in ("x" * 33, "a%0Ab"):
        assert nobody.get(f"/at/{code}/report/plaque").status_code == 404
    assert nobody.get("/at/M77/report/else").status_code == 404


def test_nothing_written_is_wrong_and_a_list_without_the_category_is_said(world: World, shop: Shop) -> None:
    nobody = Browser(world)
    page = nobody.get(f"/at/{shop.code}/report/prices")
    assert "Nothing in the office's list fits this" in text_of(page)
    Desk(world)
    nobody.get(f"/at/{shop.code}/report/prices")
    answer = sent(nobody, shop.code, "prices", description=" ")
    assert answer.status_code == 422
    assert nobody.post(f"/at/{shop.code}/report/prices", description="x").status_code == 400
    assert told(world) == []


def test_the_limit_on_reports_without_a_name_holds_here_too(world: World, shop: Shop, with_list: Desk) -> None:
    del with_list
    limits = dict.fromkeys(reports.LIMIT_NAMES) | {"nameless_per_hour": 1}
    assert world.post("/report-limits", limits, world.administrator).status_code == 201
    nobody = Browser(world)
    assert sent(nobody, shop.code, "prices").status_code == 201
    assert sent(nobody, shop.code, "prices").status_code == 429
    assert len(told(world)) == 1
    world.clock.pass_by(seconds=timedelta(hours=1).total_seconds())
    assert sent(nobody, shop.code, "prices").status_code == 201
