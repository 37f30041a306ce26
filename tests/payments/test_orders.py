"""Orders: a till asks, whoever scans pays once; and payments at a shop's plaque."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import ledger
import people
from merchants import Merchant, revoke_naming, suspend_naming
from payments import (
    CHECKS,
    ORDER_LIFETIME,
    AmountError,
    Attempt,
    Channel,
    MerchantSuspendedError,
    MerchantTakesNoneError,
    OrderClosedError,
    OrderNumberUsedError,
    OrderUnknownError,
    Redemption,
    RedemptionStatus,
    Refusal,
    cancel_order,
    create_order,
    expire_orders,
    get_order,
    outcome,
    pay_at_merchant,
    pay_order,
    refund,
    state_at,
    takings,
    waiting_orders,
)
from people import TextRefusedError
from tests.clock import NOON
from tests.merchants.builders import call, code, lots_of, merchant, paid, pay, payable_of, resident
from tests.payments.racing import at_once, committed

_numbers = count(1)
SECOND = timedelta(seconds=1)


def order(session: Session, shop: Merchant, amount: int = 300, **more: Any) -> Redemption:
    """Return an order of a shop that waits."""
    given: dict[str, Any] = {"order_no": f"O{next(_numbers)}", "description": "午饭", "now": NOON, **more}
    return create_order(session, merchant=shop, actor="person:till", amount=amount, **given)


def own_call(of: people.Resident, key: str | None = None) -> ledger.Call:
    """Return a call of a resident."""
    return ledger.Call(f"resident:{of.id.hex}", "POST /orders", key or f"own-{next(_numbers)}", {})


def settle(session: Session, order_id: UUID, payer: people.Resident, **more: Any) -> Attempt:
    """Let a resident pay an order."""
    given: dict[str, Any] = {"now": NOON, "call": own_call(payer), **more}
    return pay_order(session, order_id=order_id, resident=payer, **given)


def test_an_order_is_paid_by_whoever_scans_it(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    asked = order(session, shop, 300, cash_amount=50)
    assert (asked.status, asked.resident_id, asked.entry_id) == (RedemptionStatus.AWAITING_PAYER, None, None)
    assert [each.id for each in waiting_orders(session, merchant_id=shop.id, now=NOON)] == [asked.id]

    attempt = settle(session, asked.id, payer, now=NOON + SECOND)

    assert attempt.redemption.id == asked.id
    assert (asked.status, asked.channel, asked.redeemed_at) == (
        RedemptionStatus.COMPLETED,
        Channel.ORDER,
        NOON + SECOND,
    )
    assert asked.receipt_no
    assert attempt.payer == "王*明"
    assert lots_of(session, payer) == {"never:peace": 700}
    assert payable_of(session, shop) == {"never:peace": 300}
    assert takings(session, merchant_id=shop.id, since=NOON, until=NOON + 2 * SECOND).redeemed_total == 300
    assert waiting_orders(session, merchant_id=shop.id, now=NOON) == []
    assert [check.__name__ for check in CHECKS if check(session) is not None] == []


def test_an_order_is_paid_once_and_the_same_call_again_is_the_same_payment(session: Session) -> None:
    payer, other, shop = resident(session, balance=1_000), resident(session, balance=1_000), merchant(session)
    asked = order(session, shop)
    first = settle(session, asked.id, payer, call=own_call(payer, "one"))
    again = settle(session, asked.id, payer, call=own_call(payer, "one"))
    assert (again.replayed, again.redemption.id) == (True, first.redemption.id)
    for somebody in (payer, other):
        with pytest.raises(OrderClosedError) as refused:
            settle(session, asked.id, somebody)
        assert refused.value.state is RedemptionStatus.COMPLETED
    assert lots_of(session, payer) == {"never:peace": 700}


def test_a_refused_payment_is_remembered_and_the_order_waits_on(session: Session) -> None:
    poor, payer, shop = resident(session, balance=299), resident(session, balance=300), merchant(session)
    asked = order(session, shop, 300, order_no="A-1")
    refused = settle(session, asked.id, poor, call=own_call(poor, "poor")).redemption
    assert (refused.refusal, refused.order_no, refused.resident_id) == (Refusal.INSUFFICIENT_BALANCE, "A-1", poor.id)
    assert settle(session, asked.id, poor, call=own_call(poor, "poor")).redemption.id == refused.id
    assert outcome(session, merchant_id=shop.id, order_no="A-1").id == asked.id
    assert settle(session, asked.id, payer).redemption.refusal is None


def test_an_order_number_is_one_over_payments_and_orders(session: Session) -> None:
    payer, shop, other = resident(session, balance=1_000), merchant(session), merchant(session, code="clinic")
    asked = order(session, shop, order_no="A-1")
    with pytest.raises(OrderNumberUsedError) as used:
        order(session, shop, order_no=" A-1 ")
    assert used.value.id == asked.id
    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=10, order_no="A-1")
    assert (attempt.redemption.refusal, attempt.holder_id) == (Refusal.ORDER_NO_USED, asked.id)
    done = paid(session, payer, shop, 10, order_no="A-2")
    with pytest.raises(OrderNumberUsedError) as used:
        order(session, shop, order_no="A-2")
    assert used.value.id == done.id
    assert order(session, other, order_no="A-1").status is RedemptionStatus.AWAITING_PAYER


def test_a_cancelled_order_cannot_be_paid_and_a_paid_one_not_cancelled(session: Session) -> None:
    payer, shop, other = resident(session, balance=1_000), merchant(session), merchant(session, code="clinic")
    asked = order(session, shop)
    with pytest.raises(OrderUnknownError):
        cancel_order(session, order_id=asked.id, merchant_id=other.id, actor="person:till", now=NOON)
    ended = cancel_order(session, order_id=asked.id, merchant_id=shop.id, actor="person:till", now=NOON)
    assert (ended.status, ended.ended_at, ended.ended_by) == (RedemptionStatus.CANCELLED, NOON, "person:till")
    again = cancel_order(session, order_id=asked.id, merchant_id=shop.id, actor="person:other", now=NOON + SECOND)
    assert (again.ended_at, again.ended_by) == (NOON, "person:till")
    with pytest.raises(OrderClosedError) as closed:
        settle(session, asked.id, payer)
    assert closed.value.state is RedemptionStatus.CANCELLED
    sold = order(session, shop)
    settle(session, sold.id, payer)
    with pytest.raises(OrderClosedError) as closed:
        cancel_order(session, order_id=sold.id, merchant_id=shop.id, actor="person:till", now=NOON)
    assert closed.value.state is RedemptionStatus.COMPLETED
    # A cancelled number stays taken: whoever asks by it hears what became of it.
    with pytest.raises(OrderNumberUsedError):
        order(session, shop, order_no=asked.order_no)


def test_an_order_ends_with_its_last_second(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    in_time, late = order(session, shop), order(session, shop)
    assert settle(session, in_time.id, payer, now=NOON + ORDER_LIFETIME).redemption.refusal is None
    over = NOON + ORDER_LIFETIME + SECOND
    for act in (
        lambda: settle(session, late.id, payer, now=over),
        lambda: cancel_order(session, order_id=late.id, merchant_id=shop.id, actor="person:till", now=over),
    ):
        with pytest.raises(OrderClosedError) as closed:
            act()
        assert closed.value.state is RedemptionStatus.EXPIRED
    # It is over before anybody has written it down.
    assert (late.status, state_at(late, over)) == (RedemptionStatus.AWAITING_PAYER, RedemptionStatus.EXPIRED)
    assert expire_orders(session, now=NOON + ORDER_LIFETIME) == 0
    assert expire_orders(session, now=over) == 1
    session.expire_all()
    assert (late.status, late.ended_at) == (RedemptionStatus.EXPIRED, NOON + ORDER_LIFETIME)
    assert expire_orders(session, now=over) == 0


def test_only_a_named_shop_may_ask_and_in_amounts_that_can_be_paid(session: Session) -> None:
    unnamed, shop = merchant(session, code="stall", named=False), merchant(session)
    with pytest.raises(MerchantTakesNoneError):
        order(session, unnamed)
    for amount in (0, -1, ledger.AMOUNT_MAX + 1):
        with pytest.raises(AmountError):
            order(session, shop, amount)
    for description in ("x" * 201, "a\u0000b"):
        with pytest.raises(TextRefusedError):
            order(session, shop, description=description)
    assert order(session, shop, description="  ").description is None
    waits = order(session, shop)
    suspend_naming(session, merchant=shop, reason="x", actor="system", now=NOON)
    with pytest.raises(MerchantSuspendedError):
        order(session, shop)
    # What waited meanwhile is refused, and remembered.
    payer = resident(session, balance=1_000)
    assert settle(session, waits.id, payer).redemption.refusal is Refusal.MERCHANT_SUSPENDED
    revoke_naming(session, merchant=shop, reason="x", actor="system", now=NOON)
    assert settle(session, waits.id, payer).redemption.refusal is Refusal.MERCHANT_NOT_NAMED


def test_what_is_no_order_is_none(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    done, refused = paid(session, payer, shop, 10), settle(session, order(session, shop, 9_999).id, payer).redemption
    for unknown in (ledger.new_id(), done.id, refused.id):
        with pytest.raises(OrderUnknownError):
            get_order(session, unknown)
        with pytest.raises(OrderUnknownError):
            settle(session, unknown, payer)


def test_a_resident_pays_at_the_plaque(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session, funds=["peace"])
    given: dict[str, Any] = {"merchant": shop, "resident": payer, "now": NOON}
    made = pay_at_merchant(session, amount=250, call=own_call(payer, "one"), **given)
    assert (made.redemption.status, made.redemption.channel) == (RedemptionStatus.COMPLETED, Channel.PLAQUE)
    again = pay_at_merchant(session, amount=250, call=own_call(payer, "one"), **given)
    assert (again.replayed, again.redemption.id) == (True, made.redemption.id)
    refused = pay_at_merchant(session, amount=751, call=own_call(payer), **given)
    assert refused.redemption.refusal is Refusal.INSUFFICIENT_BALANCE
    with pytest.raises(AmountError):
        pay_at_merchant(session, amount=0, call=own_call(payer), **given)
    assert lots_of(session, payer) == {"never:peace": 750}
    given_back = refund(
        session,
        redemption_id=made.redemption.id,
        merchant_id=shop.id,
        amount=250,
        reason="x",
        by_owner=True,
        actor="person:owner",
        now=NOON,
    )
    assert (given_back.refunded_total, lots_of(session, payer)) == (250, {"never:peace": 1_000})
    assert [check.__name__ for check in CHECKS if check(session) is not None] == []


def test_a_frozen_account_pays_no_order_and_at_no_plaque(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    asked = order(session, shop)
    ledger.set_account_state(session, payer.available_account_id, ledger.AccountState.FROZEN)
    assert settle(session, asked.id, payer).redemption.refusal is Refusal.ACCOUNT_FROZEN
    made = pay_at_merchant(session, merchant=shop, resident=payer, amount=1, now=NOON, call=own_call(payer))
    assert made.redemption.refusal is Refusal.ACCOUNT_FROZEN


def test_paying_and_cancelling_at_the_same_instant_one_wins(engine: Engine) -> None:
    def community(session: Session) -> tuple[people.Resident, people.Resident, Merchant, list[UUID]]:
        shop = merchant(session)
        asked = [order(session, shop).id for _ in range(4)]
        return resident(session, balance=5_000), resident(session, balance=5_000), shop, asked

    payer, other, shop, asked = committed(engine, community)

    def cancel(session: Session, order_id: UUID) -> Redemption:
        return cancel_order(session, order_id=order_id, merchant_id=shop.id, actor="person:till", now=NOON)

    for each in asked:
        acts: list[Callable[[Session], object]] = [
            partial(settle, order_id=each, payer=payer),
            partial(settle, order_id=each, payer=other),
            partial(cancel, order_id=each),
        ]
        came = at_once(engine, acts)
        assert Counter(isinstance(each, OrderClosedError) for each in came) == {True: 2, False: 1}
    with Session(engine) as session:
        kept = session.scalars(select(Redemption).where(Redemption.status == RedemptionStatus.COMPLETED)).all()
        assert sum(payable_of(session, shop).values()) == 300 * len(kept)
        assert [check.__name__ for check in CHECKS if check(session) is not None] == []


def test_the_same_payment_eight_times_at_once_is_one(engine: Engine) -> None:
    payer, shop = committed(engine, lambda session: (resident(session, balance=5_000), merchant(session)))
    asked = committed(engine, lambda session: order(session, shop)).id
    came = at_once(engine, [lambda session: settle(session, asked, payer, call=own_call(payer, "same"))] * 8)
    attempts = [each for each in came if isinstance(each, Attempt)]
    assert len(attempts) == 8
    assert Counter(each.replayed for each in attempts) == {True: 7, False: 1}
    with Session(engine) as session:
        assert lots_of(session, payer) == {"never:peace": 4_700}


def test_a_till_still_takes_codes_while_orders_wait(session: Session) -> None:
    payer, shop = resident(session, balance=1_000), merchant(session)
    order(session, shop)
    assert pay(session, at=shop.id, with_code=code(session, payer), amount=1, again=call()).redemption.refusal is None
