"""The audit of broken periods and bounds: each check names the first difference."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

import ledger
from ledger import audit, close_period, state_period
from tests.clock import NOON
from tests.ledger.builders import OFFICER, Books
from tests.ledger.tampering import ENTRIES, change_account, difference

TERMS: Table = ledger.Base.metadata.tables["book_terms"]
PERIOD_BALANCES: Table = ledger.Base.metadata.tables["period_balances"]
RESIDENT = "resident:7f3:available"


@pytest.fixture
def closed(broken: Session) -> Session:
    """Return a session on unguarded books whose story happened in two closed periods."""
    broken.execute(update(ENTRIES).values(occurred_at=NOON - timedelta(days=20)))
    for last_on in (date(2026, 5, 20), date(2026, 5, 31)):
        made = close_period(broken, last_on=last_on, actor=OFFICER, now=NOON)
        state_period(broken, made.number, awaited=[], now=NOON)
    assert [result.name for result in audit(broken) if not result.ok] == ["the guards stand"]
    return broken


def change_balance(session: Session, account_id: int, **values: object) -> None:
    session.execute(update(PERIOD_BALANCES).where(PERIOD_BALANCES.c.account_id == account_id).values(**values))


def test_an_entry_that_slipped_into_a_stated_period_is_found(closed: Session) -> None:
    closed.execute(update(ENTRIES).where(ENTRIES.c.kind == "minutes").values(occurred_at=NOON - timedelta(days=5)))
    found = difference(closed, "every closing statement says what the postings say")
    assert found == ("account minutes:served, period 1: postings exceed what is stated by -90 of debits, 0 of credits")


@pytest.mark.parametrize("what", ["debits", "credits"])
def test_a_statement_that_was_changed_is_found(closed: Session, accounts: Books, what: str) -> None:
    change_balance(closed, accounts.resident, **{what: PERIOD_BALANCES.c[what] + 1})
    found = difference(closed, "every closing statement says what the postings say")
    debits, credits = (-1, 0) if what == "debits" else (0, -1)
    assert found == (
        f"account {RESIDENT}, period 1: postings exceed what is stated by {debits} of debits, {credits} of credits"
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [({"opening": 5}, "from 5 to 750, where it goes from 0 to 750"), ({"closing": 9}, "from 0 to 9, where it goes")],
)
def test_a_closing_balance_that_does_not_carry_on_is_found(
    closed: Session, accounts: Books, values: dict[str, int], words: str
) -> None:
    change_balance(closed, accounts.resident, **values)
    found = difference(closed, "every closing balance carries on")
    assert found is not None
    assert found.startswith(f"account {RESIDENT}, period 1: {words}")


def test_a_seq_that_would_leave_postings_out_of_later_sums_is_found(closed: Session) -> None:
    closed.execute(update(ENTRIES).where(ENTRIES.c.kind == "redemption").values(occurred_at=NOON + timedelta(days=1)))
    found = difference(closed, "every closing balance is where later sums begin")
    assert found is not None
    assert found.startswith("account merchant:Corner_Shop-1:payable, period 1: its postings up to 1 ")


@pytest.mark.parametrize("closed_until", [None, NOON - timedelta(days=20)])
def test_terms_that_open_a_closed_period_again_are_found(closed: Session, closed_until: datetime | None) -> None:
    newest = select(func.max(TERMS.c.number)).scalar_subquery()
    closed.execute(update(TERMS).where(TERMS.c.number == newest).values(closed_until=closed_until))
    found = difference(closed, "closed periods stay closed")
    assert found == (
        f"periods are closed until 2026-05-31 16:00:00+00:00, but entries are taken from"
        f" {closed_until and closed_until.astimezone(UTC)} on"
    )


def test_an_account_above_its_ceiling_is_found(broken: Session, accounts: Books) -> None:
    change_account(broken, accounts.resident, ceiling=749)
    assert difference(broken, "every account is within its bounds") == f"account {RESIDENT} is open and keeps 750"
