"""What shops owe back on the office's pages: which, why, and repaid in money after a second look."""

import pytest
from sqlalchemy.orm import Session

import awards
import ledger
import merchants
from ledger import Asset, CreditLot, NewEntry, credit, debit
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import SYSTEM, Somebody, World

OWED = "/office/merchants/M01/owed"
REPAYMENTS = "/office/merchants/M01/repayments"
FORM = {"fund": "peace", "amount": "8", "document": "收据 7"}


def settled(world: World, code: str, amount: int) -> None:
    """Pay a shop what it collected, as a settlement does."""

    def pay(session: Session) -> None:
        fund, shop = awards.get_fund(session, "peace"), merchants.merchant_by_code(session, code)
        lot = CreditLot("peace").label
        lines = (
            debit(shop.payable_account_id, Asset.PAB, amount, lot),
            credit(ledger.account_id(session, "issued"), Asset.PAB, amount, lot),
            debit(fund.backing_account_id, Asset.CNY, amount),
            credit(ledger.account_id(session, "treasury:bank"), Asset.CNY, amount),
        )
        ledger.post(session, [NewEntry(ledger.new_id(), "settlement", SYSTEM, world.clock.at, lines)])

    world.done(pay)


def owing(world: World, wang: Somebody, code: str = "M01", amount: int = 20_00) -> None:
    """Let a shop owe so much for a refund after it was paid out."""
    world.award(wang.id, amount)
    shop = world.shop(code)
    paid = world.paid(shop, wang, amount)
    settled(world, code, amount)
    answer = world.post(f"/redemptions/{paid['id']}/refunds", {"amount": amount, "reason": "Broken"}, shop.owner)
    assert answer.status_code == 201, answer.text


def owed(world: World) -> int:
    """Return what the shop owes, as the API says."""
    items = world.get("/merchants/M01/receivables", world.finance).get_json()["items"]
    return sum(item["amount"] for item in items)


def confirmed(finance: Browser, **changes: str) -> dict[str, str]:
    """Send the form, and return what its second step would send."""
    finance.get(OWED)
    answer = finance.post(REPAYMENTS, **{**FORM, **changes}, idempotency_key=finance.hidden("idempotency_key"))
    assert "Is this right?" in text_of(answer), text_of(answer)
    names = ("fund", "amount", "document", "idempotency_key")
    return {name: finance.hidden(name) for name in names} | {"confirmed": "yes"}


def test_shops_that_owe_are_listed_and_wait_at_home(world: World, wang: Somebody, finance: Browser) -> None:
    assert "No shop owes anything" in text_of(finance.get("/office/owing-shops"))
    owing(world, wang)
    owing(world, wang, "M02", 30_00)
    page = finance.get("/office/owing-shops")
    assert page.text.index("/office/merchants/M02/owed") < page.text.index("/office/merchants/M01/owed")
    assert "Shop M01 owes 20.00 back." in text_of(finance.get("/office"))
    assert 'href="/office/owing-shops"' in finance.get("/office/corrections").text
    assert [amount for _shop, amount in world.seen(merchants.owing_merchants)] == [30_00, 20_00]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_what_is_owed_and_where_it_came_from(world: World, wang: Somebody, language: str) -> None:
    owing(world, wang)
    finance = browser_of_person(world, Role.FINANCE, language=language)
    page = finance.get(OWED)
    said = text_of(page)
    for word in ("Shop M01", "Fund peace", "20.00", "Broken", "Refund" if language == "en" else "退款"):
        assert word in said
    assert 'href="/office/books/entries/' in page.text


def test_money_is_looked_at_once_more_and_booked_once(world: World, wang: Somebody, finance: Browser) -> None:
    owing(world, wang)
    sent = confirmed(finance)
    said = text_of(finance.page) if finance.page else ""
    assert ("Still owed afterwards 12.00" in said, owed(world)) == (True, 20_00)
    first, again = finance.post(REPAYMENTS, **sent), finance.post(REPAYMENTS, **sent)
    assert first.headers["Location"] == again.headers["Location"] == OWED
    said = text_of(finance.follow(first))
    assert ("Booked." in said, "收据 7" in said, owed(world)) == (True, True, 12_00)
    other = finance.post(REPAYMENTS, **{**sent, "amount": "9"})
    assert (other.status_code, owed(world)) == (422, 12_00)


def test_something_can_be_changed_before_it_is_booked(world: World, wang: Somebody, finance: Browser) -> None:
    owing(world, wang)
    sent = confirmed(finance)
    page = finance.post(REPAYMENTS, **{**sent, "confirmed": "", "back": "yes"})
    assert 'value="收据 7"' in page.text
    assert owed(world) == 20_00


def test_what_is_typed_wrongly_is_said_beside_it(world: World, wang: Somebody, finance: Browser) -> None:
    owing(world, wang)
    finance.get(OWED)
    empty = finance.post(REPAYMENTS, fund="none", amount="0", document=" ", idempotency_key="k")
    said = text_of(empty)
    assert empty.status_code == 422
    for word in ("Choose one of these.", "Type an amount above 0", "Fill this in."):
        assert word in said


@pytest.mark.parametrize("step", ["", "yes"])
def test_more_than_is_owed_is_refused_in_words(world: World, wang: Somebody, finance: Browser, step: str) -> None:
    owing(world, wang)
    finance.get(OWED)
    answer = finance.post(REPAYMENTS, **{**FORM, "amount": "20.01"}, confirmed=step, idempotency_key="k")
    assert (answer.status_code, "Less than that is owed" in text_of(answer)) == (409, True)
    assert owed(world) == 20_00


def test_who_may_only_look_is_offered_no_form(world: World, wang: Somebody, officer: Browser) -> None:
    owing(world, wang)
    page = officer.get(OWED)
    assert ("20.00" in text_of(page), REPAYMENTS in page.text) == (True, False)
    assert f'href="{OWED}"' in officer.get("/office/merchants/M01").text
    assert officer.post(REPAYMENTS, **FORM, idempotency_key="k").status_code == 403


def test_a_shop_that_does_not_exist_is_not_found(finance: Browser) -> None:
    finance.get("/account")
    assert finance.get("/office/merchants/none/owed").status_code == 404
    assert finance.post("/office/merchants/none/repayments", **FORM, idempotency_key="k").status_code == 404


def test_the_owner_sees_what_the_shop_owes(world: World, wang: Somebody) -> None:
    owing(world, wang)
    shop_id = world.seen(lambda session: merchants.merchant_by_code(session, "M01").id)
    owner = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop_id)
    assert "You owe back 20.00" in text_of(owner.get("/till/shop"))
