"""What frozen, closing and closed accounts may still do."""

import pytest
from sqlalchemy.orm import Session

from ledger import AccountState, AccountStateError, NewEntry, balance, post, set_account_state
from tests.ledger.builders import (
    Books,
    alone_and_in_a_list,
    awarding,
    entry_of,
    funded_books,
    moving,
    with_company,
)


def giving(books: Books) -> NewEntry:
    return moving(books.resident, books.shop, 5, kind="redemption")


def taking(books: Books) -> NewEntry:
    return awarding(books, 5)


@alone_and_in_a_list
@pytest.mark.parametrize(
    ("state", "may_give", "may_take"),
    [(AccountState.OPEN, True, True), (AccountState.FROZEN, False, True), (AccountState.CLOSING, True, False)],
)
def test_a_frozen_account_takes_only_and_a_closing_one_gives_only(
    session: Session,
    *,
    state: AccountState,
    may_give: bool,
    may_take: bool,
    in_a_list: bool,
) -> None:
    books = funded_books(session, resident=20)
    set_account_state(session, books.resident, state)
    session.commit()
    for given, allowed in ((giving(books), may_give), (taking(books), may_take)):
        if allowed:
            post(session, with_company(given, books, in_a_list=in_a_list))
            session.commit()
        else:
            with pytest.raises(AccountStateError) as refused:
                post(session, with_company(given, books, in_a_list=in_a_list))
            assert (refused.value.account_id, refused.value.state) == (books.resident, state)
            session.rollback()
    assert balance(session, books.resident) == 20 - 5 * may_give + 5 * may_take


@alone_and_in_a_list
def test_a_closed_account_neither_gives_nor_takes(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    set_account_state(session, books.resident, AccountState.CLOSED)
    for given in (taking(books), entry_of(*taking(books).lines, *giving(books).lines)):
        with pytest.raises(AccountStateError), session.begin_nested():
            post(session, with_company(given, books, in_a_list=in_a_list))


@alone_and_in_a_list
def test_an_account_is_refused_as_frozen_whether_it_holds_enough_or_not(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    set_account_state(session, books.resident, AccountState.FROZEN)
    post(session, [taking(books)])
    too_much = moving(books.resident, books.shop, 6, kind="redemption")
    with pytest.raises(AccountStateError):
        post(session, with_company(too_much, books, in_a_list=in_a_list))
