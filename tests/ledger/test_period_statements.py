"""Statements over days: oldest first, proved while they stream, of any account."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, text
from sqlalchemy.orm import Session

from ledger import (
    EARLIEST_DAY,
    AccountStatement,
    AccountUnknownError,
    Asset,
    NewEntry,
    PeriodEndsFirstError,
    PeriodInFutureError,
    PeriodLine,
    PeriodTooOldError,
    StatementDiffersError,
    StatementPeriod,
    accounts_of_owner,
    check_period,
    credit,
    debit,
    open_statement,
    post,
    statement,
)
from tests.ledger.builders import (
    NEXT_YEAR,
    THIS_YEAR,
    UNDATED,
    Books,
    appropriating,
    awarding,
    entry_of,
    funded_books,
    moving,
    open_books,
)
from tests.ledger.tampering import POSTINGS, at, change_entry, change_posting, first_entry

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 3, 1)


@pytest.fixture
def session(lasting_engine: Engine) -> Iterator[Session]:
    """Return a session in which entries may be given another time of recording; all is rolled back."""
    with Session(lasting_engine) as session:
        let_times_be_changed(session)
        yield session


def let_times_be_changed(session: Session) -> None:
    """Take away, until the transaction is rolled back, what keeps entries as they were recorded."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE journal_entries DISABLE TRIGGER journal_entries_append_only"))
    else:
        session.execute(text("DROP TRIGGER journal_entries_refuse_update"))


def post_at(session: Session, entry: NewEntry, recorded_at: datetime) -> UUID:
    """Post an entry as if the ledger's clock had shown this instant."""
    post(session, [entry])
    change_entry(session, entry.id, recorded_at=recorded_at)
    return entry.id


def old_books(session: Session) -> Books:
    """Return books whose fund got its money long ago."""
    books = funded_books(session)
    change_entry(session, first_entry(session, "appropriation"), recorded_at=in_shanghai(date(2025, 6, 1)))
    return books


def days(first: date, last: date | None = None) -> StatementPeriod:
    """Return days in Shanghai, one where no last is given."""
    return StatementPeriod(first, last or first, SHANGHAI)


def in_shanghai(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def read(session: Session, account: int, period: StatementPeriod) -> tuple[AccountStatement, list[PeriodLine]]:
    """Return a statement with its lines, and see that they lead from its opening balance to its closing one."""
    opened = open_statement(session, account, period)
    lines = [line for part in opened.parts(session) for line in part]
    assert opened.opening + opened.raised - opened.lowered == opened.closing
    assert (sum(line.raised for line in lines), sum(line.lowered for line in lines)) == (opened.raised, opened.lowered)
    balances = [opened.opening, *(line.balance_after for line in lines)]
    for (before, after), line in zip(pairwise(balances), lines, strict=True):
        assert after == before + line.raised - line.lowered
        assert (line.raised > 0) != (line.lowered > 0)
    assert len(lines) == opened.line_count
    return opened, lines


def amounts(lines: Sequence[PeriodLine]) -> list[int]:
    """Return what each line did."""
    return [line.raised - line.lowered for line in lines]


def test_a_statement_leads_from_its_opening_balance_to_its_closing_one(session: Session) -> None:
    books = old_books(session)
    for day, amount in ((1, 100), (2, 20), (3, 3)):
        post_at(session, awarding(books, amount), in_shanghai(FIRST, 12) + timedelta(days=day))
    opened, lines = read(session, books.resident, days(date(2026, 3, 3), date(2026, 3, 4)))
    assert (opened.opening, opened.closing, opened.raised, opened.lowered) == (100, 123, 23, 0)
    assert (opened.code, opened.asset) == ("resident:7f3:available", Asset.PAB)
    assert amounts(lines) == [20, 3]
    assert lines[0].counter_code == "fund:peace:available"
    assert lines[0].recorded_at == in_shanghai(date(2026, 3, 3), 12)


def test_its_lines_are_those_of_the_statement_on_screens_each_lot_by_itself(session: Session) -> None:
    books = funded_books(session, resident=1_250)
    post(session, [awarding(books, 800, lot=NEXT_YEAR)])
    spent = entry_of(
        debit(books.resident, Asset.PAB, 1_250, THIS_YEAR),
        debit(books.resident, Asset.PAB, 50, NEXT_YEAR),
        credit(books.shop, Asset.PAB, 1_300, UNDATED),
        kind="redemption",
    )
    post(session, [spent])
    today = datetime.now(SHANGHAI).date()
    _, lines = read(session, books.resident, days(today - timedelta(days=1), today))
    assert [(line.lot, line.lowered) for line in lines[-2:]] == [(THIS_YEAR, 1_250), (NEXT_YEAR, 50)]
    assert lines[-1].counter_code == "merchant:Corner_Shop-1:payable"
    shown = statement(session, books.resident, limit=10).items
    assert [(item.entry_id, item.recorded_at, item.occurred_at) for item in reversed(shown)] == list(
        dict.fromkeys((line.entry_id, line.recorded_at, line.occurred_at) for line in lines)
    )
    for item in shown:
        of_entry = [line for line in lines if line.entry_id == item.entry_id]
        assert item.amount == sum(amounts(of_entry))
        assert item.balance_after == of_entry[-1].balance_after
        assert item.counter_code == of_entry[0].counter_code


def test_an_account_without_bounds_is_summed_and_told_in_the_order_of_recording(session: Session) -> None:
    books = open_books(session)
    later = post_at(session, appropriating(books, 500), in_shanghai(FIRST, 15))
    earlier = post_at(session, appropriating(books, 40), in_shanghai(FIRST, 9))
    post_at(session, appropriating(books, 3), in_shanghai(FIRST) - timedelta(seconds=1))
    returned = moving(books.fund, books.issued, 100, UNDATED, kind="money_returned")
    post_at(session, returned, in_shanghai(FIRST, 23, 59, 59))
    opened, lines = read(session, books.issued, days(FIRST))
    assert (opened.opening, opened.closing) == (3, 443)
    assert amounts(lines) == [40, 500, -100]
    assert [line.entry_id for line in lines] == [earlier, later, returned.id]
    # Money came in too, but what stands against these credits are the fund's.
    assert {line.counter_code for line in lines} == {"fund:peace:available"}


def test_money_at_hand_is_raised_by_debits(session: Session) -> None:
    books = open_books(session)
    post_at(session, appropriating(books, 500), in_shanghai(FIRST, 9))
    opened, lines = read(session, books.bank, days(FIRST))
    assert (opened.opening, opened.closing, opened.raised) == (0, 500, 500)
    assert lines[0].counter_code == "fund:peace:backing"


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 1, 1), date(2028, 2, 29)])
def test_a_day_is_a_day_of_the_community_from_midnight_to_midnight(session: Session, day: date) -> None:
    books = old_books(session)
    midnight, tick = in_shanghai(day), timedelta(microseconds=1)
    instants = (midnight - tick, midnight, midnight + timedelta(days=1) - tick, midnight + timedelta(days=1))
    for amount, instant in zip((1, 20, 300, 4_000), instants, strict=True):
        post_at(session, awarding(books, amount), instant)
    for account, amount in ((books.resident, 1), (books.fund, 9_999)):
        opened, lines = read(session, account, days(day))
        assert opened.opening == amount
        assert [abs(each) for each in amounts(lines)] == [20, 300]
    assert amounts(read(session, books.resident, days(day - timedelta(days=1)))[1]) == [1]


def test_a_period_in_which_nothing_happened_has_two_equal_balances(session: Session) -> None:
    books = old_books(session)
    post_at(session, awarding(books, 70), in_shanghai(FIRST, 8))
    for first, balance in ((date(2026, 2, 1), 0), (date(2026, 3, 2), 70)):
        opened, lines = read(session, books.resident, days(first, first + timedelta(days=20)))
        assert (opened.opening, opened.closing, lines) == (balance, balance, [])
    assert read(session, books.served, days(FIRST))[0].closing == 0


def test_lines_come_in_parts(session: Session) -> None:
    books = funded_books(session)
    post(session, [awarding(books, 1) for _each in range(2_100)])
    today = datetime.now(SHANGHAI).date()
    parts = [len(part) for part in open_statement(session, books.resident, days(today)).parts(session)]
    assert parts == [1_000, 1_000, 100]


def test_there_is_no_statement_of_an_account_that_is_not_there(session: Session) -> None:
    with pytest.raises(AccountUnknownError):
        open_statement(session, 999, days(FIRST))


def test_a_period_begins_in_this_century_and_ends_neither_before_it_begins_nor_after_today() -> None:
    check_period(days(FIRST), today=FIRST)
    check_period(days(EARLIEST_DAY, FIRST), today=FIRST)
    with pytest.raises(PeriodTooOldError):
        check_period(days(date.min, FIRST), today=FIRST)
    with pytest.raises(PeriodEndsFirstError) as refused:
        check_period(days(FIRST, FIRST - timedelta(days=1)), today=FIRST)
    assert (refused.value.first_on, refused.value.last_on) == (FIRST, date(2026, 2, 28))
    with pytest.raises(PeriodInFutureError):
        check_period(days(FIRST, date.max), today=FIRST)


def test_an_owner_is_found_by_how_the_codes_of_their_accounts_begin(session: Session) -> None:
    open_books(session)

    def found(code: str) -> list[str]:
        return [account.code for account in accounts_of_owner(session, code)]

    assert found("fund:peace") == ["fund:peace:available", "fund:peace:backing"]
    assert found("fund:peace:backing") == ["fund:peace:backing"]
    assert found("issued") == ["issued"]
    assert found("treasury:bank") == ["treasury:bank"]
    assert found("resident:7f3") == ["resident:7f3:available", "resident:7f3:minutes"]
    for code in ("fund", "fund:", "fund:pea", "resident:7f", "resident:7f3:", "", "平安", "fund:peace\x00", "%"):
        with pytest.raises(AccountUnknownError):
            accounts_of_owner(session, code)


def test_a_stored_balance_that_the_postings_do_not_make_ends_the_statement(broken: Session, accounts: Books) -> None:
    today = datetime.now(SHANGHAI).date()
    change_posting(broken, at(accounts.resident, 2), balance_after=7)
    opened = open_statement(broken, accounts.resident, days(today - timedelta(days=1), today))
    with pytest.raises(StatementDiffersError) as refused:
        list(opened.parts(broken))
    assert refused.value.account == "resident:7f3:available"


def test_a_posting_that_is_missing_ends_the_statement(broken: Session, accounts: Books) -> None:
    today = datetime.now(SHANGHAI).date()
    opened = open_statement(broken, accounts.resident, days(today - timedelta(days=1), today))
    broken.execute(delete(POSTINGS).where(at(accounts.resident, opened.line_count)))
    with pytest.raises(StatementDiffersError):
        list(opened.parts(broken))


# Movements of the resident's credits, each so many hours after the one before.
MOVES = st.lists(st.tuples(st.integers(-400, 500).filter(bool), st.integers(0, 60)), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, cut=st.integers(0, 30), length=st.integers(0, 30))
def test_wherever_periods_begin_and_end_their_sums_hold(
    lasting_engine: Engine, moves: list[tuple[int, int]], cut: int, length: int
) -> None:
    with Session(lasting_engine) as session:
        let_times_be_changed(session)
        books = old_books(session)
        recorded_at, balance, expected = in_shanghai(FIRST), 0, []
        for amount, hours in moves:
            recorded_at += timedelta(hours=hours)
            moved = max(amount, -balance)
            if moved:
                giver, taker = (books.fund, books.resident) if moved > 0 else (books.resident, books.fund)
                post_at(session, moving(giver, taker, abs(moved), UNDATED), recorded_at)
                expected.append((recorded_at.date(), moved))
                balance += moved
        first = FIRST + timedelta(days=cut)
        last = first + timedelta(days=length)
        for account, sign in ((books.resident, 1), (books.fund, -1)):
            opened, lines = read(session, account, days(first, last))
            assert amounts(lines) == [sign * moved for on, moved in expected if first <= on <= last]
            before = read(session, account, days(EARLIEST_DAY, first - timedelta(days=1)))[0]
            after = read(session, account, days(last + timedelta(days=1), date(2027, 1, 1)))[0]
            assert (before.closing, after.opening) == (opened.opening, opened.closing)
            assert after.closing == read(session, account, days(EARLIEST_DAY, date(2027, 1, 1)))[0].closing
