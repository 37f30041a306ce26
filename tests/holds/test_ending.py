"""How holds end: voided, or by their time; once, and the very lots come back."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from holds import (
    Hold,
    HoldEndedError,
    HoldPlace,
    HoldState,
    expire_holds,
    holds_of_entries,
    list_holds,
    open_holds,
    void,
)
from ledger import AccountState, AccountStateError, LostRaceError, Sweep
from tests.clock import NOON
from tests.holds.builders import (
    AN_HOUR,
    LATER,
    NEXT_JANUARY,
    assert_books_are_right,
    at_once,
    call,
    captured,
    hold,
    kinds_of,
    parts_of,
    town,
    voided,
)
from tests.ledger.builders import NEXT_YEAR, OFFICER, THIS_YEAR

A_DAY = timedelta(days=1)


def test_a_void_leaves_things_as_they_were(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)
    before = parts_of(session, place.available)
    made = hold(session, place, 8)

    voided(session, made.id)

    assert (made.state, made.left, made.returned) == (HoldState.VOIDED, 0, 8)
    assert (made.ended_by, made.ended_at) == (OFFICER, NOON)
    assert (parts_of(session, place.available), parts_of(session, place.held)) == (before, {})
    assert kinds_of(session, place.available)[:2] == ["hold_voided", "hold"]
    assert_books_are_right(session)


def test_a_void_gives_back_what_was_not_captured(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)
    made = hold(session, place, 8)
    captured(session, place, made.id, 6)
    voided(session, made.id)
    assert (made.state, made.captured_total, made.returned) == (HoldState.VOIDED, 6, 2)
    assert parts_of(session, place.available) == {NEXT_YEAR: 9}
    assert_books_are_right(session)


def test_a_hold_is_voided_once(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 3)
    voided(session, made.id)
    with pytest.raises(HoldEndedError) as refused:
        voided(session, made.id)
    assert refused.value.state is HoldState.VOIDED


def test_a_hold_past_its_time_can_be_voided_before_the_job_comes(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 3)
    voided(session, made.id, now=LATER)
    assert parts_of(session, place.available) == {THIS_YEAR: 5}
    assert expire_holds(session, now=LATER) == Sweep(0, 0, None)


@pytest.mark.parametrize(("grace", "label"), [(ledger.GRACE_DAYS, "2027-01-31:peace"), (5, "2027-01-06:peace")])
def test_what_comes_back_past_its_day_has_days_of_grace(session: Session, grace: int, label: str) -> None:
    place = town(session, this_year=8)
    made = hold(session, place, 3, lasting=300 * A_DAY)
    other = hold(session, place, 4, lasting=200 * A_DAY)
    void(session, hold_id=made.id, actor=OFFICER, now=NEXT_JANUARY, grace_days=grace)
    assert parts_of(session, place.available) == {THIS_YEAR: 1, label: 3}
    expire_holds(session, now=NEXT_JANUARY, grace_days=grace)
    assert other.state is HoldState.EXPIRED
    assert parts_of(session, place.available) == {THIS_YEAR: 1, label: 7}
    assert_books_are_right(session)


def test_a_void_is_remembered_under_its_call_and_its_twin_is_run_again(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 3)
    voided(session, made.id, again=call("k"))
    assert ledger.recall_call(session, call("k")) == made.id
    with pytest.raises(LostRaceError):
        voided(session, made.id, again=call("k"))


def test_a_closed_account_takes_nothing_back(session: Session) -> None:
    place = town(session, this_year=3)
    made = hold(session, place, 3)
    ledger.set_account_state(session, place.available, AccountState.CLOSED)
    with pytest.raises(AccountStateError):
        voided(session, made.id)


# --- by their time ---------------------------------------------------------------------------------------------------


def test_holds_end_by_their_time_and_not_before(session: Session) -> None:
    place = town(session, this_year=50)
    due, later = hold(session, place, 3), hold(session, place, 4, lasting=2 * AN_HOUR)
    captured(session, place, due.id, 1)
    assert expire_holds(session, now=LATER - timedelta(microseconds=1)) == Sweep(0, 0, None)

    assert expire_holds(session, now=LATER) == Sweep(count=1, amount=2, next_after=None)

    assert (due.state, due.returned, due.ended_by, due.ended_at) == (HoldState.EXPIRED, 2, "system", LATER)
    assert later.state is HoldState.OPEN
    assert kinds_of(session, place.available)[0] == "hold_expired"
    assert parts_of(session, place.held) == {THIS_YEAR: 4}
    assert expire_holds(session, now=LATER) == Sweep(0, 0, None)
    assert_books_are_right(session)


@pytest.mark.parametrize(("limit", "calls"), [(1, 6), (2, 3), (4, 2), (5, 2), (6, 1)])
def test_the_sweep_goes_on_where_it_stopped(session: Session, limit: int, calls: int) -> None:
    place = town(session, this_year=50)
    for amount in range(1, 6):
        hold(session, place, amount, lasting=AN_HOUR * (amount % 3 + 1))
    done: list[Sweep[HoldPlace]] = []
    while not done or done[-1].next_after is not None:
        after = done[-1].next_after if done else None
        done.append(expire_holds(session, now=NOON + 4 * AN_HOUR, limit=limit, after=after))
    assert (len(done), sum(each.count for each in done), sum(each.amount for each in done)) == (calls, 5, 15)
    assert parts_of(session, place.available) == {THIS_YEAR: 50}
    assert_books_are_right(session)


def test_an_account_that_may_not_take_or_give_is_passed_over_and_holds_up_nobody(session: Session) -> None:
    place = town(session, this_year=50)
    made = hold(session, place, 3)
    of_fund = ledger.lots(session, place.books.fund)[0].amount
    for account, passed_over, let_through in (
        (place.held, AccountState.FROZEN, AccountState.CLOSING),
        (place.available, AccountState.CLOSING, AccountState.FROZEN),
    ):
        ledger.set_account_state(session, account, passed_over)
        assert expire_holds(session, now=LATER, limit=1) == Sweep(0, 0, HoldPlace(LATER, made.id))
        ledger.set_account_state(session, account, let_through)
    assert expire_holds(session, now=LATER) == Sweep(1, 3, None)
    assert of_fund == 10_000 - 50


def test_an_account_whose_ceiling_leaves_no_room_is_passed_over_and_holds_up_nobody(session: Session) -> None:
    place = town(session, this_year=9)
    first, second = hold(session, place, 3, lasting=AN_HOUR / 2), hold(session, place, 2)
    ledger.set_ceiling(session, place.available, 7)

    # There is room for the one that was first, and then for none.
    assert expire_holds(session, now=LATER) == Sweep(1, 3, None)
    assert (first.state, second.state) == (HoldState.EXPIRED, HoldState.OPEN)
    assert expire_holds(session, now=LATER) == Sweep(0, 0, None)

    ledger.set_ceiling(session, place.available, None)
    assert expire_holds(session, now=LATER) == Sweep(1, 2, None)
    assert_books_are_right(session)


def test_sweeps_side_by_side_end_each_hold_once(engine: Engine) -> None:
    with Session(engine) as session:
        place = town(session, this_year=500)
        for _ in range(12):
            hold(session, place, 10)
        session.commit()
    done = at_once(engine, [lambda session: expire_holds(session, now=LATER, limit=5)] * 6)
    swept = [each for each in done if isinstance(each, Sweep)]
    assert len(swept) == 6
    assert sum(each.count for each in swept) == 12
    with Session(engine) as session:
        assert parts_of(session, place.available) == {THIS_YEAR: 500}
        assert_books_are_right(session)


# --- the database's last word ----------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete_a_hold_that_ended(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 3)
    voided(session, made.id)
    for change in (
        update(Hold).values(state=HoldState.OPEN, ended_at=None, ended_by=None, returned_entry_id=None),
        update(Hold).values(purpose="another"),
        delete(Hold),
    ):
        with pytest.raises(DBAPIError, match="has ended"), session.begin_nested():
            session.execute(change.where(Hold.id == made.id))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE holds SET captured_total = 4",
        "UPDATE holds SET captured_total = -1",
        "UPDATE holds SET captured_total = 3",
        "UPDATE holds SET state = 'voided'",
        "UPDATE holds SET state = 'gone'",
        "UPDATE holds SET ended_at = expires_at",
        "UPDATE holds SET returned_entry_id = entry_id",
        "UPDATE holds SET expires_at = placed_at",
        "UPDATE holds SET held_account_id = available_account_id",
    ],
)
def test_the_database_refuses_a_hold_that_cannot_be(session: Session, statement: str) -> None:
    place = town(session, this_year=5)
    hold(session, place, 3)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))


# --- which there are -------------------------------------------------------------------------------------------------


def test_holds_are_listed_newest_first_and_the_open_ones_by_their_end(session: Session) -> None:
    place = town(session, this_year=50)
    made = sorted((hold(session, place, 1, lasting=AN_HOUR * (5 - number)) for number in range(4)), key=lambda h: h.id)
    voided(session, made[0].id)

    page = list_holds(session, available=place.available, limit=3)
    rest = list_holds(session, available=place.available, limit=3, before=page.next_before)

    assert [each.id for each in page.items + rest.items] == [each.id for each in reversed(made)]
    assert rest.next_before is None
    in_time = sorted(made[1:], key=lambda each: each.expires_at)
    assert [each.id for each in open_holds(session, available=place.available)] == [each.id for each in in_time]
    assert list_holds(session, available=place.books.other).items == []


def test_a_hold_is_found_by_the_entry_that_placed_it(session: Session) -> None:
    place = town(session, this_year=50)
    made, other = hold(session, place, 1), hold(session, place, 2)
    taken = captured(session, place, other.id)
    assert holds_of_entries(session, [made.entry_id, taken.entry_id]) == {made.entry_id: made}
