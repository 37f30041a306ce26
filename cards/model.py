"""The tables of cards: paper cards and what was done about each, sheets and their slips, and who helped to pay."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

NUMBER_LENGTH = 8
TEXT_LENGTH_MAX = 500

_LIVE = text("state <> 'replaced'")


class CardState(StrEnum):
    """Whether a card pays, does not until it is unblocked, or never again."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"


class CardStepKind(StrEnum):
    """What was done about a card."""

    ISSUE = "issue"
    BLOCK = "block"
    UNBLOCK = "unblock"
    REPLACEMENT = "replacement"


class PaymentCard(Base):
    """One paper card of a resident; its code, limit and last day are those of its payment code.

    A resident has one card at most that is not replaced.
    """

    __tablename__ = "payment_cards"
    __table_args__ = (
        Index("uq_payment_cards_resident_id", "resident_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_payment_cards_resident_id_id", "resident_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # Printed on it, and told on the phone by whoever lost it; nobody can pay with it.
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"))
    payment_code_id: Mapped[UUID] = mapped_column(ForeignKey("payment_codes.id"), unique=True)
    state: Mapped[CardState] = mapped_column(enum_column(CardState), server_default=CardState.ACTIVE.value)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_cards.id"), unique=True)
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CardStep(Base):
    """One thing that was done about a card, by whom and why; to these rows is only added."""

    __tablename__ = "payment_card_steps"
    __table_args__ = (CheckConstraint("(kind = 'issue') = (reason IS NULL)", name="steps_say_why"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    card_id: Mapped[UUID] = mapped_column(ForeignKey("payment_cards.id"), index=True)
    kind: Mapped[CardStepKind] = mapped_column(enum_column(CardStepKind))
    reason: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CodeSheet(Base):
    """A printed sheet of a resident's slips, each of one worth in cents; once revoked, what was unused came back."""

    __tablename__ = "code_sheets"
    __table_args__ = (
        CheckConstraint("count >= 1 AND worth >= 1", name="counts_positive"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_reason IS NULL)",
            name="revocations_say_who_and_why",
        ),
        Index("ix_code_sheets_resident_id_id", "resident_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"))
    count: Mapped[int] = mapped_column(Integer)
    worth: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[date]
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revocation_reason: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))


class SheetSlip(Base):
    """One slip of a sheet: its place there, its code, and what is set aside for it."""

    __tablename__ = "sheet_slips"
    __table_args__ = (CheckConstraint("number >= 1", name="numbers_positive"),)

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("code_sheets.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    payment_code_id: Mapped[UUID] = mapped_column(ForeignKey("payment_codes.id"), unique=True)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id"), unique=True)


class ProvedBy(StrEnum):
    """What proved that a resident meant an assisted payment: their PIN, or, where they have none, the shop alone."""

    PIN = "pin"
    SHOP = "shop"


class AssistanceCaps(Base):
    """One version of how much may be paid with an officer's help in a day, in cents; the highest number is in force."""

    __tablename__ = "assistance_caps"
    __table_args__ = (CheckConstraint("per_officer >= 1 AND per_resident >= 1", name="caps_positive"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    per_officer: Mapped[int] = mapped_column(BigInteger)
    per_resident: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AssistedPayment(Base):
    """One payment of a resident in which an officer helped; to these rows is only added."""

    __tablename__ = "assisted_payments"
    __table_args__ = (
        CheckConstraint("amount >= 1", name="amount_positive"),
        Index("ix_assisted_payments_officer_made_at", "officer", "made_at"),
        Index("ix_assisted_payments_resident_id_made_at", "resident_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"), unique=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"))
    officer: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(BigInteger)
    proved_by: Mapped[ProvedBy] = mapped_column(enum_column(ProvedBy))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
