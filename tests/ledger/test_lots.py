"""Lots: what an account holds under which label, what may be spent today, and in which order."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import (
    CreditLot,
    InsufficientBalanceError,
    LockedLots,
    LotBalance,
    lock_lots,
    lots,
    pick_lots,
    post,
    spendable,
)
from ledger.model import Account
from tests.ledger.builders import NEXT_YEAR, OTHER_FUND, THIS_YEAR, UNDATED, Books, awarding, funded_books, moving

TODAY = date(2026, 6, 1)
LAST_DAY, DAY_AFTER = date(2026, 12, 31), date(2027, 1, 1)

IN_SPENDING_ORDER = [
    LotBalance(THIS_YEAR, 5),
    LotBalance(OTHER_FUND, 7),
    LotBalance(NEXT_YEAR, 3),
    LotBalance(UNDATED, 9),
]


def books_with_lots(session: Session) -> Books:
    books = funded_books(session)
    post(session, [awarding(books, held.amount, lot=held.label) for held in reversed(IN_SPENDING_ORDER)])
    return books


def test_lots_are_listed_in_spending_order(session: Session) -> None:
    books = books_with_lots(session)
    assert lots(session, books.resident) == IN_SPENDING_ORDER
    assert lots(session, books.resident)[0].lot == CreditLot("peace", LAST_DAY)
    assert lots(session, books.other) == []


def test_empty_lots_are_left_out(session: Session) -> None:
    books = books_with_lots(session)
    post(session, [moving(books.resident, books.shop, 5, THIS_YEAR)])
    assert lots(session, books.resident) == IN_SPENDING_ORDER[1:]
    assert lock_lots(session, [books.resident]) == {books.resident: IN_SPENDING_ORDER[1:]}


def test_locking_reads_the_lots_of_all_accounts_asked(session: Session) -> None:
    books = books_with_lots(session)
    asked = lock_lots(session, [books.resident, books.other, books.fund])
    assert asked == {
        books.resident: IN_SPENDING_ORDER,
        books.other: [],
        books.fund: [LotBalance(UNDATED, 10_000 - 24)],
    }


def test_locking_no_account_answers_with_nothing(session: Session) -> None:
    assert lock_lots(session, []) == {}


def test_locked_lots_are_a_column_of_other_statements(session: Session) -> None:
    books = books_with_lots(session)
    question = (
        select(Account.code, LockedLots(Account.id))
        .where(Account.id.in_([books.resident, books.other]))
        .order_by(Account.code)
    )
    assert [tuple(row) for row in session.execute(question)] == [
        ("resident:7f3:available", IN_SPENDING_ORDER),
        ("resident:8a4:available", []),
    ]


def test_the_earliest_day_is_spent_first_and_the_same_day_by_fund() -> None:
    assert pick_lots(list(reversed(IN_SPENDING_ORDER)), amount=13, today=TODAY) == [
        LotBalance(THIS_YEAR, 5),
        LotBalance(OTHER_FUND, 7),
        LotBalance(NEXT_YEAR, 1),
    ]


def test_everything_can_be_spent_to_the_last_unit() -> None:
    assert pick_lots(IN_SPENDING_ORDER, amount=24, today=TODAY) == IN_SPENDING_ORDER
    with pytest.raises(InsufficientBalanceError):
        pick_lots(IN_SPENDING_ORDER, amount=25, today=TODAY)


def test_a_lot_may_be_spent_on_its_last_day_and_no_longer() -> None:
    assert spendable(IN_SPENDING_ORDER, today=LAST_DAY) == 24
    assert spendable(IN_SPENDING_ORDER, today=DAY_AFTER) == 12
    assert pick_lots(IN_SPENDING_ORDER, amount=4, today=DAY_AFTER) == [LotBalance(NEXT_YEAR, 3), LotBalance(UNDATED, 1)]
    with pytest.raises(InsufficientBalanceError):
        pick_lots(IN_SPENDING_ORDER, amount=13, today=DAY_AFTER)


def test_spending_can_be_restricted_to_some_funds() -> None:
    assert spendable(IN_SPENDING_ORDER, today=TODAY, funds={"school"}) == 7
    assert pick_lots(IN_SPENDING_ORDER, amount=6, today=TODAY, funds={"school"}) == [LotBalance(OTHER_FUND, 6)]
    assert spendable(IN_SPENDING_ORDER, today=TODAY, funds=set()) == 0
    with pytest.raises(InsufficientBalanceError):
        pick_lots(IN_SPENDING_ORDER, amount=8, today=TODAY, funds={"school"})


def test_spending_nothing_takes_no_lot() -> None:
    assert pick_lots(IN_SPENDING_ORDER, amount=0, today=TODAY) == []
