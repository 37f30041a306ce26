"""The tables of what the rates count on each day, written down once the day is over."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime


class ResponseDay(Base):
    """What was given to one unit on one day and had to be answered, and how much of it was in time; never changed."""

    __tablename__ = "response_days"

    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    responded: Mapped[int]
    response_due: Mapped[int]


class ClosureDay(Base):
    """What reporters said of what was closed on one day for one unit; written anew when they say more."""

    __tablename__ = "closure_days"

    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    resolved: Mapped[int]
    resolution_known: Mapped[int]
    satisfied: Mapped[int]
    rated: Mapped[int]
    not_reached: Mapped[int]


class DaysSummed(Base):
    """How far the days are summed: those before these are, with what reporters had said by `looked_at`."""

    __tablename__ = "days_summed"
    __table_args__ = (CheckConstraint("number = 1", name="only_one"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    responses_until: Mapped[date] = mapped_column(Date)
    closures_until: Mapped[date] = mapped_column(Date)
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)
