"""Outside programs read books with corrections, repayments, waivers and closures, and come to the same balances."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import ledger
import receivables
from ledger import ExportFormat, export
from tests.awards.builders import OFFICER, OTHER_OFFICER, awarded, fund, resident
from tests.clock import NOON, SHANGHAI
from tests.ledger.outside_programs import (
    balances_by_beancount,
    balances_by_hledger,
    balances_by_ledger,
    balances_by_us,
    run,
)
from tests.receivables.builders import DECIDING, approved, closed, debtor

KINDS = ("forced_correction", "repayment", "offset", "waiver", "leaver_return", "merger", "reversal")


@pytest.fixture
def books(session: Session) -> Session:
    """Return books in which everything was corrected that can be."""
    fund(session, available=5_000)
    zhang, leaver, twice = debtor(session, 120), debtor(session, 40), resident(session)
    receivables.repay_in_money(
        session, resident_id=zhang.id, fund_code="peace", amount=50, document="x", actor=DECIDING, now=NOON
    )
    waiver = receivables.ask_waiver(
        session, resident_id=zhang.id, fund_code="peace", amount=30, reason="x", actor=OFFICER, now=NOON
    )
    approved(session, waiver)
    awarded(session, leaver, 90)
    closed(session, leaver)
    awarded(session, twice, 7)
    receivables.merge_residents(session, resident_id=twice.id, into_id=zhang.id, reason="x", actor=OFFICER, now=NOON)
    wrong = awarded(session, resident(session), 11)
    assert wrong.entry_id is not None
    ledger.reverse(session, entry_id=wrong.entry_id, actor=OTHER_OFFICER, now=NOON)
    return session


def written(session: Session, form: ExportFormat, path: Path) -> Path:
    """Write the books as other programs read them."""
    path.write_text("".join(export(session, form, zone=SHANGHAI)), encoding="utf-8")
    return path


def test_every_kind_of_correction_stands_in_the_journal(books: Session, tmp_path: Path) -> None:
    text = written(books, ExportFormat.LEDGER, tmp_path / "books.journal").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if kind not in text] == []


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_comes_to_our_balances(books: Session, tmp_path: Path) -> None:
    journal = written(books, ExportFormat.LEDGER, tmp_path / "books.journal")
    assert run("hledger", "-f", journal, "check", "--strict") == ""
    assert balances_by_hledger(journal) == balances_by_us(books)


@pytest.mark.skipif(shutil.which("ledger") is None, reason="ledger is not installed")
def test_ledger_comes_to_our_balances(books: Session, tmp_path: Path) -> None:
    journal = written(books, ExportFormat.LEDGER, tmp_path / "books.journal")
    assert balances_by_ledger(journal) == balances_by_us(books)


def test_beancount_comes_to_our_balances(books: Session, tmp_path: Path) -> None:
    assert balances_by_beancount(written(books, ExportFormat.BEANCOUNT, tmp_path / "b.beancount")) == balances_by_us(
        books
    )
