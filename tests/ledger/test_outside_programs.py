"""Outside programs read the exported books and come to the same balances: account by account, amount by amount."""

import csv
import shutil
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ledger import Asset, ExportFormat, Side, credit, debit, export, open_account, post
from tests.clock import SHANGHAI
from tests.ledger.builders import UNDATED, entry_of, tell_a_story
from tests.ledger.outside_programs import (
    Balances,
    amounts,
    balances_by_beancount,
    balances_by_hledger,
    balances_by_ledger,
    balances_by_us,
    run,
)


def needs(program: str) -> pytest.MarkDecorator:
    """Return the mark of a test that runs where the program is installed; in CI it always is."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture
def session_with_books(session: Session) -> Session:
    """Return books with every asset, odd codes and many entries."""
    books = tell_a_story(session)
    for number, code in enumerate(
        ["fund:2026_x:held", "fund:a-b:held", "fund:a--b:held", "fund:z9:held", "fund:X-y:held"]
    ):
        odd = open_account(session, code=code, asset=Asset.PAB, normal_side=Side.CREDIT)
        amount = 10**number
        lines = debit(books.issued, Asset.PAB, amount, UNDATED), credit(odd, Asset.PAB, amount, UNDATED)
        post(session, [entry_of(*lines, description="(odd) | codes: =100 @ 3 {x} [2026-01-01] :tag:")])
    charged = open_account(session, code="duties:charged", asset=Asset.DUTY, normal_side=Side.DEBIT, bounded=False)
    duties = open_account(session, code="unit:140881:duties", asset=Asset.DUTY, normal_side=Side.CREDIT)
    due = "2026-07-01"
    post(session, [entry_of(debit(charged, Asset.DUTY, 3, due), credit(duties, Asset.DUTY, 3, due), kind="duty")])
    return session


@pytest.fixture
def our_balances(session_with_books: Session) -> Balances:
    """Return what our own trial balance says."""
    return balances_by_us(session_with_books)


def written(session: Session, form: ExportFormat, path: Path) -> Path:
    path.write_text("".join(export(session, form, zone=SHANGHAI)), encoding="utf-8")
    return path


@pytest.fixture
def journal(session_with_books: Session, tmp_path: Path) -> Path:
    return written(session_with_books, ExportFormat.LEDGER, tmp_path / "books.journal")


@pytest.fixture
def beancount_file(session_with_books: Session, tmp_path: Path) -> Path:
    return written(session_with_books, ExportFormat.BEANCOUNT, tmp_path / "books.beancount")


@needs("hledger")
def test_hledger_accepts_the_journal_and_all_its_checks_pass(journal: Path) -> None:
    assert run("hledger", "-f", journal, "check", "--strict") == ""
    run("hledger", "-f", journal, "check", "accounts", "commodities")


@needs("hledger")
def test_hledgers_balances_equal_our_trial_balance(journal: Path, our_balances: Balances) -> None:
    assert balances_by_hledger(journal) == our_balances


@needs("hledger")
def test_hledger_finds_lots_by_their_tag(journal: Path) -> None:
    found = run("hledger", "-f", journal, "balance", "--flat", "--no-total", "tag:lot=^2027-12-31:peace$")
    assert amounts(found) == {"PAB": Decimal("-7.50")}


@needs("ledger")
def test_ledger_reads_the_same_journal_strictly(journal: Path) -> None:
    assert run("ledger", "--pedantic", "-f", journal, "balance")


@needs("ledger")
def test_ledgers_balances_equal_our_trial_balance(journal: Path, our_balances: Balances) -> None:
    assert balances_by_ledger(journal) == our_balances


@needs("ledger")
def test_ledger_finds_lots_by_their_tag(journal: Path) -> None:
    found = run("ledger", "-f", journal, "--flat", "--no-total", "balance", "%lot=/^2027-12-31:peace$/")
    assert amounts(found) == {"PAB": Decimal("-7.50")}


def test_bean_check_accepts_the_beancount_export(beancount_file: Path) -> None:
    assert run(Path(sys.executable).with_name("bean-check"), beancount_file) == ""


def test_beancounts_balances_equal_our_trial_balance(beancount_file: Path, our_balances: Balances) -> None:
    assert balances_by_beancount(beancount_file) == our_balances


def test_csv_adds_up_to_our_trial_balance(session_with_books: Session, our_balances: Balances) -> None:
    theirs: Balances = defaultdict(Decimal)
    for row in csv.DictReader(export(session_with_books, ExportFormat.CSV)):
        signed = Decimal(row["amount"]).scaleb(-Asset(row["asset"]).scale)
        theirs[row["account"], row["asset"]] += signed if row["side"] == "debit" else -signed
    assert {key: amount for key, amount in theirs.items() if amount} == our_balances
