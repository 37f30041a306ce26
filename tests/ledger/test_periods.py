"""Closed periods: nothing comes into them, and what accounts held at their ends stands."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from ledger import (
    Asset,
    ClosingLine,
    ClosingTotal,
    NewEntry,
    Period,
    PeriodClosedError,
    PeriodNotOverError,
    PeriodNotSettledError,
    PeriodOrderError,
    PeriodUnknownError,
    Side,
    close_period,
    closed_period,
    closed_periods,
    closing_statement,
    closing_totals,
    credit,
    debit,
    entry,
    post,
    reverse,
    state_period,
    terms_in_force,
    writers_under_way,
)
from tests.clock import NOON, SHANGHAI
from tests.ledger.builders import (
    ANOTHER_OFFICER,
    OFFICER,
    THIS_YEAR,
    UNDATED,
    Books,
    alone_and_in_a_list,
    entry_of,
    findings,
    open_books,
    with_company,
)

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)


@pytest.fixture
def session(lasting_session: Session) -> Session:
    """Return a session on a database that lasts: nothing here is committed."""
    return lasting_session


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def appropriated(books: Books, amount: int, when: datetime) -> NewEntry:
    return entry_of(
        debit(books.issued, Asset.PAB, amount, UNDATED),
        credit(books.fund, Asset.PAB, amount, UNDATED),
        kind="appropriation",
        occurred_at=when,
    )


def awarded(books: Books, amount: int, when: datetime, *, taker: int | None = None) -> NewEntry:
    return entry_of(
        debit(books.fund, Asset.PAB, amount, UNDATED),
        credit(taker or books.resident, Asset.PAB, amount, THIS_YEAR),
        occurred_at=when,
    )


def spent(books: Books, amount: int, when: datetime) -> NewEntry:
    return entry_of(
        debit(books.resident, Asset.PAB, amount, THIS_YEAR),
        credit(books.shop, Asset.PAB, amount, UNDATED),
        kind="redemption",
        occurred_at=when,
    )


def closed(session: Session, last_on: date) -> Period:
    """Close the books through a day, and state the period."""
    made = close_period(session, last_on=last_on, actor=OFFICER, now=NOON)
    return state_period(session, made.number, awaited=writers_under_way(session), now=NOON + timedelta(hours=1))


def lines(session: Session, number: int) -> list[tuple[str, int, int, int, int]]:
    return [
        (line.code, line.opening, line.debits, line.credits, line.closing)
        for line in closing_statement(session, number)
    ]


def test_periods_follow_each_other_from_the_beginning_of_the_books(session: Session) -> None:
    open_books(session)
    assert closed_periods(session) == []
    first = closed(session, MARCH)
    second = closed(session, APRIL)
    stated_at = NOON + timedelta(hours=1)
    assert first == Period(1, None, MARCH, at(date(2026, 4, 1), 0), OFFICER, NOON, stated_at)
    assert second == Period(2, date(2026, 4, 1), APRIL, at(date(2026, 5, 1), 0), OFFICER, NOON, stated_at)
    assert closed_periods(session) == [second, first]
    assert terms_in_force(session).closed_until == second.ends_at


def test_a_period_is_any_number_of_days(session: Session) -> None:
    open_books(session)
    for last_on in (date(2026, 5, 1), date(2026, 5, 2), MAY):
        assert closed(session, last_on).last_on == last_on


@alone_and_in_a_list
def test_what_happened_in_a_closed_period_is_refused_and_what_happened_after_is_not(
    session: Session, *, in_a_list: bool
) -> None:
    books = open_books(session)
    post(session, [appropriated(books, 100, at(MAY))])
    made = close_period(session, last_on=MAY, actor=OFFICER, now=NOON)
    last, first = made.ends_at - timedelta(microseconds=1), made.ends_at
    with pytest.raises(PeriodClosedError) as refused, session.begin_nested():
        post(session, with_company(awarded(books, 5, last), books, in_a_list=in_a_list))
    assert refused.value.open_from == first
    post(session, with_company(awarded(books, 5, first), books, in_a_list=in_a_list))
    assert findings(session) == []


def test_only_days_that_are_over_are_closed(session: Session) -> None:
    for day in (NOON.date(), NOON.date() + timedelta(1)):
        with pytest.raises(PeriodNotOverError) as refused:
            close_period(session, last_on=day, actor=OFFICER, now=NOON)
        assert refused.value.last_on == day


def test_what_is_closed_is_not_closed_again_nor_opened(session: Session) -> None:
    closed(session, APRIL)
    for day in (MARCH, APRIL):
        with pytest.raises(PeriodOrderError) as refused:
            close_period(session, last_on=day, actor=OFFICER, now=NOON)
        assert refused.value.closed_through == APRIL


def test_a_period_is_stated_before_the_next_is_closed(session: Session) -> None:
    made = close_period(session, last_on=MARCH, actor=OFFICER, now=NOON)
    assert made.stated_at is None
    with pytest.raises(PeriodNotSettledError) as refused:
        close_period(session, last_on=APRIL, actor=OFFICER, now=NOON)
    assert refused.value.number == made.number
    state_period(session, made.number, awaited=[], now=NOON)
    close_period(session, last_on=APRIL, actor=OFFICER, now=NOON)


def test_a_period_is_stated_once(session: Session) -> None:
    books = open_books(session)
    post(session, [appropriated(books, 100, at(MARCH))])
    made = closed(session, MARCH)
    assert state_period(session, made.number, awaited=[], now=NOON + timedelta(9)) == made
    assert lines(session, made.number) == [("fund:peace:available", 0, 0, 100, 100), ("issued", 0, 100, 0, 100)]


def test_periods_that_are_not_there_are_told(session: Session) -> None:
    made = close_period(session, last_on=MARCH, actor=OFFICER, now=NOON)
    for ask in (closed_period, closing_statement, closing_totals):
        with pytest.raises(PeriodUnknownError):
            ask(session, made.number + 1)
    for ask in (closing_statement, closing_totals):
        with pytest.raises(PeriodUnknownError) as refused:
            ask(session, made.number)
        assert refused.value.number == made.number


def test_a_closing_statement_goes_by_when_things_happened(session: Session) -> None:
    books = open_books(session)
    post(session, [appropriated(books, 1_000, at(MARCH)), awarded(books, 300, at(MARCH))])
    # Written down in another order than it happened.
    post(session, [spent(books, 120, at(APRIL)), awarded(books, 50, at(MARCH), taker=books.other)])
    post(session, [awarded(books, 7, at(date(2026, 5, 1), 0))])
    march, april = closed(session, MARCH), closed(session, APRIL)
    assert lines(session, march.number) == [
        ("fund:peace:available", 0, 350, 1_000, 650),
        ("issued", 0, 1_000, 0, 1_000),
        ("resident:7f3:available", 0, 0, 300, 300),
        ("resident:8a4:available", 0, 0, 50, 50),
    ]
    # Accounts at rest stand with what they hold.
    assert lines(session, april.number) == [
        ("fund:peace:available", 650, 0, 0, 650),
        ("issued", 1_000, 0, 0, 1_000),
        ("merchant:Corner_Shop-1:payable", 0, 0, 120, 120),
        ("resident:7f3:available", 300, 120, 0, 180),
        ("resident:8a4:available", 50, 0, 0, 50),
    ]
    assert closing_totals(session, march.number) == [ClosingTotal(Asset.PAB, 1_350, 1_350)]
    assert closing_totals(session, april.number) == [ClosingTotal(Asset.PAB, 120, 120)]
    fund, *_ = closing_statement(session, april.number)
    assert fund == ClosingLine("fund:peace:available", Asset.PAB, Side.CREDIT, 650, 0, 0, 650)
    assert findings(session) == []


def test_an_account_that_gave_everything_is_left_out_once_it_rests(session: Session) -> None:
    books = open_books(session)
    post(session, [appropriated(books, 10, at(MARCH)), awarded(books, 10, at(MARCH)), spent(books, 10, at(APRIL))])
    march, april, may = (closed(session, day) for day in (MARCH, APRIL, MAY))
    resident = "resident:7f3:available"
    assert [line for line in lines(session, march.number) if line[0] == resident] == [(resident, 0, 0, 10, 10)]
    assert [line for line in lines(session, april.number) if line[0] == resident] == [(resident, 10, 10, 0, 0)]
    assert [line for line in lines(session, may.number) if line[0] == resident] == []
    assert closing_totals(session, may.number) == []


def test_an_entry_of_a_closed_period_is_corrected_now(session: Session) -> None:
    books = open_books(session)
    wrong = awarded(books, 5, at(MAY))
    post(session, [appropriated(books, 100, at(MAY)), wrong])
    may = closed(session, MAY)
    before = lines(session, may.number)
    mirror = entry(session, reverse(session, entry_id=wrong.id, actor=ANOTHER_OFFICER, now=NOON))
    assert mirror.occurred_at == NOON
    assert lines(session, may.number) == before
    assert findings(session) == []
