"""The tables of fairness: appeals, texts that are covered, limits that the office sets, and who reports together."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Enum, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id
from reports.model import TEXT_LENGTH_MAX

_IS_UNDECIDED = text("decided_at IS NULL")


class AppealSubject(StrEnum):
    """What is appealed against. A new subject is a line here and one in `reports.appeals`; the database takes any."""

    REJECTION = "rejection"
    WITHDRAWAL = "withdrawal"
    NOTHING_EARNED = "nothing_earned"
    COVERING = "covering"
    PUBLICATION = "publication"


class Appeal(Base):
    """What a reporter says once against a decision about their report, and how somebody without part in it decided.

    `subject_id` is the step, the earning, the covering or the moderation. Of somebody without a name only the day is
    kept.
    """

    __tablename__ = "report_appeals"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_upheld IS NULL)"
            " AND (decided_at IS NULL) = (note IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> appealed_by", name="two_persons"),
        Index(
            "ix_report_appeals_undecided",
            "report_id",
            sqlite_where=_IS_UNDECIDED,
            postgresql_where=_IS_UNDECIDED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    subject: Mapped[AppealSubject] = mapped_column(
        Enum(
            AppealSubject,
            values_callable=lambda subjects: [subject.value for subject in subjects],
            native_enum=False,
            create_constraint=False,
            length=32,
        )
    )
    subject_id: Mapped[UUID] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    appealed_by: Mapped[str] = mapped_column(String(64))
    appealed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_upheld: Mapped[bool | None] = mapped_column(Boolean)
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CoveredText(StrEnum):
    """Whose words are covered: the report's, those of somebody who joined it, or those beside a rating."""

    REPORT = "report"
    JOIN = "join"
    RATING = "rating"


class Covering(Base):
    """One decision that a text is covered, or open again, with its reason; added, never changed: the newest holds."""

    __tablename__ = "report_coverings"
    __table_args__ = (Index("ix_report_coverings_text", "text_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    text_kind: Mapped[CoveredText] = mapped_column(enum_column(CoveredText))
    # A rating lives a floor above, so no foreign key points to it.
    text_id: Mapped[UUID] = mapped_column()
    is_covered: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Moderation(Base):
    """That somebody decided what the public sees of a report; added, never changed: the highest number holds.

    What they decided lives a floor above, under the same id, so no foreign key points to it. Here stands what appeals
    have to know: who it was and when, and whether it withholds something from the public, against the reporter.
    """

    __tablename__ = "report_moderations"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    # That of the decision: counted from 1 in each report.
    number: Mapped[int] = mapped_column(Integer)
    is_against: Mapped[bool] = mapped_column(Boolean)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReportLimitsSet(Base):
    """One version of the limits on writing reports; the highest number is in force, None is no limit."""

    __tablename__ = "report_limits"
    __table_args__ = (
        CheckConstraint(
            "per_day >= 1 AND waiting >= 1 AND nameless_per_hour >= 1 AND false_count >= 1 AND false_days >= 1"
            " AND on_behalf_per_month >= 1 AND on_behalf_per_resident >= 1",
            name="limits_positive",
        ),
        CheckConstraint("(false_count IS NULL) = (false_days IS NULL)", name="false_ones_within_days"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    per_day: Mapped[int | None] = mapped_column(Integer)
    waiting: Mapped[int | None] = mapped_column(Integer)
    nameless_per_hour: Mapped[int | None] = mapped_column(Integer)
    false_count: Mapped[int | None] = mapped_column(Integer)
    false_days: Mapped[int | None] = mapped_column(Integer)
    on_behalf_per_month: Mapped[int | None] = mapped_column(Integer)
    on_behalf_per_resident: Mapped[int | None] = mapped_column(Integer)
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CoReporter(Base):
    """Somebody whom a reporter named as reporting together with them; theirs too once they have confirmed it."""

    __tablename__ = "report_co_reporters"
    __table_args__ = (CheckConstraint("(answered_at IS NULL) = (is_confirmed IS NULL)", name="answered_whole"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), primary_key=True, index=True)
    # Names the asking: one who is told of it is told once.
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_confirmed: Mapped[bool | None] = mapped_column(Boolean)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
