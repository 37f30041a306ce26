"""Photos of reports: what somebody saw, and what a department did about it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from people import Principal
from photos import CleanPhoto, Photo, PhotoKind, PhotoStore, keep
from reports.anonymity import NOBODY, as_kept
from reports.errors import JoinUnknownError, ReportUnknownError, StepNotNowError
from reports.functions import Function
from reports.model import JoinState, Report, ReportJoin, ReportStatus, ReportStep, StepKind
from reports.steps import WITH_DEPARTMENT, is_placed

_BEFORE_CLOSURE = tuple(
    set(ReportStatus) - {ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN}
)
_WHEN = {PhotoKind.SEEN: _BEFORE_CLOSURE, PhotoKind.HANDLED: (*WITH_DEPARTMENT, ReportStatus.HANDLED)}


def add_photos(
    session: Session,
    store: PhotoStore,
    *,
    report_id: UUID,
    pictures: Sequence[CleanPhoto],
    by: Principal,
    now: datetime,
) -> list[Photo]:
    """Keep photos of a report: of its reporter, or who wrote it for them, what was seen; of its department the result.

    Each has up to 6; the same picture again is the one that there is.

    Raises:
        ReportUnknownError: there is no report to which they may add photos.
        StepNotNowError: it has ended, or the department has it no more.
        TooManyPhotosError: there would be more than 6.
        PhotoStoreUnavailableError: the store is away.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None:
        raise ReportUnknownError(report_id)
    kind = _kind_of(session, report, by)
    if report.status not in _WHEN[kind]:
        raise StepNotNowError("photo", report.status)
    return keep(session, store, matter_id=report.id, kind=kind, pictures=pictures, now=as_kept(by, now))


def add_join_photos(
    session: Session,
    store: PhotoStore,
    *,
    join_id: UUID,
    pictures: Sequence[CleanPhoto],
    by: Principal,
    now: datetime,
) -> list[Photo]:
    """Keep photos of what somebody adds to another's report, with their words and until these are decided about.

    They are up to 6 of the join itself: the reporter's own number stays theirs, and only supervisors see them.

    Raises:
        JoinUnknownError: they did not join under this id.
        StepNotNowError: they brought no words, or a supervisor has decided.
        TooManyPhotosError: there would be more than 6.
        PhotoStoreUnavailableError: the store is away.
    """
    joined = session.get(ReportJoin, join_id, with_for_update=True, populate_existing=True)
    if joined is None or not by.is_resident(joined.resident_id):
        raise JoinUnknownError(join_id)
    if joined.state is not JoinState.ASKED:
        report = session.get_one(Report, joined.report_id)
        raise StepNotNowError("photo", report.status)
    return keep(session, store, matter_id=joined.id, kind=PhotoKind.SEEN, pictures=pictures, now=now)


def _kind_of(session: Session, report: Report, by: Principal) -> PhotoKind:
    wrote = select(ReportStep.id).where(
        ReportStep.report_id == report.id, ReportStep.kind == StepKind.SUBMISSION, ReportStep.made_by == by.actor
    )
    # What nobody wrote was written by somebody else without a name, too: only the code tells them apart.
    wrote_it = by.actor != NOBODY and session.scalar(wrote) is not None
    if wrote_it or is_placed(session, report, by, Function.REPORTING):
        return PhotoKind.SEEN
    if is_placed(session, report, by, Function.HANDLING):
        return PhotoKind.HANDLED
    raise ReportUnknownError(report.id)
