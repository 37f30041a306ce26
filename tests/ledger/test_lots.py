"""Lots: what an account holds under which label, what may be spent today, and in which order."""

from collections.abc import Collection, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from ledger import (
    CreditLot,
    InsufficientBalanceError,
    LockedLots,
    LotBalance,
    expiring,
    lock_lots,
    lots,
    lots_of,
    pick_lots,
    pick_up_to,
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


def test_as_much_as_there_is_can_be_taken() -> None:
    assert pick_up_to(IN_SPENDING_ORDER, amount=13, today=TODAY) == pick_lots(IN_SPENDING_ORDER, amount=13, today=TODAY)
    assert pick_up_to(IN_SPENDING_ORDER, amount=1_000, today=TODAY) == IN_SPENDING_ORDER
    assert pick_up_to(IN_SPENDING_ORDER, amount=1_000, today=TODAY, funds={"school"}) == [LotBalance(OTHER_FUND, 7)]
    assert pick_up_to(IN_SPENDING_ORDER, amount=1_000, today=TODAY, funds=set()) == []


def one_by_one(held: Sequence[LotBalance], amount: int, today: date, funds: Collection[str] | None) -> list[str]:
    """Return the label of each unit that is taken, as somebody would who pays coin by coin: the reference."""
    good = [
        part
        for part in held
        if (part.label.startswith("never") or part.label[:10] >= today.isoformat())
        and (funds is None or part.label.partition(":")[2] in funds)
    ]
    coins = [part.label for part in good for _ in range(part.amount)]
    return sorted(coins)[:amount]


LABELS = st.builds(
    lambda day, fund: CreditLot(fund, day).label,
    st.none() | st.dates(date(2026, 5, 25), date(2026, 6, 8)),
    st.sampled_from(["aid", "peace", "school"]),
)


@given(
    held=st.dictionaries(LABELS, st.integers(1, 9), max_size=8),
    amount=st.integers(0, 60),
    funds=st.none() | st.sets(st.sampled_from(["aid", "peace", "school"])),
)
def test_lots_are_picked_as_by_somebody_who_pays_coin_by_coin(
    held: dict[str, int], amount: int, funds: set[str] | None
) -> None:
    parts = [LotBalance(label, units) for label, units in held.items()]
    coins = one_by_one(parts, amount, TODAY, funds)

    picked = pick_up_to(parts, amount=amount, today=TODAY, funds=funds)

    assert [part.label for part in picked for _ in range(part.amount)] == coins
    assert all(part.amount > 0 for part in picked)
    if len(coins) == amount:
        assert pick_lots(parts, amount=amount, today=TODAY, funds=funds) == picked
    else:
        assert spendable(parts, today=TODAY, funds=funds) == len(coins)
        with pytest.raises(InsufficientBalanceError):
            pick_lots(parts, amount=amount, today=TODAY, funds=funds)


def test_what_ends_when_is_known_of_many_owners_by_one_question(session: Session) -> None:
    books = books_with_lots(session)
    post(session, [awarding(books, 2, taker=books.other)])
    asked: list[str] = []

    def heard(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(session.get_bind(), "before_cursor_execute", heard)
    found = lots_of(session, [books.resident, books.other, books.shop])
    event.remove(session.get_bind(), "before_cursor_execute", heard)

    assert len(asked) == 1
    assert {account: expiring(held, today=DAY_AFTER) for account, held in found.items()} == {
        books.resident: [LotBalance(NEXT_YEAR, 3)],
        books.other: [],
        books.shop: [],
    }
    assert expiring(reversed(found[books.resident]), today=LAST_DAY) == IN_SPENDING_ORDER[:3]
