"""The tables of holds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, ByteOrderedText, UTCDateTime, enum_column, new_id

PURPOSE_LENGTH_MAX = 100

_OPEN = text("state = 'open'")


class HoldState(StrEnum):
    """Whether a hold is open, and if not, what ended it."""

    OPEN = "open"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"


class Hold(Base):
    """Credits that one account set aside in another until an instant: captured in parts, ended once.

    What an ended hold had left went back by `returned_entry_id`. The database refuses to change an ended hold.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("captured_total BETWEEN 0 AND amount AND amount > 0", name="captures_within_amount"),
        # Nothing is left of a hold that was captured whole, so it is not open any more.
        CheckConstraint("state = 'captured' OR captured_total < amount", name="open_while_something_is_left"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_at_an_instant"),
        CheckConstraint("(state = 'open') = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint(
            "(returned_entry_id IS NOT NULL) = (state <> 'open' AND captured_total < amount)", name="the_rest_went_back"
        ),
        CheckConstraint("expires_at > placed_at", name="expires_after_it_begins"),
        CheckConstraint("available_account_id <> held_account_id", name="two_accounts"),
        Index("ix_holds_available_account_id_id", "available_account_id", "id"),
        # Those two are looked up by what is open: ended holds, which are nearly all, do not stand in them.
        Index("ix_holds_available_account_id", "available_account_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_holds_expires_at_id", "expires_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    available_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    held_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    captured_total: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    state: Mapped[HoldState] = mapped_column(enum_column(HoldState), server_default=HoldState.OPEN.value)
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH_MAX))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    placed_by: Mapped[str] = mapped_column(String(64))
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    returned_entry_id: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def left(self) -> int:
        """What is still set aside, in minor units."""
        return self.amount - self.captured_total if self.state is HoldState.OPEN else 0

    @property
    def returned(self) -> int:
        """What went back to its owner, in minor units."""
        return self.amount - self.captured_total - self.left


class HoldLot(Base):
    """The part of a hold that bears one label, and how much of it was captured; the rest is held, or went back."""

    __tablename__ = "hold_lots"
    __table_args__ = (CheckConstraint("captured BETWEEN 0 AND amount AND amount > 0", name="captures_within_amount"),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id"), primary_key=True)
    lot: Mapped[str] = mapped_column(ByteOrderedText, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    captured: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    @property
    def rest(self) -> int:
        """What was not captured, in minor units."""
        return self.amount - self.captured


class HoldCapture(Base):
    """One capture: the part of a hold that an entry gave to somebody else."""

    __tablename__ = "hold_captures"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    captured_by: Mapped[str] = mapped_column(String(64))
    captured_at: Mapped[datetime] = mapped_column(UTCDateTime)
