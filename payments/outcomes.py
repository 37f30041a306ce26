"""What happened to a payment: by its order number, one by one, and a till's or merchant's day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from merchants import Merchant
from payments.errors import RedemptionUnknownError
from payments.model import Channel, Redemption, RedemptionStatus, Refund
from payments.order_numbers import normal_order_no

# Written out, not bound: so the planner sees that a partial index fits.
_REFUSED = literal(RedemptionStatus.REFUSED.value, literal_execute=True)


@dataclass(frozen=True, slots=True)
class Takings:
    """What a merchant took and gave back between two instants: counts, and totals in cents."""

    redemptions: int
    redeemed_total: int
    refunds: int
    refunded_total: int

    @property
    def net_total(self) -> int:
        """What is left of the redemptions after the refunds of the same time, in cents; may be negative."""
        return self.redeemed_total - self.refunded_total


@dataclass(frozen=True, slots=True)
class EntryPayment:
    """The redemption that an entry of the books is about; of a refund also its reason."""

    redemption_id: UUID
    merchant_id: UUID
    order_no: str
    refund_reason: str = ""


def outcome(session: Session, *, merchant_id: UUID, order_no: str) -> Redemption:
    """Return the attempt that has an order number at a merchant: the completed one, else the latest refused one.

    Raises:
        OrderNumberError: it cannot be an order number.
        RedemptionUnknownError: nothing ever arrived under this number.
    """
    asked = normal_order_no(order_no)
    found = holder_of(session, merchant_id=merchant_id, order_no=asked) or _latest_refused(session, merchant_id, asked)
    if found is None:
        raise RedemptionUnknownError(order_no)
    return found


def holder_of(session: Session, *, merchant_id: UUID, order_no: str) -> Redemption | None:
    """Return the redemption that has an order number at a merchant, None where it is free."""
    return session.scalar(
        select(Redemption).where(
            Redemption.merchant_id == merchant_id, Redemption.order_no == order_no, Redemption.status != _REFUSED
        )
    )


def _latest_refused(session: Session, merchant_id: UUID, order_no: str) -> Redemption | None:
    return session.scalar(
        select(Redemption)
        .where(Redemption.merchant_id == merchant_id, Redemption.order_no == order_no, Redemption.status == _REFUSED)
        .order_by(Redemption.redeemed_at.desc(), Redemption.id.desc())
        .limit(1)
    )


def get_redemption(session: Session, redemption_id: UUID) -> Redemption:
    """Return one attempt.

    Raises:
        RedemptionUnknownError: there is none with this id.
    """
    redemption = session.get(Redemption, redemption_id)
    if redemption is None:
        raise RedemptionUnknownError(redemption_id)
    return redemption


def redemption_of_entry(session: Session, entry_id: UUID) -> Redemption | None:
    """Return the redemption that an entry of the books is about, or that one of its refunds is about, None if none."""
    refunded = select(Refund.redemption_id).where(Refund.entry_id == entry_id).scalar_subquery()
    return session.scalar(select(Redemption).where(or_(Redemption.entry_id == entry_id, Redemption.id == refunded)))


def redemption_by_receipt(session: Session, *, merchant_id: UUID, receipt_no: str) -> Redemption:
    """Return a merchant's completed redemption by the number on its receipt.

    Raises:
        RedemptionUnknownError: the merchant gave no such receipt.
    """
    found = session.scalars(select(Redemption).where(Redemption.receipt_no == receipt_no)).first()
    if found is None or found.merchant_id != merchant_id:
        raise RedemptionUnknownError(receipt_no)
    return found


def payments_of_entries(session: Session, entry_ids: Collection[UUID]) -> dict[UUID, EntryPayment]:
    """Return the payments that entries of the books are about, by the entry's id; other entries are left out."""
    paid = session.execute(
        select(Redemption.entry_id, Redemption.id, Redemption.merchant_id, Redemption.order_no).where(
            Redemption.entry_id.in_(entry_ids)
        )
    )
    given_back = session.execute(
        select(Refund.entry_id, Redemption.id, Redemption.merchant_id, Redemption.order_no, Refund.reason)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(Refund.entry_id.in_(entry_ids))
    )
    return {
        row.entry_id: EntryPayment(*row[1:]) for rows in (paid, given_back) for row in rows if row.entry_id is not None
    }


def list_redemptions(
    session: Session,
    *,
    merchant_id: UUID | None = None,
    resident_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    completed_only: bool = False,
    channels: Collection[Channel] | None = None,
    limit: int,
    before: UUID | None = None,
) -> Sequence[Redemption]:
    """Return attempts of a merchant, a resident, or both, newest first, older than the attempt `before`.

    `channels` are the ways to pay that are asked for, None for all.
    """
    query = select(Redemption).order_by(Redemption.redeemed_at.desc(), Redemption.id.desc()).limit(limit)
    if merchant_id is not None:
        query = query.where(Redemption.merchant_id == merchant_id)
    if resident_id is not None:
        query = query.where(Redemption.resident_id == resident_id)
    if since is not None:
        query = query.where(Redemption.redeemed_at >= since)
    if until is not None:
        query = query.where(Redemption.redeemed_at < until)
    if completed_only:
        query = query.where(Redemption.status == RedemptionStatus.COMPLETED)
    if channels is not None:
        query = query.where(Redemption.channel.in_(channels))
    if before is not None:
        last = session.get(Redemption, before)
        if last is None:
            return []
        place = tuple_(literal(last.redeemed_at, Redemption.redeemed_at.type), literal(last.id, Redemption.id.type))
        query = query.where(tuple_(Redemption.redeemed_at, Redemption.id) < place)
    return session.scalars(query).all()


def takings(session: Session, *, merchant_id: UUID, since: datetime, until: datetime) -> Takings:
    """Return what a merchant took from `since` (included) to `until` (not included); refunds count on their own day."""
    redemptions, redeemed = session.execute(
        select(func.count(), func.coalesce(func.sum(Redemption.amount), 0)).where(
            Redemption.merchant_id == merchant_id,
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.redeemed_at >= since,
            Redemption.redeemed_at < until,
        )
    ).one()
    refunds, refunded = session.execute(
        select(func.count(), func.coalesce(func.sum(Refund.amount), 0))
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(Redemption.merchant_id == merchant_id, Refund.refunded_at >= since, Refund.refunded_at < until)
    ).one()
    return Takings(redemptions, int(redeemed), refunds, int(refunded))


def redeemed_between(session: Session, *, since: datetime, until: datetime) -> int:
    """Return what was spent at all merchants from `since` on and before `until`, in cents, refunds not deducted."""
    # By merchant, because that is how the index of payments is ordered.
    total = session.scalar(
        select(func.sum(Redemption.amount)).where(
            Redemption.merchant_id.in_(select(Merchant.id)),
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.redeemed_at >= since,
            Redemption.redeemed_at < until,
        )
    )
    return int(total or 0)
