"""Limits on payments: none until the office sets them, and each version stays as it was."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

import ledger
from ledger import Call, new_id, remember_call
from safeguards.errors import LimitsError, LimitsUnknownError
from safeguards.model import PaymentLimitsSet

# A second payment of the same sum is asked about for a day at most: after that it is no slip of the hand.
_DUPLICATE_WITHIN_S_MAX = 86_400
_COUNT_MAX = 10_000
_REFUND_WITHIN_DAYS_MAX = 3_650


@dataclass(frozen=True, slots=True)
class PaymentLimits:
    """The limits on payments; None is none. Amounts are in cents, days those of the community's time zone.

    `per_payment`: one payment. `per_day`: what one resident spends in a day; `per_day_at_merchant`: the same at one
    merchant; what was refunded counts no more. `per_day_of_cashier`: what one cashier or till takes in a day, refunded
    or not. A PIN is asked for where a payment is above `pin_above_amount`, and after `pin_above_count` payments of a
    day. The same sum by the same resident at the same till within `duplicate_within_s` seconds has to be confirmed. A
    payment is refunded until the end of the day that is `refund_within_days` days after its own.
    """

    per_payment: int | None = None
    per_day: int | None = None
    per_day_at_merchant: int | None = None
    per_day_of_cashier: int | None = None
    pin_above_amount: int | None = None
    pin_above_count: int | None = None
    duplicate_within_s: int | None = None
    refund_within_days: int | None = None


LIMIT_NAMES = tuple(field.name for field in fields(PaymentLimits))
# What is set from nought on: with 0 every payment asks for the PIN.
_FROM_NOUGHT = {"pin_above_amount", "pin_above_count"}
_AT_MOST = {
    "pin_above_count": _COUNT_MAX,
    "duplicate_within_s": _DUPLICATE_WITHIN_S_MAX,
    "refund_within_days": _REFUND_WITHIN_DAYS_MAX,
}


def set_payment_limits(
    session: Session, *, limits: PaymentLimits, actor: str, now: datetime, call: Call | None = None
) -> PaymentLimitsSet:
    """Set the limits from now on, as their next version. Of two set at once, one meets a unique violation.

    Raises:
        LimitsError: one is below 1 (for a PIN below 0), or above what the books, a day, 10,000 payments or ten years
            can reach.
    """
    for name, value in asdict(limits).items():
        least, most = int(name not in _FROM_NOUGHT), _AT_MOST.get(name, ledger.AMOUNT_MAX)
        if value is not None and not least <= value <= most:
            raise LimitsError(name)
    made = PaymentLimitsSet(
        number=(limits_number_in_force(session) or 0) + 1, id=new_id(), set_by=actor, set_at=now, **asdict(limits)
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def latest_limits_number() -> ScalarSelect[int]:
    """Return the column that says which version is in force, for statements that read other things besides."""
    return select(func.max(PaymentLimitsSet.number)).scalar_subquery()


def limits_by_number(session: Session, number: int | None) -> PaymentLimits:
    """Return a version of the limits by its number; those that hold before any are set where there is none."""
    found = None if number is None else session.get(PaymentLimitsSet, number)
    return PaymentLimits() if found is None else PaymentLimits(**{name: getattr(found, name) for name in LIMIT_NAMES})


def limits_number_in_force(session: Session) -> int | None:
    """Return the number of the version that holds now, None before any is set."""
    return session.scalar(select(func.max(PaymentLimitsSet.number)))


def limits_in_force(session: Session) -> PaymentLimits:
    """Return the limits that hold now."""
    return limits_by_number(session, limits_number_in_force(session))


def get_payment_limits(session: Session, limits_id: UUID) -> PaymentLimitsSet:
    """Return the version of the limits with this id.

    Raises:
        LimitsUnknownError: there is none.
    """
    found = session.scalars(select(PaymentLimitsSet).where(PaymentLimitsSet.id == limits_id)).one_or_none()
    if found is None:
        raise LimitsUnknownError(limits_id)
    return found


def list_payment_limits(session: Session) -> list[PaymentLimitsSet]:
    """Return all versions of the limits, the latest first."""
    return list(session.scalars(select(PaymentLimitsSet).order_by(PaymentLimitsSet.number.desc())))
