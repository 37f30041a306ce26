"""Statements in each form: what spreadsheets and printers get, in words, numbers and days."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

import people
from ledger import Asset, NewEntry, Side, credit, debit, new_id, open_account, post
from people import Role
from tests.web.papers import ENGLISH, FORMS, content_of, give, lines_of, rows_of, workbook_of
from tests.web.world import TOWN, Somebody, World
from web.statements import as_xlsx

TRICKS = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＠1")


@pytest.fixture
def world(world: World) -> World:
    """Return a community whose clock goes with the ledger's own, by which statements choose their lines."""
    world.clock.at = datetime.now(UTC)
    return world


@pytest.fixture
def payer(world: World) -> Somebody:
    """Return a resident with 50.00 credits of one fund."""
    world.fund()
    return world.resident(5_000)


def test_the_other_side_is_masked_and_a_file_names_nobody(world: World, payer: Somebody) -> None:
    shop = world.shop()
    world.paid(shop, payer, 100, "order-7")
    for path, key in (
        ("/merchants/M01", shop.owner),
        ("/funds/peace", world.finance),
        ("/books/accounts/issued", world.auditor),
    ):
        for form in FORMS:
            answer = world.get(f"{path}/statement.{form}", key)
            assert "王小明" not in content_of(answer, form)
            assert payer.number not in content_of(answer, form)
            assert payer.id.hex not in content_of(answer, form)
    [line] = lines_of(world.get("/merchants/M01/statement.csv", shop.owner, **ENGLISH))
    assert line[3:6] == ["Payment", "order-7", "王*明"]
    own = world.get(f"/residents/{payer.id}/statement.html", payer.key)
    assert "王*明" in own.text
    assert "王小明" not in own.text
    for form in FORMS:
        named = world.get(f"/residents/{payer.id}/statement.{form}", payer.key).headers["Content-Disposition"]
        code = f"/books/accounts/resident:{payer.id.hex}:available"
        by_books = world.get(f"{code}/statement.{form}", world.auditor).headers["Content-Disposition"]
        assert named == by_books
        assert payer.number not in named
        assert payer.id.hex not in named
    assert "statement_M01_" in world.get("/merchants/M01/statement.csv", shop.owner).headers["Content-Disposition"]


def test_a_workbook_has_numbers_days_and_a_sheet_for_each_account(world: World, payer: Somebody) -> None:
    world.paid(world.shop(), payer, 1_250)
    answer = world.get(f"/residents/{payer.id}/statement.xlsx", payer.key, **ENGLISH)
    workbook = workbook_of(answer)
    assert workbook.sheetnames == ["Available"]
    sheet = workbook["Available"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "永济市 Statement of account"
    assert rows[1][:2] == ("Resident", f"王*明 · {' '.join(payer.number[place : place + 3] for place in (0, 3, 6))}")
    assert isinstance(rows[3][1], datetime)
    assert rows[6] == ("Recorded", "Happened", "Kind", "For", "With", "Fund", "Good until", "In", "Out", "Balance")
    assert sheet.freeze_panes == "A8"
    assert sheet.print_title_rows == "$7:$7"
    assert sheet.column_dimensions["D"].width == 30
    award, paid = rows[8:10]
    assert isinstance(award[0], datetime)
    assert str(award[6]) == f"{world.clock.at.year + 1}-12-31 00:00:00"
    assert (award[7:], paid[7:]) == ((50, None, 50), (None, 12.5, 37.5))
    assert rows[-1][2:] == ("Closing balance", None, None, None, None, 50, 12.5, 37.5)
    assert sheet["H9"].number_format == "#,##0.00"
    assert sheet["A9"].is_date
    assert len(rows) == 11


def test_a_full_sheet_goes_on_on_the_next(world: World, payer: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_xlsx, "LINES_ON_SHEET_MAX", 2)
    for amount in (1, 2, 3):
        world.award(payer.id, amount)
    answer = world.get(f"/residents/{payer.id}/statement.xlsx", payer.key, **ENGLISH)
    workbook = workbook_of(answer)
    assert workbook.sheetnames == ["Available", "Available1"]
    raised = [[row[7] for row in sheet.iter_rows(min_row=8, values_only=True)] for sheet in workbook]
    assert raised == [[None, 50, 0.01], [0.02, 0.03, 50.06]]


def test_no_text_becomes_a_formula(world: World, payer: Somebody) -> None:
    for trick in TRICKS:
        give(world, payer, trick)
    lines = lines_of(world.get(f"/residents/{payer.id}/statement.csv", payer.key, **ENGLISH))
    assert [line[4] for line in lines[1:]] == [f"'{trick}" for trick in TRICKS]
    answer = world.get(f"/residents/{payer.id}/statement.xlsx", payer.key)
    sheet = workbook_of(answer).worksheets[0]
    cells = [sheet.cell(row, 4) for row in range(10, 10 + len(TRICKS))]
    assert [(cell.value, cell.data_type) for cell in cells] == [(trick, "s") for trick in TRICKS]


def test_no_text_becomes_markup_and_chinese_stays_chinese(world: World, payer: Somebody) -> None:
    give(world, payer, '<b>&"报告", 有用')
    assert "&lt;b&gt;&amp;&#34;报告&#34;, 有用" in world.get(f"/residents/{payer.id}/statement.html", payer.key).text
    line = lines_of(world.get(f"/residents/{payer.id}/statement.csv", payer.key, **ENGLISH))[-1]
    assert line[4] == '<b>&"报告", 有用'
    answer = world.get(f"/residents/{payer.id}/statement.xlsx", payer.key)
    sheet = workbook_of(answer).worksheets[0]
    assert sheet["D10"].value == '<b>&"报告", 有用'


@pytest.mark.parametrize("strange", ["\ufffe", "\uffff", "\U0001ffff"])
def test_no_text_keeps_a_workbook_from_opening(world: World, payer: Somebody, strange: str) -> None:
    """XML has no place for some characters that people may type."""
    give(world, payer, f"a{strange}b")
    sheet = workbook_of(world.get(f"/residents/{payer.id}/statement.xlsx", payer.key)).worksheets[0]
    assert sheet["D10"].value in {"ab", f"a{strange}b"}


def test_it_speaks_the_readers_language(world: World, payer: Somebody) -> None:
    path = f"/residents/{payer.id}/statement"
    chinese = rows_of(world.get(f"{path}.csv", payer.key))
    assert chinese[0] == [
        "账户",
        "记账时间",
        "发生时间",
        "类型",
        "事由",
        "对方",
        "资金",
        "有效期至",
        "收入",
        "支出",
        "余额",
    ]
    assert [row[3] for row in chinese[1:-1]] == ["期初余额", "奖励", "期末余额"]
    assert chinese[-1] == ["对账单结束", "1"]
    page = world.get(f"{path}.html", payer.key).text
    assert '<html lang="zh-Hans">' in page
    assert "永济市综治办" in page
    assert all(words in page for words in ("对账单", "期初余额", "期末余额", "制表", "复核", "盖章", "共 1 笔"))
    assert '<html lang="en">' in world.get(f"{path}.html", payer.key, **ENGLISH).text


def test_the_printed_page_needs_nothing_and_may_run_nothing(world: World, payer: Somebody) -> None:
    answer = world.get(f"/residents/{payer.id}/statement.html", payer.key)
    assert not re.search(r"<script|<link|<img|<nav|<form|url\(|\son[a-z]+=|\sstyle=", answer.text)
    [policy] = answer.headers.getlist("Content-Security-Policy")
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "@page" in style[1]
    assert answer.text.rstrip().endswith("</html>")


def test_what_is_no_credit_has_its_own_scale_and_label(world: World) -> None:
    def charge(session: Session) -> None:
        charged = open_account(session, code="duties:charged", asset=Asset.DUTY, normal_side=Side.DEBIT, bounded=False)
        duties = open_account(session, code=f"unit:{TOWN}:duties", asset=Asset.DUTY, normal_side=Side.CREDIT)
        lines = (debit(charged, Asset.DUTY, 3, "2026-12-31"), credit(duties, Asset.DUTY, 3, "2026-12-31"))
        post(session, [NewEntry(new_id(), "duty", "system", world.clock.at, lines)])

    world.done(charge)
    town = world.seen(lambda session: people.get_unit(session, TOWN)).name
    [line] = lines_of(world.get("/books/accounts/duties:charged/statement.csv", world.auditor, **ENGLISH))
    assert line[5:] == [town, "", "2026-12-31", "3", "", "3"]
    [line] = lines_of(world.get(f"/books/accounts/unit:{TOWN}/statement.csv", world.auditor, **ENGLISH))
    assert line[5:] == ["Duties charged", "", "2026-12-31", "3", "", "3"]
    answer = world.get(f"/books/accounts/unit:{TOWN}:duties/statement.xlsx", world.auditor, **ENGLISH)
    sheet = workbook_of(answer)["Open duties"]
    assert (sheet["H9"].value, sheet["H9"].number_format) == (3, "#,##0")
    assert town in str(sheet["B2"].value)


def test_a_correction_says_what_it_corrects(world: World) -> None:
    world.fund()
    movement = world.get("/funds/peace/appropriations", world.finance).get_json()["items"][0]
    colleague = world.key(Role.FINANCE, name="Colleague")
    world.post(f"/books/entries/{movement['entry_id']}/reversal", {"reason": "x"}, colleague)
    lines = lines_of(world.get("/funds/peace/statement.csv", world.finance, asset="PAB", **ENGLISH))
    assert [line[3:6] for line in lines] == [
        ["Money received", "Doc 1", "Credits given out"],
        ["Correction", "Money received", "Credits given out"],
    ]
