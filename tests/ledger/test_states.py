"""What frozen, closing and closed accounts may still do, and how an account comes from one state to another."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger import (
    AccountNotEmptyError,
    AccountState,
    AccountStateError,
    NewEntry,
    StateChangeError,
    account_state,
    balance,
    lots,
    post,
    set_account_state,
)
from tests.ledger.builders import (
    THIS_YEAR,
    Books,
    alone_and_in_a_list,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
    with_company,
)
from tests.ledger.racing import at_once

OPEN, FROZEN, CLOSING, CLOSED = AccountState


def giving(books: Books, amount: int = 5) -> NewEntry:
    return moving(books.resident, books.shop, amount, kind="redemption")


def taking(books: Books, amount: int = 5) -> NewEntry:
    return awarding(books, amount)


def both(books: Books, *, given: int, taken: int) -> NewEntry:
    return entry_of(*taking(books, taken).lines, *giving(books, given).lines)


# An entry moves an account by what it gives and takes together.
OPERATIONS: dict[str, Callable[[Books], NewEntry]] = {
    "gives": giving,
    "takes": taking,
    "takes more than it gives": lambda books: both(books, given=3, taken=5),
    "gives more than it takes": lambda books: both(books, given=5, taken=3),
    "gives what it takes": lambda books: both(books, given=5, taken=5),
}
ALLOWED = {
    OPEN: set(OPERATIONS),
    FROZEN: {"takes", "takes more than it gives", "gives what it takes"},
    CLOSING: {"gives", "gives more than it takes", "gives what it takes"},
    CLOSED: set(),
}


@alone_and_in_a_list
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", AccountState)
def test_each_state_allows_what_it_says(
    lasting_session: Session, *, state: AccountState, operation: str, in_a_list: bool
) -> None:
    session = lasting_session
    books = funded_books(session, resident=0 if state is CLOSED else 20)
    set_account_state(session, books.resident, state)
    before = balance(session, books.resident)
    given = with_company(OPERATIONS[operation](books), books, in_a_list=in_a_list)
    if operation in ALLOWED[state]:
        post(session, given)
    else:
        with pytest.raises(AccountStateError) as refused, session.begin_nested():
            post(session, given)
        assert (refused.value.account_id, refused.value.state) == (books.resident, state)
        assert balance(session, books.resident) == before
    assert findings(session) == []


@pytest.mark.parametrize(("state", "first_gives"), [(FROZEN, True), (FROZEN, False), (CLOSING, True), (CLOSING, False)])
def test_a_list_moves_an_account_by_what_its_entries_give_and_take_together(
    lasting_session: Session, *, state: AccountState, first_gives: bool
) -> None:
    session = lasting_session
    books = funded_books(session, resident=20)
    set_account_state(session, books.resident, state)
    more, less = (taking, giving) if state is FROZEN else (giving, taking)
    allowed, refused = [more(books, 5), less(books, 4)], [more(books, 4), less(books, 5)]
    if first_gives is (state is FROZEN):
        allowed, refused = allowed[::-1], refused[::-1]
    post(session, allowed)
    with pytest.raises(AccountStateError):
        post(session, refused)


@alone_and_in_a_list
@pytest.mark.parametrize("state", [FROZEN, CLOSED])
def test_an_account_is_refused_for_its_state_whether_it_holds_enough_or_not(
    lasting_session: Session, *, state: AccountState, in_a_list: bool
) -> None:
    books = funded_books(lasting_session)
    set_account_state(lasting_session, books.resident, state)
    too_much = moving(books.resident, books.shop, 6, kind="redemption")
    with pytest.raises(AccountStateError):
        post(lasting_session, with_company(too_much, books, in_a_list=in_a_list))


CHANGES = {
    OPEN: {OPEN, FROZEN, CLOSING, CLOSED},
    FROZEN: {OPEN, FROZEN, CLOSING, CLOSED},
    CLOSING: {OPEN, FROZEN, CLOSING, CLOSED},
    CLOSED: set(),
}


@pytest.mark.parametrize("to", AccountState)
@pytest.mark.parametrize("since", AccountState)
def test_only_a_closed_account_stays_as_it_is(lasting_session: Session, since: AccountState, to: AccountState) -> None:
    session = lasting_session
    books = funded_books(session)
    set_account_state(session, books.resident, since)
    if to in CHANGES[since]:
        set_account_state(session, books.resident, to)
        assert account_state(session, books.resident) is to
    else:
        with pytest.raises(StateChangeError) as refused:
            set_account_state(session, books.resident, to)
        assert (refused.value.account_id, refused.value.state) == (books.resident, since)


@pytest.mark.parametrize("since", [OPEN, FROZEN, CLOSING])
def test_an_account_is_closed_at_zero_and_without_lots_only(lasting_session: Session, since: AccountState) -> None:
    session = lasting_session
    books = funded_books(session, resident=5)
    set_account_state(session, books.resident, since)
    with pytest.raises(AccountNotEmptyError) as refused:
        set_account_state(session, books.resident, CLOSED)
    assert (refused.value.account_id, refused.value.state, refused.value.balance) == (books.resident, since, 5)
    set_account_state(session, books.resident, CLOSING)
    post(session, [moving(books.resident, books.fund, 5, THIS_YEAR, kind="expiry")])
    set_account_state(session, books.resident, CLOSED)
    assert (account_state(session, books.resident), lots(session, books.resident)) == (CLOSED, [])
    assert findings(session) == []


@pytest.mark.parametrize("in_lists", [False, True])
def test_an_account_that_is_closed_while_others_post_ends_closed_and_empty_or_not_closed(
    engine: Engine, *, in_lists: bool
) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()

    def there_and_back(session: Session) -> None:
        post(session, with_company(taking(books, 1), books, in_a_list=in_lists))
        post(session, with_company(moving(books.resident, books.fund, 1, THIS_YEAR), books, in_a_list=in_lists))

    def close(session: Session) -> None:
        set_account_state(session, books.resident, CLOSED)

    outcomes = at_once(engine, [close if number == 40 else there_and_back for number in range(72)])
    with Session(engine) as session:
        assert account_state(session, books.resident) is CLOSED
        assert outcomes["done"] + outcomes["AccountStateError"] == 72
        assert balance(session, books.resident) == 0
        assert findings(session) == []


@pytest.mark.parametrize("in_lists", [False, True])
def test_an_account_frozen_while_others_spend_gives_nothing_from_then_on(engine: Engine, *, in_lists: bool) -> None:
    with Session(engine) as session:
        books = funded_books(session, resident=1_000)
        session.commit()

    def spend(session: Session) -> None:
        post(session, with_company(giving(books, 1), books, in_a_list=in_lists))

    def freeze(session: Session) -> None:
        set_account_state(session, books.resident, FROZEN)

    outcomes = at_once(engine, [freeze if number == 40 else spend for number in range(96)])
    with Session(engine) as session:
        assert balance(session, books.resident) == 1_000 - (outcomes["done"] - 1)
        assert outcomes["done"] + outcomes["AccountStateError"] == 96
        assert findings(session) == []
