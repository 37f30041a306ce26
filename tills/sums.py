"""What a shop took and gave back between two instants, told apart by cashier, way to pay and fund."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

import ledger
from merchants import Merchant
from payments import Redemption, RedemptionStatus, Refund
from tills.model import TillShift, TillShiftEnd

# The kinds of entries that a till's day is made of.
PAYMENT, REFUND = "redemption", "refund"
_RESIDENT = "resident:"
_COMPLETED = Redemption.status == RedemptionStatus.COMPLETED
# A shift that lasts has no end yet; both bounds are known before payments are looked for, so an index finds them.
# An expression, so that no index of payments is used for it: refunds of a time are few, a merchant's payments are not,
# and without statistics a planner would begin with all of those.
_merchant_of_refund: ColumnElement[UUID] = func.coalesce(Redemption.merchant_id, null())
_ENDLESS = datetime.max.replace(tzinfo=UTC)
_UNTIL = func.coalesce(TillShiftEnd.ended_at, literal(_ENDLESS, TillShiftEnd.ended_at.type))


@dataclass(slots=True)
class Sums:
    """Numbers of payments and refunds, and their totals in cents; `cash_total` is what was paid in money beside."""

    payments: int = 0
    paid_total: int = 0
    refunds: int = 0
    refunded_total: int = 0
    cash_total: int = 0

    @property
    def net_total(self) -> int:
        """What is left of the payments after the refunds, in cents; may be negative."""
        return self.paid_total - self.refunded_total

    def add(self, other: "Sums") -> None:
        """Count another's payments and refunds too."""
        self.payments += other.payments
        self.paid_total += other.paid_total
        self.refunds += other.refunds
        self.refunded_total += other.refunded_total
        self.cash_total += other.cash_total


@dataclass(frozen=True, slots=True)
class DaySums:
    """A day's sums, and the same told apart; each way of telling adds up to the whole.

    `by_cashier` has the actors who took payments and made refunds, "" for what residents paid at the plaque;
    `by_channel` the ways to pay, a refund under that of its payment; `by_fund` the books' own word, by fund.
    """

    begins_at: datetime
    ends_at: datetime
    whole: Sums
    by_cashier: dict[str, Sums]
    by_channel: dict[str, Sums]
    by_fund: dict[str, Sums]
    # Taken at a till while its cashier had no shift.
    outside_shifts: Sums


@dataclass(frozen=True, slots=True)
class DayLine:
    """One payment or refund: `amount` is what it did to what the shop is to be paid, in cents."""

    entry_id: UUID
    kind: str
    amount: int
    cash_amount: int
    at: datetime
    by: str
    channel: str
    order_no: str
    redemption_id: UUID
    reason: str = field(repr=False)


def bounds_of(day: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the first instant of a day in a time zone, and the first after it."""
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def day_sums(session: Session, *, merchant: Merchant, begins_at: datetime, ends_at: datetime) -> DaySums:
    """Return what a shop took from one instant (included) to another (not included); refunds count when made."""
    span = _Span(merchant.id, begins_at, ends_at)
    whole, cashiers, channels = Sums(), defaultdict[str, Sums](Sums), defaultdict[str, Sums](Sums)
    for by, channel, part in _parts(session, span):
        whole.add(part)
        cashiers["" if by.startswith(_RESIDENT) else by].add(part)
        channels[channel].add(part)
    return DaySums(
        begins_at=begins_at,
        ends_at=ends_at,
        whole=whole,
        by_cashier=dict(sorted(cashiers.items(), key=lambda item: -item[1].paid_total)),
        by_channel=dict(sorted(channels.items(), key=lambda item: -item[1].paid_total)),
        by_fund=_by_fund(session, merchant, span),
        outside_shifts=_outside_shifts(session, span),
    )


def sums_of_shifts(session: Session, shift_ids: Collection[UUID], *, until: datetime | None = None) -> dict[UUID, Sums]:
    """Return what belongs to each shift: what its cashier and device took and gave back while it lasted.

    What came at `until` or later counts for none.
    """
    latest = _ENDLESS if until is None else until
    found: dict[UUID, Sums] = {each: Sums() for each in shift_ids}
    took = (
        _shifts(shift_ids, *_PAID_SUMS)
        .join(Redemption, _in_shift(Redemption.redeemed_by, Redemption.redeemed_at))
        .where(_COMPLETED, Redemption.redeemed_at < latest)
    )
    for shift_id, count, total, cash in session.execute(took):
        found[shift_id].add(Sums(payments=count, paid_total=int(total), cash_total=int(cash)))
    gave = (
        _shifts(shift_ids, *_REFUNDED_SUMS)
        .join(Refund, _is_of(Refund.refunded_by, Refund.refunded_at))
        .join(
            Redemption,
            and_(Redemption.id == Refund.redemption_id, _merchant_of_refund == TillShift.merchant_id),
        )
        .where(Refund.refunded_at < latest)
    )
    for shift_id, count, total in session.execute(gave):
        found[shift_id].add(Sums(refunds=count, refunded_total=int(total)))
    return found


def day_lines(
    session: Session,
    *,
    merchant_id: UUID,
    begins_at: datetime,
    ends_at: datetime,
    limit: int,
    before: UUID | None = None,
) -> Sequence[DayLine]:
    """Return a day's payments and refunds, the latest first, those that come after the entry `before` in this order."""
    lines = _lines(_Span(merchant_id, begins_at, ends_at)).subquery()
    query = select(lines).order_by(lines.c.at.desc(), lines.c.entry_id.desc()).limit(limit)
    if before is not None:
        last = aliased(lines)
        at = select(last.c.at).where(last.c.entry_id == before).scalar_subquery()
        query = query.where(or_(lines.c.at < at, and_(lines.c.at == at, lines.c.entry_id < before)))
    return [DayLine(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class _Span:
    merchant_id: UUID
    begins_at: datetime
    ends_at: datetime

    def has_paid(self) -> ColumnElement[bool]:
        return and_(
            Redemption.merchant_id == self.merchant_id,
            _COMPLETED,
            Redemption.redeemed_at >= self.begins_at,
            Redemption.redeemed_at < self.ends_at,
        )

    def has_refunded(self) -> ColumnElement[bool]:
        return and_(
            _merchant_of_refund == self.merchant_id,
            Refund.refunded_at >= self.begins_at,
            Refund.refunded_at < self.ends_at,
        )


_PAID_SUMS = (
    func.count(Redemption.id),
    func.coalesce(func.sum(Redemption.amount), 0),
    func.coalesce(func.sum(Redemption.cash_amount), 0),
)
_REFUNDED_SUMS = (func.count(Refund.id), func.coalesce(func.sum(Refund.amount), 0))


def _parts(session: Session, span: _Span) -> list[tuple[str, str, Sums]]:
    took = (
        select(Redemption.redeemed_by, Redemption.channel, *_PAID_SUMS)
        .where(span.has_paid())
        .group_by(Redemption.redeemed_by, Redemption.channel)
    )
    gave = (
        select(Refund.refunded_by, Redemption.channel, *_REFUNDED_SUMS)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(span.has_refunded())
        .group_by(Refund.refunded_by, Redemption.channel)
    )
    return [
        *(
            (by, channel.value, Sums(payments=count, paid_total=int(total), cash_total=int(cash)))
            for by, channel, count, total, cash in session.execute(took)
        ),
        *(
            (by, channel.value, Sums(refunds=count, refunded_total=int(total)))
            for by, channel, count, total in session.execute(gave)
        ),
    ]


def _by_fund(session: Session, merchant: Merchant, span: _Span) -> dict[str, Sums]:
    """Return what the entries of the span's payments and refunds did to what the merchant is to be paid, by fund."""
    told = ledger.postings_told()
    lines = _lines(span).subquery()
    raised = func.sum(told.c.raised)
    rows = session.execute(
        select(lines.c.kind, told.c.lot, func.count(told.c.entry_id.distinct()), raised)
        .join(told, told.c.entry_id == lines.c.entry_id)
        # Likewise: of a long history these accounts have more postings than the day has entries.
        .where((told.c.account_id + 0).in_((merchant.payable_account_id, merchant.receivable_account_id)))
        .group_by(lines.c.kind, told.c.lot)
        .order_by(told.c.lot)
    )
    found = defaultdict[str, Sums](Sums)
    for kind, lot, count, amount in rows:
        part = (
            Sums(payments=count, paid_total=int(amount))
            if kind == PAYMENT
            else Sums(refunds=count, refunded_total=-int(amount))
        )
        found[ledger.CreditLot.parse(lot).fund].add(part)
    return dict(found)


def _outside_shifts(session: Session, span: _Span) -> Sums:
    # Those that overlap are few, and found at once; asked for each payment, all shifts before it would be looked at.
    overlapping = session.scalars(
        select(TillShift.id)
        .outerjoin(TillShiftEnd, TillShiftEnd.shift_id == TillShift.id)
        .where(
            TillShift.merchant_id == span.merchant_id,
            TillShift.opened_at < span.ends_at,
            span.begins_at < _UNTIL,
        )
    ).all()
    covering = (
        _shifts(overlapping)
        .where(_in_shift(Redemption.redeemed_by, Redemption.redeemed_at))
        .correlate(Redemption)
        .exists()
    )
    by_resident = Redemption.redeemed_by.startswith(_RESIDENT, autoescape=True)
    count, total, cash = session.execute(select(*_PAID_SUMS).where(span.has_paid(), ~by_resident, ~covering)).one()
    return Sums(payments=count, paid_total=int(total), cash_total=int(cash))


def _shifts(shift_ids: Collection[UUID], *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(TillShift.id, *columns)
        .select_from(TillShift)
        .outerjoin(TillShiftEnd, TillShiftEnd.shift_id == TillShift.id)
        .where(TillShift.id.in_(shift_ids))
        .group_by(TillShift.id)
    )


def _is_of(by: Any, at: Any) -> ColumnElement[bool]:
    """Say whether what somebody did at a moment was done by a shift's cashier or device while it lasted."""
    return and_(or_(by == TillShift.cashier, by == TillShift.device), at >= TillShift.opened_at, at < _UNTIL)


def _in_shift(by: Any, at: Any) -> ColumnElement[bool]:
    return and_(Redemption.merchant_id == TillShift.merchant_id, _is_of(by, at))


def _lines(span: _Span) -> Select[*tuple[Any, ...]]:
    paid = select(
        Redemption.entry_id.label("entry_id"),
        literal(PAYMENT).label("kind"),
        Redemption.amount.label("amount"),
        Redemption.cash_amount.label("cash_amount"),
        Redemption.redeemed_at.label("at"),
        case((Redemption.redeemed_by.startswith(_RESIDENT), ""), else_=Redemption.redeemed_by).label("by"),
        Redemption.channel.label("channel"),
        Redemption.order_no.label("order_no"),
        Redemption.id.label("redemption_id"),
        literal("").label("reason"),
    ).where(span.has_paid())
    refunded = (
        select(
            Refund.entry_id,
            literal(REFUND),
            -Refund.amount,
            literal(0),
            Refund.refunded_at,
            Refund.refunded_by,
            Redemption.channel,
            Redemption.order_no,
            Redemption.id,
            Refund.reason,
        )
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(span.has_refunded())
    )
    return select(union_all(paid, refunded).subquery())
