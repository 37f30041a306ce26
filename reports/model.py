"""The tables of reports: each with its steps, who joined it, and what one supervisor asks and another decides."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id
from responsibilities import CATEGORY_CODE_LENGTH_MAX, Severity

NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 500
# What GeoReport v2 lets a description have.
OUTSIDE_TEXT_LENGTH_MAX = 4_000
NUMBER_LENGTH = 12

_IS_UNDECIDED = text("decided_at IS NULL")
_IS_ASKED = text("state = 'asked'")
_IS_MERGED = text("merged_into_id IS NOT NULL")


class Channel(StrEnum):
    """How a report came: from a resident's own device, by an officer for a caller or visitor, or from a program."""

    RESIDENT = "resident"
    OFFICER = "officer"
    OPEN311 = "open311"


class ReportStatus(StrEnum):
    """Where a report stands; the last four are its ends, of which only a closed one can be reopened."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    HANDLED = "handled"
    RETURNED = "returned"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What somebody did with a report."""

    SUBMISSION = "submission"
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    MERGER = "merger"
    DISPATCH = "dispatch"
    TRANSFER = "transfer"
    ACKNOWLEDGEMENT = "acknowledgement"
    HANDLING = "handling"
    VERIFICATION = "verification"
    RETURN = "return"
    CLOSURE = "closure"
    REOPENING = "reopening"
    POSTPONEMENT = "postponement"
    WITHDRAWAL = "withdrawal"
    # The command unit keeps the report and calls units (吹哨); in the end it says itself that all is done.
    LEAD = "lead"
    CALL = "call"
    CALL_ACKNOWLEDGEMENT = "call_acknowledgement"
    CALL_HANDLING = "call_handling"
    CALL_ACCEPTANCE = "call_acceptance"
    CALL_RETURN = "call_return"
    CALL_POSTPONEMENT = "call_postponement"
    CALL_WITHDRAWAL = "call_withdrawal"
    COMPLETION = "completion"
    RESTORATION = "restoration"


class RequestKind(StrEnum):
    """What one supervisor asks and another decides: a later due date (挂账), or the end of a report without result."""

    POSTPONEMENT = "postponement"
    WITHDRAWAL = "withdrawal"


class Report(Base):
    """One report: what was seen and where, under the version of the list then in force, and where it stands.

    How it came there is told by its steps; the duty it laid on a unit by the rows and books of `duties`.
    """

    __tablename__ = "reports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_version", "category_code"], ["report_categories.version", "report_categories.code"]
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="positions_are_pairs"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("NOT (is_anonymous AND is_confidential)", name="hidden_in_one_way"),
        CheckConstraint("NOT is_anonymous OR resident_id IS NULL", name="anonymous_is_nobodys"),
        CheckConstraint("NOT is_confidential OR resident_id IS NOT NULL", name="confidential_is_somebodys"),
        CheckConstraint("NOT is_led OR department_code IS NULL", name="led_by_the_command_unit"),
        CheckConstraint("channel <> 'open311' OR resident_id IS NULL", name="brought_is_nobodys"),
        Index("ix_reports_status_unit", "status", "unit_code"),
        Index("ix_reports_status_department", "status", "department_code"),
        # For lists of one status, from any place on: what is rare lies where it is not looked for.
        Index("ix_reports_status_id", "status", "id"),
        # For what anybody may list: by when it came, of one category too.
        Index("ix_reports_submitted_at", "submitted_at"),
        Index("ix_reports_category_code_submitted_at", "category_code", "submitted_at"),
        # For what may be about the same: by place, of some categories.
        Index("ix_reports_unit_code_category_code_submitted_at", "unit_code", "category_code", "submitted_at"),
        Index("ix_reports_category_code_latitude_submitted_at", "category_code", "latitude", "submitted_at"),
        Index("ix_reports_merged_into_id", "merged_into_id", sqlite_where=_IS_MERGED, postgresql_where=_IS_MERGED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    list_version: Mapped[int] = mapped_column(Integer)
    category_code: Mapped[str] = mapped_column(String(CATEGORY_CODE_LENGTH_MAX))
    # Only what other programs bring is longer than other texts.
    description: Mapped[str] = mapped_column(String(OUTSIDE_TEXT_LENGTH_MAX))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    address: Mapped[str | None] = mapped_column(String(NAME_LENGTH_MAX))
    # Degrees (WGS 84), north and east positive.
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("residents.id"), index=True)
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[ReportStatus] = mapped_column(enum_column(ReportStatus))
    severity: Mapped[Severity | None] = mapped_column(enum_column(Severity))
    # Whose it is to give the report to a department: the town or street above its place, else the county.
    command_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    department_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("reports.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Whose it is nobody knows, and nothing tells but the day; its award is claimed with a code.
    is_anonymous: Mapped[bool] = mapped_column(server_default=false())
    # Whose it is only two officers together may learn.
    is_confidential: Mapped[bool] = mapped_column(server_default=false())
    # The level above is told at once, before anybody accepts it.
    is_urgent: Mapped[bool] = mapped_column(server_default=false())
    # The command unit keeps it and calls others; over once it gives the report to a department.
    is_led: Mapped[bool] = mapped_column(server_default=false())


class RejectionKind(StrEnum):
    """Why a report is not accepted: in words for its reporter, and for the rule about repeated false reports."""

    NOT_OURS = "not_ours"
    KNOWN_ALREADY = "known_already"
    FALSE = "false"
    INSULTING = "insulting"
    OTHER = "other"


class ReportStep(Base):
    """One step of a report: who did what for which unit, when, and the status it led to; added, never changed.

    The status before it is that of the step before. `unit_code` is who was charged by a dispatch, transfer or call,
    else whom the duty lay on; `due_on` the date that the step set, `entry_id` the entry in the books, where it moved a
    duty.
    """

    __tablename__ = "report_steps"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        # What was given to units, and closed, in some days.
        Index("ix_report_steps_kind_made_at", "kind", "made_at"),
        # Whether somebody had a part in a report.
        Index("ix_report_steps_report_id_made_by", "report_id", "made_by"),
        CheckConstraint("(kind LIKE 'call%') = (call_id IS NOT NULL)", name="steps_of_calls_name_them"),
        CheckConstraint("rejection_kind IS NULL OR kind = 'rejection'", name="only_rejections_have_a_kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    # Counted from 1 in each report.
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[StepKind] = mapped_column(enum_column(StepKind))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    status: Mapped[ReportStatus] = mapped_column(enum_column(ReportStatus))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    old_due_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    entry_id: Mapped[UUID | None] = mapped_column(unique=True)
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_calls.id"), index=True)
    # Of rejections before there were kinds there is none: they read as "other".
    rejection_kind: Mapped[RejectionKind | None] = mapped_column(enum_column(RejectionKind))


class JoinState(StrEnum):
    """Where somebody's new evidence stands; who brings none only follows the report."""

    FOLLOWING = "following"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ReportJoin(Base):
    """Somebody who says "me too": it gives a report weight, lets them follow it, and may bring new evidence."""

    __tablename__ = "report_joins"
    __table_args__ = (
        UniqueConstraint("report_id", "resident_id"),
        CheckConstraint("(state = 'following') = (evidence IS NULL)", name="evidence_is_asked_about"),
        Index("ix_report_joins_asked", "id", sqlite_where=_IS_ASKED, postgresql_where=_IS_ASKED),
        CheckConstraint(
            "(state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("residents.id"), index=True)
    evidence: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    state: Mapped[JoinState] = mapped_column(enum_column(JoinState))
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ReportRequest(Base):
    """What a supervisor asks about a report and another decides; a report has one undecided at a time."""

    __tablename__ = "report_requests"
    __table_args__ = (
        CheckConstraint("(kind = 'postponement') = (due_on IS NOT NULL)", name="postponements_name_a_day"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        Index(
            "uq_report_requests_undecided",
            "report_id",
            unique=True,
            sqlite_where=_IS_UNDECIDED,
            postgresql_where=_IS_UNDECIDED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(enum_column(RequestKind))
    # Of whose duty the day is; the report's own without one.
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_calls.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH_MAX))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_approved: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(String(TEXT_LENGTH_MAX))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
