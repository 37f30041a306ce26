"""Outside programs read the books of a year in the town and come to what the pencil wrote, kind of entry by kind."""

import shutil
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import Asset, ExportFormat, export
from ledger.model import Account, JournalEntry
from tests.clock import SHANGHAI
from tests.ledger.outside_programs import (
    Balances,
    balances_by_beancount,
    balances_by_hledger,
    balances_by_ledger,
    run,
)
from tests.sequences.proofs import compare, prove
from tests.sequences.settling import settle
from tests.sequences.town import Town

KINDS = {
    *("appropriation", "award", "claw_back", "expiry", "money_moved", "money_returned"),
    *("hold", "hold_captured", "hold_expired", "hold_voided", "redemption", "refund", "reversal"),
    *("forced_correction", "minutes", "settlement_opened", "settlement_paid"),
}


def let_a_year_pass(town: Town) -> None:
    """Let a little of everything happen."""
    zhang, li, wang = town.residents
    hotel, clinic = town.shops
    town.award("fire", zhang, 80, officer=0)
    town.pay(zhang, clinic, 130)
    town.refund(town.payments[-1], 40)
    town.claw_back(town.awards[2], officer=0)
    town.award("peace", li, 70, officer=0)
    town.reverse(town.entries[-1], officer=1)
    town.appropriate("quake", 900, officer=0)
    town.reverse(town.entries[-1], officer=1)
    town.move_money("quake", "fire", 55, officer=1)
    town.return_money("peace", 33, officer=1)
    for amount, days in ((60, 90), (30, 20), (25, 300)):
        town.authorize(wang, amount, days)
    town.capture(town.holds[-3], hotel, 35, final=False)
    town.capture(town.holds[-3], clinic, 5, final=True)
    town.pass_by(45, sweep=True)
    town.void(town.holds[-1])
    # Into lots whose day is over: with some days' grace.
    town.refund(town.payments[0], 150)
    town.pay(wang, hotel, 20)
    town.pass_by(400, sweep=True)


@pytest.fixture
def town(session: Session) -> Town:
    """Return a town after a year, its books proved and equal to the pencil's."""
    town = Town(session, settle(session))
    let_a_year_pass(town)
    compare(session, town.pencil)
    prove(session)
    assert town.refusals == 0
    assert set(session.scalars(select(JournalEntry.kind))) == KINDS
    return town


@pytest.fixture
def expected(town: Town) -> Balances:
    """Return what the pencil says, as outside programs count: debits less credits, by account."""
    accounts = {row.code: row for row in town.session.execute(select(Account.code, Account.asset, Account.normal_side))}
    found: Balances = defaultdict(Decimal)
    for (code, _), amount in town.pencil.held.items():
        account = accounts[code]
        sign = 1 if account.normal_side == "debit" else -1
        found[code, account.asset] += Decimal(sign * amount).scaleb(-Asset(account.asset).scale)
    return {place: amount for place, amount in found.items() if amount}


def written(town: Town, form: ExportFormat, path: Path) -> Path:
    """Write the books into a file."""
    path.write_text("".join(export(town.session, form, zone=SHANGHAI)), encoding="utf-8")
    return path


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_agrees_with_the_pencil(town: Town, expected: Balances, tmp_path: Path) -> None:
    journal = written(town, ExportFormat.LEDGER, tmp_path / "books.journal")
    assert run("hledger", "-f", journal, "check", "--strict") == ""
    assert balances_by_hledger(journal) == expected


@pytest.mark.skipif(shutil.which("ledger") is None, reason="ledger is not installed")
def test_ledger_agrees_with_the_pencil(town: Town, expected: Balances, tmp_path: Path) -> None:
    journal = written(town, ExportFormat.LEDGER, tmp_path / "books.journal")
    assert run("ledger", "--pedantic", "-f", journal, "balance")
    assert balances_by_ledger(journal) == expected


def test_beancount_agrees_with_the_pencil(town: Town, expected: Balances, tmp_path: Path) -> None:
    path = written(town, ExportFormat.BEANCOUNT, tmp_path / "books.beancount")
    assert run(Path(sys.executable).with_name("bean-check"), path) == ""
    assert balances_by_beancount(path) == expected
