"""The tables of oversight: what was brought before a unit, and what it is ordered to report."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

TEXT_LENGTH_MAX = 500
_IS_UNANSWERED = text("answered_at IS NULL")


class EscalationKind(StrEnum):
    """Why something is brought before the level above: a duty is past its day, or a matter is urgent (重大事项)."""

    OVERDUE = "overdue"
    URGENT = "urgent"


class Escalation(Base):
    """One matter brought before one unit; added, never changed: whoever sends messages later reads these rows.

    The matter is a report or a call, which live a floor above. Without `to_unit_code` there is nobody above the unit on
    which the duty lies: then its own supervisors see it.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'overdue') = (duty_id IS NOT NULL) AND (duty_id IS NULL) = (due_on IS NULL)",
            name="what_is_overdue_is_a_duty",
        ),
        CheckConstraint("kind = 'overdue' OR to_unit_code IS NOT NULL", name="what_is_urgent_goes_somewhere"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[EscalationKind] = mapped_column(enum_column(EscalationKind))
    matter_id: Mapped[UUID] = mapped_column(index=True)
    # Once for each duty.
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"), unique=True)
    # On whom the duty lies, or where the urgent matter is.
    from_unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    to_unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    raised_on: Mapped[date] = mapped_column(Date)
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Order(Base):
    """One order (督办) to the unit on which a duty lies to report by the end of a day, and its answer.

    It is no duty: nothing in the books is charged or moved by it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint("answered_by IS NULL OR answered_by <> ordered_by", name="two_persons"),
        # In which matters somebody had a part by their orders.
        Index("ix_orders_ordered_by", "ordered_by"),
        Index("ix_orders_answered_by", "answered_by"),
        Index("ix_orders_unanswered", "due_on", sqlite_where=_IS_UNANSWERED, postgresql_where=_IS_UNANSWERED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    matter_id: Mapped[UUID] = mapped_column(index=True)
    # Where the matter is: those who supervise there see the order.
    place_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    # Whether the unit was asked as the one in command: then its dispatchers answer, else its handlers.
    is_to_command: Mapped[bool]
    words: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    due_on: Mapped[date] = mapped_column(Date)
    ordered_by: Mapped[str] = mapped_column(String(64))
    ordered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
