"""The table of notices."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id
from people import Role

_OF_RESIDENT, _OF_UNIT = text("resident_id IS NOT NULL"), text("unit_code IS NOT NULL")
# What is read is looked at by nobody who counts: indexes of the rest stay small.
_UNREAD_OF_RESIDENT = text("read_at IS NULL AND resident_id IS NOT NULL")
_UNREAD_OF_UNIT = text("read_at IS NULL AND unit_code IS NOT NULL")
_IS_WAITING = text("sending = 'waiting'")


class NoticeKind(StrEnum):
    """What happened. A new kind is a line here and its words in `web.notices_shown`; the database takes any."""

    NEW = "new"
    URGENT = "urgent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MERGED = "merged"
    DISPATCHED = "dispatched"
    CALLED = "called"
    HANDLED = "handled"
    RETURNED = "returned"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    AWARD_PAID = "award_paid"
    AWARD_WAITING = "award_waiting"
    DUE_TOMORROW = "due_tomorrow"
    OVERDUE = "overdue"
    APPEALED = "appealed"
    APPEAL_DECIDED = "appeal_decided"
    RESTORED = "restored"
    COVERED = "covered"
    TOGETHER_ASKED = "together_asked"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    TAKEN_DOWN = "taken_down"


class SendingState(StrEnum):
    """Whether a notice waits to be sent, was sent, was given up (too old, refused too often, nobody there), or kept.

    What is kept is read in the application only: to send it would tell an outsider what is nobody's business.
    """

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    KEPT = "kept"


class Notice(Base):
    """One notice of one matter to one resident, or to those who have a role in one unit.

    It holds a kind and ids and no words: what it says is written in its reader's language when it is read. The matter
    lives a floor above, so no foreign key points to it. `cause_id` is the step, the duty or the part of an award that
    caused it: nobody is told of one cause twice.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(
            "(resident_id IS NULL) = (unit_code IS NOT NULL) AND (unit_code IS NULL) = (role IS NULL)",
            name="one_recipient",
        ),
        CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name="read_whole"),
        CheckConstraint("(sending = 'waiting') = (next_try_at IS NOT NULL)", name="waiting_for_a_try"),
        CheckConstraint("(sending = 'sent') = (sent_at IS NOT NULL)", name="sent_at_a_time"),
        Index(
            "uq_notices_of_residents",
            "cause_id",
            "kind",
            "resident_id",
            unique=True,
            sqlite_where=_OF_RESIDENT,
            postgresql_where=_OF_RESIDENT,
        ),
        Index(
            "uq_notices_of_units",
            "cause_id",
            "kind",
            "unit_code",
            "role",
            unique=True,
            sqlite_where=_OF_UNIT,
            postgresql_where=_OF_UNIT,
        ),
        Index("ix_notices_resident", "resident_id", "id"),
        Index("ix_notices_unit", "unit_code", "role", "id"),
        Index(
            "ix_notices_unread_of_residents",
            "resident_id",
            sqlite_where=_UNREAD_OF_RESIDENT,
            postgresql_where=_UNREAD_OF_RESIDENT,
        ),
        Index(
            "ix_notices_unread_of_units",
            "unit_code",
            "role",
            sqlite_where=_UNREAD_OF_UNIT,
            postgresql_where=_UNREAD_OF_UNIT,
        ),
        Index("ix_notices_waiting", "next_try_at", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[NoticeKind] = mapped_column(
        Enum(
            NoticeKind,
            values_callable=lambda kinds: [kind.value for kind in kinds],
            native_enum=False,
            create_constraint=False,
            length=32,
        )
    )
    matter_id: Mapped[UUID] = mapped_column()
    cause_id: Mapped[UUID] = mapped_column()
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    role: Mapped[Role | None] = mapped_column(enum_column(Role))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Who of a unit read it; its other officers see that somebody did.
    read_by: Mapped[str | None] = mapped_column(String(64))
    sending: Mapped[SendingState] = mapped_column(enum_column(SendingState))
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
