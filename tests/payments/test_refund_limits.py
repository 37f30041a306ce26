"""What a cashier refunds without the owner, and until when anybody does."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
from payments import (
    AmountError,
    OwnerApprovalRequiredError,
    RefundWindowError,
    list_till_refund_limits,
    set_till_refund_limit,
    till_refund_max,
)
from safeguards import PaymentLimits, set_payment_limits
from tests.clock import NOON
from tests.merchants.builders import give_back, merchant, paid, resident


def test_a_cashier_refunds_up_to_what_the_owner_lets_them_however_often(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    spent = paid(session, payer, shop, 1_000)
    set_till_refund_limit(session, merchant_id=shop.id, amount=900, actor="person:owner", now=NOON)
    set_till_refund_limit(session, merchant_id=shop.id, amount=300, actor="person:owner", now=NOON)
    assert [each.amount for each in list_till_refund_limits(session, shop.id)] == [300, 900]
    assert till_refund_max(session, merchant(session, code="other").id) == 0
    give_back(session, spent, 200, by_owner=False)
    with pytest.raises(OwnerApprovalRequiredError) as refused:
        give_back(session, spent, 101, by_owner=False)
    assert refused.value.limit == 300
    give_back(session, spent, 100, by_owner=False)
    give_back(session, spent, 700)
    for amount in (-1, ledger.AMOUNT_MAX + 1):
        with pytest.raises(AmountError):
            set_till_refund_limit(session, merchant_id=shop.id, amount=amount, actor="person:owner", now=NOON)


def test_refunds_have_a_time_once_the_office_sets_one(session: Session) -> None:
    payer, shop = resident(session, balance=5_000), merchant(session)
    spent = paid(session, payer, shop, 1_000)
    give_back(session, spent, 1, now=NOON + timedelta(days=800))
    set_payment_limits(session, limits=PaymentLimits(refund_within_days=7), actor="system", now=NOON)
    last_moment = NOON.replace(hour=23, minute=59) + timedelta(days=7)
    give_back(session, spent, 1, now=last_moment)
    with pytest.raises(RefundWindowError) as refused:
        give_back(session, spent, 1, now=last_moment + timedelta(minutes=1))
    assert refused.value.until == (NOON + timedelta(days=7)).date()
