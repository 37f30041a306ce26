"""The tables of hidden reporters: the code of whoever has no name, and who asked whose a confidential report is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, new_id
from reports.model import TEXT_LENGTH_MAX


class ClaimCode(Base):
    """The code by which an anonymous reporter follows their report and claims what it earns; only its hash is kept."""

    __tablename__ = "claim_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), unique=True)


class Unmasking(Base):
    """What an officer asked about whose a confidential report is, and what another one decided."""

    __tablename__ = "report_unmaskings"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_approved: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
