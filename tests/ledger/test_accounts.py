"""Opening accounts, finding them, their states and what they hold."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import (
    AccountExistsError,
    AccountState,
    AccountStateError,
    AccountUnknownError,
    Asset,
    NewAccount,
    Side,
    account_code_of,
    account_id,
    account_state,
    account_state_of,
    account_states,
    balance,
    balances,
    find_account_id,
    open_account,
    open_accounts,
    post,
    set_account_state,
)
from ledger.model import Account
from tests.ledger.builders import THIS_YEAR, awarding, funded_books, moving

NOBODY = 999


def test_an_account_is_found_by_its_code(session: Session) -> None:
    opened = open_account(session, code="resident:7f3:minutes", asset=Asset.MIN, normal_side=Side.CREDIT)
    assert account_id(session, "resident:7f3:minutes") == find_account_id(session, "resident:7f3:minutes") == opened


def test_an_unknown_code_is_told(session: Session) -> None:
    assert find_account_id(session, "resident:none:minutes") is None
    with pytest.raises(AccountUnknownError) as refused:
        account_id(session, "resident:none:minutes")
    assert refused.value.account == "resident:none:minutes"


def test_accounts_are_opened_in_the_order_asked(session: Session) -> None:
    codes = [f"resident:{number:x}:minutes" for number in (5, 3, 9, 1)]
    opened = open_accounts(session, [NewAccount(code, Asset.MIN, Side.CREDIT) for code in codes])
    assert [account_id(session, code) for code in codes] == opened


def test_opening_no_accounts_opens_none(session: Session) -> None:
    assert open_accounts(session, []) == []


def test_a_code_is_taken_once(session: Session) -> None:
    open_account(session, code="issued", asset=Asset.PAB, normal_side=Side.DEBIT, bounded=False)
    with pytest.raises(AccountExistsError) as refused:
        open_account(session, code="issued", asset=Asset.PAB, normal_side=Side.DEBIT, bounded=False)
    assert refused.value.code == "issued"


def test_a_new_account_is_open_and_empty(session: Session) -> None:
    opened = open_account(session, code="resident:7f3:minutes", asset=Asset.MIN, normal_side=Side.CREDIT)
    assert account_state(session, opened) is AccountState.OPEN
    assert balance(session, opened) == 0


def test_questions_about_an_unknown_account_are_refused(session: Session) -> None:
    for ask in (account_state, balance):
        with pytest.raises(AccountUnknownError):
            ask(session, NOBODY)
    with pytest.raises(AccountUnknownError):
        set_account_state(session, NOBODY, AccountState.FROZEN)


def test_balances_answer_for_many_accounts_at_once_and_leave_unknown_ones_out(session: Session) -> None:
    books = funded_books(session, fund=1_000, resident=300)
    asked = [books.issued, books.fund, books.bank, books.resident, books.other, NOBODY]
    assert balances(session, asked) == {
        books.issued: 1_000,
        books.fund: 700,
        books.bank: 1_000,
        books.resident: 300,
        books.other: 0,
    }


def test_an_unbounded_account_is_summed_when_asked(session: Session) -> None:
    books = funded_books(session, fund=1_000)
    post(session, [moving(books.fund, books.issued, 1, "never:peace", kind="money_returned")])
    assert balance(session, books.issued) == 999
    assert balances(session, [books.served]) == {books.served: 0}


def test_a_frozen_account_is_thawed(session: Session) -> None:
    books = funded_books(session)
    set_account_state(session, books.resident, AccountState.FROZEN)
    assert account_state(session, books.resident) is AccountState.FROZEN
    set_account_state(session, books.resident, AccountState.OPEN)
    assert account_state(session, books.resident) is AccountState.OPEN


def test_an_account_that_holds_something_cannot_be_closed(session: Session) -> None:
    books = funded_books(session, resident=1)
    with pytest.raises(AccountStateError) as refused:
        set_account_state(session, books.resident, AccountState.CLOSED)
    assert (refused.value.account_id, refused.value.state) == (books.resident, "open")


def test_a_closed_account_stays_closed(session: Session) -> None:
    books = funded_books(session)
    set_account_state(session, books.resident, AccountState.CLOSED)
    for state in AccountState:
        with pytest.raises(AccountStateError):
            set_account_state(session, books.resident, state)


def test_an_unbounded_account_is_always_open(session: Session) -> None:
    books = funded_books(session)
    with pytest.raises(AccountStateError):
        set_account_state(session, books.issued, AccountState.FROZEN)


def test_other_statements_can_read_an_accounts_state_as_a_column(session: Session) -> None:
    books = funded_books(session)
    set_account_state(session, books.other, AccountState.FROZEN)
    found = session.scalars(select(account_state_of(Account.id)).where(Account.id == books.other)).one()
    assert found is AccountState.FROZEN


def test_an_account_can_be_emptied_and_closed(session: Session) -> None:
    books = funded_books(session, resident=5)
    set_account_state(session, books.resident, AccountState.CLOSING)
    post(session, [moving(books.resident, books.fund, 5, THIS_YEAR, kind="expiry")])
    set_account_state(session, books.resident, AccountState.CLOSED)
    with pytest.raises(AccountStateError):
        post(session, [awarding(books, 1)])


def test_the_states_of_many_accounts_are_read_at_once(session: Session) -> None:
    books = funded_books(session)
    set_account_state(session, books.resident, AccountState.FROZEN)
    assert account_states(session, [books.resident, books.other, NOBODY]) == {
        books.resident: AccountState.FROZEN,
        books.other: AccountState.OPEN,
    }
    assert account_states(session, []) == {}


def test_the_code_of_an_account_is_a_column_of_other_statements(session: Session) -> None:
    books = funded_books(session)
    question = select(account_code_of(Account.id)).where(Account.id == books.resident)
    assert session.scalar(question) == "resident:7f3:available"
