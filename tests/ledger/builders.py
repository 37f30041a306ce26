"""Builders of books for tests: each names what matters to its test and fills in the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from ledger import (
    Asset,
    CheckResult,
    Line,
    NewEntry,
    Side,
    audit,
    credit,
    debit,
    new_id,
    open_account,
    post,
    reverse,
)
from tests.clock import NOON

OFFICER, ANOTHER_OFFICER = "person:0a", "person:0b"

UNDATED = "never:peace"
THIS_YEAR = "2026-12-31:peace"
NEXT_YEAR = "2027-12-31:peace"
OTHER_FUND = "2026-12-31:school"

# Lists of one entry and of many are posted by different statements; a test that takes `in_a_list` runs with both.
alone_and_in_a_list = pytest.mark.parametrize("in_a_list", [False, True], ids=["alone", "in_a_list"])


@dataclass(frozen=True, slots=True)
class Books:
    """Account ids of the smallest town: one fund, two residents, one shop."""

    issued: int
    fund: int
    backing: int
    bank: int
    resident: int
    other: int
    shop: int
    served: int
    minutes: int


def open_books(session: Session) -> Books:
    """Open the accounts of the smallest town; all are empty."""

    def account(code: str, asset: Asset, side: Side, *, bounded: bool = True, shared: bool = False) -> int:
        return open_account(session, code=code, asset=asset, normal_side=side, bounded=bounded, shared=shared)

    return Books(
        issued=account("issued", Asset.PAB, Side.DEBIT, bounded=False),
        fund=account("fund:peace:available", Asset.PAB, Side.CREDIT, shared=True),
        backing=account("fund:peace:backing", Asset.CNY, Side.CREDIT, shared=True),
        bank=account("treasury:bank", Asset.CNY, Side.DEBIT, shared=True),
        resident=account("resident:7f3:available", Asset.PAB, Side.CREDIT),
        other=account("resident:8a4:available", Asset.PAB, Side.CREDIT),
        shop=account("merchant:Corner_Shop-1:payable", Asset.PAB, Side.CREDIT, shared=True),
        served=account("minutes:served", Asset.MIN, Side.DEBIT, bounded=False),
        minutes=account("resident:7f3:minutes", Asset.MIN, Side.CREDIT),
    )


def entry_of(
    *lines: Line,
    kind: str = "award",
    actor: str = OFFICER,
    occurred_at: datetime = NOON,
    description: str = "",
    reverses_id: UUID | None = None,
    entry_id: UUID | None = None,
) -> NewEntry:
    """Return an entry with these lines."""
    return NewEntry(
        id=entry_id or new_id(),
        kind=kind,
        actor=actor,
        occurred_at=occurred_at,
        lines=lines,
        description=description,
        reverses_id=reverses_id,
    )


def moving(giver: int, taker: int, amount: int, lot: str = THIS_YEAR, *, kind: str = "award") -> NewEntry:
    """Return an entry that moves credits from one account to another."""
    return entry_of(debit(giver, Asset.PAB, amount, lot), credit(taker, Asset.PAB, amount, lot), kind=kind)


def appropriating(books: Books, amount: int) -> NewEntry:
    """Return the entry by which money arrives and backs credits of the fund."""
    return entry_of(
        debit(books.bank, Asset.CNY, amount),
        credit(books.backing, Asset.CNY, amount),
        debit(books.issued, Asset.PAB, amount, UNDATED),
        credit(books.fund, Asset.PAB, amount, UNDATED),
        kind="appropriation",
        description="Money received",
    )


def awarding(books: Books, amount: int, *, taker: int | None = None, lot: str = THIS_YEAR) -> NewEntry:
    """Return the entry by which the fund's credits become a resident's, with a date."""
    return entry_of(
        debit(books.fund, Asset.PAB, amount, UNDATED),
        credit(books.resident if taker is None else taker, Asset.PAB, amount, lot),
    )


def funded_books(session: Session, *, fund: int = 10_000, resident: int = 0) -> Books:
    """Open the books with something in the fund, and of that something with the resident."""
    books = open_books(session)
    post(session, [appropriating(books, fund)])
    if resident:
        post(session, [awarding(books, resident)])
    return books


def with_company(entry: NewEntry, books: Books, *, in_a_list: bool) -> list[NewEntry]:
    """Return the entry alone, or in a list with a harmless one."""
    harmless = entry_of(debit(books.served, Asset.MIN, 1), credit(books.minutes, Asset.MIN, 1), kind="minutes")
    return [entry, harmless] if in_a_list else [entry]


def tell_a_story(session: Session) -> Books:
    """Write a little of everything: money in, awards in a list, a spending of two lots, a reversal, minutes."""
    books = funded_books(session, fund=100_000)
    post(
        session,
        [
            awarding(books, 1_250),
            awarding(books, 800, lot=NEXT_YEAR),
            awarding(books, 5, taker=books.other, lot=OTHER_FUND),
        ],
    )
    post(
        session,
        [
            entry_of(
                debit(books.resident, Asset.PAB, 1_250, THIS_YEAR),
                debit(books.resident, Asset.PAB, 50, NEXT_YEAR),
                credit(books.shop, Asset.PAB, 1_300, UNDATED),
                kind="redemption",
                description='Groceries; "fresh"\nand dry',
                actor="resident:7f3",
            )
        ],
    )
    post(session, [entry_of(debit(books.served, Asset.MIN, 90), credit(books.minutes, Asset.MIN, 90), kind="minutes")])
    wrong = awarding(books, 77, taker=books.other)
    post(session, [wrong])
    reverse(session, entry_id=wrong.id, actor=ANOTHER_OFFICER, now=NOON)
    return books


def findings(session: Session) -> list[CheckResult]:
    """Return the audit's checks that failed."""
    return [result for result in audit(session) if not result.ok]
