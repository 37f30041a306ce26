"""An order: a till asks for an amount, and whoever pays it scans the order and confirms. It ends once, in one way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import people
import safeguards
from merchants import Merchant, current_naming
from payments.amounts import check_amounts
from payments.deciding import refusal_of_merchant
from payments.errors import (
    MerchantSuspendedError,
    MerchantTakesNoneError,
    OrderClosedError,
    OrderNumberUsedError,
    OrderUnknownError,
    OverLimitError,
)
from payments.model import DESCRIPTION_LENGTH_MAX, Channel, Redemption, RedemptionStatus, Refusal
from payments.order_numbers import normal_order_no
from payments.outcomes import holder_of

# Long enough to unlock a phone, find the camera and log in; short enough that a till does not forget it.
ORDER_LIFETIME = timedelta(minutes=5)
_NOBODY = "system"


def create_order(
    session: Session,
    *,
    merchant: Merchant,
    actor: str,
    amount: int,
    order_no: str,
    description: str = "",
    cash_amount: int = 0,
    now: datetime,
    call: ledger.Call | None = None,
) -> Redemption:
    """Ask whoever scans it for `amount` cents; the order waits for its payer for five minutes.

    Raises:
        AmountError, OrderNumberError: an amount or the order number cannot be one.
        people.TextRefusedError: the description is too long, or cannot be shown.
        OrderNumberUsedError: a payment or order of this merchant has the number.
        MerchantTakesNoneError, MerchantSuspendedError: the merchant takes no credits now.
        OverLimitError: the office has set less for one payment.
    """
    check_amounts(amount, cash_amount)
    order_no = normal_order_no(order_no)
    cleaned = None
    if description.strip():
        cleaned = people.clean_text(description, field="description", length_max=DESCRIPTION_LENGTH_MAX)
    _check_takes_credits(session, merchant, now)
    limit = safeguards.limits_in_force(session).per_payment
    if limit is not None and amount > limit:
        raise OverLimitError(limit)
    holder = holder_of(session, merchant_id=merchant.id, order_no=order_no)
    if holder is not None:
        ledger.check_still_new(session, call)
        raise OrderNumberUsedError(order_no, holder.id)
    order = Redemption(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        order_no=order_no,
        status=RedemptionStatus.AWAITING_PAYER,
        amount=amount,
        cash_amount=cash_amount,
        refunded_total=0,
        channel=Channel.ORDER,
        description=cleaned,
        expires_at=now + ORDER_LIFETIME,
        redeemed_by=actor,
        redeemed_at=now,
    )
    session.add(order)
    ledger.remember_call(session, call, made_id=order.id, now=now)
    session.flush()
    return order


def _check_takes_credits(session: Session, merchant: Merchant, now: datetime) -> None:
    naming = current_naming(session, merchant_id=merchant.id, day=now.date())
    refusal = refusal_of_merchant(
        None if naming is None else naming.fund_codes, None if naming is None else naming.suspended_at
    )
    if refusal is Refusal.MERCHANT_NOT_NAMED:
        raise MerchantTakesNoneError(merchant.id)
    if refusal is not None:
        raise MerchantSuspendedError(merchant.id)


def get_order(session: Session, order_id: UUID) -> Redemption:
    """Return one order, in whatever state.

    Raises:
        OrderUnknownError: there is none with this id.
    """
    order = session.get(Redemption, order_id)
    if order is None or order.channel is not Channel.ORDER or order.status is RedemptionStatus.REFUSED:
        raise OrderUnknownError(order_id)
    return order


def lock_order(session: Session, order_id: UUID) -> Redemption:
    """Return an order as it is behind its lock: whoever ends it holds that lock, so only one does.

    Raises:
        OrderUnknownError: there is none with this id.
    """
    order = session.scalar(
        select(Redemption)
        .where(Redemption.id == order_id)
        .with_for_update()
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    )
    if order is None or order.channel is not Channel.ORDER or order.status is RedemptionStatus.REFUSED:
        raise OrderUnknownError(order_id)
    return order


def state_at(payment: Redemption, now: datetime) -> RedemptionStatus:
    """Return how it stands with a payment or order: one whose time is over is so before anybody has written it down."""
    waits = payment.status is RedemptionStatus.AWAITING_PAYER
    return RedemptionStatus.EXPIRED if waits and _is_over(payment, now) else RedemptionStatus(payment.status)


def _is_over(order: Redemption, now: datetime) -> bool:
    # The last moment still counts, as it does for codes.
    return order.expires_at is not None and order.expires_at < now


def cancel_order(
    session: Session, *, order_id: UUID, merchant_id: UUID, actor: str, now: datetime, call: ledger.Call | None = None
) -> Redemption:
    """End an order that waits; one that is cancelled already stays as it is.

    Raises:
        OrderUnknownError: this merchant has no such order.
        OrderClosedError: it was paid, or its time is over.
    """
    order = lock_order(session, order_id)
    if order.merchant_id != merchant_id:
        raise OrderUnknownError(order_id)
    state = state_at(order, now)
    if state is RedemptionStatus.AWAITING_PAYER:
        order.status, order.ended_at, order.ended_by = RedemptionStatus.CANCELLED, now, actor
    elif state is not RedemptionStatus.CANCELLED:
        ledger.check_still_new(session, call)
        raise OrderClosedError(order_id, state)
    session.flush()
    ledger.remember_call(session, call, made_id=order.id, now=now)
    return order


def waiting_orders(session: Session, *, merchant_id: UUID, now: datetime, limit: int = 20) -> Sequence[Redemption]:
    """Return the orders of a merchant that still wait for their payer, newest first."""
    return session.scalars(
        select(Redemption)
        .where(
            Redemption.merchant_id == merchant_id,
            Redemption.status == RedemptionStatus.AWAITING_PAYER,
            Redemption.expires_at >= now,
        )
        .order_by(Redemption.redeemed_at.desc(), Redemption.id.desc())
        .limit(limit)
    ).all()


def expire_orders(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Write down that the time of orders is over, so many at most; return how many."""
    over = session.scalars(
        select(Redemption)
        .where(Redemption.status == RedemptionStatus.AWAITING_PAYER, Redemption.expires_at < now)
        .order_by(Redemption.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for order in over:
        order.status, order.ended_at, order.ended_by = RedemptionStatus.EXPIRED, order.expires_at, _NOBODY
    session.flush()
    return len(over)
