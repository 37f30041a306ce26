"""Calls (吹哨): what a command unit asks of others while it keeps a report; where they stand, and finding them."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id
from reports.errors import CallsOpenError, CallUnknownError

_IS_OPEN = text("state NOT IN ('accepted', 'withdrawn')")


class CallState(StrEnum):
    """Where a call stands; the last two are its ends."""

    CALLED = "called"
    ACKNOWLEDGED = "acknowledged"
    HANDLED = "handled"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (CallState.CALLED, CallState.ACKNOWLEDGED, CallState.HANDLED, CallState.RETURNED)
UNHANDLED_STATES = (CallState.CALLED, CallState.ACKNOWLEDGED, CallState.RETURNED)


class ReportCall(Base):
    """One call of one unit about one report, and where it stands; its duty is about the call's own id.

    How it came there is told by the report's steps. A unit may be called again once its call has ended.
    """

    __tablename__ = "report_calls"
    __table_args__ = (
        Index(
            "uq_report_calls_open",
            "report_id",
            "unit_code",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    state: Mapped[CallState] = mapped_column(enum_column(CallState))
    called_at: Mapped[datetime] = mapped_column(UTCDateTime)


def calls_of(session: Session, report_ids: Collection[UUID]) -> list[ReportCall]:
    """Return all calls about these reports, the earliest first, those of one act by unit."""
    found = session.scalars(select(ReportCall).where(ReportCall.report_id.in_(report_ids)))
    # Not by the database: each sorts codes by rules of its own.
    return sorted(found, key=lambda called: (called.called_at, called.unit_code, called.id))


def open_calls(session: Session, report_id: UUID) -> list[ReportCall]:
    """Return the calls about a report whose result the command unit has not accepted, the earliest first."""
    return [each for each in calls_of(session, [report_id]) if each.state in OPEN_STATES]


def are_calls_open(session: Session, report_id: UUID) -> bool:
    """Say whether the command unit still waits for a result that it has not accepted."""
    return bool(open_calls(session, report_id))


def check_no_call_is_open(session: Session, report_id: UUID) -> None:
    """See that the command unit has accepted every result.

    Raises:
        CallsOpenError: it has not.
    """
    units = [each.unit_code for each in open_calls(session, report_id)]
    if units:
        raise CallsOpenError(units)


def call_about(session: Session, report_id: UUID, call_id: UUID) -> ReportCall:
    """Return a call about a report; whoever changes it holds the report's lock.

    Raises:
        CallUnknownError: the report has no such call.
    """
    found = session.get(ReportCall, call_id, populate_existing=True)
    if found is None or found.report_id != report_id:
        raise CallUnknownError(call_id)
    return found
