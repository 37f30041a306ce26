"""Single awards."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

import ledger
from awards import (
    AmountOutOfRangeError,
    Award,
    AwardStatus,
    FundEndedError,
    FundExhaustedError,
    FundUnknownError,
    award,
    fund_position,
    get_award,
    grant,
    last_day_of_award,
)
from ledger import AMOUNT_MAX, AccountState, AccountStateError, Call, new_id, recall_call
from people import ResidentUnknownError, TextRefusedError
from tests.awards.builders import OFFICER, OTHER_OFFICER, at_once, available, awarded, fund, lots_of, resident
from tests.clock import NOON, SHANGHAI


def test_an_award_gives_the_fund_s_credits_a_last_day_and_the_resident_can_spend_them(session: Session) -> None:
    peace, zhang = fund(session, available=500), resident(session)
    made = award(
        session, resident_id=zhang.id, fund_code="peace", amount=120, reason=" 巡逻三次 ", actor=OFFICER, now=NOON
    )
    assert get_award(session, made.id) is made
    assert (made.resident_id, made.fund_code, made.amount, made.reason) == (zhang.id, "peace", 120, "巡逻三次")
    assert (made.status, made.expires_on, made.batch_id) == (AwardStatus.POSTED, date(2027, 12, 31), None)
    assert (made.granted_by, made.granted_at) == (OFFICER, NOON)
    assert lots_of(session, zhang) == {"2027-12-31:peace": 120}
    assert available(session, peace) == 380
    assert made.entry_id is not None
    entry = ledger.entry(session, made.entry_id)
    assert (entry.kind, entry.actor, entry.description) == ("award", OFFICER, "")
    assert [(each.account, each.lot, each.side, each.amount) for each in entry.postings] == [
        ("fund:peace:available", "never:peace", "debit", 120),
        (f"resident:{zhang.id.hex}:available", "2027-12-31:peace", "credit", 120),
    ]


def test_the_books_keep_no_reason_and_no_name(session: Session) -> None:
    fund(session, available=500)
    zhang = resident(session)
    made = awarded(session, zhang, 1)
    assert made.entry_id is not None
    entry = repr(ledger.entry(session, made.entry_id))
    assert made.reason not in entry
    assert zhang.name not in entry


def test_a_granted_award_is_posted_by_whoever_asked_for_it(session: Session) -> None:
    peace, zhang = fund(session, available=500), resident(session)
    granted = grant(
        session, resident_id=zhang.id, fund_code="peace", amount=120, reason="巡逻", actor=OFFICER, now=NOON
    )
    assert available(session, peace) == 500
    ledger.post(session, [granted.entry])
    assert available(session, peace) == 380
    assert get_award(session, granted.award.id).entry_id == granted.entry.id


@pytest.mark.parametrize(("rule", "label"), [("never", "never:peace"), ("months:6", "2026-12-01:peace")])
def test_the_fund_s_rule_says_how_long_an_award_lasts(session: Session, rule: str, label: str) -> None:
    fund(session, available=500, expiry_rule=rule)
    zhang = resident(session)
    awarded(session, zhang, 5)
    assert lots_of(session, zhang) == {label: 5}


def test_the_day_of_an_award_is_the_community_s_day(session: Session) -> None:
    peace = fund(session, available=500, expiry_rule="months:1")
    zhang = resident(session)
    # Just after midnight in Shanghai it is still the day before in UTC.
    made = awarded(session, zhang, 5, now=datetime(2026, 7, 1, 0, 30, tzinfo=SHANGHAI))
    assert made.expires_on == date(2026, 8, 1)
    assert last_day_of_award(peace, date(2026, 7, 1)) == made.expires_on


def test_a_fund_that_ended_awards_nothing_more(session: Session) -> None:
    peace = fund(session, available=500, expiry_rule="on:2026-06-02")
    zhang = resident(session)
    awarded(session, zhang, 5, now=NOON + timedelta(days=1))
    with pytest.raises(FundEndedError) as refused:
        awarded(session, zhang, 5, now=NOON + timedelta(days=2))
    assert (refused.value.code, refused.value.ended_on) == ("peace", date(2026, 6, 2))
    assert available(session, peace) == 495


def test_a_fund_gives_no_more_than_it_has(session: Session) -> None:
    peace, zhang = fund(session, available=100), resident(session)
    with pytest.raises(FundExhaustedError) as refused:
        awarded(session, zhang, 101)
    assert (refused.value.code, refused.value.wanted, refused.value.available) == ("peace", 101, 100)
    awarded(session, zhang, 100)
    assert available(session, peace) == 0
    with pytest.raises(FundExhaustedError):
        awarded(session, zhang, 1)


def test_an_award_of_one_fund_touches_no_other(session: Session) -> None:
    peace, fire, zhang = fund(session, "peace"), fund(session, "fire", available=500), resident(session)
    with pytest.raises(FundExhaustedError):
        awarded(session, zhang, 1, fund_code="peace")
    awarded(session, zhang, 1, fund_code="fire")
    assert (available(session, peace), available(session, fire)) == (0, 499)


@pytest.mark.parametrize("amount", [0, -5, AMOUNT_MAX + 1, 2**63])
def test_an_amount_must_be_one_an_entry_can_hold(session: Session, amount: int) -> None:
    fund(session, available=100)
    with pytest.raises(AmountOutOfRangeError) as refused:
        awarded(session, resident(session), amount)
    assert (refused.value.amount, refused.value.maximum) == (amount, AMOUNT_MAX)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b", "a\x1bb", "\u202ereason"])
def test_an_award_needs_a_reason_that_can_be_read(session: Session, reason: str) -> None:
    fund(session, available=100)
    zhang = resident(session)
    with pytest.raises(TextRefusedError) as refused:
        award(session, resident_id=zhang.id, fund_code="peace", amount=1, reason=reason, actor=OFFICER, now=NOON)
    assert refused.value.field == "reason"


def test_a_reason_may_be_in_any_script_and_with_emoji(session: Session) -> None:
    fund(session, available=100)
    zhang, reason = resident(session), "帮助老人 👵🏽 مساعدة " + "好" * 400
    made = award(session, resident_id=zhang.id, fund_code="peace", amount=1, reason=reason, actor=OFFICER, now=NOON)
    assert made.reason == reason


def test_who_or_what_is_unknown_is_said(session: Session) -> None:
    fund(session, available=100)
    zhang, nobody = resident(session), new_id()
    with pytest.raises(ResidentUnknownError) as unknown:
        award(session, resident_id=nobody, fund_code="peace", amount=1, reason="巡逻", actor=OFFICER, now=NOON)
    assert unknown.value.resident_id == nobody
    with pytest.raises(FundUnknownError):
        awarded(session, zhang, 1, fund_code="water")


def test_a_frozen_account_takes_awards_and_a_closed_one_does_not(session: Session) -> None:
    fund(session, available=100)
    zhang = resident(session)
    ledger.set_account_state(session, zhang.available_account_id, AccountState.FROZEN)
    awarded(session, zhang, 5)
    assert lots_of(session, zhang) == {"2027-12-31:peace": 5}
    gone = resident(session)
    ledger.set_account_state(session, gone.available_account_id, AccountState.CLOSED)
    with pytest.raises(AccountStateError) as refused:
        awarded(session, gone, 5)
    assert (refused.value.account_id, refused.value.state) == (gone.available_account_id, "closed")


def test_a_call_remembers_the_award_it_made(session: Session) -> None:
    fund(session, available=100)
    zhang = resident(session)
    call = Call(OFFICER, "POST /awards", "k1", {"amount": 1})
    made = award(
        session, resident_id=zhang.id, fund_code="peace", amount=1, reason="巡逻", actor=OFFICER, now=NOON, call=call
    )
    assert recall_call(session, call) == made.id


def test_an_award_is_reversed_by_another_person_while_its_credits_are_unspent(session: Session) -> None:
    peace, zhang = fund(session, available=100), resident(session)
    made = awarded(session, zhang, 30)
    assert made.entry_id is not None
    ledger.reverse(session, entry_id=made.entry_id, actor=OTHER_OFFICER, now=NOON)
    assert lots_of(session, zhang) == {}
    assert available(session, peace) == 100


def test_of_two_awards_at_once_from_a_fund_that_covers_one_exactly_one_is_made(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=100)
        residents = [resident(session) for _ in range(2)]
        session.commit()
    done = at_once(engine, [partial(awarded, to=to, amount=100) for to in residents])
    assert sum(isinstance(each, Award) for each in done) == 1
    assert sum(isinstance(each, FundExhaustedError) for each in done) == 1
    with Session(engine) as session:
        position = fund_position(session, "peace")
        assert (position.available, position.outstanding, position.backing) == (0, 100, 100)


def test_a_fund_emptied_between_the_look_and_the_entry_says_no_figure_that_is_not_true(postgres_database: str) -> None:
    engine = ledger.prepare_engine(create_engine(postgres_database))
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=100)
        zhang, li = resident(session), resident(session)
        session.commit()
    with Session(engine) as first, Session(engine) as second, ThreadPoolExecutor(1) as thread:
        awarded(first, zhang, 60)
        # Not committed yet: the other still sees 100, and waits for the fund's account.
        later = thread.submit(awarded, second, li, 60)
        with engine.connect() as watcher:
            while not watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                time.sleep(0.001)
        first.commit()
        with pytest.raises(FundExhaustedError) as refused:
            later.result(timeout=30)
    assert (refused.value.wanted, refused.value.available) == (60, None)
    engine.dispose()


def test_an_activity_s_own_posting_meets_the_ledger_s_refusal(session: Session) -> None:
    fund(session, available=100)
    zhang = resident(session)
    granted = grant(session, resident_id=zhang.id, fund_code="peace", amount=60, reason="巡逻", actor=OFFICER, now=NOON)
    awarded(session, zhang, 60)
    with pytest.raises(ledger.InsufficientBalanceError):
        ledger.post(session, [granted.entry])


def test_twenty_four_awards_at_once_from_a_fund_that_covers_nine_are_nine(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        fund(session, available=95)
        residents = [resident(session) for _ in range(4)]
        session.commit()
    done = at_once(engine, [partial(awarded, to=to, amount=10) for to in residents * 6])
    assert sum(isinstance(each, Award) for each in done) == 9
    assert sum(isinstance(each, FundExhaustedError) for each in done) == 15
    with Session(engine) as session:
        assert fund_position(session, "peace").available == 5
