"""Why a payment is refused: each refusal is remembered, moves nothing, and uses up neither code nor order number."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
import people
from ledger import AccountState
from merchants import merchant_by_code, revoke_naming, suspend_naming
from payments import CODE_LIFETIME, Attempt, Redemption, RedemptionStatus, Refusal, block_codes, get_redemption, outcome
from tests.clock import NOON
from tests.merchants.builders import (
    code,
    give,
    lots_of,
    merchant,
    naming,
    paid,
    pay,
    payable_of,
    resident,
)
from tests.payments.racing import committed, meeting

EARLIER = NOON - timedelta(days=1)


def refusal_of(attempt: Attempt) -> Refusal | None:
    """Return why an attempt was refused."""
    return attempt.redemption.refusal


# --- the code --------------------------------------------------------------------------------------------------------


def test_a_code_is_good_through_its_sixtieth_second_and_refused_after(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    late, in_time = code(session, payer), code(session, payer)

    def at(seconds: float, shown: str) -> Refusal | None:
        now = NOON + timedelta(seconds=seconds)
        return refusal_of(pay(session, at=shop.id, with_code=shown, amount=100, now=now))

    assert at(61, late) is Refusal.CODE_EXPIRED
    assert at(60.000001, late) is Refusal.CODE_EXPIRED
    assert at(60, in_time) is None
    assert timedelta(seconds=60) == CODE_LIFETIME


def test_a_code_pays_once(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    shown = code(session, payer)
    pay(session, at=shop.id, with_code=shown, amount=100)

    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100)) is Refusal.CODE_USED
    # Used is the reason, also when its time is over too.
    late = NOON + timedelta(hours=1)
    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100, now=late)) is Refusal.CODE_USED
    assert payable_of(session, shop) == {"never:peace": 100}


def test_a_code_that_paid_here_pays_nowhere_else(session: Session) -> None:
    payer, here, there = resident(session, balance=5000), merchant(session), merchant(session, code="there")
    shown = code(session, payer)
    pay(session, at=here.id, with_code=shown, amount=100)

    assert refusal_of(pay(session, at=there.id, with_code=shown, amount=100)) is Refusal.CODE_USED


def test_a_refusal_does_not_use_up_the_code(session: Session) -> None:
    payer, shop = resident(session, balance=100), merchant(session)
    shown = code(session, payer)

    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=101)) is Refusal.INSUFFICIENT_BALANCE
    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100)) is None


# --- what the payer holds --------------------------------------------------------------------------------------------


def test_more_than_the_resident_holds_is_refused_whole(session: Session) -> None:
    payer, shop = resident(session, balance=100), merchant(session)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=101)

    assert refusal_of(attempt) is Refusal.INSUFFICIENT_BALANCE
    assert lots_of(session, payer) == {"never:peace": 100}
    assert payable_of(session, shop) == {}


def test_what_is_past_its_day_does_not_count(session: Session) -> None:
    payer, shop = resident(session, balance=99), merchant(session)
    give(session, payer, 100, expires_on=EARLIER.date())

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=100)

    assert refusal_of(attempt) is Refusal.INSUFFICIENT_BALANCE


def test_a_fund_is_not_accepted_here_only_where_other_lots_would_have_sufficed(session: Session) -> None:
    payer, shop = resident(session), merchant(session, funds=["aid"])
    give(session, payer, 60, fund="peace")
    give(session, payer, 40, fund="aid")
    give(session, payer, 500, fund="peace", expires_on=EARLIER.date())

    def paying(amount: int) -> Refusal | None:
        return refusal_of(pay(session, at=shop.id, with_code=code(session, payer), amount=amount))

    assert paying(101) is Refusal.INSUFFICIENT_BALANCE
    assert paying(100) is Refusal.FUND_NOT_ACCEPTED_HERE
    assert paying(41) is Refusal.FUND_NOT_ACCEPTED_HERE
    assert paying(40) is None


@pytest.mark.parametrize("state", [AccountState.FROZEN, AccountState.CLOSED])
def test_a_frozen_or_closed_account_spends_nothing(session: Session, state: AccountState) -> None:
    payer, shop = resident(session, balance=0 if state is AccountState.CLOSED else 100), merchant(session)
    ledger.set_account_state(session, payer.available_account_id, state)

    assert refusal_of(pay(session, at=shop.id, with_code=code(session, payer), amount=100)) is Refusal.ACCOUNT_FROZEN


def test_an_account_that_is_being_frozen_is_refused_as_frozen(engine: Engine) -> None:
    def prepare(session: Session) -> tuple[people.Resident, str]:
        merchant(session)
        payer = resident(session, balance=100)
        return payer, code(session, payer)

    payer, shown = committed(engine, prepare)

    attempt = meeting(
        engine,
        lambda session: ledger.set_account_state(session, payer.available_account_id, AccountState.FROZEN),
        lambda session: pay(session, at=merchant_by_code(session, "hotel").id, with_code=shown, amount=100),
    )

    assert refusal_of(attempt) is Refusal.ACCOUNT_FROZEN


def test_a_code_that_is_being_blocked_is_refused_as_blocked(engine: Engine) -> None:
    def prepare(session: Session) -> tuple[people.Resident, str]:
        merchant(session)
        payer = resident(session, balance=100)
        return payer, code(session, payer)

    payer, shown = committed(engine, prepare)

    attempt = meeting(
        engine,
        lambda session: block_codes(session, resident_id=payer.id, actor="resident:1", now=NOON),
        lambda session: pay(session, at=merchant_by_code(session, "hotel").id, with_code=shown, amount=100),
    )

    assert refusal_of(attempt) is Refusal.CODES_BLOCKED


# --- the merchant ----------------------------------------------------------------------------------------------------


def test_a_merchant_is_paid_from_the_first_day_of_its_naming_through_the_last(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session, named=False)
    naming(session, shop, begins=0, ends=1)

    def on_day(days: int) -> Refusal | None:
        now = NOON + timedelta(days=days)
        return refusal_of(pay(session, at=shop.id, with_code=code(session, payer, at=now), amount=100, now=now))

    assert [on_day(days) for days in (-1, 0, 1, 2)] == [
        Refusal.MERCHANT_NOT_NAMED,
        None,
        None,
        Refusal.MERCHANT_NOT_NAMED,
    ]


def test_the_day_is_that_of_the_community_not_of_greenwich(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session, named=False)
    naming(session, shop, begins=0, ends=0)
    first, last = NOON.replace(hour=0), NOON.replace(hour=23, minute=59, second=59)

    for now in (first, last):
        shown = code(session, payer, at=now)
        assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100, now=now)) is None


def test_a_merchant_without_a_naming_is_not_paid(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session, named=False)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=100)

    assert refusal_of(attempt) is Refusal.MERCHANT_NOT_NAMED


def test_a_suspended_merchant_is_told_so_and_a_revoked_one_is_not_named(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    shown = code(session, payer)

    suspend_naming(session, merchant=shop, reason="消防检查", actor="system", now=NOON)
    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100)) is Refusal.MERCHANT_SUSPENDED
    revoke_naming(session, merchant=shop, reason="消防检查", actor="system", now=NOON)
    assert refusal_of(pay(session, at=shop.id, with_code=shown, amount=100)) is Refusal.MERCHANT_NOT_NAMED


def test_one_suspended_merchant_does_not_stop_another(session: Session) -> None:
    payer, here, there = resident(session, balance=5000), merchant(session), merchant(session, code="there")
    suspend_naming(session, merchant=here, reason="消防检查", actor="system", now=NOON)

    assert refusal_of(pay(session, at=there.id, with_code=code(session, payer), amount=100)) is None


# --- the order number ------------------------------------------------------------------------------------------------


def test_an_order_number_is_paid_once_at_its_merchant_and_says_who_holds_it(session: Session) -> None:
    payer, here, there = resident(session, balance=5000), merchant(session), merchant(session, code="there")
    holder = paid(session, payer, here, 100, order_no="A1")

    again = pay(session, at=here.id, with_code=code(session, payer), amount=100, order_no=" A1 ")

    assert (refusal_of(again), again.holder_id) == (Refusal.ORDER_NO_USED, holder.id)
    assert paid(session, payer, there, 100, order_no="A1").id != holder.id
    assert paid(session, payer, here, 100, order_no="a1").id != holder.id


def test_a_refused_attempt_frees_its_order_number(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    first = pay(session, at=shop.id, with_code="no such code", amount=100, order_no="A1")
    second = pay(session, at=shop.id, with_code="no such code", amount=100, order_no="A1")

    assert [refusal_of(first), refusal_of(second)] == [Refusal.CODE_UNKNOWN, Refusal.CODE_UNKNOWN]
    assert paid(session, payer, shop, 100, order_no="A1").refusal is None


def test_a_used_order_number_is_the_reason_whatever_else_is_wrong(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)
    holder = paid(session, payer, shop, 100, order_no="A1")
    suspend_naming(session, merchant=shop, reason="消防检查", actor="system", now=NOON)

    lost_answer = pay(session, at=shop.id, with_code="no such code", amount=100, order_no="A1")

    assert (refusal_of(lost_answer), lost_answer.holder_id) == (Refusal.ORDER_NO_USED, holder.id)


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_a_refusal_is_kept_with_all_that_is_known_and_without_an_entry(session: Session) -> None:
    payer, shop = resident(session, name="王小明", balance=10), merchant(session)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=100, order_no="A1")

    kept = get_redemption(session, attempt.redemption.id)
    for made in (attempt.redemption, kept):
        assert (made.status, made.refusal) == (RedemptionStatus.REFUSED, Refusal.INSUFFICIENT_BALANCE)
        assert (made.merchant_id, made.resident_id, made.order_no, made.amount) == (shop.id, payer.id, "A1", 100)
        assert (made.entry_id, made.receipt_no, made.refunded_total) == (None, None, 0)
    assert (attempt.payer, attempt.holder_id) == ("王*明", None)


def test_an_unknown_code_is_remembered_under_its_order_number_and_names_nobody(session: Session) -> None:
    shop = merchant(session)

    attempt = pay(session, at=shop.id, with_code="ABCDEFGHJKLM", amount=100, order_no="A1")

    assert outcome(session, merchant_id=shop.id, order_no="A1").id == attempt.redemption.id
    assert (attempt.redemption.resident_id, attempt.redemption.payment_code_id, attempt.payer) == (None, None, "")


def test_every_refusal_has_its_row_and_none_an_entry(session: Session) -> None:
    payer, shop = resident(session, balance=100), merchant(session, funds=["aid"])
    pay(session, at=shop.id, with_code="unknown", amount=100)
    pay(session, at=shop.id, with_code=code(session, payer), amount=100)
    pay(session, at=shop.id, with_code=code(session, payer), amount=101)

    kept = session.query(Redemption).all()
    assert sorted(str(each.refusal) for each in kept) == [
        "code_unknown",
        "fund_not_accepted_here",
        "insufficient_balance",
    ]
    assert ledger.trial_balance_totals(session, asset=ledger.Asset.PAB) == (100, 100)
