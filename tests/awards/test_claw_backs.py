"""Taking back what is left of a wrong award."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from awards import (
    AlreadyClawedBackError,
    Award,
    AwardStatus,
    AwardUnknownError,
    ClawBack,
    ClawBackUnknownError,
    NothingToClawBackError,
    claw_back,
    claw_backs_of,
    fund_position,
    get_claw_back,
    left_to_claw_back,
)
from ledger import AccountState, AccountStateError, AlreadyReversedError, Call, LostRaceError, new_id, recall_call
from people import TextRefusedError
from tests.awards.builders import (
    OFFICER,
    OTHER_OFFICER,
    at_once,
    available,
    awarded,
    fund,
    lots_of,
    resident,
    spend,
)
from tests.clock import NOON


def take_back(session: Session, award: Award) -> ClawBack:
    """Claw an award back."""
    return claw_back(session, award_id=award.id, reason="报错人", actor=OTHER_OFFICER, now=NOON)


def test_an_unspent_award_is_taken_back_whole_to_its_fund(session: Session) -> None:
    peace, zhang = fund(session, available=500), resident(session)
    wrong = awarded(session, zhang, 120)
    assert left_to_claw_back(session, wrong.id) == 120
    taken = claw_back(session, award_id=wrong.id, reason=" 报错人 ", actor=OTHER_OFFICER, now=NOON)
    assert get_claw_back(session, taken.id) is taken
    assert (taken.award_id, taken.amount, taken.reason) == (wrong.id, 120, "报错人")
    assert (taken.made_by, taken.made_at) == (OTHER_OFFICER, NOON)
    assert (lots_of(session, zhang), available(session, peace)) == ({}, 500)
    entry = ledger.entry(session, taken.entry_id)
    assert (entry.kind, entry.actor) == ("claw_back", OTHER_OFFICER)
    assert [(each.account, each.lot, each.side, each.amount) for each in entry.postings] == [
        (f"resident:{zhang.id.hex}:available", "2027-12-31:peace", "debit", 120),
        ("fund:peace:available", "never:peace", "credit", 120),
    ]


def test_what_is_spent_stays_spent(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    spend(session, zhang, 100)
    assert left_to_claw_back(session, wrong.id) == 20
    assert take_back(session, wrong).amount == 20
    position = fund_position(session, "peace")
    assert (position.available, position.outstanding) == (400, 100)


def test_other_awards_are_left_alone(session: Session) -> None:
    fund(session, "peace", available=500)
    fund(session, "fire", available=500, expiry_rule="months:1")
    fund(session, "early", available=500, expiry_rule="months:2")
    zhang = resident(session)
    awarded(session, zhang, 30, fund_code="fire")
    awarded(session, zhang, 30, fund_code="early")
    awarded(session, zhang, 30)
    wrong = awarded(session, zhang, 70)
    # The earliest lot is spent first, so the wrong award's is whole.
    spend(session, zhang, 30)
    assert take_back(session, wrong).amount == 70
    assert lots_of(session, zhang) == {"2026-08-01:early": 30, "2027-12-31:peace": 30}


def test_of_awards_that_share_a_lot_each_takes_at_most_its_own_amount(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    first, second = awarded(session, zhang, 100), awarded(session, zhang, 100)
    spend(session, zhang, 50)
    assert take_back(session, first).amount == 100
    assert take_back(session, second).amount == 50


def test_an_award_that_is_spent_leaves_nothing_to_take_back(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    spend(session, zhang, 120)
    assert left_to_claw_back(session, wrong.id) == 0
    with pytest.raises(NothingToClawBackError) as refused:
        take_back(session, wrong)
    assert refused.value.award_id == wrong.id


def test_an_award_that_is_not_posted_has_nothing_to_take_back(session: Session) -> None:
    fund(session, available=500)
    waiting = Award(
        resident_id=resident(session).id,
        fund_code="peace",
        amount=5,
        reason="巡逻",
        status=AwardStatus.PENDING_APPROVAL,
        granted_by=OFFICER,
        granted_at=NOON,
    )
    session.add(waiting)
    session.flush()
    assert left_to_claw_back(session, waiting.id) == 0
    with pytest.raises(NothingToClawBackError):
        take_back(session, waiting)


def test_an_award_is_clawed_back_once_even_if_the_lot_fills_again(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    taken = take_back(session, wrong)
    awarded(session, zhang, 120)
    assert left_to_claw_back(session, wrong.id) == 0
    with pytest.raises(AlreadyClawedBackError) as refused:
        take_back(session, wrong)
    assert (refused.value.award_id, refused.value.claw_back_id) == (wrong.id, taken.id)


def test_a_reversed_award_takes_nothing_of_the_other_awards(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    assert wrong.entry_id is not None
    reversal = ledger.reverse(session, entry_id=wrong.entry_id, actor=OTHER_OFFICER, now=NOON)
    awarded(session, zhang, 120)
    assert left_to_claw_back(session, wrong.id) == 0
    with pytest.raises(AlreadyReversedError) as refused:
        take_back(session, wrong)
    assert refused.value.reversal_id == reversal


def test_a_clawed_back_award_cannot_be_reversed(session: Session) -> None:
    fund(session, available=500)
    wrong = awarded(session, resident(session), 120)
    take_back(session, wrong)
    assert wrong.entry_id is not None
    with pytest.raises(ledger.NotReversibleError):
        ledger.reverse(session, entry_id=wrong.entry_id, actor=OTHER_OFFICER, now=NOON)


def test_an_award_past_its_day_can_still_be_taken_back(session: Session) -> None:
    fund(session, available=500, expiry_rule="months:1")
    wrong = awarded(session, resident(session), 120)
    late = NOON + timedelta(days=90)
    assert claw_back(session, award_id=wrong.id, reason="x", actor=OTHER_OFFICER, now=late).amount == 120


def test_a_frozen_account_gives_nothing(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong = awarded(session, zhang, 120)
    ledger.set_account_state(session, zhang.available_account_id, AccountState.FROZEN)
    with pytest.raises(AccountStateError) as refused:
        take_back(session, wrong)
    assert refused.value.state == "frozen"


def test_a_claw_back_needs_an_award_and_a_reason(session: Session) -> None:
    fund(session, available=500)
    wrong, nothing = awarded(session, resident(session), 120), new_id()
    for reason in ("", "x" * 501, "a\x7fb"):
        with pytest.raises(TextRefusedError):
            claw_back(session, award_id=wrong.id, reason=reason, actor=OTHER_OFFICER, now=NOON)
    with pytest.raises(AwardUnknownError) as refused:
        claw_back(session, award_id=nothing, reason="x", actor=OTHER_OFFICER, now=NOON)
    assert refused.value.award_id == nothing
    with pytest.raises(AwardUnknownError):
        left_to_claw_back(session, nothing)


def test_a_call_remembers_the_claw_back_it_made(session: Session) -> None:
    fund(session, available=500)
    wrong = awarded(session, resident(session), 120)
    call = Call(OFFICER, "POST /awards/claw-back", "k1", {"reason": "x"})
    taken = claw_back(session, award_id=wrong.id, reason="x", actor=OTHER_OFFICER, now=NOON, call=call)
    assert recall_call(session, call) == taken.id


def test_claw_backs_are_found_by_their_awards_and_by_id(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    wrong, right = awarded(session, zhang, 10), awarded(session, zhang, 20)
    taken = take_back(session, wrong)
    assert claw_backs_of(session, [wrong.id, right.id]) == {wrong.id: taken}
    unknown = new_id()
    with pytest.raises(ClawBackUnknownError) as refused:
        get_claw_back(session, unknown)
    assert refused.value.claw_back_id == unknown


def test_of_eight_who_claw_back_at_once_one_does_and_no_credit_is_taken_twice(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=500)
        zhang = resident(session)
        wrong = awarded(session, zhang, 100)
        awarded(session, zhang, 100)
        session.commit()
    done = at_once(engine, [lambda session: take_back(session, wrong)] * 8)
    assert sum(isinstance(each, ClawBack) for each in done) == 1
    assert sum(isinstance(each, AlreadyClawedBackError) for each in done) == 7
    with Session(engine) as session:
        assert lots_of(session, zhang) == {"2027-12-31:peace": 100}


def test_a_claw_back_and_a_payment_at_once_share_what_there_is(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=500)
        zhang = resident(session)
        wrong = awarded(session, zhang, 100)
        spend(session, zhang, 1)
        session.commit()

    def pay(session: Session) -> None:
        spend(session, zhang, 60)

    def take(session: Session) -> object:
        return take_back(session, wrong)

    paid, taken = at_once(engine, [pay, take])
    with Session(engine) as session:
        position = fund_position(session, "peace")
    assert position.is_covered
    if isinstance(taken, ClawBack) and taken.amount == 39:
        assert paid is None
        assert position.outstanding == 61
    else:
        assert isinstance(paid, ledger.InsufficientBalanceError)
        assert position.outstanding == 1


def test_a_call_whose_twin_took_the_award_back_meanwhile_is_run_again(session: Session) -> None:
    fund(session, available=500)
    wrong = awarded(session, resident(session), 100)

    def take(key: str) -> ClawBack:
        call = Call(OTHER_OFFICER, "POST /claw-backs", key, {})
        return claw_back(session, award_id=wrong.id, reason="报错人", actor=OTHER_OFFICER, now=NOON, call=call)

    take("k")
    with pytest.raises(LostRaceError):
        take("k")
    with pytest.raises(AlreadyClawedBackError):
        take("another")
