"""The table of duties."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

_IS_OPEN = text("ended_at IS NULL")


class DutyOutcome(StrEnum):
    """How a duty ended: discharged in time or late, moved to another unit or date, or withdrawn with its matter."""

    MET = "met"
    MISSED = "missed"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


class Measure(StrEnum):
    """What happens to duties, as it is counted by unit and day."""

    CHARGED = "charged"
    HANDED_OVER = "handed_over"
    GIVEN_BACK = "given_back"
    MET = "met"
    MISSED = "missed"
    # Missed where it lay, because it was moved past its date.
    LAPSED = "lapsed"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    # Of those withdrawn, what was handled.
    WITHDRAWN_HANDLED = "withdrawn_handled"
    # Counted on the day with whose end a duty that lies there is overdue: its due date, or the day it came or left if
    # that is later. So one that leaves in time is taken back on the very day, and what is overdue at the end of any day
    # is what came until then less what left.
    OVERDUE_IN = "overdue_in"
    OVERDUE_OUT = "overdue_out"


class DutyCount(Base):
    """How often something happened to a unit's duties on one day: the books' own sums, kept ready.

    What was left at the end of a day follows from all of them until then. The audit adds them up from the postings and
    compares.
    """

    __tablename__ = "duty_counts"
    __table_args__ = (
        CheckConstraint("count > 0", name="count_positive"),
        # For the days of a month, of all units.
        Index("ix_duty_counts_on_day", "on_day"),
    )

    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    # The community's.
    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[Measure] = mapped_column(enum_column(Measure), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class DutyMonthCount(Base):
    """The same of a whole month, so that many years are added up at once; `month_on` is its first day."""

    __tablename__ = "duty_month_counts"
    __table_args__ = (CheckConstraint("count > 0", name="count_positive"),)

    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    measure: Mapped[Measure] = mapped_column(enum_column(Measure), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Duty(Base):
    """One duty of one unit about one matter, due on one day; another unit or another day is another duty.

    While `ended_at` is empty it is 1 in the books, in the lot of its day: in the unit's duties, or, once `handled_at`
    is set, among what the unit has handled. The matter lives a floor above, so no foreign key points to it.
    """

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_with_an_outcome"),
        CheckConstraint("outcome IS NULL OR outcome <> 'met' OR handled_at IS NOT NULL", name="met_by_handling"),
        Index("uq_duties_open", "matter_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("ix_duties_open", "unit_code", "due_on", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    matter_id: Mapped[UUID] = mapped_column(index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    due_on: Mapped[date] = mapped_column(Date)
    charged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When the handling that waits for verification, or was verified, was recorded.
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[DutyOutcome | None] = mapped_column(enum_column(DutyOutcome))
