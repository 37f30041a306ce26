"""An account with a ceiling never holds more, and the other side of the bound is as strict as zero."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import (
    AccountState,
    AccountStateError,
    AccountUnknownError,
    Asset,
    CeilingExceededError,
    InsufficientBalanceError,
    LedgerError,
    balance,
    credit,
    debit,
    post,
    set_account_state,
    set_ceiling,
)
from tests.ledger.builders import (
    UNDATED,
    alone_and_in_a_list,
    appropriating,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
    with_company,
)
from tests.ledger.racing import at_once


@alone_and_in_a_list
def test_an_account_takes_up_to_its_ceiling_and_no_more(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 30)
    session.commit()
    with pytest.raises(CeilingExceededError) as refused:
        post(session, with_company(awarding(books, 11), books, in_a_list=in_a_list))
    assert (refused.value.account_id, refused.value.ceiling) == (books.resident, 30)
    session.rollback()
    post(session, with_company(awarding(books, 10), books, in_a_list=in_a_list))
    assert balance(session, books.resident) == 30
    assert findings(session) == []


@alone_and_in_a_list
def test_an_account_of_the_debit_side_has_a_ceiling_as_well(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, fund=100)
    set_ceiling(session, books.bank, 100)
    with pytest.raises(CeilingExceededError), session.begin_nested():
        post(session, with_company(appropriating(books, 1), books, in_a_list=in_a_list))
    back = entry_of(debit(books.backing, Asset.CNY, 1), credit(books.bank, Asset.CNY, 1), kind="money_returned")
    post(session, with_company(back, books, in_a_list=in_a_list))
    assert balance(session, books.bank) == 99


def test_an_account_that_passes_its_ceiling_within_a_list_and_comes_back_is_refused(session: Session) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 30)
    up, down = awarding(books, 15), moving(books.resident, books.shop, 15)
    with pytest.raises(CeilingExceededError) as refused, session.begin_nested():
        post(session, [up, down])
    assert (refused.value.account_id, refused.value.ceiling) == (books.resident, 30)
    post(session, [down, up])
    assert balance(session, books.resident) == 20


def test_an_account_that_passes_its_ceiling_within_an_entry_and_comes_back_is_refused(session: Session) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 30)
    up, down = awarding(books, 15), moving(books.resident, books.shop, 15)
    with pytest.raises(CeilingExceededError), session.begin_nested():
        post(session, [entry_of(*up.lines, *down.lines)])
    post(session, [entry_of(*down.lines, *up.lines)])


@alone_and_in_a_list
@pytest.mark.parametrize(
    ("state", "error"), [(AccountState.CLOSING, AccountStateError), (AccountState.FROZEN, CeilingExceededError)]
)
def test_the_state_of_an_account_is_asked_before_its_ceiling(
    session: Session, *, state: AccountState, error: type[LedgerError], in_a_list: bool
) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 20)
    set_account_state(session, books.resident, state)
    with pytest.raises(error):
        post(session, with_company(awarding(books, 1), books, in_a_list=in_a_list))


@alone_and_in_a_list
def test_below_zero_is_told_as_such_where_there_is_a_ceiling(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 20)
    with pytest.raises(InsufficientBalanceError):
        post(session, with_company(moving(books.resident, books.shop, 21), books, in_a_list=in_a_list))


def test_a_ceiling_is_raised_lowered_and_taken_away(session: Session) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 20)
    set_ceiling(session, books.resident, 25)
    with pytest.raises(CeilingExceededError) as refused:
        set_ceiling(session, books.resident, 19)
    assert refused.value.ceiling == 19
    post(session, [awarding(books, 5)])
    set_ceiling(session, books.resident, None)
    post(session, [awarding(books, 500)])
    assert balance(session, books.resident) == 525


def test_an_account_without_bounds_or_that_is_not_there_has_no_ceiling(session: Session) -> None:
    books = funded_books(session)
    for account in (books.issued, 999):
        with pytest.raises(AccountUnknownError):
            set_ceiling(session, account, 5)


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts SET balance = 21 WHERE id = :id", "UPDATE accounts SET ceiling = 19 WHERE id = :id"]
)
def test_the_database_has_the_last_word_on_ceilings(session: Session, statement: str) -> None:
    books = funded_books(session, resident=20)
    set_ceiling(session, books.resident, 20)
    with pytest.raises(IntegrityError):
        session.execute(text(statement), {"id": books.resident})


def test_the_database_keeps_ceilings_off_accounts_without_bounds(session: Session) -> None:
    books = funded_books(session)
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE accounts SET ceiling = 5 WHERE id = :id"), {"id": books.issued})


@pytest.mark.parametrize("in_lists", [False, True])
def test_of_many_that_come_at_once_only_what_has_room_is_taken(engine: Engine, *, in_lists: bool) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        set_ceiling(session, books.resident, 9)
        session.commit()

    def award(session: Session) -> None:
        post(session, [awarding(books, 1), moving(books.fund, books.other, 1, UNDATED)][: 1 + in_lists])

    assert at_once(engine, [award] * 24) == {"done": 9, "CeilingExceededError": 15}
    with Session(engine) as session:
        assert balance(session, books.resident) == 9
        assert findings(session) == []


def test_a_ceiling_set_while_others_post_is_never_passed(engine: Engine) -> None:
    with Session(engine) as session:
        books = funded_books(session)
        session.commit()

    def lower_it(session: Session) -> None:
        set_ceiling(session, books.resident, 40)

    def award(session: Session) -> None:
        post(session, [awarding(books, 1)])

    outcomes = at_once(engine, [lower_it if number == 30 else award for number in range(96)])
    with Session(engine) as session:
        held = balance(session, books.resident)
        # Whoever lowered it came before the 41st award, or was refused.
        assert (outcomes["done"], outcomes["CeilingExceededError"]) in {(held + 1, 95 - held), (95, 1)}
        assert held in {40, 95}
        assert findings(session) == []
