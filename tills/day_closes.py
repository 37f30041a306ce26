"""Closing a day (日清): its numbers and totals are written down once it is over, for good."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
import merchants
import people
from ledger import Call, new_id, remember_call
from merchants import Merchant
from tills.errors import DayClosedError, DayCloseUnknownError, DayNotOverError, DayTooEarlyError
from tills.model import TEXT_LENGTH_MAX, DayClose
from tills.sums import DaySums, bounds_of, day_sums

# A payment has the moment at which its request came: what was under way at midnight is booked by then.
UNDER_WAY = timedelta(minutes=10)


def sums_of_day(session: Session, *, merchant: Merchant, day: date, now: datetime) -> DaySums:
    """Return what a shop took on a day of the community, as far as it has come by now.

    Raises:
        DayTooEarlyError: the shop was not registered yet.
        DayNotOverError: the day has not begun.
    """
    begins_at, ends_at = day_of(day, merchant=merchant, now=now)
    return day_sums(session, merchant=merchant, begins_at=begins_at, ends_at=ends_at)


def day_of(day: date, *, merchant: Merchant, now: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of a day of a shop, and the first after it.

    Raises:
        DayTooEarlyError: the shop was not registered yet.
        DayNotOverError: the day has not begun.
    """
    if day > now.date():
        raise DayNotOverError(day)
    if day < merchant.created_at.astimezone(now.tzinfo).date():
        raise DayTooEarlyError(day)
    return bounds_of(day, now.tzinfo)


def may_be_closed(day: date, now: datetime) -> bool:
    """Say whether a day is over, and nothing of it can still be under way."""
    return day < now.date() and now >= bounds_of(day, now.tzinfo)[1] + UNDER_WAY


def close_day(
    session: Session,
    *,
    merchant: Merchant,
    day: date,
    remark: str = "",
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> DayClose:
    """Close a day of a shop: numbers, and totals in cents, as they are in the books; `now` has the community's zone.

    Raises:
        DayNotOverError: the day is not over, or was not ten minutes ago.
        DayTooEarlyError: the shop was not registered yet.
        DayClosedError: it is closed already.
        people.TextRefusedError: the remark cannot be shown.
    """
    cleaned = people.clean_text(remark, field="remark", length_max=TEXT_LENGTH_MAX) if remark.strip() else ""
    if not may_be_closed(day, now):
        raise DayNotOverError(day)
    merchants.lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    if (closed := close_of_day(session, merchant_id=merchant.id, day=day)) is not None:
        raise DayClosedError(closed.id)
    sums = sums_of_day(session, merchant=merchant, day=day, now=now)
    last = session.scalar(select(func.max(DayClose.number)).where(DayClose.merchant_id == merchant.id))
    made = DayClose(
        id=new_id(),
        merchant_id=merchant.id,
        number=(last or 0) + 1,
        day=day,
        begins_at=sums.begins_at,
        ends_at=sums.ends_at,
        payments=sums.whole.payments,
        paid_total=sums.whole.paid_total,
        refunds=sums.whole.refunds,
        refunded_total=sums.whole.refunded_total,
        cash_total=sums.whole.cash_total,
        remark=cleaned,
        closed_by=actor,
        closed_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def close_of_day(session: Session, *, merchant_id: UUID, day: date) -> DayClose | None:
    """Return how a day of a shop was closed, None while it is not."""
    return session.scalars(
        select(DayClose).where(DayClose.merchant_id == merchant_id, DayClose.day == day)
    ).one_or_none()


def get_day_close(session: Session, day_close_id: UUID) -> DayClose:
    """Return the closed day with this id.

    Raises:
        DayCloseUnknownError: there is none.
    """
    found = session.get(DayClose, day_close_id)
    if found is None:
        raise DayCloseUnknownError(day_close_id)
    return found


def list_day_closes(
    session: Session, *, merchant_id: UUID, limit: int, before: int | None = None
) -> Sequence[DayClose]:
    """Return closed days of a shop, the latest closed first, those of a lower number than `before`."""
    query = select(DayClose).where(DayClose.merchant_id == merchant_id).order_by(DayClose.number.desc()).limit(limit)
    if before is not None:
        query = query.where(DayClose.number < before)
    return session.scalars(query).all()
