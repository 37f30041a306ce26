"""The tables of merchants: naming, and what happened to it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

MERCHANT_CODE_LENGTH_MAX = 32
NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500


class NamingStepKind(StrEnum):
    """What happened to a naming after it was given."""

    SUSPENSION = "suspension"
    REINSTATEMENT = "reinstatement"
    REVOCATION = "revocation"


class RenewalStepKind(StrEnum):
    """What is said about renewing a naming before it is renewed."""

    REQUEST = "request"
    REFUSAL = "refusal"


class Merchant(Base):
    """A shop, clinic or restaurant where credits may be spent while the office names it."""

    __tablename__ = "merchants"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(MERCHANT_CODE_LENGTH_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    category: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    payable_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    receivable_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    in_settlement_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Naming(Base):
    """The office's certification (命名) of a merchant from day to day, both included, for all funds or some."""

    __tablename__ = "namings"
    __table_args__ = (CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), index=True)
    naming_class: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    # Codes separated by commas, empty for all funds: read with the naming in one look-up on every redemption.
    fund_codes: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    # The naming that this one follows without a day between; of many at once one renewal wins.
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("namings.id"), unique=True)
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    named_by: Mapped[str] = mapped_column(String(64))
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)


class NamingStep(Base):
    """One suspension, reinstatement or revocation of a naming: who, when and why."""

    __tablename__ = "naming_steps"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    naming_id: Mapped[UUID] = mapped_column(ForeignKey("namings.id"), index=True)
    kind: Mapped[NamingStepKind] = mapped_column(enum_column(NamingStepKind))
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RenewalStep(Base):
    """The owner asked for the renewal of a naming, or the office refused it; rows are only added.

    A renewal itself is the naming that renews the other.
    """

    __tablename__ = "naming_renewal_steps"
    __table_args__ = (CheckConstraint("kind = 'request' OR words IS NOT NULL", name="refusals_say_why"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    naming_id: Mapped[UUID] = mapped_column(ForeignKey("namings.id"), index=True)
    kind: Mapped[RenewalStepKind] = mapped_column(enum_column(RenewalStepKind))
    # What the owner adds, or why the office refuses.
    words: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
