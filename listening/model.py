"""The tables of listening: ratings, call-backs with their seed and who looked at a phone, and the weekly digests."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, new_id
from listening.shares import Shares

TEXT_LENGTH_MAX = 500


class ReportRating(Base):
    """What a reporter thinks of how one closure was reached; of the department's work, never of a person.

    Rows are only added: after another closure there is another rating. Whose work it was, the closure says.
    """

    __tablename__ = "report_ratings"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars_from_1_to_5"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    closure_id: Mapped[UUID] = mapped_column(ForeignKey("report_steps.id"), unique=True)
    stars: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    rated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CallBackSeed(Base):
    """The one secret by which call-backs are drawn, 32 random bytes, made by the first draw and never changed."""

    __tablename__ = "call_back_seed"
    __table_args__ = (CheckConstraint("number = 1", name="only_one"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CallBack(Base):
    """One closure of which the reporter is asked (回访), by a supervisor who had no part in it, and what they said."""

    __tablename__ = "call_backs"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (is_reached IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint(
            "(is_resolved IS NOT NULL) = COALESCE(is_reached, false)"
            " AND (is_satisfied IS NOT NULL) = COALESCE(is_reached, false)",
            name="who_was_reached_said_both",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    closure_id: Mapped[UUID] = mapped_column(ForeignKey("report_steps.id"), unique=True)
    drawn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_reached: Mapped[bool | None]
    is_resolved: Mapped[bool | None]
    is_satisfied: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CallBackLook(Base):
    """One time that somebody was shown the whole phone number of whom they have to call; rows are only added."""

    __tablename__ = "call_back_looks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    call_back_id: Mapped[UUID] = mapped_column(ForeignKey("call_backs.id"), index=True)
    looked_by: Mapped[str] = mapped_column(String(64))
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UnitDigest(Shares, Base):
    """One week of one unit as it stood when it was written: its duties, and what its reporters say of its work.

    The counts of duties are `duties.UnitScore`'s, the others those of `UnitRates`.
    """

    __tablename__ = "unit_digests"
    __table_args__ = (UniqueConstraint("unit_code", "week_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    # The Monday on which the week begins.
    week_on: Mapped[date] = mapped_column(Date)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    charged: Mapped[int]
    discharged_on_time: Mapped[int]
    discharged_late: Mapped[int]
    moved_away: Mapped[int]
    withdrawn: Mapped[int]
    open: Mapped[int]
    handled: Mapped[int]
    open_overdue: Mapped[int]
    responded: Mapped[int]
    response_due: Mapped[int]
    resolved: Mapped[int]
    resolution_known: Mapped[int]
    satisfied: Mapped[int]
    rated: Mapped[int]
    not_reached: Mapped[int]

    @property
    def on_time_rate(self) -> float | None:
        """The share in time of what was discharged, or should have been; None where nothing was due."""
        due = self.discharged_on_time + self.discharged_late + self.open_overdue
        return self.discharged_on_time / due if due else None


class DigestOverdue(Base):
    """One report that was overdue at a unit at the end of a digest's week, and since which day."""

    __tablename__ = "unit_digest_overdue"

    digest_id: Mapped[UUID] = mapped_column(ForeignKey("unit_digests.id"), primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(Date)
