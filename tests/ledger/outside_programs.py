"""What outside programs read out of exported books, beside what we say ourselves: the same figures in one form."""

import csv
import io
import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core.data import Open, Transaction
from sqlalchemy.orm import Session

from ledger import Asset, trial_balance

# By account code and asset, as outside programs count: debits less credits; accounts at zero are left out.
Balances = dict[tuple[str, str], Decimal]


def run(*command: str | Path) -> str:
    """Run a program that must succeed without a warning, and return what it printed."""
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def amounts(text: str) -> Mapping[str, Decimal]:
    """Return the amounts in a text such as `12.50 PAB, 3 MIN`."""
    return {asset: Decimal(number) for number, asset in re.findall(r"(-?[\d.]+) ([A-Z]+)", text)}


def balances_by_us(session: Session) -> Balances:
    """Return what our own trial balance says."""
    return {
        (row.code, asset): Decimal(row.debits - row.credits).scaleb(-asset.scale)
        for asset in Asset
        for row in trial_balance(session, asset=asset)
        if row.debits != row.credits
    }


def balances_by_hledger(journal: Path) -> Balances:
    """Return the balances that hledger computes."""
    rows = csv.reader(io.StringIO(run("hledger", "-f", journal, "balance", "--flat", "--no-total", "-O", "csv")))
    assert next(rows) == ["account", "balance"]
    return {(code, asset): amount for code, text in rows for asset, amount in amounts(text).items()}


def balances_by_ledger(journal: Path) -> Balances:
    """Return the balances that ledger-cli computes."""
    told = run(
        "ledger", "-f", journal, "--flat", "--no-total", "--balance-format", "%(account)|%(display_total)\n", "balance"
    )
    found: Balances = {}
    code = ""
    for line in told.splitlines():
        # An account with several commodities takes several lines, the code standing before the first.
        code_again, _, text = line.rpartition("|")
        code = code_again or code
        found |= {(code, asset): amount for asset, amount in amounts(text).items() if amount}
    return found


def balances_by_beancount(path: Path) -> Balances:
    """Return the sums of the postings that beancount reads, without one complaint."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    codes = {entry.account: entry.meta["code"] for entry in entries if isinstance(entry, Open)}
    found: Balances = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                units = posting.units
                assert units is not None
                assert units.number is not None
                found[codes[posting.account], units.currency] += units.number
    return {key: amount for key, amount in found.items() if amount}
