"""The audit's checks of awards and money: silent where all is well, and each names the first difference."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

import ledger
from awards import (
    CHECKS,
    Award,
    AwardBatch,
    BatchLine,
    ClawBack,
    FundMovement,
    award_batch,
    claw_back,
    list_movements,
    move_money,
    return_money,
)
from ledger import Asset, NewEntry, credit, debit, new_id
from tests.awards.builders import OFFICER, awarded, fund, resident
from tests.clock import NOON


@dataclass(frozen=True)
class Books:
    """Two funds' books: money that came, went back and went over, an award, a list of two, and a claw-back."""

    award: UUID
    other_award: UUID
    batch: UUID
    claw_back: UUID
    appropriation: UUID
    moved: UUID
    other_resident: UUID


@pytest.fixture
def books(session: Session) -> Books:
    """Return books in which all is well."""
    fund(session, available=1000)
    fund(session, "school", expiry_rule="never")
    facts: dict[str, Any] = {"document": "x", "actor": OFFICER, "now": NOON}
    (appropriation,) = list_movements(session, fund_code="peace").items
    return_money(session, fund_code="peace", amount=100, **facts)
    moved = move_money(session, fund_code="peace", to_fund_code="school", amount=200, **facts)
    zhang, li = resident(session), resident(session)
    first, second = awarded(session, zhang, 50), awarded(session, li, 60, fund_code="school")
    lines = [BatchLine(zhang.id, 7), BatchLine(li.id, 8)]
    batch = award_batch(session, fund_code="peace", reason="r", lines=lines, actor=OFFICER, now=NOON)
    taken = claw_back(session, award_id=second.id, reason="r", actor=OFFICER, now=NOON)
    session.flush()
    return Books(first.id, second.id, batch.id, taken.id, appropriation.id, moved.id, li.id)


def differences(session: Session) -> dict[str, str]:
    """Return what the checks find, by their names."""
    found = {check.__name__: check(session) for check in CHECKS}
    return {name: difference for name, difference in found.items() if difference is not None}


@pytest.mark.usefixtures("books")
def test_nothing_is_found_where_all_is_well(session: Session) -> None:
    assert differences(session) == {}


def test_nothing_is_found_in_empty_books(session: Session) -> None:
    assert differences(session) == {}


AMISS: dict[str, tuple[Callable[[Books], Any], set[str]]] = {
    "an award's amount": (
        lambda b: update(Award).where(Award.id == b.award).values(amount=51),
        {"every_award_is_in_the_books"},
    ),
    "an award's resident": (
        lambda b: update(Award).where(Award.id == b.award).values(resident_id=b.other_resident),
        {"every_award_is_in_the_books"},
    ),
    "an award's fund": (
        lambda b: update(Award).where(Award.id == b.award).values(fund_code="school"),
        {"every_award_is_in_the_books"},
    ),
    "an award's last day": (
        lambda b: update(Award).where(Award.id == b.award).values(expires_on=date(2030, 1, 1)),
        {"every_award_is_in_the_books"},
    ),
    "an award's last day that is none": (
        lambda b: update(Award).where(Award.id == b.award).values(expires_on=None),
        {"every_award_is_in_the_books"},
    ),
    "an award's entry": (
        lambda b: update(Award).where(Award.id == b.award).values(entry_id=None),
        {"every_award_is_in_the_books", "every_entry_of_an_award_has_its_row"},
    ),
    "an award that is gone": (
        lambda b: delete(Award).where(Award.id == b.award),
        {"every_entry_of_an_award_has_its_row"},
    ),
    "a list's count": (
        lambda b: update(AwardBatch).where(AwardBatch.id == b.batch).values(count=3),
        {"every_batch_is_the_sum_of_its_awards"},
    ),
    "a list's total": (
        lambda b: update(AwardBatch).where(AwardBatch.id == b.batch).values(total=16),
        {"every_batch_is_the_sum_of_its_awards"},
    ),
    "a claw-back's amount": (
        lambda b: update(ClawBack).where(ClawBack.id == b.claw_back).values(amount=1),
        {"every_claw_back_is_in_the_books"},
    ),
    "a claw-back's award": (
        lambda b: update(ClawBack).where(ClawBack.id == b.claw_back).values(award_id=b.award),
        {"every_claw_back_is_in_the_books"},
    ),
    "an appropriation's amount": (
        lambda b: update(FundMovement).where(FundMovement.id == b.appropriation).values(amount=1001),
        {"every_movement_of_money_is_in_the_books"},
    ),
    "an appropriation that is a return": (
        lambda b: update(FundMovement).where(FundMovement.id == b.appropriation).values(kind="money_returned"),
        {"every_movement_of_money_is_in_the_books"},
    ),
    "where money went": (
        lambda b: update(FundMovement).where(FundMovement.id == b.moved).values(to_fund_code="peace"),
        {"every_movement_of_money_is_in_the_books"},
    ),
    "a movement that is gone": (
        lambda b: delete(FundMovement).where(FundMovement.id == b.moved),
        {"every_entry_of_an_award_has_its_row"},
    ),
}


@pytest.mark.parametrize("amiss", AMISS)
def test_what_differs_from_the_books_is_found(session: Session, books: Books, amiss: str) -> None:
    change, checks = AMISS[amiss]
    assert session.connection().execute(change(books)).rowcount == 1
    assert set(differences(session)) == checks


def test_the_first_difference_is_named(session: Session, books: Books) -> None:
    session.execute(update(Award).where(Award.id == books.award).values(amount=51))
    assert differences(session) == {
        "every_award_is_in_the_books": f"award {books.award} is of 51; its entry took 50 from the fund"
        " and gave 50 to the resident"
    }


@pytest.mark.usefixtures("books")
def test_an_award_that_nobody_granted_is_found(session: Session) -> None:
    account = ledger.account_id(session, "fund:peace:available")
    lines = (debit(account, Asset.PAB, 5, "never:peace"), credit(account, Asset.PAB, 5, "never:peace"))
    entry = NewEntry(new_id(), "award", OFFICER, NOON, lines)
    ledger.post(session, [entry])
    assert differences(session) == {
        "every_entry_of_an_award_has_its_row": f"entry {entry.id} of the kind award belongs to 0, not to 1"
    }
