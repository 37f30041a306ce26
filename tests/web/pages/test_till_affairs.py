"""A shop's own affairs on pages: people and tills, shifts, the statement of a day, and lines that it disputes."""

import csv
import io
import re
from typing import Any
from uuid import uuid4

from people import Role
from tests.web.pages.browser import PASSWORD, Browser, browser_of_person, logged_in, text_of
from tests.web.world import Shop, Somebody, World

CREW, SHIFTS, DAYS = "/till/shop/people", "/till/shifts", "/till/days"


def sent(browser: Browser, page: str, to: str = "", **fields: str) -> Any:
    """Open a page and send a form of it."""
    browser.get(page)
    return browser.post(to or page, idempotency_key=str(uuid4()), **fields)


def test_an_owner_takes_on_a_cashier_who_logs_in_with_the_sheet(world: World, owner: Browser, till: Browser) -> None:
    sheet = sent(owner, CREW, name="小刘", handle="Liu")
    code = re.search(r"data-activation-code>([A-Z0-9-]+)<", sheet.text)
    assert code is not None
    cashier = Browser(world)
    cashier.get("/activate")
    fields = {"password": PASSWORD, "password_again": PASSWORD}
    answer = cashier.post("/activate", login_name="liu", activation_code=code[1], **fields)
    assert answer.status_code == 303, text_of(answer)
    assert cashier.get("/till").status_code == 200
    assert "taken" in text_of(sent(owner, CREW, name="小刘", handle="liu"))
    assert cashier.get("/till").status_code == 200
    person = re.findall(r"/till/shop/people/([0-9a-f-]{36})/end", owner.get(CREW).text)[-1]
    assert sent(owner, CREW, f"{CREW}/{person}/end").status_code == 303
    assert cashier.get("/till").status_code == 403
    assert sent(owner, CREW, f"{CREW}/{person}/end").status_code == 404
    # A cashier reaches none of it.
    assert sent(till, "/till", CREW, name="x", handle="x").status_code == 403


def test_nobody_who_works_elsewhere_is_given_a_new_code_by_an_owner(world: World, shop: Shop, owner: Browser) -> None:
    other = world.shop("M02")
    for place in (shop, other):
        browser_of_person(world, Role.TILL, handle="both", merchant_id=place.id)
    person = re.findall(r"/till/shop/people/([0-9a-f-]{36})/activation", owner.get(CREW).text)[0]
    answer = owner.post(f"{CREW}/{person}/activation")
    assert (answer.status_code, "works elsewhere too" in text_of(answer)) == (409, True)
    assert logged_in(world, "both").get("/account").status_code == 200


def test_a_till_gets_a_key_that_is_shown_once(world: World, shop: Shop, owner: Browser, payer: Somebody) -> None:
    owner.get(CREW)
    form = {"device_name": "前台一号机", "idempotency_key": "once"}
    shown = owner.post("/till/shop/devices", **form)
    key = re.search(r"data-key>([0-9a-f]{64})<", shown.text)
    assert key is not None
    again = owner.post("/till/shop/devices", **form)
    assert again.status_code == 303
    assert "cannot be shown again" in text_of(owner.follow(again))
    world.paid(Shop(shop.id, shop.code, key[1], shop.owner), payer, 100)
    page = owner.get(CREW)
    assert key[1] not in page.text
    assert "last payment: today 12:00" in text_of(page)
    device = re.findall(r"/till/shop/devices/([0-9a-f-]{36})/name", page.text)[0]
    assert sent(owner, CREW, f"/till/shop/devices/{device}/name", name="后厨").status_code == 303
    assert "后厨" in text_of(owner.get(CREW))
    assert sent(owner, CREW, f"/till/shop/devices/{device}/name", name="").status_code == 422
    assert sent(owner, CREW, f"/till/shop/devices/{device}/revocation").status_code == 303
    world.clock.pass_by(seconds=2)
    assert world.get("/redemptions", key[1], order_no="x").status_code == 401
    strangers = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=world.shop("M02").id)
    assert sent(strangers, CREW, f"/till/shop/devices/{device}/revocation").status_code == 404


def test_a_shift_is_begun_counted_and_taken_over(world: World, owner: Browser, till: Browser, payer: Somebody) -> None:
    assert "does not work in shifts" in text_of(till.get(SHIFTS))
    assert sent(owner, CREW, "/till/shop/shifts", used="yes").status_code == 303
    assert "You have no shift yet" in text_of(till.get("/till"))
    assert "empty drawer" in text_of(sent(till, SHIFTS, opening_cash="x"))
    assert sent(till, SHIFTS, opening_cash="200", remark="").status_code == 303
    assert "You have no shift yet" not in text_of(till.get("/till"))
    code = world.payment_code(payer)
    till.get("/till")
    paid = {"order_no": "one", "amount": "3", "cash_amount": "2.50", "code": code}
    assert till.post("/till/redemptions", **paid, idempotency_key="k").status_code == 303
    world.clock.pass_by(minutes=1)
    mine = re.findall(rf"{SHIFTS}/[0-9a-f-]{{36}}", till.get(SHIFTS).text)[0]
    wrong = sent(till, mine, counted_cash="200", remark="")
    assert "There are 200.00 yuan where 202.50 should be" in text_of(wrong)
    assert "Remark at the end" in text_of(till.follow(sent(till, mine, counted_cash="200", remark="少收一笔")))
    said = text_of(owner.get(SHIFTS))
    assert "counted 200.00 yuan" in said
    assert "drawer: −2.50" in said
    takes = re.findall(r'name="takes_over" value="([0-9a-f-]{36})"', owner.get(SHIFTS).text)[0]
    differs = sent(owner, SHIFTS, opening_cash="190", takes_over=takes)
    assert "There are 190.00 yuan where 200.00 should be" in text_of(differs)
    assert sent(owner, SHIFTS, opening_cash="200", takes_over=takes).status_code == 303
    theirs = re.findall(rf"{SHIFTS}/[0-9a-f-]{{36}}", owner.get(SHIFTS).text)[0]
    assert till.get(theirs).status_code == 404


def test_a_day_is_shown_closed_and_taken_home_as_a_file(
    world: World, shop: Shop, till: Browser, payer: Somebody
) -> None:
    paid = world.paid(shop, payer, 1_250, "=1+1")
    world.post(f"/redemptions/{paid['id']}/refunds", {"amount": 250, "reason": "Sold out"}, shop.owner)
    said = text_of(till.get(DAYS))
    assert "Net of the day 10.00 credits" in said
    assert "It can be closed from ten past midnight on" in said
    assert sent(till, DAYS, day="2026-06-01", remark="").status_code == 409
    rows = list(csv.reader(io.StringIO(till.get(f"{DAYS}/lines.csv?on=2026-06-01").text.removeprefix("\ufeff"))))
    assert [row[4] for row in rows[1:]] == ["-2.50", "12.50", "10.00"]
    assert rows[2][2].startswith("'")
    world.clock.pass_by(days=1)
    closed = text_of(till.follow(sent(till, f"{DAYS}?on=2026-06-01", DAYS, day="2026-06-01", remark="无误")))
    assert "Closed as number 1" in closed
    assert "already" in text_of(sent(till, DAYS, day="2026-06-01", remark=""))
    assert "10.00" in text_of(till.get("/till/day-closes"))
    for on in ("1990-01-01", "2999-01-01", "x"):
        assert till.get(f"{DAYS}?on={on}").status_code == 200


def test_a_line_is_disputed_and_the_office_answers(
    world: World, shop: Shop, till: Browser, owner: Browser, payer: Somebody
) -> None:
    world.paid(shop, payer, 1_250, "one")
    line = re.findall(r"/till/lines/[0-9a-f-]{36}/dispute", till.get(DAYS).text)[0]
    assert "Fill this in" in text_of(sent(till, line, reason=" "))
    shown = till.follow(sent(till, line, reason="顾客说\r\n扣了两次"))
    assert "The office has not answered yet" in text_of(shown)
    assert "disputed already" in text_of(sent(owner, line, reason="x"))
    assert "disputed, waits for the office" in text_of(till.get(DAYS))
    assert till.get(f"/till/lines/{uuid4()}/dispute").status_code == 404
    finance = browser_of_person(world, Role.FINANCE)
    assert "1 disputed line of a shop to answer" in text_of(finance.get("/office"))
    address = re.findall(r"/office/disputes/[0-9a-f-]{36}", finance.get("/office/disputes").text)[0]
    assert "Choose one of these" in text_of(sent(finance, address, decision="x", note="n"))
    assert sent(finance, address, decision="refund", note="核实属实").status_code == 303
    assert "Somebody else was quicker" in text_of(sent(finance, address, decision="rejected", note="n"))
    assert address in finance.get("/office/disputes?state=answered").text
    said = owner.get(shown.request.path)
    assert "核实属实" in text_of(said)
    assert "/refund" in said.text
    strangers = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=world.shop("M02").id)
    assert strangers.get(shown.request.path).status_code == 404
