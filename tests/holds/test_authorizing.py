"""Setting credits aside: which, how many, for how long, and that nobody can spend them meanwhile."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
from holds import (
    USUAL_LIMITS,
    Hold,
    HoldAmountError,
    HoldLifetimeError,
    HoldLimits,
    HoldState,
    TooManyHoldsError,
    authorize,
    authorize_each,
    hold_lots,
    holds_by_id,
    void_each,
)
from ledger import AccountState, AccountStateError, InsufficientBalanceError, LostRaceError, LotBalance
from tests.clock import NOON
from tests.holds.builders import (
    AN_HOUR,
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
from tests.ledger.builders import NEXT_YEAR, OFFICER, OTHER_FUND, THIS_YEAR, UNDATED, moving


def authorized(session: Session, of: Town, amount: int, limits: HoldLimits, *, lasting: timedelta = AN_HOUR) -> Hold:
    """Set something aside within limits."""
    return authorize(
        session,
        available=of.available,
        held=of.held,
        amount=amount,
        expires_at=NOON + lasting,
        actor=OFFICER,
        now=NOON,
        limits=limits,
    )


def test_a_hold_sets_the_earliest_lots_aside_under_their_own_labels(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)

    made = hold(session, place, 8)

    assert (made.amount, made.left, made.returned, made.state) == (8, 8, 0, HoldState.OPEN)
    assert (made.placed_by, made.placed_at, made.expires_at) == (OFFICER, NOON, LATER)
    assert parts_of(session, place.available) == {NEXT_YEAR: 7}
    assert parts_of(session, place.held) == {THIS_YEAR: 5, NEXT_YEAR: 3}
    assert [(part.lot, part.amount, part.captured) for part in hold_lots(session, [made.id])[made.id]] == [
        (THIS_YEAR, 5, 0),
        (NEXT_YEAR, 3, 0),
    ]
    assert kinds_of(session, place.held) == ["hold"]
    assert_books_are_right(session)


def test_what_is_set_aside_cannot_be_spent(session: Session) -> None:
    place = town(session, this_year=5)
    hold(session, place, 3)
    with pytest.raises(InsufficientBalanceError):
        ledger.post(session, [moving(place.available, place.shop, 3, kind="redemption")])
    session.rollback()


def test_what_is_set_aside_cannot_be_set_aside_again(session: Session) -> None:
    place = town(session, this_year=5)
    hold(session, place, 3)
    with pytest.raises(InsufficientBalanceError):
        hold(session, place, 3)
    hold(session, place, 2)
    assert parts_of(session, place.held) == {THIS_YEAR: 5}


def test_a_hold_can_be_of_some_funds_only(session: Session) -> None:
    place = town(session, this_year=5, other_fund=10)

    def of_school(amount: int) -> Hold:
        return authorize(
            session,
            available=place.available,
            held=place.held,
            amount=amount,
            expires_at=LATER,
            actor=OFFICER,
            now=NOON,
            funds={"school"},
        )

    with pytest.raises(InsufficientBalanceError):
        of_school(11)
    of_school(4)
    assert parts_of(session, place.held) == {OTHER_FUND: 4}


def test_a_hold_can_be_of_the_very_lots_that_are_named(session: Session) -> None:
    place = town(session, this_year=5, next_year=10)
    made = hold(session, place, [LotBalance(NEXT_YEAR, 4), LotBalance(THIS_YEAR, 1), LotBalance(NEXT_YEAR, 2)])
    assert made.amount == 7
    assert parts_of(session, place.held) == {THIS_YEAR: 1, NEXT_YEAR: 6}
    assert_books_are_right(session)


@pytest.mark.parametrize(
    "named", [[LotBalance(THIS_YEAR, 6)], [LotBalance(OTHER_FUND, 1)], [LotBalance(THIS_YEAR, 3)] * 2]
)
def test_a_named_lot_must_hold_as_much(session: Session, named: Sequence[LotBalance]) -> None:
    place = town(session, this_year=5, next_year=10)
    with pytest.raises(InsufficientBalanceError) as refused:
        hold(session, place, named)
    assert (refused.value.account_id, refused.value.lot) == (place.available, named[0].label)


def test_credits_past_their_day_cannot_be_set_aside(session: Session) -> None:
    place = town(session, this_year=5)
    for asked in (1, [LotBalance(THIS_YEAR, 1)]):
        with pytest.raises(InsufficientBalanceError):
            hold(session, place, asked, now=NEXT_JANUARY)


def test_a_fund_can_set_its_credits_aside(session: Session) -> None:
    place = town(session)
    made = authorize(
        session,
        available=place.books.fund,
        held=place.fund_held,
        amount=700,
        expires_at=LATER,
        actor=OFFICER,
        now=NOON,
        purpose="notice",
    )
    assert made.purpose == "notice"
    assert (parts_of(session, place.books.fund), parts_of(session, place.fund_held)) == (
        {UNDATED: 9_300},
        {UNDATED: 700},
    )
    assert_books_are_right(session)


@pytest.mark.parametrize("amount", [0, -1, 11, [], [LotBalance(THIS_YEAR, 11)]])
def test_an_amount_lies_within_its_limits(session: Session, amount: int | Sequence[LotBalance]) -> None:
    place = town(session, this_year=100)
    with pytest.raises(HoldAmountError) as refused:
        authorize(
            session,
            available=place.available,
            held=place.held,
            amount=amount,
            expires_at=LATER,
            actor=OFFICER,
            now=NOON,
            limits=HoldLimits(amount_max=10),
        )
    assert refused.value.maximum == 10
    authorized(session, place, 10, HoldLimits(amount_max=10))


def test_a_hold_lives_within_its_limit_and_ends_after_it_begins(session: Session) -> None:
    place = town(session, this_year=100)
    limits = HoldLimits(lifetime_max=2 * AN_HOUR)
    for lasting in (timedelta(0), -AN_HOUR, 2 * AN_HOUR + timedelta(microseconds=1)):
        with pytest.raises(HoldLifetimeError) as refused:
            authorized(session, place, 1, limits, lasting=lasting)
        assert refused.value.lifetime_s_max == 7_200
    authorized(session, place, 1, limits, lasting=2 * AN_HOUR)
    assert USUAL_LIMITS.lifetime_max == timedelta(days=366)


def test_an_owner_has_so_many_open_holds_and_ended_ones_do_not_count(session: Session) -> None:
    place = town(session, this_year=100)
    limits = HoldLimits(open_max=2)
    first, second = (authorized(session, place, 1, limits) for _ in range(2))
    with pytest.raises(TooManyHoldsError) as refused:
        authorized(session, place, 1, limits)
    assert refused.value.open_max == 2
    voided(session, first.id)
    captured(session, place, second.id)
    for _ in range(2):
        authorized(session, place, 1, limits)
    assert_books_are_right(session)


def test_a_frozen_account_sets_nothing_aside(session: Session) -> None:
    place = town(session, this_year=100)
    ledger.set_account_state(session, place.available, AccountState.FROZEN)
    with pytest.raises(AccountStateError):
        hold(session, place, 1)


def test_a_hold_is_remembered_under_its_call(session: Session) -> None:
    place = town(session, this_year=100)
    made = hold(session, place, 1, again=call("k"))
    assert ledger.recall_call(session, call("k")) == made.id


def test_a_call_whose_twin_set_the_credits_aside_meanwhile_is_run_again(session: Session) -> None:
    place = town(session, this_year=5)
    made = hold(session, place, 5, again=call("k"))
    with pytest.raises(LostRaceError):
        hold(session, place, 5, again=call("k"))
    assert ledger.recall_call(session, call("k")) == made.id
    with pytest.raises(InsufficientBalanceError):
        hold(session, place, 5, again=call("another"))


def test_several_amounts_are_set_aside_at_once_each_a_hold_of_its_own(session: Session) -> None:
    of = town(session, this_year=300, next_year=700)

    placed = authorize_each(
        session,
        available=of.available,
        held=of.held,
        amounts=[200, 300],
        expires_at=LATER,
        actor=OFFICER,
        now=NOON,
    )

    assert [each.amount for each in placed] == [200, 300]
    lots = hold_lots(session, [each.id for each in placed])
    assert [(lot.lot, lot.amount) for lot in lots[placed[1].id]] == [(THIS_YEAR, 100), (NEXT_YEAR, 200)]
    assert {each.id for each in placed} == set(holds_by_id(session, [each.id for each in placed]))
    assert_books_are_right(session)
    for amounts in ([1, 0], [600, 1]):
        with pytest.raises((HoldAmountError, InsufficientBalanceError)):
            authorize_each(
                session,
                available=of.available,
                held=of.held,
                amounts=amounts,
                expires_at=LATER,
                actor=OFFICER,
                now=NOON,
            )
    assert_books_are_right(session)


def test_several_holds_are_given_back_at_once_those_that_have_ended_left_alone(session: Session) -> None:
    of = town(session, this_year=900)
    first, second, third = (hold(session, of, amount) for amount in (100, 200, 300))
    voided(session, second.id)
    ids = [first.id, second.id, third.id]

    assert {each.id for each in void_each(session, hold_ids=ids, actor=OFFICER, now=NOON)} == {first.id, third.id}
    assert void_each(session, hold_ids=ids, actor=OFFICER, now=NOON) == []
    assert_books_are_right(session)
