"""Captures: all, a part, several parts; final or not; in time, and never more than is left."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
from holds import (
    Hold,
    HoldAmountError,
    HoldEndedError,
    HoldExceededError,
    HoldExpiredError,
    HoldState,
    HoldUnknownError,
    capture,
    captures_of,
    expire_holds,
    get_hold,
)
from ledger import AccountState, AccountStateError, LostRaceError
from tests.clock import NOON
from tests.holds.builders import (
    LATER,
    NEXT_JANUARY,
    Town,
    assert_books_are_right,
    call,
    captured,
    hold,
    kinds_of,
    parts_of,
    town,
    voided,
)
from tests.ledger.builders import NEXT_YEAR, OFFICER, OTHER_FUND, THIS_YEAR, UNDATED

A_MOMENT = timedelta(microseconds=1)


def test_a_capture_of_all_ends_the_hold_and_arrives_as_labelled(session: Session) -> None:
    place = town(session, this_year=5, next_year=10, other_fund=1)
    made = hold(session, place, 8)

    taken = captured(session, place, made.id)

    assert (taken.amount, taken.hold_id, taken.captured_by, taken.captured_at) == (8, made.id, OFFICER, NOON)
    assert (made.state, made.captured_total, made.left, made.returned) == (HoldState.CAPTURED, 8, 0, 0)
    assert (made.ended_by, made.ended_at, made.returned_entry_id) == (OFFICER, NOON, None)
    assert parts_of(session, place.held) == {}
    assert parts_of(session, place.shop) == {UNDATED: 7, "never:school": 1}
    assert parts_of(session, place.available) == {NEXT_YEAR: 8}
    assert kinds_of(session, place.held) == ["hold_captured", "hold"]
    # What was set aside had left the balance before: a capture moves it no more.
    assert kinds_of(session, place.available)[0] == "hold"
    assert_books_are_right(session)


def test_parts_are_captured_earliest_lots_first_and_the_rest_stays_held(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)
    made = hold(session, place, 12)

    captured(session, place, made.id, 3)
    assert parts_of(session, place.held) == {THIS_YEAR: 2, NEXT_YEAR: 7}
    captured(session, place, made.id, 3)
    assert parts_of(session, place.held) == {NEXT_YEAR: 6}
    assert (made.state, made.left) == (HoldState.OPEN, 6)
    captured(session, place, made.id, 6)

    assert (made.state, made.left) == (HoldState.CAPTURED, 0)
    assert [each.amount for each in captures_of(session, made.id)] == [6, 3, 3]
    assert parts_of(session, place.shop) == {UNDATED: 12}
    assert_books_are_right(session)


def test_a_final_capture_gives_the_rest_back_to_the_very_lots(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)
    before = parts_of(session, place.available)
    made = hold(session, place, 12)

    captured(session, place, made.id, 3, final=True)

    assert (made.state, made.captured_total, made.left, made.returned) == (HoldState.CAPTURED, 3, 0, 9)
    assert parts_of(session, place.held) == {}
    assert parts_of(session, place.available) == {**before, THIS_YEAR: 2}
    assert parts_of(session, place.shop) == {UNDATED: 3}
    assert kinds_of(session, place.held) == ["hold_voided", "hold_captured", "hold"]
    assert_books_are_right(session)


def _ceiling(session: Session, place: Town) -> None:
    ledger.set_ceiling(session, place.available, ledger.balance(session, place.available) + 1)


def _no_ceiling(session: Session, place: Town) -> None:
    ledger.set_ceiling(session, place.available, None)


def _closing(session: Session, place: Town) -> None:
    ledger.set_account_state(session, place.available, AccountState.CLOSING)


def _open(session: Session, place: Town) -> None:
    ledger.set_account_state(session, place.available, AccountState.OPEN)


@pytest.mark.parametrize(("hinder", "release"), [(_ceiling, _no_ceiling), (_closing, _open)])
def test_a_final_capture_is_paid_though_the_owners_account_may_not_take_the_rest(
    session: Session, hinder: Callable[[Session, Town], None], release: Callable[[Session, Town], None]
) -> None:
    place = town(session, this_year=5, next_year=10)
    made = hold(session, place, 8)
    hinder(session, place)

    taken = captured(session, place, made.id, 3, final=True, now=NOON + A_MOMENT)

    assert (taken.amount, parts_of(session, place.shop)) == (3, {UNDATED: 3})
    # The rest waits, and nobody gets any more of it.
    assert (made.state, made.left, parts_of(session, place.held)) == (HoldState.OPEN, 5, {THIS_YEAR: 2, NEXT_YEAR: 3})
    with pytest.raises(HoldExpiredError):
        captured(session, place, made.id, 1, now=NOON + A_MOMENT)
    assert expire_holds(session, now=NOON + A_MOMENT).count == 0
    release(session, place)
    assert expire_holds(session, now=NOON + A_MOMENT).amount == 5
    assert (made.state, made.captured_total, made.returned) == (HoldState.EXPIRED, 3, 5)
    assert parts_of(session, place.available) == {THIS_YEAR: 2, NEXT_YEAR: 10}
    assert_books_are_right(session)


def test_a_final_capture_that_finds_just_enough_room_ends_the_hold(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 8)
    ledger.set_ceiling(session, place.available, 7)
    captured(session, place, made.id, 3, final=True)
    assert (made.state, parts_of(session, place.available)) == (HoldState.CAPTURED, {THIS_YEAR: 7})
    assert_books_are_right(session)


def test_a_hold_placed_a_moment_before_its_final_capture_has_a_time_that_can_end(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 8)
    ledger.set_ceiling(session, place.available, 2)
    captured(session, place, made.id, 3, final=True)
    assert (made.state, made.expires_at) == (HoldState.OPEN, NOON + A_MOMENT)


def test_a_capture_may_keep_the_labels(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 5)
    capture(
        session,
        hold_id=made.id,
        to=place.books.other,
        relabel=ledger.same_lot,
        final=False,
        actor=OFFICER,
        now=NOON,
    )
    assert parts_of(session, place.books.other) == {THIS_YEAR: 5}


def test_a_hold_cannot_be_captured_past_its_time_whether_or_not_the_job_ran(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 5)
    captured(session, place, made.id, 1, now=LATER - A_MOMENT)
    for _ in ("before the job", "after it"):
        with pytest.raises(HoldExpiredError) as refused:
            captured(session, place, made.id, 1, now=LATER)
        assert (refused.value.hold_id, refused.value.expires_at) == (made.id, LATER)
        expire_holds(session, now=LATER)
    assert parts_of(session, place.shop) == {UNDATED: 1}


def test_a_hold_that_ended_cannot_be_captured(session: Session) -> None:
    place = town(session, this_year=10)
    voided_one, captured_one = hold(session, place, 5), hold(session, place, 5)
    voided(session, voided_one.id)
    captured(session, place, captured_one.id, 1, final=True)
    for ended, state in ((voided_one, HoldState.VOIDED), (captured_one, HoldState.CAPTURED)):
        # Its time is over too: that it had ended before is the better answer.
        for now in (NOON, LATER):
            with pytest.raises(HoldEndedError) as refused:
                captured(session, place, ended.id, 1, now=now)
            assert (refused.value.hold_id, refused.value.state) == (ended.id, state)


def test_no_more_can_be_captured_than_is_left(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 5)
    captured(session, place, made.id, 2)
    with pytest.raises(HoldExceededError) as refused:
        captured(session, place, made.id, 4)
    assert (refused.value.hold_id, refused.value.left) == (made.id, 3)
    for amount in (0, -1):
        with pytest.raises(HoldAmountError):
            captured(session, place, made.id, amount)
    assert made.left == 3


def test_a_hold_that_is_not_there_is_unknown(session: Session) -> None:
    place, nobody = town(session), ledger.new_id()
    for act in (
        lambda: captured(session, place, nobody),
        lambda: voided(session, nobody),
        lambda: get_hold(session, nobody),
    ):
        with pytest.raises(HoldUnknownError) as refused:
            act()
        assert refused.value.hold_id == nobody


def test_credits_set_aside_in_time_are_good_until_the_hold_ends(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 5, lasting=timedelta(days=300))
    captured(session, place, made.id, 2, now=NEXT_JANUARY)
    assert parts_of(session, place.shop) == {UNDATED: 2}
    # What comes back past its day has thirty more.
    captured(session, place, made.id, 1, final=True, now=NEXT_JANUARY)
    assert parts_of(session, place.available) == {THIS_YEAR: 5, "2027-01-31:peace": 2}
    assert_books_are_right(session)


def test_a_frozen_shop_takes_and_a_closed_one_does_not(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 5)
    ledger.set_account_state(session, place.shop, AccountState.FROZEN)
    captured(session, place, made.id, 2)
    session.commit()
    ledger.set_account_state(session, place.shop, AccountState.CLOSING)
    with pytest.raises(AccountStateError):
        captured(session, place, made.id, 2)
    session.rollback()
    assert session.get_one(Hold, made.id).left == 3


def test_a_capture_is_remembered_under_its_call_and_its_twin_is_run_again(session: Session) -> None:
    place = town(session, this_year=10)
    made = hold(session, place, 5)
    taken = captured(session, place, made.id, again=call("k"))
    assert ledger.recall_call(session, call("k")) == taken.id
    with pytest.raises(LostRaceError):
        captured(session, place, made.id, again=call("k"))
    with pytest.raises(HoldEndedError):
        captured(session, place, made.id, again=call("another"))


def test_a_capture_may_be_of_some_funds_only(session: Session) -> None:
    of = town(session, this_year=300, other_fund=200)
    made = hold(session, of, 500)
    other = ledger.CreditLot.parse(OTHER_FUND).fund

    def taken(amount: int | None) -> int:
        return capture(
            session,
            hold_id=made.id,
            to=of.shop,
            relabel=ledger.undated,
            final=False,
            actor=OFFICER,
            now=NOON,
            amount=amount,
            funds={other},
        ).amount

    with pytest.raises(HoldExceededError):
        taken(201)
    assert taken(50) == 50
    assert taken(None) == 150
    with pytest.raises(HoldAmountError):
        taken(None)
    assert get_hold(session, made.id).left == 300
    assert_books_are_right(session)
