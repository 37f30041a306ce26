"""Lists with groups: each group whole or not at all, as if they had been written one after the other."""

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from ledger import (
    AccountState,
    AccountStateError,
    AccountUnknownError,
    Asset,
    CeilingExceededError,
    EntryInvalidError,
    GroupRefusedError,
    InsufficientBalanceError,
    NewEntry,
    balance,
    credit,
    debit,
    post,
    post_groups,
    set_account_state,
    set_ceiling,
)
from ledger.model import JournalEntry
from tests.ledger.builders import (
    NEXT_YEAR,
    THIS_YEAR,
    UNDATED,
    Books,
    appropriating,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
)
from tests.ledger.racing import at_once


@pytest.fixture
def session(lasting_session: Session) -> Session:
    """Return a session on a database that lasts: nothing here is committed."""
    return lasting_session


def refusals(session: Session, groups: list[list[NewEntry]]) -> list[type[Exception] | None]:
    """Post groups and return why each was refused, None where it was written; a written one has its time."""
    outcomes = post_groups(session, groups)
    assert all((outcome.recorded_at is None) is (outcome.refusal is not None) for outcome in outcomes)
    assert findings(session) == []
    return [None if outcome.refusal is None else type(outcome.refusal) for outcome in outcomes]


def is_written(session: Session, group: list[NewEntry]) -> list[bool]:
    standing = set(session.scalars(select(JournalEntry.id).where(JournalEntry.id.in_([each.id for each in group]))))
    return [each.id in standing for each in group]


def spending(books: Books, amount: int, lot: str = THIS_YEAR) -> NewEntry:
    return moving(books.resident, books.shop, amount, lot, kind="redemption")


def test_good_groups_are_written_with_one_time(session: Session) -> None:
    books = funded_books(session)
    outcomes = post_groups(session, [[awarding(books, 5), spending(books, 5)], [awarding(books, 7)]])
    assert [outcome.refusal for outcome in outcomes] == [None, None]
    times = {outcome.recorded_at for outcome in outcomes}
    assert times == set(session.scalars(select(JournalEntry.recorded_at).where(JournalEntry.recorded_at.in_(times))))
    assert (balance(session, books.resident), balance(session, books.shop)) == (7, 5)


def test_a_bad_group_leaves_nothing_and_the_others_stand(session: Session) -> None:
    books = funded_books(session)
    groups = [[awarding(books, 5)], [awarding(books, 2, taker=books.other), spending(books, 6)], [spending(books, 4)]]
    assert refusals(session, groups) == [None, InsufficientBalanceError, None]
    assert [is_written(session, group) for group in groups] == [[True], [False, False], [True]]
    assert (balance(session, books.resident), balance(session, books.other)) == (1, 0)


def test_no_groups_are_an_empty_answer_and_an_empty_group_is_none(session: Session) -> None:
    books = funded_books(session)
    assert post_groups(session, []) == []
    assert refusals(session, [[awarding(books, 1)], [], [awarding(books, 1)]]) == [None, EntryInvalidError, None]


def test_a_group_finds_what_those_before_it_left(session: Session) -> None:
    books = funded_books(session, fund=10)
    chain = [
        [spending(books, 3)],  # nothing there yet
        [awarding(books, 8)],
        [spending(books, 3)],
        [awarding(books, 3)],  # the fund has 2
        [appropriating(books, 1)],
        [awarding(books, 3)],
        [spending(books, 9)],
        [spending(books, 8)],
    ]
    short = InsufficientBalanceError
    assert refusals(session, chain) == [short, None, None, short, None, None, short, None]
    assert balance(session, books.resident) == 0


def test_a_lot_that_comes_back_later_does_not_help_who_took_too_much_of_it(session: Session) -> None:
    books = funded_books(session)
    post(session, [awarding(books, 5), awarding(books, 5, lot=NEXT_YEAR)])
    # The total suffices for all three, and at the end so does the lot: a single list would take them.
    groups = [[spending(books, 7)], [awarding(books, 2)], [spending(books, 7)]]
    assert refusals(session, groups) == [InsufficientBalanceError, None, None]


def test_the_state_of_an_account_is_asked_group_by_group(session: Session) -> None:
    books = funded_books(session, resident=5)
    set_account_state(session, books.resident, AccountState.FROZEN)
    groups = [[spending(books, 3)], [awarding(books, 3)], [awarding(books, 1, taker=books.other)]]
    assert refusals(session, groups) == [AccountStateError, None, None]


def test_a_group_that_moves_a_lot_both_ways_stands_alone(session: Session) -> None:
    books = funded_books(session)
    there_and_back = [awarding(books, 5), spending(books, 5)]
    assert refusals(session, [there_and_back, [spending(books, 1)], [awarding(books, 1)]]) == [
        None,
        InsufficientBalanceError,
        None,
    ]


def test_every_kind_of_refusal_is_told_group_by_group(session: Session) -> None:
    books = funded_books(session, resident=5)
    set_ceiling(session, books.other, 2)
    unknown = entry_of(debit(books.served, Asset.MIN, 1), credit(999, Asset.MIN, 1))
    crooked = entry_of(debit(books.served, Asset.MIN, 1), credit(books.minutes, Asset.MIN, 2))
    groups = [
        [awarding(books, 3, taker=books.other)],
        [unknown],
        [awarding(books, 2, taker=books.other)],
        [crooked],
        [spending(books, 6)],
        [spending(books, 5)],
    ]
    assert refusals(session, groups) == [
        CeilingExceededError,
        AccountUnknownError,
        None,
        EntryInvalidError,
        InsufficientBalanceError,
        None,
    ]


def test_all_or_nothing_names_the_first_group_that_is_refused(session: Session) -> None:
    books = funded_books(session)
    groups = [[awarding(books, 5)], [spending(books, 4)], [spending(books, 2)], [spending(books, 9)]]
    with pytest.raises(GroupRefusedError) as refused:
        post_groups(session, groups, all_or_nothing=True)
    assert refused.value.group == 2
    assert isinstance(refused.value.refusal, InsufficientBalanceError)
    assert is_written(session, [entry for group in groups for entry in group]) == [False] * 4
    assert balance(session, books.resident) == 0
    outcomes = post_groups(session, groups[:2], all_or_nothing=True)
    assert [outcome.refusal for outcome in outcomes] == [None, None]


def statements_of(session: Session, groups: list[list[NewEntry]]) -> int:
    """Return how many posting statements the groups take."""
    tries = 0

    def count(*_: object) -> None:
        nonlocal tries
        tries += 1

    event.listen(session, "after_transaction_create", count)
    post_groups(session, groups)
    event.remove(session, "after_transaction_create", count)
    return tries - 1  # one savepoint around all


def test_many_good_groups_take_one_statement_and_a_bad_one_few_more(session: Session) -> None:
    books = funded_books(session)
    good = [[awarding(books, 1)] for _ in range(100)]
    assert statements_of(session, good) == 1
    one_bad = [[awarding(books, 1)] for _ in range(100)]
    one_bad[40] = [moving(books.other, books.shop, 1, UNDATED)]
    # The one alone, those before it and those behind it.
    assert statements_of(session, one_bad) == 1 + 3
    half_bad = [[moving(books.other, books.shop, 1) if number % 2 else awarding(books, 1)] for number in range(100)]
    assert statements_of(session, half_bad) == 1 + 100
    left = balance(session, books.fund)
    exhausting = [[awarding(books, left // 60)] for _ in range(100)]
    # All touch the fund: halved until few are left, and still fewer than one a group.
    assert statements_of(session, exhausting) < 80
    assert findings(session) == []


@pytest.fixture
def many(database: str, engine: Engine) -> Engine:
    """Return an engine on a database of its own, for threads."""
    assert database
    return engine


def test_opposite_groups_end_without_a_deadlock(many: Engine) -> None:
    with Session(many) as session:
        books = funded_books(session, resident=1_000)
        post(session, [awarding(books, 1_000, taker=books.other)])
        session.commit()

    def there(session: Session) -> None:
        bad = [moving(books.shop, books.fund, 1)]
        post_groups(session, [[moving(books.resident, books.other, 3)], bad, [awarding(books, 1)]])

    def back(session: Session) -> None:
        bad = [moving(books.fund, books.resident, 99_999, UNDATED)]
        post_groups(session, [[awarding(books, 1, taker=books.other)], bad, [moving(books.other, books.resident, 2)]])

    assert at_once(many, [there, back] * 60) == {"done": 120}
    with Session(many) as session:
        assert balance(session, books.resident) == 1_000 - 60 * 3 + 60 * 2 + 60
        assert session.scalars(select(func.count()).select_from(JournalEntry)).one() == 3 + 240
        assert findings(session) == []
