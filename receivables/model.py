"""The tables of receivables: what is asked for and decided by two persons, repayments, and closed owners."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Asset, Base, UTCDateTime, enum_column, new_id

TEXT_LENGTH_MAX = 500


class MatterState(StrEnum):
    """Where something stands that one person asks for and another decides."""

    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"


class MatterKind(StrEnum):
    """What is asked for: that a resident owes what was wrongly paid, or that they owe it no longer."""

    FORCED_CORRECTION = "forced_correction"
    WAIVER = "waiver"


class RepaymentKind(StrEnum):
    """How somebody gives back what they owe: in money, or out of credits they have."""

    MONEY = "money"
    OFFSET = "offset"


class ClosureState(StrEnum):
    """How far an owner is closed: something is still owed or to be paid, or all is done."""

    CLOSING = "closing"
    CLOSED = "closed"


class WhereTo(StrEnum):
    """Where an owner's credits or minutes went when the owner was closed."""

    FUND = "fund"
    DEBT = "debt"
    OTHER_RECORD = "other_record"


class Matter(Base):
    """A forced correction or a waiver: asked for by one person, decided by another; only an approval is posted."""

    __tablename__ = "receivable_matters"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(kind = 'forced_correction') = (award_id IS NOT NULL)", name="forced_for_an_award"),
        CheckConstraint("(state = 'asked') = (decided_by IS NULL)", name="decisions_name_who"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decisions_name_when"),
        CheckConstraint("decided_by <> asked_by", name="two_persons"),
        CheckConstraint("(state = 'approved') = (entry_id IS NOT NULL)", name="approvals_are_posted"),
        # The same is asked for once at a time: for each award, or for what a resident owes to each fund.
        Index(
            "uq_receivable_matters_award_id",
            "award_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
        Index(
            "uq_receivable_matters_resident_id_fund_code",
            "resident_id",
            "fund_code",
            unique=True,
            postgresql_where=text("state = 'asked' AND kind = 'waiver'"),
            sqlite_where=text("state = 'asked' AND kind = 'waiver'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[MatterKind] = mapped_column(enum_column(MatterKind))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"))
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("awards.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    state: Mapped[MatterState] = mapped_column(enum_column(MatterState))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)


class Repayment(Base):
    """What a resident or a merchant gave back of what they owed. `document` proves the money or the consent."""

    __tablename__ = "repayments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(resident_id IS NULL) <> (merchant_id IS NULL)", name="one_debtor"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[RepaymentKind] = mapped_column(enum_column(RepaymentKind))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    # Merchants live a floor above; the id is theirs and no foreign key points upwards.
    merchant_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"))
    amount: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Closure(Base):
    """The end of an owner of accounts: a resident who moved away, died or was registered twice, or a merchant."""

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("(resident_id IS NULL) <> (merchant_id IS NULL)", name="one_owner"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_since"),
        CheckConstraint("merged_into_id IS NULL OR resident_id IS NOT NULL", name="residents_are_merged"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"), unique=True)
    merchant_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"))
    state: Mapped[ClosureState] = mapped_column(enum_column(ClosureState))
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    begun_by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ClosureLine(Base):
    """One lot of a closed owner: how much it held, where that went, and the entry that moved it."""

    __tablename__ = "closure_lines"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    closure_id: Mapped[UUID] = mapped_column(ForeignKey("closures.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(String(200))
    asset: Mapped[Asset] = mapped_column(enum_column(Asset))
    lot: Mapped[str] = mapped_column(String(50))
    amount: Mapped[int] = mapped_column(BigInteger)
    where_to: Mapped[WhereTo] = mapped_column(enum_column(WhereTo))
    destination: Mapped[str] = mapped_column(String(200))
    entry_id: Mapped[UUID] = mapped_column(Uuid)
