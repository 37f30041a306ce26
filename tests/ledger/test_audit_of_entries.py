"""The audit of broken entries: each check names the first difference."""

import re
from typing import Any

import pytest
from sqlalchemy import String, delete, literal, select, update
from sqlalchemy.orm import Session

from ledger import Asset, Side, audit
from tests.ledger.builders import NEXT_YEAR, OFFICER, THIS_YEAR, Books
from tests.ledger.tampering import (
    ACCOUNTS,
    ENTRIES,
    POSTINGS,
    change_entry,
    change_posting,
    difference,
    entry_at,
    first_entry,
    of,
)


def test_an_entry_without_postings_is_found(broken: Session, accounts: Books) -> None:
    entry = entry_at(broken, accounts.minutes, 1)
    broken.execute(delete(POSTINGS).where(POSTINGS.c.entry_id == entry))
    assert difference(broken, "every entry has postings") == f"entry {entry} has no postings"


def test_postings_without_an_entry_are_found(broken: Session) -> None:
    entry = first_entry(broken, "redemption")
    broken.execute(delete(ENTRIES).where(ENTRIES.c.id == entry))
    assert difference(broken, "every posting has its entry") == f"postings name entry {entry}, which does not exist"


def test_an_entry_that_does_not_balance_is_found(broken: Session) -> None:
    entry = first_entry(broken, "minutes")
    change_posting(broken, of(entry, 1), amount=91)
    assert difference(broken, "every entry balances") == f"entry {entry}: debits less credits of MIN are 1, not 0"
    assert difference(broken, "all debits equal all credits") == "all debits less all credits of MIN are 1, not 0"


def test_entries_that_balance_each_other_but_not_themselves_are_found(broken: Session) -> None:
    award, appropriation = first_entry(broken, "award"), first_entry(broken, "appropriation")
    change_posting(broken, of(award, 1), amount=POSTINGS.c.amount + 1)
    change_posting(broken, of(appropriation, 4), amount=POSTINGS.c.amount + 1)
    assert "of PAB are" in difference(broken, "every entry balances")
    assert "all debits equal all credits" not in [result.name for result in audit(broken) if not result.ok]


@pytest.mark.parametrize("amount", [0, -90])
def test_an_amount_that_is_not_positive_is_found(broken: Session, amount: int) -> None:
    entry = first_entry(broken, "minutes")
    broken.execute(update(POSTINGS).where(POSTINGS.c.entry_id == entry).values(amount=amount))
    found = difference(broken, "every amount is positive and on a side")
    assert found == f"entry {entry}, line 1: {amount} on the debit side"


def test_a_third_side_is_found(broken: Session) -> None:
    entry = first_entry(broken, "minutes")
    change_posting(broken, of(entry, 2), side=literal("middle", String))
    found = difference(broken, "every amount is positive and on a side")
    assert found == f"entry {entry}, line 2: 90 on the middle side"


def test_an_unknown_asset_is_found(broken: Session) -> None:
    entry = first_entry(broken, "minutes")
    change_posting(broken, of(entry, 2), asset=literal("GOLD", String))
    found = difference(broken, "every posting is in its accounts asset")
    assert re.fullmatch(rf"entry {entry}, line 2: GOLD on account \d+ \(resident:7f3:minutes\)", found)


def test_an_account_that_vanished_is_found(broken: Session, accounts: Books) -> None:
    broken.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == accounts.minutes))
    entry = first_entry(broken, "minutes")
    found = difference(broken, "every posting is in its accounts asset")
    assert found == f"entry {entry}, line 2: MIN on account {accounts.minutes} (unknown)"


@pytest.mark.parametrize(("kind", "asset", "lot"), [("redemption", "PAB", ""), ("minutes", "MIN", THIS_YEAR)])
def test_a_lot_that_does_not_suit_its_asset_is_found(broken: Session, kind: str, asset: str, lot: str) -> None:
    entry = first_entry(broken, kind)
    change_posting(broken, of(entry, 2), lot=lot)
    assert difference(broken, "every lot suits its asset") == f"entry {entry}, line 2: lot {lot!r} on {asset}"


# --- reversals -------------------------------------------------------------------------------------------------------


def test_an_entry_reversed_twice_is_found(broken: Session) -> None:
    wrong = broken.scalars(select(ENTRIES.c.reverses_id).where(ENTRIES.c.kind == "reversal")).one()
    change_entry(broken, first_entry(broken, "redemption"), reverses_id=wrong)
    assert difference(broken, "no entry is reversed twice") == f"entry {wrong} was reversed 2 times"


@pytest.mark.parametrize(
    "values", [{"amount": 78}, {"lot": NEXT_YEAR}, {"side": Side.CREDIT}, {"asset": Asset.CNY}], ids=str
)
def test_a_reversal_that_is_no_mirror_is_found(broken: Session, values: dict[str, Any]) -> None:
    mirror = first_entry(broken, "reversal")
    change_posting(broken, of(mirror, 2), **values)
    found = difference(broken, "every reversal mirrors its entry")
    assert found == f"reversal {mirror} does not mirror its entry on account resident:8a4:available"


def test_a_reversal_with_a_posting_too_few_is_found(broken: Session) -> None:
    mirror = first_entry(broken, "reversal")
    broken.execute(delete(POSTINGS).where(of(mirror, 1)))
    found = difference(broken, "every reversal mirrors its entry")
    assert found == f"reversal {mirror} does not mirror its entry on account fund:peace:available"


def test_a_reversal_by_the_author_is_found(broken: Session) -> None:
    mirror = first_entry(broken, "reversal")
    change_entry(broken, mirror, actor=OFFICER)
    found = difference(broken, "every reversal is by another person")
    assert found == f"reversal {mirror} is by {OFFICER}, who wrote the entry"
