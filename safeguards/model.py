"""The tables of safeguards: versions of the limits on payments, and residents' PINs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, new_id

HASH_LENGTH_MAX = 200


class PaymentLimitsSet(Base):
    """One version of the limits on payments; the highest number is in force, None is no limit."""

    __tablename__ = "payment_limits"
    __table_args__ = (
        CheckConstraint(
            "per_payment >= 1 AND per_day >= 1 AND per_day_at_merchant >= 1 AND per_day_of_cashier >= 1"
            " AND pin_above_amount >= 0 AND pin_above_count >= 0 AND duplicate_within_s >= 1"
            " AND refund_within_days >= 1",
            name="limits_positive",
        ),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    per_payment: Mapped[int | None] = mapped_column(BigInteger)
    per_day: Mapped[int | None] = mapped_column(BigInteger)
    per_day_at_merchant: Mapped[int | None] = mapped_column(BigInteger)
    per_day_of_cashier: Mapped[int | None] = mapped_column(BigInteger)
    pin_above_amount: Mapped[int | None] = mapped_column(BigInteger)
    pin_above_count: Mapped[int | None] = mapped_column(Integer)
    duplicate_within_s: Mapped[int | None] = mapped_column(Integer)
    refund_within_days: Mapped[int | None] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ResidentPin(Base):
    """A resident's PIN for payments, kept as an argon2 hash, and how often in a row it was typed wrong."""

    __tablename__ = "resident_pins"
    __table_args__ = (CheckConstraint("wrong_tries >= 0", name="tries_counted"),)

    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(HASH_LENGTH_MAX))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    wrong_tries: Mapped[int] = mapped_column(Integer, default=0)
    # Null while it is not locked.
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
