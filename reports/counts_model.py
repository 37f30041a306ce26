"""The tables of how much is reported and closed: sums by unit and month, and what is not added to them yet."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base
from responsibilities import CATEGORY_CODE_LENGTH_MAX


class ReportMonthCount(Base):
    """What was reported about one category in the whole subtree of a unit in one month, as far as it is summed up.

    With the changes that still wait it is the reports' own sum, always. The audit counts the reports and compares.
    """

    __tablename__ = "report_month_counts"

    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    # The month's first day, in the community's time.
    month_on: Mapped[date] = mapped_column(Date, primary_key=True)
    # Of whatever version of the list.
    category_code: Mapped[str] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX), primary_key=True)
    sent_in: Mapped[int]
    # How many of those sent in in this month are closed now, whenever that was.
    closed_since: Mapped[int]
    # How many were closed in this month, and are closed still, whenever they were sent in.
    closed: Mapped[int]


class ReportCountChange(Base):
    """What one step changes about the counts of its report's place, until it is summed up; then the row is gone.

    Steps only add rows here, and wait for nobody. A row names no report: of one without a name it would tell more than
    the day.
    """

    __tablename__ = "report_count_changes"

    # Random: an id made of the time would say when somebody without a name wrote.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    month_on: Mapped[date] = mapped_column(Date)
    category_code: Mapped[str] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX))
    sent_in: Mapped[int]
    closed_since: Mapped[int]
    closed: Mapped[int]
