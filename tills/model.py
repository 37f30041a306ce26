"""The tables of a shop's own affairs: shifts and their ends, closed days, disputed lines and their answers.

Rows are only added to all of them.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

ACTOR_LENGTH_MAX = 64
TEXT_LENGTH_MAX = 500


class Decision(StrEnum):
    """How the office answered a dispute."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Remedy(StrEnum):
    """What follows where a dispute is upheld: nothing is booked by the answer itself.

    The shop gives credits back to the payer, the office corrects by an entry of its own, or the explanation is enough.
    """

    REFUND = "refund"
    CORRECTION = "correction"
    NONE = "none"


class ShiftUse(Base):
    """Whether a shop works in shifts, as its owner said; the highest number is in force."""

    __tablename__ = "shift_uses"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    number: Mapped[int] = mapped_column(Integer)
    is_used: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="is_used_known"))
    set_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TillShift(Base):
    """The time in which one cashier answers for a drawer: what they and their device take in it belongs to it.

    `opening_cash` is what they counted in the drawer, in cents; where they took it over, from whose shift.
    """

    __tablename__ = "till_shifts"
    __table_args__ = (
        CheckConstraint("opening_cash >= 0", name="cash_not_negative"),
        CheckConstraint("(key_id IS NULL) = (device IS NULL)", name="devices_have_a_key"),
        CheckConstraint("takes_over_id <> id", name="takes_over_another"),
        Index("ix_till_shifts_merchant_id_opened_at", "merchant_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    cashier: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    # The device that works for the cashier meanwhile, by its key and as the actor of its payments.
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_keys.id"))
    device: Mapped[str | None] = mapped_column(String(ACTOR_LENGTH_MAX))
    # A drawer is taken over once.
    takes_over_id: Mapped[UUID | None] = mapped_column(ForeignKey("till_shifts.id"), unique=True)
    opening_cash: Mapped[int] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TillShiftEnd(Base):
    """The end of a shift: what was counted in the drawer, in cents, and by whom, the cashier or the owner."""

    __tablename__ = "till_shift_ends"
    __table_args__ = (CheckConstraint("counted_cash >= 0", name="cash_not_negative"),)

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("till_shifts.id"), primary_key=True)
    counted_cash: Mapped[int] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    ended_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DayClose(Base):
    """A shop's day as it was closed, with the instants between which it lay; numbers and totals, in cents.

    A day is closed when it is over, so nothing can come to it afterwards.
    """

    __tablename__ = "day_closes"
    __table_args__ = (
        UniqueConstraint("merchant_id", "day"),
        UniqueConstraint("merchant_id", "number"),
        CheckConstraint("begins_at < ends_at AND ends_at <= closed_at", name="closed_when_over"),
        CheckConstraint(
            "payments >= 0 AND refunds >= 0 AND paid_total >= payments AND refunded_total >= refunds"
            " AND cash_total >= 0",
            name="sums_not_negative",
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    number: Mapped[int] = mapped_column(Integer)
    day: Mapped[date] = mapped_column(Date)
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    payments: Mapped[int] = mapped_column(Integer)
    paid_total: Mapped[int] = mapped_column(BigInteger)
    refunds: Mapped[int] = mapped_column(Integer)
    refunded_total: Mapped[int] = mapped_column(BigInteger)
    cash_total: Mapped[int] = mapped_column(BigInteger)
    remark: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    closed_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def net_total(self) -> int:
        """What is left of the day's payments after the refunds of the same day, in cents; may be negative."""
        return self.paid_total - self.refunded_total


class LineDispute(Base):
    """A shop says that one line of what it is to be paid is wrong, and why.

    `amount` is what the line's entry did to what the shop is to be paid, in cents: a refund lowered it.
    """

    __tablename__ = "line_disputes"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index("ix_line_disputes_merchant_id_id", "merchant_id", "id"),
        Index("ix_line_disputes_entry_id", "entry_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    entry_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    disputed_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    disputed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LineDisputeAnswer(Base):
    """The office's word on a dispute, once, and what follows from it."""

    __tablename__ = "line_dispute_answers"
    __table_args__ = (CheckConstraint("(decision = 'upheld') = (remedy IS NOT NULL)", name="upheld_have_a_remedy"),)

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("line_disputes.id"), primary_key=True)
    decision: Mapped[Decision] = mapped_column(enum_column(Decision))
    remedy: Mapped[Remedy | None] = mapped_column(enum_column(Remedy))
    note: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    answered_by: Mapped[str] = mapped_column(String(ACTOR_LENGTH_MAX))
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)
