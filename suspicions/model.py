"""The tables of suspicions: versions of the rules, payments held back, decisions, appeals, and how far was looked."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

TEXT_LENGTH_MAX = 500


class SuspicionRule(StrEnum):
    """By which rule a payment is held back.

    Many payments of few residents in a short time; one resident and one shop that live off each other; credits spent
    where the officer who granted them, or their household, works; what one officer granted spent at once at one shop; a
    code that was used long after it was shown; paper of one resident at two shops within minutes.
    """

    BURST = "burst"
    PAIR = "pair"
    RING = "ring"
    OFFICER = "officer"
    LATE_CODE = "late_code"
    TWO_SHOPS = "two_shops"


class DecisionOutcome(StrEnum):
    """What came of looking at a payment: it is paid with the next settlement, or stays out."""

    CLEARED = "cleared"
    UPHELD = "upheld"


class SuspicionRulesSet(Base):
    """One version of the rules; the highest number is in force. A rule is off where its values are None."""

    __tablename__ = "suspicion_rules"
    __table_args__ = (
        CheckConstraint(
            "burst_payments >= 2 AND burst_minutes >= 1 AND burst_residents >= 1 AND pair_days >= 1"
            " AND pair_credits >= 1 AND pair_percent_of_resident BETWEEN 1 AND 99"
            " AND pair_percent_of_shop BETWEEN 1 AND 99 AND ring_hours >= 1 AND officer_hours >= 1"
            " AND officer_days >= 1 AND officer_percent BETWEEN 1 AND 99 AND officer_residents >= 2"
            " AND late_code_s >= 1 AND two_shops_minutes >= 1",
            name="values_within_reach",
        ),
        CheckConstraint(
            "(burst_payments IS NULL) = (burst_minutes IS NULL)"
            " AND (burst_payments IS NULL) = (burst_residents IS NULL)"
            " AND (pair_days IS NULL) = (pair_credits IS NULL)"
            " AND (pair_days IS NULL) = (pair_percent_of_resident IS NULL)"
            " AND (pair_days IS NULL) = (pair_percent_of_shop IS NULL)"
            " AND (officer_hours IS NULL) = (officer_days IS NULL)"
            " AND (officer_hours IS NULL) = (officer_percent IS NULL)"
            " AND (officer_hours IS NULL) = (officer_residents IS NULL)",
            name="rules_are_whole",
        ),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    burst_payments: Mapped[int | None] = mapped_column(Integer)
    burst_minutes: Mapped[int | None] = mapped_column(Integer)
    burst_residents: Mapped[int | None] = mapped_column(Integer)
    pair_days: Mapped[int | None] = mapped_column(Integer)
    pair_credits: Mapped[int | None] = mapped_column(BigInteger)
    pair_percent_of_resident: Mapped[int | None] = mapped_column(Integer)
    pair_percent_of_shop: Mapped[int | None] = mapped_column(Integer)
    ring_hours: Mapped[int | None] = mapped_column(Integer)
    officer_hours: Mapped[int | None] = mapped_column(Integer)
    officer_days: Mapped[int | None] = mapped_column(Integer)
    officer_percent: Mapped[int | None] = mapped_column(Integer)
    officer_residents: Mapped[int | None] = mapped_column(Integer)
    late_code_s: Mapped[int | None] = mapped_column(Integer)
    two_shops_minutes: Mapped[int | None] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Suspicion(Base):
    """One payment that one rule holds back, with the numbers that made it so; nothing here is changed or removed."""

    __tablename__ = "suspicions"
    __table_args__ = (
        UniqueConstraint("redemption_id", "rule"),
        Index("ix_suspicions_merchant_id_id", "merchant_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemptions.id"))
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    rule: Mapped[SuspicionRule] = mapped_column(enum_column(SuspicionRule))
    rules_number: Mapped[int] = mapped_column(ForeignKey("suspicion_rules.number"))
    facts: Mapped[dict[str, int]] = mapped_column(JSON)
    # Of the two rules about officers: who granted the credits, and so decides nothing about the payment.
    officer: Mapped[str | None] = mapped_column(String(64))
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SuspicionDecision(Base):
    """What somebody decided about a payment that is held back, or, another person, about the appeal against that."""

    __tablename__ = "suspicion_decisions"
    __table_args__ = (UniqueConstraint("suspicion_id", "on_appeal"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    suspicion_id: Mapped[UUID] = mapped_column(ForeignKey("suspicions.id"))
    on_appeal: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="on_appeal_known"), server_default=text("false")
    )
    outcome: Mapped[DecisionOutcome] = mapped_column(enum_column(DecisionOutcome))
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SuspicionAppeal(Base):
    """What a shop's owner says, once, against a payment of theirs staying out of settlements."""

    __tablename__ = "suspicion_appeals"

    suspicion_id: Mapped[UUID] = mapped_column(ForeignKey("suspicions.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SuspicionLook(Base):
    """Up to which moment a shop's payments have been looked at, and by which version of the rules."""

    __tablename__ = "suspicion_looks"

    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    looked_until: Mapped[datetime] = mapped_column(UTCDateTime)
    rules_number: Mapped[int] = mapped_column(ForeignKey("suspicion_rules.number"))
