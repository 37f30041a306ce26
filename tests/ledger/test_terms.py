"""How far back, and how far ahead, an entry may lie."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import (
    AHEAD_S,
    Asset,
    InstantAheadError,
    LedgerError,
    NewEntry,
    PeriodClosedError,
    Terms,
    TermsSet,
    credit,
    debit,
    post,
    set_open_days,
    terms_history,
    terms_in_force,
)
from tests.clock import NOON, SHANGHAI
from tests.ledger.builders import (
    OFFICER,
    UNDATED,
    Books,
    alone_and_in_a_list,
    entry_of,
    findings,
    funded_books,
    open_books,
)

YESTERDAY = 1


@pytest.fixture
def session(lasting_session: Session) -> Session:
    """Return a session on a database that lasts: nothing here is committed."""
    return lasting_session


def happened(books: Books, at: datetime) -> NewEntry:
    return entry_of(
        debit(books.issued, Asset.PAB, 5, UNDATED), credit(books.fund, Asset.PAB, 5, UNDATED), occurred_at=at
    )


def refusal(session: Session, given: list[NewEntry]) -> LedgerError | None:
    """Post within a savepoint and return why it was refused."""
    try:
        with session.begin_nested():
            post(session, given)
    except LedgerError as refused:
        return refused
    return None


def happening(books: Books, at: datetime, *, in_a_list: bool) -> list[NewEntry]:
    """Return an entry of an instant alone, or in a list with another."""
    return [happened(books, at) for _ in range(1 + in_a_list)]


@alone_and_in_a_list
def test_until_somebody_sets_terms_the_books_are_open_for_all_times(session: Session, *, in_a_list: bool) -> None:
    books = open_books(session)
    for at in (datetime(1, 1, 2, tzinfo=UTC), NOON, datetime(9999, 12, 30, tzinfo=UTC)):
        post(session, happening(books, at, in_a_list=in_a_list))
    assert terms_in_force(session) == Terms(None, None, None, None)
    assert findings(session) == []


@alone_and_in_a_list
@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("America/St_Johns"), ZoneInfo("UTC")], ids=str)
def test_an_entry_lies_no_further_back_than_the_first_open_day(
    session: Session, *, zone: ZoneInfo, in_a_list: bool
) -> None:
    books = open_books(session)
    set_open_days(session, days=YESTERDAY, zone=zone, actor=OFFICER, now=NOON)
    begun = datetime.now(zone).date()
    refused = refusal(session, happening(books, NOON - timedelta(400), in_a_list=in_a_list))
    assert isinstance(refused, PeriodClosedError)
    first = refused.open_from.astimezone(zone)
    assert first.time() == time.min
    assert begun <= first.date() + timedelta(YESTERDAY) <= datetime.now(zone).date()
    just_before = first.astimezone(UTC) - timedelta(microseconds=1)
    assert isinstance(refusal(session, happening(books, just_before, in_a_list=in_a_list)), PeriodClosedError)
    assert refusal(session, happening(books, first, in_a_list=in_a_list)) is None


@alone_and_in_a_list
def test_an_entry_lies_ahead_no_further_than_clocks_differ(session: Session, *, in_a_list: bool) -> None:
    books = open_books(session)
    set_open_days(session, days=30, zone=SHANGHAI, actor=OFFICER, now=NOON)
    begun = datetime.now(UTC)
    ahead = timedelta(seconds=AHEAD_S)
    assert refusal(session, happening(books, begun + ahead, in_a_list=in_a_list)) is None
    refused = refusal(session, happening(books, begun + ahead + timedelta(hours=1), in_a_list=in_a_list))
    assert isinstance(refused, InstantAheadError)
    assert begun <= refused.open_until - ahead <= datetime.now(UTC)


def test_one_entry_that_lies_outside_has_its_list_refused(session: Session) -> None:
    books = open_books(session)
    set_open_days(session, days=0, zone=SHANGHAI, actor=OFFICER, now=NOON)
    now = datetime.now(UTC)
    for outside, error in ((now - timedelta(2), PeriodClosedError), (now + timedelta(2), InstantAheadError)):
        refused = refusal(session, [happened(books, now), happened(books, outside), happened(books, now)])
        assert isinstance(refused, error)


def test_entries_of_unbounded_accounts_only_keep_the_terms_as_well(session: Session) -> None:
    books = open_books(session)
    set_open_days(session, days=0, zone=SHANGHAI, actor=OFFICER, now=NOON)
    given = entry_of(
        debit(books.issued, Asset.PAB, 5, UNDATED),
        credit(books.issued, Asset.PAB, 5, UNDATED),
        occurred_at=datetime.now(UTC) - timedelta(2),
    )
    assert isinstance(refusal(session, [given]), PeriodClosedError)


def test_what_else_is_wrong_is_told_before_the_time(session: Session) -> None:
    books = funded_books(session)
    set_open_days(session, days=0, zone=SHANGHAI, actor=OFFICER, now=NOON)
    given = entry_of(
        debit(books.resident, Asset.PAB, 5, UNDATED), credit(books.fund, Asset.PAB, 5, UNDATED), occurred_at=NOON
    )
    refused = refusal(session, [given])
    assert refused is not None
    assert not isinstance(refused, PeriodClosedError)


def test_terms_are_kept_as_history(session: Session) -> None:
    set_open_days(session, days=31, zone=SHANGHAI, actor=OFFICER, now=NOON)
    set_open_days(session, days=3, zone=SHANGHAI, actor="person:0b", now=NOON + timedelta(1))
    assert terms_history(session)[:2] == [
        TermsSet(Terms(None, 3, AHEAD_S, "Asia/Shanghai"), "person:0b", NOON + timedelta(1)),
        TermsSet(Terms(None, 31, AHEAD_S, "Asia/Shanghai"), OFFICER, NOON),
    ]
    assert terms_history(session)[-1].set_by == "system"
    assert terms_in_force(session).open_days == 3


def test_the_database_refuses_terms_that_cannot_be(session: Session) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        set_open_days(session, days=-1, zone=SHANGHAI, actor=OFFICER, now=NOON)
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE book_terms SET open_days = 3"))
