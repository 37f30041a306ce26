"""Posting: what entries do to balances, lots and the order of an account, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from ledger import (
    AccountUnknownError,
    Asset,
    EntryInvalidError,
    InsufficientBalanceError,
    LotBalance,
    balance,
    credit,
    debit,
    entry,
    lots,
    post,
)
from ledger.model import Account, JournalEntry, Posting
from ledger.posting_postgresql import refusal_of
from tests.clock import NOON
from tests.ledger.builders import (
    NEXT_YEAR,
    THIS_YEAR,
    UNDATED,
    alone_and_in_a_list,
    appropriating,
    awarding,
    entry_of,
    findings,
    funded_books,
    moving,
    open_books,
    with_company,
)


def entries_written(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(JournalEntry)).one()


# --- what an entry does ----------------------------------------------------------------------------------------------


@alone_and_in_a_list
def test_an_entry_moves_what_it_says(session: Session, *, in_a_list: bool) -> None:
    books = open_books(session)
    post(session, with_company(appropriating(books, 1_000), books, in_a_list=in_a_list))
    post(session, with_company(awarding(books, 300), books, in_a_list=in_a_list))
    assert balance(session, books.fund) == 700
    assert balance(session, books.resident) == 300
    assert balance(session, books.bank) == balance(session, books.backing) == 1_000
    assert balance(session, books.issued) == 1_000
    assert lots(session, books.fund) == [LotBalance(UNDATED, 700)]
    assert lots(session, books.resident) == [LotBalance(THIS_YEAR, 300)]
    assert findings(session) == []


def test_an_entry_is_written_as_it_was_given(session: Session) -> None:
    books = funded_books(session)
    given = awarding(books, 300)
    recorded_at = post(session, [given])
    written = entry(session, given.id)
    assert (written.kind, written.actor, written.occurred_at) == (given.kind, given.actor, NOON)
    assert written.recorded_at == recorded_at
    assert [(line.account, line.side, line.amount, line.lot) for line in written.postings] == [
        ("fund:peace:available", "debit", 300, UNDATED),
        ("resident:7f3:available", "credit", 300, THIS_YEAR),
    ]


@alone_and_in_a_list
def test_texts_are_kept_letter_by_letter(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    strange = 'He said "平安" \\ {a,b}, NULL\n\t🎉 \u202eمرحبا'
    lines = awarding(books, 1, lot='never:qu"o\\te').lines
    given = entry_of(*lines, kind='a,w{a}r"d', actor="person:\\0a", description=strange)
    post(session, with_company(given, books, in_a_list=in_a_list))
    written = entry(session, given.id)
    assert (written.kind, written.actor, written.description) == (given.kind, given.actor, strange)
    assert written.postings[1].lot == 'never:qu"o\\te'


@alone_and_in_a_list
def test_postings_of_a_bounded_account_carry_their_number_and_balance(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    there_and_back = [awarding(books, 30), awarding(books, 20), moving(books.resident, books.shop, 45)]
    if in_a_list:
        post(session, there_and_back)
    else:
        for one in there_and_back:
            post(session, [one])
    kept = select(Posting.seq, Posting.balance_after).where(Posting.account_id == books.resident).order_by(Posting.seq)
    assert [tuple(row) for row in session.execute(kept)] == [(1, 30), (2, 50), (3, 5)]


@alone_and_in_a_list
@pytest.mark.parametrize("unbounded_first", [False, True])
def test_postings_of_an_unbounded_account_are_not_numbered(
    session: Session, *, unbounded_first: bool, in_a_list: bool
) -> None:
    books = funded_books(session)
    lines = [debit(books.issued, Asset.PAB, 5, UNDATED), credit(books.fund, Asset.PAB, 5, UNDATED)]
    given = entry_of(*(lines if unbounded_first else reversed(lines)))
    post(session, with_company(given, books, in_a_list=in_a_list))
    rows = session.execute(select(Posting.account_id, Posting.seq).where(Posting.entry_id == given.id))
    assert {row.account_id: row.seq for row in rows} == {books.issued: None, books.fund: 2}
    row = session.execute(select(Account.balance, Account.seq).where(Account.id == books.issued)).one()
    assert tuple(row) == (0, 0)
    assert findings(session) == []


@alone_and_in_a_list
def test_an_entry_may_touch_unbounded_accounts_only(session: Session, *, in_a_list: bool) -> None:
    books = open_books(session)
    there, back = debit(books.issued, Asset.PAB, 5, UNDATED), credit(books.issued, Asset.PAB, 5, UNDATED)
    given = [entry_of(there, back) for _ in range(2 if in_a_list else 1)]
    post(session, given)
    assert (balance(session, books.issued), entries_written(session)) == (0, len(given))
    assert findings(session) == []


@alone_and_in_a_list
def test_one_entry_may_touch_an_account_several_times(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    twice = entry_of(
        debit(books.fund, Asset.PAB, 30, UNDATED),
        credit(books.resident, Asset.PAB, 10, THIS_YEAR),
        credit(books.resident, Asset.PAB, 20, NEXT_YEAR),
    )
    post(session, with_company(twice, books, in_a_list=in_a_list))
    assert lots(session, books.resident) == [LotBalance(THIS_YEAR, 10), LotBalance(NEXT_YEAR, 20)]
    assert findings(session) == []


def test_a_list_may_spend_what_it_has_just_received(session: Session) -> None:
    books = funded_books(session)
    post(session, [awarding(books, 30), moving(books.resident, books.other, 30)])
    assert (balance(session, books.resident), balance(session, books.other)) == (0, 30)
    assert findings(session) == []


def test_a_long_list_is_posted_whole(session: Session) -> None:
    books = funded_books(session, fund=5_000)
    post(session, [awarding(books, 1, taker=taker) for _ in range(1_000) for taker in (books.resident, books.other)])
    assert (balance(session, books.resident), balance(session, books.fund)) == (1_000, 3_000)
    assert findings(session) == []


@alone_and_in_a_list
def test_entries_are_recorded_by_the_ledgers_clock(session: Session, *, in_a_list: bool) -> None:
    before = datetime.now(UTC)
    books = funded_books(session)
    given = awarding(books, 1)
    recorded_at = post(session, with_company(given, books, in_a_list=in_a_list))
    assert before <= recorded_at <= datetime.now(UTC)
    assert recorded_at == entry(session, given.id).recorded_at


@alone_and_in_a_list
def test_an_accounts_time_never_runs_backwards_though_the_clock_does(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=50)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    session.execute(update(Account).where(Account.id == books.resident).values(recorded_at=ahead))
    recorded_at = post(session, with_company(moving(books.resident, books.shop, 5), books, in_a_list=in_a_list))
    assert recorded_at >= ahead
    assert (
        post(session, with_company(moving(books.shop, books.fund, 5, THIS_YEAR), books, in_a_list=in_a_list)) >= ahead
    )


# --- what is refused -------------------------------------------------------------------------------------------------


@alone_and_in_a_list
def test_a_bounded_account_never_falls_below_zero(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=10)
    session.commit()
    with pytest.raises(InsufficientBalanceError) as refused:
        post(session, with_company(moving(books.resident, books.shop, 11), books, in_a_list=in_a_list))
    assert refused.value.account_id == books.resident
    session.rollback()
    assert (balance(session, books.resident), entries_written(session)) == (10, 2)
    post(session, with_company(moving(books.resident, books.shop, 10), books, in_a_list=in_a_list))
    assert balance(session, books.resident) == 0


@alone_and_in_a_list
def test_the_short_account_is_named_though_the_clock_went_back(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=10)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    session.execute(update(Account).values(recorded_at=ahead))
    with pytest.raises(InsufficientBalanceError) as refused:
        post(session, with_company(moving(books.resident, books.shop, 11), books, in_a_list=in_a_list))
    assert refused.value.account_id == books.resident


@alone_and_in_a_list
def test_an_account_that_debits_raise_is_bounded_too(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, fund=1_000)
    money_out = entry_of(debit(books.backing, Asset.CNY, 1_001), credit(books.bank, Asset.CNY, 1_001))
    with pytest.raises(InsufficientBalanceError):
        post(session, with_company(money_out, books, in_a_list=in_a_list))


@alone_and_in_a_list
def test_a_lot_is_not_overspent_though_the_account_holds_enough(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=10)
    post(session, [awarding(books, 90, lot=NEXT_YEAR)])
    with pytest.raises(InsufficientBalanceError) as refused:
        post(session, with_company(moving(books.resident, books.shop, 11), books, in_a_list=in_a_list))
    assert (refused.value.account_id, refused.value.lot) == (books.resident, THIS_YEAR)


@alone_and_in_a_list
def test_a_lot_that_never_was_there_cannot_be_spent(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session, resident=10)
    with pytest.raises(InsufficientBalanceError) as refused:
        post(session, with_company(moving(books.resident, books.shop, 1, NEXT_YEAR), books, in_a_list=in_a_list))
    assert (refused.value.account_id, refused.value.lot) == (books.resident, NEXT_YEAR)


def test_a_list_is_refused_where_its_order_overdraws_on_the_way(session: Session) -> None:
    books = funded_books(session)
    with pytest.raises(InsufficientBalanceError):
        post(session, [moving(books.resident, books.other, 30), awarding(books, 30)])


def test_one_refused_entry_refuses_the_list(session: Session) -> None:
    books = funded_books(session, fund=100)
    session.commit()
    with pytest.raises(InsufficientBalanceError):
        post(session, [awarding(books, 60), awarding(books, 60, taker=books.other)])
    session.rollback()
    assert (balance(session, books.resident), balance(session, books.fund)) == (0, 100)
    assert entries_written(session) == 1


@alone_and_in_a_list
def test_an_unknown_account_is_told(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    with pytest.raises(AccountUnknownError) as refused:
        post(session, with_company(awarding(books, 1, taker=999), books, in_a_list=in_a_list))
    assert refused.value.account == 999


@alone_and_in_a_list
def test_an_account_takes_its_own_asset_only(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    with pytest.raises(AccountUnknownError) as refused:
        post(session, with_company(awarding(books, 1, taker=books.minutes), books, in_a_list=in_a_list))
    assert refused.value.account == books.minutes


def test_an_entry_that_is_not_well_formed_never_reaches_the_database(session: Session) -> None:
    books = funded_books(session)
    with pytest.raises(EntryInvalidError):
        post(session, [entry_of(debit(books.fund, Asset.PAB, 1, UNDATED))])
    assert entries_written(session) == 1


@alone_and_in_a_list
def test_an_entry_is_written_once(session: Session, *, in_a_list: bool) -> None:
    books = funded_books(session)
    given = awarding(books, 1)
    post(session, [given])
    with pytest.raises(IntegrityError):
        post(session, with_company(given, books, in_a_list=in_a_list))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_cannot_be_written_is_no_refusal(session: Session) -> None:
    books = funded_books(session)
    session.connection().exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(OperationalError, match="readonly"):
        post(session, [awarding(books, 1)])


def test_a_fault_of_another_driver_is_no_refusal() -> None:
    assert refusal_of(DBAPIError("SELECT 1", None, Exception("disk full"))) is None


def test_faults_that_are_no_refusals_surface_as_they_are(session: Session) -> None:
    books = funded_books(session)
    too_long = entry_of(*awarding(books, 1).lines, kind="k" * 33)
    if session.get_bind().dialect.name == "sqlite":
        post(session, [too_long])  # SQLite keeps texts of any length
    else:
        with pytest.raises(DBAPIError):
            post(session, [too_long])
