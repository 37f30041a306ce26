"""Learning whose a confidential report is: one officer asks, another decides, and the reporter is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import Call, SamePersonError, check_still_new, new_id, remember_call
from people import Principal, clean_text
from reports.errors import NotConfidentialError, ReportUnknownError, RequestPendingError, RequestUnknownError
from reports.functions import Function
from reports.hiding_model import Unmasking
from reports.model import TEXT_LENGTH_MAX, Report
from reports.steps import is_placed


def ask_unmasking(
    session: Session, *, report_id: UUID, reason: str, by: Principal, now: datetime, call: Call | None = None
) -> Unmasking:
    """Ask, as a supervisor, to learn whose a confidential report is.

    Raises:
        ReportUnknownError: there is none where they supervise.
        NotConfidentialError: whose it is is no secret, or nobody knows.
        RequestPendingError: somebody asked, and it is not decided.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = _supervised(session, report_id, by)
    check_still_new(session, call)
    if not report.is_confidential:
        raise NotConfidentialError(report_id)
    pending = session.scalar(
        select(Unmasking.id).where(Unmasking.report_id == report.id, Unmasking.decided_at.is_(None))
    )
    if pending is not None:
        raise RequestPendingError(pending)
    asked = Unmasking(
        id=new_id(),
        report_id=report.id,
        reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
        asked_by=by.actor,
        asked_at=now,
    )
    session.add(asked)
    remember_call(session, call, made_id=asked.id, now=now)
    session.flush()
    return asked


def decide_unmasking(
    session: Session,
    *,
    report_id: UUID,
    is_approved: bool,
    note: str | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Unmasking:
    """Decide, as another supervisor, what was asked; approved, the two of them may see whose it is.

    Raises:
        ReportUnknownError: there is none where they supervise.
        RequestUnknownError: nothing waits for a decision.
        SamePersonError: they asked themselves.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = _supervised(session, report_id, by)
    check_still_new(session, call)
    asked = session.scalars(
        select(Unmasking).where(Unmasking.report_id == report.id, Unmasking.decided_at.is_(None))
    ).one_or_none()
    if asked is None:
        raise RequestUnknownError(report_id)
    if asked.asked_by == by.actor:
        raise SamePersonError(by.actor)
    asked.is_approved, asked.decided_by, asked.decided_at = is_approved, by.actor, now
    asked.note = None if note is None else clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    remember_call(session, call, made_id=asked.id, now=now)
    session.flush()
    return asked


def get_unmasking(session: Session, unmasking_id: UUID) -> Unmasking:
    """Return what was asked under this id.

    Raises:
        RequestUnknownError: nothing.
    """
    found = session.get(Unmasking, unmasking_id)
    if found is None:
        raise RequestUnknownError(unmasking_id)
    return found


def unmaskings_of(session: Session, report_id: UUID) -> list[Unmasking]:
    """Return who asked whose a report is, the earliest first; the reporter is told of those that were approved."""
    return list(session.scalars(select(Unmasking).where(Unmasking.report_id == report_id).order_by(Unmasking.id)))


def may_know_reporter(session: Session, report: Report, by: Principal) -> bool:
    """Say whether somebody is one of the two who may know whose a confidential report is."""
    return any(
        each.is_approved and by.actor in {each.asked_by, each.decided_by} for each in unmaskings_of(session, report.id)
    )


def _supervised(session: Session, report_id: UUID, by: Principal) -> Report:
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None or not is_placed(session, report, by, Function.SUPERVISION):
        raise ReportUnknownError(report_id)
    return report
