"""Rules of refunds: whole or in part, to the very lots, last spent first, by the owner, never more than was paid."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import ledger
import people
from ledger import AccountState, Side
from merchants import Merchant, revoke_naming
from payments import (
    AmountError,
    NotRefundableError,
    OwnerApprovalRequiredError,
    RedemptionUnknownError,
    RefundExceedsRedemptionError,
    Refusal,
    get_redemption,
    get_refund,
    list_refunds,
    refund,
)
from tests.clock import NOON
from tests.merchants.builders import call, give, give_back, lots_of, merchant, paid, pay, payable_of, resident

THIS_YEAR, NEXT_YEAR = date(2026, 12, 31), date(2027, 12, 31)
FIRST, SECOND = "2026-12-31:peace", "2027-12-31:peace"


def holder_of_two_lots(session: Session) -> people.Resident:
    """Return a resident with 300 until the end of this year and 500 until the end of the next."""
    payer = resident(session)
    give(session, payer, 300, expires_on=THIS_YEAR)
    give(session, payer, 500, expires_on=NEXT_YEAR)
    return payer


def settle(session: Session, shop: Merchant, amount: int) -> None:
    """Take what was collected away from a merchant, as a settlement does."""
    lines = (
        ledger.debit(shop.payable_account_id, ledger.Asset.PAB, amount, "never:peace"),
        ledger.credit(shop.in_settlement_account_id, ledger.Asset.PAB, amount, "never:peace"),
    )
    ledger.post(session, [ledger.NewEntry(ledger.new_id(), "settlement", "system", NOON, lines)])


def receivable_of(session: Session, shop: Merchant) -> int:
    """Return what a merchant owes back."""
    return ledger.balance(session, shop.receivable_account_id)


# --- to the very lots ------------------------------------------------------------------------------------------------


def test_a_whole_refund_leaves_things_as_they_were(session: Session) -> None:
    payer, shop = holder_of_two_lots(session), merchant(session)
    before = lots_of(session, payer)
    redemption = paid(session, payer, shop, 700)

    give_back(session, redemption, 700)

    assert lots_of(session, payer) == before
    assert payable_of(session, shop) == {}


def test_a_part_goes_to_the_lot_spent_last_first(session: Session) -> None:
    payer, shop = holder_of_two_lots(session), merchant(session)
    redemption = paid(session, payer, shop, 400)
    assert lots_of(session, payer) == {SECOND: 400}

    give_back(session, redemption, 60)
    assert lots_of(session, payer) == {SECOND: 460}
    # Only 40 of the second lot are left to give back.
    give_back(session, redemption, 60)
    assert lots_of(session, payer) == {FIRST: 20, SECOND: 500}
    give_back(session, redemption, 280)
    assert lots_of(session, payer) == {FIRST: 300, SECOND: 500}


def test_a_refund_returns_the_very_funds(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 100, fund="aid", expires_on=THIS_YEAR)
    give(session, payer, 100, fund="peace", expires_on=THIS_YEAR)
    redemption = paid(session, payer, shop, 200)

    give_back(session, redemption, 150)

    assert payable_of(session, shop) == {"never:aid": 50}
    assert lots_of(session, payer) == {"2026-12-31:aid": 50, "2026-12-31:peace": 100}


def test_what_comes_back_through_its_last_day_keeps_it_and_past_it_has_thirty_days_more(session: Session) -> None:
    payer, shop = resident(session), merchant(session)
    give(session, payer, 100, expires_on=NOON.date())
    redemption = paid(session, payer, shop, 100)

    give_back(session, redemption, 40)
    give_back(session, redemption, 60, now=NOON + timedelta(days=1))

    assert ledger.GRACE_DAYS == 30
    assert lots_of(session, payer) == {"2026-06-01:peace": 40, "2026-07-02:peace": 60}


def test_lots_past_their_day_meet_in_one_with_grace(session: Session) -> None:
    payer, shop = holder_of_two_lots(session), merchant(session)
    redemption = paid(session, payer, shop, 800)

    give_back(session, redemption, 800, now=NOON + timedelta(days=1000))

    with_grace = ledger.CreditLot("peace", NOON.date() + timedelta(days=1030)).label
    assert lots_of(session, payer) == {with_grace: 800}


def test_undated_credits_come_back_undated(session: Session) -> None:
    payer, shop = resident(session, balance=100), merchant(session)
    redemption = paid(session, payer, shop, 100)

    give_back(session, redemption, 100, now=NOON + timedelta(days=1000))

    assert lots_of(session, payer) == {"never:peace": 100}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    part=st.integers(1, 100),
    asked=st.lists(st.integers(1, 80), min_size=1, max_size=8),
)
def test_any_sequence_of_refunds_returns_the_spent_lots_from_the_last_and_never_more(
    session: Session, held: list[int], part: int, asked: list[int]
) -> None:
    payer, shop = resident(session), merchant(session, code=ledger.new_id().hex)
    for days, amount in enumerate(held):
        give(session, payer, amount, fund=("aid", "peace")[days % 2], expires_on=NOON.date() + timedelta(days=days))
    before = lots_of(session, payer)
    redemption = paid(session, payer, shop, max(1, sum(held) * part // 100))
    after_payment = lots_of(session, payer)

    refunded = 0
    for amount in asked:
        left = redemption.amount - refunded
        if amount > left:
            with pytest.raises(RefundExceedsRedemptionError):
                give_back(session, redemption, amount)
            continue
        refunded += amount
        assert give_back(session, redemption, amount).refunded_total == refunded
        # As if the payment had been smaller by what was given back.
        expected, still_spent = dict(before), redemption.amount - refunded
        for label in sorted(before):
            taken = min(still_spent, before[label])
            still_spent -= taken
            expected[label] -= taken
        assert lots_of(session, payer) == {label: amount for label, amount in expected.items() if amount}

    assert get_redemption(session, redemption.id).refunded_total == refunded
    assert sum(payable_of(session, shop).values()) == redemption.amount - refunded
    if refunded == 0:
        assert lots_of(session, payer) == after_payment
    if refunded == redemption.amount:
        assert lots_of(session, payer) == before


# --- out of what the merchant holds, or owes -------------------------------------------------------------------------


def test_what_the_merchant_no_longer_holds_it_owes(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    settle(session, shop, 700)

    made = give_back(session, redemption, 500)

    assert payable_of(session, shop) == {}
    assert receivable_of(session, shop) == 200
    assert lots_of(session, payer) == {"never:peace": 500}
    assert [(line.account, line.side, line.amount) for line in ledger.entry(session, made.entry_id).postings] == [
        ("merchant:hotel:payable", Side.DEBIT, 300),
        ("merchant:hotel:receivable", Side.DEBIT, 200),
        (f"resident:{payer.id.hex}:available", Side.CREDIT, 500),
    ]


def test_a_merchant_that_was_paid_out_owes_the_whole_refund(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    settle(session, shop, 1000)

    give_back(session, redemption, 1000)

    assert receivable_of(session, shop) == 1000


def test_credits_of_another_fund_do_not_cover_a_refund(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    settle(session, shop, 1000)
    give(session, payer, 400, fund="aid")
    paid(session, payer, shop, 400)

    give_back(session, redemption, 100)

    assert payable_of(session, shop) == {"never:aid": 400}
    assert receivable_of(session, shop) == 100


def test_credits_of_other_payments_out_of_the_fund_cover_it(session: Session) -> None:
    payer, other, shop = resident(session, balance=1000), resident(session, balance=300), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    settle(session, shop, 1000)
    paid(session, other, shop, 300)

    give_back(session, redemption, 300)

    assert payable_of(session, shop) == {}
    assert receivable_of(session, shop) == 0


# --- when it works, and when not -------------------------------------------------------------------------------------


def test_a_refund_works_after_the_naming_was_revoked_and_after_it_ended(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    revoke_naming(session, merchant=shop, reason="违规", actor="system", now=NOON)

    give_back(session, redemption, 100)
    give_back(session, redemption, 100, now=NOON + timedelta(days=900))

    assert get_redemption(session, redemption.id).refunded_total == 200


def test_a_frozen_account_still_takes_a_refund(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    ledger.set_account_state(session, payer.available_account_id, AccountState.FROZEN)

    give_back(session, redemption, 1000)

    assert lots_of(session, payer) == {"never:peace": 1000}


def test_more_than_is_left_is_refused_and_nothing_moves(session: Session) -> None:
    payer, shop = resident(session, balance=1000), merchant(session)
    redemption = paid(session, payer, shop, 1000)
    give_back(session, redemption, 600)

    with pytest.raises(RefundExceedsRedemptionError) as refused:
        give_back(session, redemption, 401)

    assert (refused.value.redemption_id, refused.value.left) == (redemption.id, 400)
    assert lots_of(session, payer) == {"never:peace": 600}
    assert len(list_refunds(session, redemption_id=redemption.id)) == 1


def test_what_the_session_read_before_is_not_believed(session: Session) -> None:
    session.expire_on_commit = False
    seen = get_redemption(session, paid(session, resident(session, balance=1000), merchant(session), 1000).id)
    session.commit()
    with Session(session.get_bind()) as another:
        give_back(another, get_redemption(another, seen.id), 1000)
        another.commit()

    assert seen.refunded_total == 0
    with pytest.raises(RefundExceedsRedemptionError):
        give_back(session, seen, 1)


@pytest.mark.parametrize("amount", [0, -1, 2**53, 2**63])
def test_a_refund_is_positive_and_what_the_books_can_hold(session: Session, amount: int) -> None:
    redemption = paid(session, resident(session, balance=1000), merchant(session), 1000)

    with pytest.raises(AmountError) as refused:
        give_back(session, redemption, amount)
    assert refused.value.amount == amount


def test_a_refused_attempt_has_nothing_to_give_back(session: Session) -> None:
    refused = pay(session, at=merchant(session).id, with_code="unknown", amount=100).redemption

    with pytest.raises(NotRefundableError) as error:
        give_back(session, refused, 100)
    assert (error.value.redemption_id, error.value.refusal) == (refused.id, Refusal.CODE_UNKNOWN)


def test_another_merchant_s_payment_is_unknown(session: Session) -> None:
    redemption = paid(session, resident(session, balance=1000), merchant(session), 1000)
    there = merchant(session, code="there")

    for redemption_id, merchant_id in ((redemption.id, there.id), (ledger.new_id(), redemption.merchant_id)):
        with pytest.raises(RedemptionUnknownError) as refused:
            refund(
                session,
                redemption_id=redemption_id,
                merchant_id=merchant_id,
                amount=1,
                reason="退",
                by_owner=True,
                actor="person:owner",
                now=NOON,
            )
        assert refused.value.redemption == redemption_id


def test_a_till_refunds_nothing_without_the_owner(session: Session) -> None:
    redemption = paid(session, resident(session, balance=1000), merchant(session), 1000)

    with pytest.raises(OwnerApprovalRequiredError) as refused:
        give_back(session, redemption, 1, by_owner=False)
    assert refused.value.limit == 0


@pytest.mark.parametrize("reason", ["", " ", "\x00", "\u202e", "退" * 501])
def test_a_refund_says_why_in_words_that_can_be_shown(session: Session, reason: str) -> None:
    redemption = paid(session, resident(session, balance=1000), merchant(session), 1000)

    with pytest.raises(people.TextRefusedError) as refused:
        give_back(session, redemption, 1, reason=reason)
    assert refused.value.field == "reason"


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_a_refund_says_how_much_why_by_whom_and_what_is_refunded_so_far(session: Session) -> None:
    redemption, asked = paid(session, resident(session, balance=1000), merchant(session), 1000), call()
    earlier = give_back(session, redemption, 100)

    made = give_back(session, redemption, 250, reason=" 少一道菜 ", again=asked)

    assert (made.amount, made.refunded_total, made.reason) == (250, 350, "少一道菜")
    assert (made.refunded_by, made.refunded_at) == ("person:owner", NOON)
    assert get_refund(session, made.id) is made
    assert list_refunds(session, redemption_id=redemption.id) == [made, earlier]
    assert ledger.recall_call(session, asked) == made.id
    assert ledger.entry(session, made.entry_id).kind == "refund"
