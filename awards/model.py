"""The tables of funds and awards."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

FUND_CODE_LENGTH_MAX = 32
CATEGORY_CODE_LENGTH_MAX = 16
NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500


class MovementKind(StrEnum):
    """How money comes to a fund, leaves it, or goes to another."""

    APPROPRIATION = "appropriation"
    MONEY_RETURNED = "money_returned"
    MONEY_MOVED = "money_moved"


class AwardStatus(StrEnum):
    """Where an award stands. The two that wait are for approvals and public notices."""

    POSTED = "posted"
    PENDING_APPROVAL = "pending_approval"
    IN_NOTICE = "in_notice"


class Fund(Base):
    """One programme of earmarked credits, each backed by a yuan. `expiry_rule` says how long an award lasts."""

    __tablename__ = "funds"

    code: Mapped[str] = mapped_column(String(FUND_CODE_LENGTH_MAX), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    purpose: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    expiry_rule: Mapped[str] = mapped_column(String(32))
    available_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    held_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    backing_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FundMovement(Base):
    """Money that arrived for a fund, was returned, or was moved to another fund, with the document that says so."""

    __tablename__ = "fund_movements"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(kind = 'money_moved') = (to_fund_code IS NOT NULL)", name="moves_have_a_target"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[MovementKind] = mapped_column(enum_column(MovementKind))
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"), index=True)
    to_fund_code: Mapped[str | None] = mapped_column(ForeignKey("funds.code"))
    amount: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AwardBatch(Base):
    """One list of awards granted together, all or nothing."""

    __tablename__ = "award_batches"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"), index=True)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    count: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(BigInteger)
    granted_by: Mapped[str] = mapped_column(String(64))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Award(Base):
    """Credits granted to one resident out of one fund, and why. The entry of the books is `entry_id`."""

    __tablename__ = "awards"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("forced_total BETWEEN 0 AND amount", name="forced_within_amount"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    status: Mapped[AwardStatus] = mapped_column(enum_column(AwardStatus))
    expires_on: Mapped[date | None] = mapped_column(Date)
    entry_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("award_batches.id"), index=True)
    # What of a wrong award was already spent and is owed back; what was forced is not taken back once more.
    forced_total: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    granted_by: Mapped[str] = mapped_column(String(64))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ClawBack(Base):
    """What was left of a wrong award, taken back once. `amount` is what its lot still held."""

    __tablename__ = "claw_backs"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("awards.id"), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Correction(Base):
    """Why an entry was corrected by its mirror: a reason may name people, so it stands here and not in the books."""

    __tablename__ = "corrections"

    reversal_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Tariff(Base):
    """One version of what a report of one category earns, from a day on; rows are never changed or removed.

    Of a category's versions that have begun, the one with the highest number is in force.
    """

    __tablename__ = "tariffs"
    __table_args__ = (
        UniqueConstraint("category_code", "number"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("on_acceptance_percent BETWEEN 0 AND 100", name="percent_within_whole"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    # No foreign key: categories belong to a room above, and each version of their list has its own rows.
    category_code: Mapped[str] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX))
    number: Mapped[int] = mapped_column(Integer)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"))
    amount: Mapped[int] = mapped_column(BigInteger)
    # How much of it is due when a report is accepted; the rest is due when it is verified.
    on_acceptance_percent: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
