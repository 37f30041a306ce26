"""The table of photos: which there are, of what matter; the pictures themselves lie in the store."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id


class PhotoKind(StrEnum):
    """What a photo shows: what somebody saw, or what was done about it."""

    SEEN = "seen"
    HANDLED = "handled"


class Photo(Base):
    """One photo of a matter, kept in the store under its id; who took it is told by the matter's steps alone.

    The matter lives a floor above, so no foreign key points to it. The same picture is kept once for a matter.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("matter_id", "sha256"),
        CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="sizes_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    matter_id: Mapped[UUID] = mapped_column()
    kind: Mapped[PhotoKind] = mapped_column(enum_column(PhotoKind))
    # Pixels.
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(Integer)
    # Hexadecimal.
    sha256: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PhotoSetAside(Base):
    """A photo that came with a form which is not done yet, kept in the store under its id for a day or two.

    Nothing leads from it to whose form it is: the form names it. Nor does it tell more of when it was than the day.
    """

    __tablename__ = "photos_set_aside"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="sizes_positive"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Pixels.
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    # Hexadecimal.
    sha256: Mapped[str] = mapped_column(String(64))
    set_aside_on: Mapped[date] = mapped_column(Date, index=True)
