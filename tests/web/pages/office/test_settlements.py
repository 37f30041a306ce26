"""Paying shops on the office's pages: a batch at the end of a month, two signatures, files and the bank's word."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest

import ledger
import payments
import settlements
from people import Role
from tests.web.pages.browser import Browser, browser_of_person, text_of
from tests.web.world import Shop, Somebody, World

pytestmark = pytest.mark.usefixtures("market")
OVERVIEW = "/office/settlements"
DAY = "2026-06-01"


@pytest.fixture
def colleague(world: World) -> Browser:
    """Return the browser of somebody else in finance."""
    return browser_of_person(world, Role.FINANCE, handle="qian")


@pytest.fixture
def market(world: World) -> tuple[Shop, Shop, Somebody]:
    """Return two shops that took 12.50 and 30.00, and the resident who paid."""
    world.fund()
    resident = world.resident(10_000)
    first, second = world.shop("M01"), world.shop("M02")
    world.paid(first, resident, 1_250, "=1+1")
    world.paid(second, resident, 3_000)
    return first, second, resident


def opened(finance: Browser, code: str = "M01") -> str:
    """Open a settlement on the page, and return its address."""
    finance.get(f"{OVERVIEW}?until={DAY}")
    answer = finance.post(OVERVIEW, merchant=code, until=DAY, idempotency_key=finance.hidden("idempotency_key"))
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def stepped(browser: Browser, address: str, step: str, why: str = "凭证8") -> Any:
    """Take a step on a settlement's page."""
    browser.get(address)
    field = "document" if step == "payment" else "reason"
    return browser.post(f"{address}/{step}", **{field: why}, idempotency_key=str(uuid4()))


def payee(finance: Browser, code: str = "M01", **changes: str) -> Any:
    """Say on the page where a shop is paid."""
    finance.get(f"/office/merchants/{code}/payee")
    fields = {"holder": "永济平安饭店", "bank": "农商行", "account": "6217 0000 1234 5678", "document": "开户许可证"}
    key = finance.hidden("idempotency_key")
    return finance.post(f"/office/merchants/{code}/payee", **{**fields, **changes}, idempotency_key=key)


def of_status(world: World, status: str) -> int:
    return len(world.get("/settlements", world.auditor, status=status).get_json()["items"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_settlement_gets_two_signatures(world: World, colleague: Browser, language: str) -> None:
    finance = browser_of_person(world, Role.FINANCE, language=language)
    page = finance.get(f"{OVERVIEW}?until={DAY}")
    for word in ("12.50", "30.00", "42.50", "Shop M01"):
        assert word in text_of(page)
    address = opened(finance)
    said = text_of(finance.get(address))
    assert "12.50" in said
    assert ("You opened it" in said) == (language == "en")
    refused = stepped(finance, address, "payment")
    assert (refused.status_code, of_status(world, "open")) == (403, 1)
    assert stepped(colleague, address, "payment").status_code == 303
    assert of_status(world, "paid") == 1
    said = text_of(finance.get(address))
    assert "凭证8" in said
    assert ("Second signature" if language == "en" else "第二") in said


def test_at_the_end_of_a_month_all_shops_are_opened_at_once_and_twice_is_once(world: World, finance: Browser) -> None:
    finance.get(f"{OVERVIEW}?until={DAY}")
    key = finance.hidden("idempotency_key")
    for _again in range(2):
        answer = finance.post(OVERVIEW, merchant="", until=DAY, idempotency_key=key)
        assert answer.status_code == 303
    assert of_status(world, "open") == 2
    assert "Nothing to settle until then" in text_of(finance.get(f"{OVERVIEW}?until={DAY}"))
    checks = [*settlements.CHECKS, *payments.CHECKS]
    assert world.seen(lambda session: [each for each in ledger.audit(session, checks) if not each.ok]) == []


def test_what_one_shop_refuses_stops_no_other(world: World, finance: Browser) -> None:
    def freeze(session: Any) -> None:
        account = ledger.account_id(session, "merchant:M01:payable")
        ledger.set_account_state(session, account, ledger.AccountState.FROZEN)

    world.done(freeze)
    finance.get(f"{OVERVIEW}?until={DAY}")
    answer = finance.post(OVERVIEW, merchant="", until=DAY, idempotency_key=finance.hidden("idempotency_key"))
    said = text_of(finance.follow(answer))
    assert "1 settlement is open." in said
    assert "Refused: Shop M01" in said


def test_a_day_that_has_not_come_is_refused_beside_its_field(world: World, finance: Browser) -> None:
    finance.get(f"{OVERVIEW}?until={DAY}")
    for until in ("2026-06-02", "soon"):
        for merchant in ("", "M01"):
            answer = finance.post(OVERVIEW, merchant=merchant, until=until, idempotency_key=str(uuid4()))
            assert answer.status_code == 422
    assert of_status(world, "open") == 0


def test_what_failed_or_came_back_can_be_opened_again(world: World, finance: Browser, colleague: Browser) -> None:
    for step in ("failure", "cancellation"):
        address = opened(finance)
        assert stepped(finance, address, step, "").status_code == 422
        assert stepped(finance, address, step).status_code == 303
        assert "凭证8" in text_of(finance.get(address))
        assert stepped(finance, f"{address}", "return", "x").status_code == 409
    address = opened(finance)
    stepped(colleague, address, "payment")
    assert stepped(finance, address, "return", "户名不符").status_code == 303
    assert [of_status(world, each) for each in ("failed", "cancelled", "returned")] == [1, 1, 1]
    opened(finance)
    listed = text_of(finance.get(f"{OVERVIEW}?status=returned"))
    assert "sent back by the bank" in listed


def test_an_auditor_sees_and_signs_nothing(finance: Browser, auditor: Browser) -> None:
    address = opened(finance)
    assert "12.50" in text_of(auditor.get(address))
    assert "Book the payment" not in auditor.get(address).text
    assert "Open for all shops" not in auditor.get(OVERVIEW).text
    assert stepped(auditor, address, "payment").status_code == 403


def test_a_shop_is_paid_to_the_account_that_was_said_last_and_its_number_is_shown_nowhere(finance: Browser) -> None:
    assert payee(finance).status_code == 303
    assert payee(finance, account="ABC", holder="李四").status_code == 422
    assert payee(finance, account="9999 8888 7777 6666").status_code == 303
    page = finance.get("/office/merchants/M01/payee")
    assert "**** 6666" in text_of(page)
    assert "**** 5678" in text_of(page)
    address = opened(finance)
    for shown in (page, finance.get(address)):
        assert "999988887777" not in shown.text.replace(" ", "")
    assert "**** 6666" in text_of(finance.get(address))


def test_the_bank_file_names_accounts_and_sums_and_whoever_has_none_apart(finance: Browser) -> None:
    payee(finance, holder="=cmd|' /C calc'!A0")
    opened(finance)
    opened(finance, "M02")
    answer = finance.get(f"{OVERVIEW}/bank-file.csv")
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[1][:4] == ["'=cmd|' /C calc'!A0", "6217000012345678", "农商行", "12.50"]
    assert (rows[2], rows[3][1], rows[3][3], rows[3][5]) == (["Without a bank account"], "", "30.00", "Shop M02")
    data = finance.get(f"{OVERVIEW}/bank-file.xlsx").data
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    first, second = workbook.worksheets
    holder, number, _bank, amount = (first.cell(2, column) for column in range(1, 5))
    assert (holder.value, holder.data_type, number.value, amount.value) == (
        *("=cmd|' /C calc'!A0", "s"),
        *("6217000012345678", 12.5),
    )
    assert (second.title, second.cell(2, 4).value) == ("Without a bank account", 30)


def test_lines_come_as_a_file_whose_texts_are_no_formulas(finance: Browser) -> None:
    address = opened(finance)
    rows = list(
        csv.reader(io.StringIO(finance.get(f"{address}/lines.csv").get_data(as_text=True).removeprefix("\ufeff")))
    )
    assert (rows[1][3], rows[1][5], rows[-1][5]) == ("'=1+1", "12.50", "12.50")


# --- the bank's statements -------------------------------------------------------------------------------------------


STATEMENT = """交易日期,借方发生额,贷方发生额,对方户名,对方账号,摘要
2026-06-01,12.50,,永济平安饭店,6217000012345678,货款 凭证8
2026-06-01,,30.00,Shop M02,,退汇
2026-06-01,2.00,,银行,,手续费
"""


def brought(finance: Browser, text: str, **fields: str) -> Any:
    """Bring a statement of the bank in."""
    finance.get("/office/bank-statements")
    key = finance.hidden("idempotency_key")
    columns = {
        f"column_{name}": "" for name in ("date", "paid_out", "received", "counterparty", "account", "reference")
    }
    fields = {**columns, "out_is": "positive", **fields}
    return finance.upload(
        "/office/bank-statements", {"file": (io.BytesIO(text.encode()), "bank.csv")}, idempotency_key=key, **fields
    )


def test_a_statement_is_compared_with_the_books_both_ways(world: World, finance: Browser, colleague: Browser) -> None:
    payee(finance)
    first, second = opened(finance), opened(finance, "M02")
    stepped(colleague, first, "payment")
    stepped(colleague, second, "payment", "凭证9")
    answer = brought(finance, STATEMENT)
    assert answer.status_code == 303, text_of(answer)
    said = text_of(finance.follow(answer))
    for words in (
        "Bank and books differ",
        "recognised by the document",
        "In the books, not on the statement 1",
        "Came back",
        "手续费",
        "Paid to shops, by the books 42.50",
        "Paid to shops, by the bank 12.50",
    ):
        assert words in said, words
    # Nothing is booked by it.
    assert of_status(world, "paid") == 2
    assert brought(finance, STATEMENT).status_code == 409
    assert "bank.csv" in text_of(finance.get("/office/bank-statements"))


def test_a_statement_that_fits_says_so_and_columns_can_be_named(finance: Browser, colleague: Browser) -> None:
    stepped(colleague, opened(finance), "payment")
    text = "when;how much;what for\n01.06.2026;x;x\n2026/06/01;-12,50;凭证8\n"
    refused = brought(finance, text, column_date="when", column_paid_out="how much", column_reference="what for")
    assert refused.status_code == 422
    assert "Line 2" in text_of(refused)
    named = {"column_date": "when", "column_paid_out": "how much", "column_reference": "what for"}
    text = "when;how much;what for\n2026/06/01;-12.50;凭证8\n"
    answer = brought(finance, text, out_is="negative", **named)
    assert "Bank and books say the same" in text_of(finance.follow(answer))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose the file of the bank."),
        ("a,b\n1,2\n", "No line names the columns"),
        ("日期,金额\n2026-06-01,0\n", "The file has no movements."),
        ("日期,金额\n2026-06-31,1\n", "is no day"),
        ("日期,金额\n2026-06-01,1.234\n", "is no amount"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_in_words(finance: Browser, text: str, words: str) -> None:
    answer = brought(finance, text)
    assert answer.status_code == 422
    assert words in text_of(answer)


# --- the shop's owner ------------------------------------------------------------------------------------------------


def test_an_owner_sees_what_was_paid_line_by_line(
    world: World, market: tuple[Shop, Shop, Somebody], finance: Browser, colleague: Browser
) -> None:
    shop = market[0]
    owner = browser_of_person(world, Role.MERCHANT_OWNER, merchant_id=shop.id)
    assert "12.50" in text_of(owner.get("/till/settlements"))
    address = opened(finance)
    stepped(colleague, address, "payment")
    settlement_id = UUID(address.rsplit("/", 1)[1])
    said = text_of(owner.get("/till/settlements"))
    assert "paid out" in said
    said = text_of(owner.get(f"/till/settlements/{settlement_id}"))
    assert "凭证8" in said
    assert "12.50" in said
    assert "12.50" in owner.get(f"/till/settlements/{settlement_id}/lines.csv").get_data(as_text=True)
    others = UUID(opened(finance, "M02").rsplit("/", 1)[1])
    for path in (f"/till/settlements/{others}", f"/till/settlements/{others}/lines.csv"):
        assert owner.get(path).status_code == 404
    till = browser_of_person(world, Role.TILL, merchant_id=shop.id)
    assert till.get("/till/settlements").status_code == 403
