"""What a merchant's owner lets cashiers refund by themselves: nothing until the owner says so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from ledger import Call, new_id, remember_call
from payments.errors import AmountError
from payments.model import TillRefundLimit


def set_till_refund_limit(
    session: Session, *, merchant_id: UUID, amount: int, actor: str, now: datetime, call: Call | None = None
) -> TillRefundLimit:
    """Let cashiers refund so many cents of one payment from now on; of two set at once one meets a unique violation.

    Raises:
        AmountError: it is below 0, or more than the books hold.
    """
    if not 0 <= amount <= ledger.AMOUNT_MAX:
        raise AmountError(amount)
    latest = _latest(session, merchant_id)
    made = TillRefundLimit(
        id=new_id(),
        merchant_id=merchant_id,
        number=1 if latest is None else latest.number + 1,
        amount=amount,
        set_by=actor,
        set_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def till_refund_max(session: Session, merchant_id: UUID) -> int:
    """Return how many cents of one payment a cashier of a merchant may refund now."""
    latest = _latest(session, merchant_id)
    return 0 if latest is None else latest.amount


def list_till_refund_limits(session: Session, merchant_id: UUID) -> Sequence[TillRefundLimit]:
    """Return all that a merchant's owners ever set, the latest first."""
    return session.scalars(
        select(TillRefundLimit)
        .where(TillRefundLimit.merchant_id == merchant_id)
        .order_by(TillRefundLimit.number.desc())
    ).all()


def get_till_refund_limit(session: Session, limit_id: UUID) -> TillRefundLimit | None:
    """Return the limit with this id, None if there is none."""
    return session.get(TillRefundLimit, limit_id)


def _latest(session: Session, merchant_id: UUID) -> TillRefundLimit | None:
    return session.scalars(
        select(TillRefundLimit)
        .where(TillRefundLimit.merchant_id == merchant_id)
        .order_by(TillRefundLimit.number.desc())
        .limit(1)
    ).first()
