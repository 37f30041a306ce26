"""The tables of applications to become a merchant: what somebody asked, in versions, and what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id
from merchants.credit_codes import CREDIT_CODE_LENGTH
from merchants.model import NAME_LENGTH_MAX, TEXT_LENGTH_MAX

NUMBER_LENGTH = 12


class ApplicationState(StrEnum):
    """How far an application has come; the last three are for good."""

    SUBMITTED = "submitted"
    # The office asked for more, and waits for the applicant.
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ApplicationStepKind(StrEnum):
    """What happened to an application."""

    SUBMISSION = "submission"
    RETURN = "return"
    AMENDMENT = "amendment"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    WITHDRAWAL = "withdrawal"


class MerchantApplication(Base):
    """One shop that asks to be a merchant, with whom to call about it, and the merchant that came of it.

    Who may be called stands here and not in the versions, which nobody can change: it is personal data, and can be
    erased. Photos of the licence are photos of this matter.
    """

    __tablename__ = "merchant_applications"
    __table_args__ = (
        CheckConstraint("(state = 'accepted') = (merchant_id IS NOT NULL)", name="accepted_ones_are_merchants"),
        CheckConstraint("version >= 1", name="versions_positive"),
        Index("ix_merchant_applications_state_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    # Of the code that the applicant follows it by.
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ApplicationState] = mapped_column(enum_column(ApplicationState))
    # The number of the newest version: the one that counts.
    version: Mapped[int] = mapped_column(Integer)
    contact_name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    phone_encrypted: Mapped[str] = mapped_column(String(255))
    # A keyed hash, so that nobody decides about an application of their own household.
    phone_lookup: Mapped[str] = mapped_column(String(64))
    merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"), unique=True)
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    def __repr__(self) -> str:
        """Show the opaque id only: a repr ends in logs, where personal data must not."""
        return f"MerchantApplication({self.id})"


class ApplicationVersion(Base):
    """What an application said of the shop, as it was submitted or amended; rows are only added."""

    __tablename__ = "merchant_application_versions"

    # Named here: by the convention its name would be longer than PostgreSQL's may be.
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("merchant_applications.id", name="fk_merchant_application_versions_application"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    shop_name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    category: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    naming_class: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    address: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    credit_code: Mapped[str] = mapped_column(String(CREDIT_CODE_LENGTH), index=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ApplicationStep(Base):
    """One step of an application: who, when and, where the office refuses or returns it, why; rows are only added."""

    __tablename__ = "merchant_application_steps"
    __table_args__ = (CheckConstraint("(kind IN ('return', 'refusal')) = (reason IS NOT NULL)", name="steps_say_why"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("merchant_applications.id", name="fk_merchant_application_steps_application"), index=True
    )
    kind: Mapped[ApplicationStepKind] = mapped_column(enum_column(ApplicationStepKind))
    reason: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
