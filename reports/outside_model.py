"""The tables of what other programs bring: who brought which report, and what is said about it there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, new_id
from reports.model import OUTSIDE_TEXT_LENGTH_MAX

EXTERNAL_ID_LENGTH_MAX = 100
OUTSIDE_STATUS_LENGTH_MAX = 32


class OutsideReport(Base):
    """Who brought a report from another program, and the id under which it is known there, if it has one.

    Nothing of the person behind it is kept.
    """

    __tablename__ = "outside_reports"
    __table_args__ = (
        UniqueConstraint("sender", "external_id"),
        CheckConstraint("photos_missing >= 0", name="photos_missing_counted"),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    # Whose keys brought it, as steps name them.
    sender: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_LENGTH_MAX))
    # How many photos were named and could not be had.
    photos_missing: Mapped[int] = mapped_column(Integer)


class OutsideComment(Base):
    """What somebody said about a report in the program that brought it; it changes nothing of where the report stands.

    `status` is where that program thinks the report stands, `said_at` when it says that this was said.
    """

    __tablename__ = "outside_comments"
    __table_args__ = (UniqueConstraint("sender", "external_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    sender: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str | None] = mapped_column(String(EXTERNAL_ID_LENGTH_MAX))
    text: Mapped[str] = mapped_column(String(OUTSIDE_TEXT_LENGTH_MAX))
    status: Mapped[str] = mapped_column(String(OUTSIDE_STATUS_LENGTH_MAX))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
