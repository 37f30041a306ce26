"""Holds under many hands: each ends once, the money is exact, and nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from holds import (
    Hold,
    HoldCapture,
    HoldEndedError,
    HoldExceededError,
    HoldExpiredError,
    HoldState,
    TooManyHoldsError,
    authorize,
    expire_holds,
    get_hold,
)
from holds import HoldLimits as Limits
from ledger import InsufficientBalanceError, Sweep
from tests.clock import NOON
from tests.holds.builders import (
    LATER,
    Town,
    assert_books_are_right,
    at_once,
    captured,
    hold,
    parts_of,
    town,
    voided,
)
from tests.ledger.builders import OFFICER, THIS_YEAR, UNDATED, moving
from tests.payments.racing import committed

Work = Callable[[Session], object]
# Capture, void and expiry, each under several threads of eight.
ROUNDS = 6


def furnished(engine: Engine, *, balance: int) -> Town:
    """Return a town whose resident holds something."""
    return committed(engine, lambda session: town(session, this_year=balance))


def held(engine: Engine, place: Town, amount: int) -> UUID:
    """Return the id of a committed hold."""
    return committed(engine, lambda session: hold(session, place, amount).id)


def test_of_captures_voids_and_expiries_at_once_exactly_one_ends_the_hold(engine: Engine) -> None:
    place = furnished(engine, balance=ROUNDS * 10)
    winners: Counter[HoldState] = Counter()
    for _ in range(ROUNDS):
        hold_id = held(engine, place, 10)
        before = committed(engine, lambda session: (parts_of(session, place.available), parts_of(session, place.shop)))

        def capture_it(session: Session, hold_id: UUID = hold_id) -> object:
            return captured(session, place, hold_id, 4, final=True, now=NOON)

        def void_it(session: Session, hold_id: UUID = hold_id) -> object:
            return voided(session, hold_id)

        def expire_it(session: Session) -> object:
            return expire_holds(session, now=LATER)

        made = at_once(engine, [capture_it, void_it, expire_it, capture_it, void_it, expire_it, capture_it, void_it])

        won = [
            each for each in made if isinstance(each, HoldCapture | Hold) or (isinstance(each, Sweep) and each.count)
        ]
        refused = [each for each in made if isinstance(each, HoldEndedError | HoldExpiredError)]
        idle = [each for each in made if isinstance(each, Sweep) and not each.count]
        assert (len(won), len(won) + len(refused) + len(idle)) == (1, 8)
        with Session(engine) as session:
            state = get_hold(session, hold_id).state
            winners[state] += 1
            gone = 4 if state is HoldState.CAPTURED else 0
            assert parts_of(session, place.held) == {}
            assert parts_of(session, place.available)[THIS_YEAR] == before[0].get(THIS_YEAR, 0) + 10 - gone
            assert parts_of(session, place.shop).get(UNDATED, 0) == before[1].get(UNDATED, 0) + gone
            assert_books_are_right(session)
    assert sum(winners.values()) == ROUNDS


def test_captures_at_once_never_exceed_the_hold(engine: Engine) -> None:
    place = furnished(engine, balance=100)
    hold_id = held(engine, place, 10)

    made = at_once(engine, [lambda session: captured(session, place, hold_id, 3)] * 8)

    assert Counter(type(each) for each in made) == {HoldCapture: 3, HoldExceededError: 5}
    with Session(engine) as session:
        assert parts_of(session, place.shop) == {UNDATED: 9}
        assert parts_of(session, place.held) == {THIS_YEAR: 1}
        assert_books_are_right(session)


def test_holds_at_once_never_set_aside_more_than_there_is_nor_more_than_may_be_open(engine: Engine) -> None:
    place = furnished(engine, balance=50)

    made = at_once(engine, [lambda session: hold(session, place, 10)] * 8)
    assert Counter(type(each) for each in made) == {Hold: 5, InsufficientBalanceError: 3}

    other = committed(engine, lambda session: _other_resident(session, place, 100))
    few = at_once(engine, [lambda session: _held_within(session, other, 2)] * 8)
    assert Counter(type(each) for each in few) == {Hold: 2, TooManyHoldsError: 6}
    with Session(engine) as session:
        assert parts_of(session, place.available) == {}
        assert_books_are_right(session)


def _other_resident(session: Session, place: Town, balance: int) -> Town:
    held_account = ledger.open_account(
        session, code="resident:8a4:held", asset=ledger.Asset.PAB, normal_side=ledger.Side.CREDIT
    )
    ledger.post(session, [moving(place.books.issued, place.books.other, balance)])
    return Town(place.books, place.books.other, held_account, place.fund_held)


def _held_within(session: Session, of: Town, open_max: int) -> Hold:
    return authorize(
        session,
        available=of.available,
        held=of.held,
        amount=1,
        expires_at=LATER,
        actor=OFFICER,
        now=NOON,
        limits=Limits(open_max=open_max),
    )


def test_holds_and_payments_in_opposite_orders_get_by_each_other(engine: Engine) -> None:
    place = furnished(engine, balance=1_000)
    hold_ids = [held(engine, place, 20) for _ in range(6)]
    each_way = iter(hold_ids)

    def pay(session: Session) -> None:
        # As a redemption does: the payer is locked first, and posting locks the payer and then the shop.
        ledger.lock_lots(session, [place.available])
        ledger.post(session, [moving(place.available, place.shop, 1, kind="award")])

    def pay_back(session: Session) -> None:
        ledger.lock_lots(session, [place.shop, place.held, place.available])
        ledger.post(session, [moving(place.shop, place.available, 1, kind="award")])

    def capturing(hold_id: UUID) -> Work:
        return lambda session: captured(session, place, hold_id, 5, final=True)

    def voiding(hold_id: UUID) -> Work:
        return lambda session: voided(session, hold_id)

    committed(engine, lambda session: ledger.post(session, [moving(place.available, place.shop, 50, kind="award")]))
    works: list[Work] = []
    for _ in range(3):
        works += [
            *(pay, capturing(next(each_way)), lambda session: hold(session, place, 1), pay_back),
            *(voiding(next(each_way)), lambda session: expire_holds(session, now=NOON)),
        ]

    made = at_once(engine, works)

    assert [each for each in made if isinstance(each, Exception)] == []
    with Session(engine) as session:
        assert sum(parts_of(session, place.held).values()) == 3
        assert parts_of(session, place.shop) == {THIS_YEAR: 50, UNDATED: 15}
        assert_books_are_right(session)
