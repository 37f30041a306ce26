"""The tables of publishing: what an officer decided that anybody may see of a report, version after version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, new_id

PUBLIC_TEXT_LENGTH_MAX = 4_000
REASON_LENGTH_MAX = 500


class Publication(Base):
    """One version of what anybody may see of a report; the newest counts, and rows are only added.

    `is_shown` is false where all was taken down. What is withheld of a shown version is empty, and `reason` says why,
    for the reporter.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("number >= 1", name="counted_from_1"),
        CheckConstraint("is_shown OR (text IS NULL AND answer IS NULL)", name="taken_down_whole"),
        CheckConstraint("(is_shown AND text IS NOT NULL) OR reason IS NOT NULL", name="withheld_with_a_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    # Counted from 1 in each report.
    number: Mapped[int] = mapped_column(Integer)
    is_shown: Mapped[bool]
    # What was reported, in the words that an officer left of it.
    text: Mapped[str | None] = mapped_column(String(PUBLIC_TEXT_LENGTH_MAX))
    # What the department says that it did, likewise.
    answer: Mapped[str | None] = mapped_column(String(PUBLIC_TEXT_LENGTH_MAX))
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH_MAX))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PublicationPhoto(Base):
    """What one version decided about one photo of its report: a copy with boxes is shown, or nothing of it."""

    __tablename__ = "publication_photos"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id"), primary_key=True)
    # A photo whose matter is the publication. It goes with the next version, so no foreign key points to it.
    copy_id: Mapped[UUID | None] = mapped_column()


class PublicationBox(Base):
    """One box over a shown photo, in thousandths of its width and height, from its upper left corner."""

    __tablename__ = "publication_boxes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "photo_id"], ["publication_photos.publication_id", "publication_photos.photo_id"]
        ),
        CheckConstraint(
            "from_left >= 0 AND from_top >= 0 AND width >= 1 AND height >= 1"
            " AND from_left + width <= 1000 AND from_top + height <= 1000",
            name="boxes_within_the_photo",
        ),
    )

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Counted from 1 in each photo.
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    from_left: Mapped[int] = mapped_column(Integer)
    from_top: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
