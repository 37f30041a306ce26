"""Joint reports: who reports together with somebody, once they have confirmed it; a joint report is one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from ledger import Call, check_still_new, new_id, remember_call
from notices import NoticeKind, tell
from people import Principal, resident_going_on
from reports.errors import StepNotNowError
from reports.fairness_errors import CoReporterUnknownError, JointReportError, TogetherOverError
from reports.fairness_model import CoReporter
from reports.model import Report, ReportStatus

# So many may be named beside whoever writes the report, and within so many days they confirm it.
TOGETHER_MAX = 9
CONFIRMATION_DAYS = 7

# Asked with every acceptance, so it is put together once.
_CONFIRMED = select(CoReporter.resident_id).where(
    CoReporter.report_id == bindparam("report_id"), CoReporter.is_confirmed.is_(True)
)


def check_together(
    session: Session, resident_id: UUID | None, named: Sequence[UUID], *, is_hidden: bool, is_own: bool
) -> list[UUID]:
    """Return whom to ask whether they report together with somebody: those named, by the records that go on.

    Raises:
        ResidentUnknownError: one of them is nobody.
        JointReportError: more than 9, somebody twice, or whoever writes it; or a report that is not of its writer, or
            that hides whose it is.
    """
    # Whoever was named by a record that was merged answers under the one that goes on.
    others = [resident_going_on(session, each).id for each in named]
    if not others:
        return others
    everybody = {resident_id, *others}
    if is_hidden or not is_own or len(others) > TOGETHER_MAX or len(everybody) != 1 + len(others):
        raise JointReportError
    return others


def ask_together(session: Session, report: Report, others: Collection[UUID], *, now: datetime) -> None:
    """Ask residents whether they report together with whoever wrote a report."""
    asked = [CoReporter(id=new_id(), report_id=report.id, resident_id=each, asked_at=now) for each in others]
    session.add_all(asked)
    session.flush()
    for each in asked:
        tell(
            session,
            kind=NoticeKind.TOGETHER_ASKED,
            matter_id=report.id,
            cause_id=each.id,
            residents=[each.resident_id],
            now=now,
        )


def answer_together(
    session: Session,
    *,
    report_id: UUID,
    is_confirmed: bool,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> CoReporter:
    """Say, within 7 days and before the report is accepted, whether one reports together with whoever named one.

    Raises:
        CoReporterUnknownError: nobody named them.
        StepNotNowError: they answered, or it was decided about the report.
        TogetherOverError: the days for it are over.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    asked = None
    if report is not None and by.resident_id is not None:
        asked = session.get(CoReporter, (report_id, by.resident_id), populate_existing=True)
    if report is None or asked is None:
        raise CoReporterUnknownError(report_id)
    check_still_new(session, call)
    if asked.answered_at is not None or report.status is not ReportStatus.SUBMITTED:
        raise StepNotNowError("together", report.status)
    last_on = asked.asked_at.astimezone(now.tzinfo).date() + timedelta(days=CONFIRMATION_DAYS)
    if now.date() > last_on:
        raise TogetherOverError(last_on)
    asked.is_confirmed, asked.answered_at = is_confirmed, now
    remember_call(session, call, made_id=asked.id, now=now)
    session.flush()
    return asked


def report_asked_together(session: Session, asked_id: UUID) -> Report:
    """Return the report about which somebody was asked under this id.

    Raises:
        CoReporterUnknownError: nobody was.
    """
    asked = select(Report).join(CoReporter, CoReporter.report_id == Report.id).where(CoReporter.id == asked_id)
    found = session.scalars(asked).one_or_none()
    if found is None:
        raise CoReporterUnknownError(asked_id)
    return found


def together_of(session: Session, report_id: UUID) -> list[UUID]:
    """Return who has confirmed that they report together with whoever wrote a report."""
    return sorted(session.connection().execute(_CONFIRMED, {"report_id": report_id}).scalars())


def asked_together(session: Session, report_id: UUID) -> list[CoReporter]:
    """Return who was asked to report together, whether or not they answered."""
    return list(session.scalars(select(CoReporter).where(CoReporter.report_id == report_id).order_by(CoReporter.id)))


def may_answer_together(session: Session, report: Report, by: Principal, now: datetime) -> bool:
    """Say whether somebody was asked about a report and may answer now."""
    asked = None if by.resident_id is None else session.get(CoReporter, (report.id, by.resident_id))
    if asked is None or asked.answered_at is not None or report.status is not ReportStatus.SUBMITTED:
        return False
    return now.date() <= asked.asked_at.astimezone(now.tzinfo).date() + timedelta(days=CONFIRMATION_DAYS)


def is_among(by: Principal) -> ColumnElement[bool]:
    """Return the condition that somebody reports a report together with its writer, or is asked whether they do."""
    return Report.id.in_(
        select(CoReporter.report_id)
        .join(Report, Report.id == CoReporter.report_id)
        .where(
            CoReporter.resident_id == by.resident_id,
            or_(
                CoReporter.is_confirmed.is_(True),
                and_(CoReporter.is_confirmed.is_(None), Report.status == ReportStatus.SUBMITTED),
            ),
        )
    )
