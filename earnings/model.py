"""The tables of earnings: what one incident earns, its parts as they were paid, who joined, and the caps."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

TEXT_LENGTH_MAX = 500

_IS_LIVE = text("state NOT IN ('cancelled', 'nothing')")


class EarningState(StrEnum):
    """Where an earning stands: without money for it yet, staged in its fund, and its ends."""

    WAITING = "waiting"
    STAGED = "staged"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    NOTHING = "nothing"


class NothingReason(StrEnum):
    """Why an accepted report earns nothing."""

    NO_TARIFF = "no_tariff"
    NOT_REGISTERED = "not_registered"
    OWN_DEPARTMENT = "own_department"
    LEFT = "left"
    FUND_ENDED = "fund_ended"


class PartKind(StrEnum):
    """The parts of an earning: on acceptance, the rest of the first reporter's share, and the reserved part."""

    ON_ACCEPTANCE = "on_acceptance"
    REST = "rest"
    RESERVED = "reserved"


class CutReason(StrEnum):
    """Why somebody got less of a part than the formula gives: a cap, or what keeps them from getting any of it."""

    CAP = "cap"
    LEFT = "left"
    FUND_ENDED = "fund_ended"
    # What they had of the matter before it was withdrawn, and could not be taken back.
    KEPT = "kept"


class Earning(Base):
    """What one matter earns under one version of a tariff, in minor units: enough to work it out again.

    The matter lives a floor above, so no foreign key points to it. Withdrawn and taken up again, it earns anew: of its
    earnings, all but the newest ended, cancelled or nothing. `reserved` and `on_acceptance` are the formula's.
    `rest_due_at` and `settled_at` say since when the rest, and all of it, is due, whether or not there is money.
    """

    __tablename__ = "earnings"
    __table_args__ = (
        CheckConstraint("(state = 'nothing') = (nothing_because IS NOT NULL)", name="nothing_says_why"),
        CheckConstraint("state = 'nothing' OR tariff_id IS NOT NULL", name="something_has_a_tariff"),
        CheckConstraint("state = 'nothing' OR is_anonymous OR resident_id IS NOT NULL", name="something_is_somebodys"),
        CheckConstraint("NOT is_anonymous OR resident_id IS NULL", name="anonymous_is_nobodys"),
        CheckConstraint("amount >= 0 AND loss >= 0", name="amounts_not_negative"),
        Index(
            "ix_earnings_waiting",
            "state",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("uq_earnings_live", "matter_id", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    matter_id: Mapped[UUID] = mapped_column(index=True)
    tariff_id: Mapped[UUID | None] = mapped_column(ForeignKey("tariffs.id"))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    # Then nothing tells whose it is: the first reporter's parts are claimed with a code.
    is_anonymous: Mapped[bool] = mapped_column(server_default=false())
    state: Mapped[EarningState] = mapped_column(enum_column(EarningState))
    nothing_because: Mapped[NothingReason | None] = mapped_column(enum_column(NothingReason))
    # What of it was paid, spent, and could not be taken back when the matter was withdrawn.
    loss: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EarningPart(Base):
    """One part for one person: `due` by the formula, `amount` as it was paid, and why that is less where it is."""

    __tablename__ = "earning_parts"
    __table_args__ = (
        CheckConstraint("due > 0 AND amount BETWEEN 0 AND due", name="amount_within_due"),
        CheckConstraint("(amount = due) = (cut_because IS NULL)", name="less_says_why"),
        CheckConstraint("(amount = 0) = (award_id IS NULL)", name="paid_by_an_award"),
        CheckConstraint("kept BETWEEN 0 AND amount AND set_off BETWEEN 0 AND due - amount", name="kept_and_set_off"),
        Index("uq_earning_parts", "earning_id", "kind", "resident_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    earning_id: Mapped[UUID] = mapped_column(ForeignKey("earnings.id"))
    kind: Mapped[PartKind] = mapped_column(enum_column(PartKind))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    due: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    cut_because: Mapped[CutReason | None] = mapped_column(enum_column(CutReason))
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("awards.id"), unique=True)
    # What of it was spent and could not be taken back, once its matter was withdrawn.
    kept: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # What was not paid because they had kept as much of an earlier earning of the matter.
    set_off: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    paid_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ClaimState(StrEnum):
    """Whether a part of an anonymous reporter can still be claimed."""

    OPEN = "open"
    CLAIMED = "claimed"
    RETURNED = "returned"


class AnonymousPart(Base):
    """A part that is due to an anonymous reporter, held in its fund until its claim is paid; claims leave no time."""

    __tablename__ = "anonymous_parts"
    __table_args__ = (
        UniqueConstraint("earning_id", "kind"),
        CheckConstraint("due > 0", name="due_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    earning_id: Mapped[UUID] = mapped_column(ForeignKey("earnings.id"))
    kind: Mapped[PartKind] = mapped_column(enum_column(PartKind))
    due: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[ClaimState] = mapped_column(enum_column(ClaimState))


class WaitingClaim(Base):
    """Somebody's claim of a sum out of a fund, until the batch pays it; who they are only the box tells.

    Nothing leads to the report, and only the day is kept. The id is random, for the same reason.
    """

    __tablename__ = "waiting_claims"
    __table_args__ = (Index("ix_waiting_claims_crowd", "fund_code", "amount"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    fund_code: Mapped[str] = mapped_column(ForeignKey("funds.code"))
    amount: Mapped[int] = mapped_column(BigInteger)
    received_on: Mapped[date] = mapped_column(Date)
    box: Mapped[bytes] = mapped_column(LargeBinary)


class EarningJoiner(Base):
    """Somebody who shares the reserved part of an earning, as it was when the matter was closed."""

    __tablename__ = "earning_joiners"

    earning_id: Mapped[UUID] = mapped_column(ForeignKey("earnings.id"), primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), primary_key=True)


class EarningReporter(Base):
    """Somebody who reported together with the first: they share what is the first reporter's."""

    __tablename__ = "earning_reporters"

    earning_id: Mapped[UUID] = mapped_column(ForeignKey("earnings.id"), primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), primary_key=True)


class EarningCapsSet(Base):
    """One version of what reports can earn one person at most; the highest number is in force, None is no cap."""

    __tablename__ = "earning_caps"
    __table_args__ = (CheckConstraint("per_day >= 1 AND per_month >= 1", name="caps_positive"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    per_day: Mapped[int | None] = mapped_column(BigInteger)
    per_month: Mapped[int | None] = mapped_column(BigInteger)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
