"""Who decided what the public sees of a report: noted by the room that publishes, so that appeals know of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from people import Principal
from reports.fairness_model import Moderation
from reports.model import Report


def note_moderation(
    session: Session,
    report: Report,
    *,
    decision_id: UUID,
    number: int,
    is_against: bool,
    by: Principal,
    now: datetime,
) -> None:
    """Note a decision about what the public sees of a report, behind the report's lock and beside its own row.

    `number` is the decision's, from 1 in each report. `is_against`: it withholds something, or takes it down, so the
    reporter may appeal against it.
    """
    session.add(
        Moderation(
            id=decision_id,
            report_id=report.id,
            number=number,
            is_against=is_against,
            made_by=by.actor,
            made_at=now,
        )
    )
    session.flush()


def newest_moderation(session: Session, report_id: UUID) -> Moderation | None:
    """Return the decision that holds; None where nobody has decided what the public sees."""
    query = select(Moderation).where(Moderation.report_id == report_id).order_by(Moderation.number.desc()).limit(1)
    return session.scalars(query).one_or_none()
