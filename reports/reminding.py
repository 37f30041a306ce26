"""Reminding units of what is due on the next working day, and of what they are late with."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, exists, func, or_, select
from sqlalchemy.orm import Session

from duties import Duty
from ledger import Sweep
from notices import Notice, NoticeKind, tell
from people import Role
from reports.calls import ReportCall
from reports.model import Report, ReportStatus
from responsibilities import due_on


def remind_units(session: Session, *, now: datetime, limit: int = 200, after: UUID | None = None) -> Sweep[UUID]:
    """Tell units, once for each duty, that it is due by the next working day, and once that its day is over.

    What waits for a dispatcher is told to dispatchers, else to handlers. A later day is another duty: it is told anew.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    and begun anew at any point, and run side by side: of two notices of one duty the database refuses one.
    """
    today = now.date()
    soon = max(due_on(today, 1), today + timedelta(days=1))
    is_late, is_soon = Duty.due_on < today, (Duty.due_on > today) & (Duty.due_on <= soon)
    query = (
        select(Duty, Report.id, Report.status, ReportCall.id.is_not(None).label("is_call"))
        .outerjoin(ReportCall, ReportCall.id == Duty.matter_id)
        .join(Report, Report.id == func.coalesce(ReportCall.report_id, Duty.matter_id))
        .where(
            Duty.ended_at.is_(None),
            Duty.handled_at.is_(None),
            or_(is_late & ~_told(NoticeKind.OVERDUE), is_soon & ~_told(NoticeKind.DUE_TOMORROW)),
        )
        .order_by(Duty.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Duty.id > after)
    found = session.execute(query).all()
    for duty, report_id, status, is_call in found:
        is_commands = status is ReportStatus.ACCEPTED and not is_call
        tell(
            session,
            kind=NoticeKind.OVERDUE if duty.due_on < today else NoticeKind.DUE_TOMORROW,
            matter_id=report_id,
            cause_id=duty.id,
            units=[(duty.unit_code, Role.DISPATCHER if is_commands else Role.HANDLER)],
            now=now,
        )
    session.flush()
    return Sweep(len(found), 0, found[-1][0].id if len(found) == limit else None)


def _told(kind: NoticeKind) -> Exists:
    return exists().where(Notice.cause_id == Duty.id, Notice.kind == kind)
