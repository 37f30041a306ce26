"""The audit of broken accounts: each check names the first difference."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, literal
from sqlalchemy.orm import Session

from ledger import Side, account_id, audit
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, UNDATED, Books
from tests.ledger.tampering import (
    LOTS,
    POSTINGS,
    at,
    change_account,
    change_entry,
    change_lot,
    change_posting,
    difference,
    entry_at,
)

RESIDENT = "resident:7f3:available"


# --- what accounts keep ----------------------------------------------------------------------------------------------


def test_a_balance_that_is_not_the_sum_of_its_postings_is_found(broken: Session, accounts: Books) -> None:
    change_account(broken, accounts.resident, balance=751)
    found = difference(broken, "every balance is the sum of its postings")
    assert found == "account resident:7f3:available keeps 751, its postings add up to 750"


def test_a_balance_without_postings_is_found(broken: Session, accounts: Books) -> None:
    broken.execute(delete(POSTINGS).where(POSTINGS.c.account_id == accounts.minutes))
    found = difference(broken, "every balance is the sum of its postings")
    assert found == "account resident:7f3:minutes keeps 90, its postings add up to 0"


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("resident:7f3:available", {"balance": -1}, "is open and keeps -1"),
        ("issued", {"balance": 5}, "is open and keeps 5"),
        ("resident:7f3:available", {"state": "closed"}, "is closed and keeps 750"),
        ("resident:7f3:available", {"state": "asleep"}, "is asleep and keeps 750"),
    ],
)
def test_an_account_outside_of_its_bounds_is_found(
    broken: Session, code: str, values: dict[str, Any], words: str
) -> None:
    as_they_are = {name: literal(value) for name, value in values.items()}
    change_account(broken, account_id(broken, code), **as_they_are)
    assert difference(broken, "every account is within its bounds") == f"account {code} {words}"


def test_a_wrong_count_of_postings_is_found(broken: Session, accounts: Books) -> None:
    change_account(broken, accounts.resident, seq=5)
    found = difference(broken, "every account counts its postings")
    assert found == "account resident:7f3:available is at seq 5 and has 4 numbered postings"


def test_a_numbered_posting_of_an_unbounded_account_is_found(broken: Session, accounts: Books) -> None:
    change_posting(broken, POSTINGS.c.account_id == accounts.issued, seq=1)
    change_account(broken, accounts.issued, seq=1)
    found = difference(broken, "every account counts its postings")
    assert found == "account issued is at seq 1 and has 1 numbered postings"


@pytest.mark.parametrize("remembered", [None, NOON])
def test_an_account_that_forgot_its_latest_entry_is_found(
    broken: Session, accounts: Books, remembered: datetime | None
) -> None:
    change_account(broken, accounts.resident, recorded_at=remembered)
    found = difference(broken, "every account remembers its latest entry")
    assert found.startswith(f"account resident:7f3:available remembers {remembered and remembered.astimezone(UTC)}")


def test_an_account_that_remembers_an_entry_it_never_had_is_found(broken: Session, accounts: Books) -> None:
    """All that is posted with it later would be recorded no earlier than that."""
    change_account(broken, accounts.issued, recorded_at=NOON)
    found = difference(broken, "every account remembers its latest entry")
    assert found == f"account issued remembers {NOON.astimezone(UTC)}, its latest entry is of None"


# --- the order of an account's postings ------------------------------------------------------------------------------


@pytest.mark.parametrize(("tampered", "place"), [(9, 2), (3, 2), (None, 2)])
def test_a_gap_or_a_double_in_the_numbers_is_found(
    broken: Session, accounts: Books, tampered: int | None, place: int
) -> None:
    change_posting(broken, at(accounts.resident, 2), seq=tampered)
    found = difference(broken, "every seq is gapless")
    assert re.fullmatch(rf"account {RESIDENT}, entry \S+: seq 3 stands where {place} belongs", found)


def test_a_wrong_balance_after_is_found(broken: Session, accounts: Books) -> None:
    entry = entry_at(broken, accounts.resident, 2)
    change_posting(broken, at(accounts.resident, 2), balance_after=2_051)
    found = difference(broken, "every running balance is right")
    assert found == f"account {RESIDENT}, seq 2, entry {entry}: balance after 2051, the postings add up to 2050"


def test_a_missing_balance_after_is_found(broken: Session, accounts: Books) -> None:
    change_posting(broken, at(accounts.resident, 1), balance_after=None)
    assert "balance after None" in difference(broken, "every running balance is right")


def test_a_history_that_dipped_below_zero_is_found(broken: Session, accounts: Books) -> None:
    change_posting(broken, at(accounts.resident, 1), side=Side.DEBIT, balance_after=-1_250)
    found = difference(broken, "every running balance is right")
    assert "seq 1" in found
    assert "balance after -1250, the postings add up to -1250" in found


def test_a_time_that_runs_backwards_is_found(broken: Session, accounts: Books) -> None:
    entry = entry_at(broken, accounts.resident, 3)
    change_entry(broken, entry, recorded_at=NOON - timedelta(days=1))
    found = difference(broken, "time never runs backwards")
    # The redemption is the shop's first entry, so the resident is the first to show it.
    assert found.startswith(f"account {RESIDENT}, seq 3: entry {entry} is recorded at 2026-05-31 04:00:00+00:00,")


# --- lots ------------------------------------------------------------------------------------------------------------


def test_a_lot_that_is_not_the_sum_of_its_postings_is_found(broken: Session, accounts: Books) -> None:
    change_lot(broken, accounts.resident, NEXT_YEAR, balance=751)
    found = difference(broken, "every lot is the sum of its postings")
    assert found == f"account {RESIDENT} keeps 751 of lot {NEXT_YEAR}, its postings add up to 750"
    found = difference(broken, "lots add up to their account")
    assert found == f"account {RESIDENT} keeps 750, its lots add up to 751"


def test_credits_relabelled_within_an_account_are_found(broken: Session, accounts: Books) -> None:
    change_lot(broken, accounts.resident, NEXT_YEAR, lot="never:school")
    found = difference(broken, "every lot is the sum of its postings")
    assert found == f"account {RESIDENT} keeps 0 of lot {NEXT_YEAR}, its postings add up to 750"
    assert "lots add up to their account" not in [result.name for result in audit(broken) if not result.ok]


def test_a_lot_that_vanished_is_found(broken: Session, accounts: Books) -> None:
    broken.execute(delete(LOTS).where(LOTS.c.account_id == accounts.shop))
    found = difference(broken, "every lot is the sum of its postings")
    assert found == "account merchant:Corner_Shop-1:payable keeps 0 of lot never:peace, its postings add up to 1300"


def test_a_lot_below_zero_is_found(broken: Session, accounts: Books) -> None:
    change_posting(broken, at(accounts.shop, 1), side=Side.DEBIT)
    change_lot(broken, accounts.shop, UNDATED, balance=-1_300)
    found = difference(broken, "every lot is the sum of its postings")
    assert (
        found == "account merchant:Corner_Shop-1:payable keeps -1300 of lot never:peace, its postings add up to -1300"
    )


def test_a_lot_of_no_account_is_found(broken: Session) -> None:
    broken.execute(insert(LOTS).values(account_id=999, lot=UNDATED, balance=1))
    assert "keeps 1 of lot never:peace" in difference(broken, "every lot is the sum of its postings")
