"""Me too: residents join a report of somebody else, and a supervisor says whether what they add is new."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import Call, SamePersonError, check_still_new, new_id, remember_call
from people import Principal, clean_text, is_of_any_household
from reports.errors import JoinDecidedError, JoinRefusedError, JoinUnknownError, ReportUnknownError, StepNotNowError
from reports.limits import check_may_join
from reports.model import TEXT_LENGTH_MAX, JoinState, Report, ReportJoin, ReportStatus, StepKind
from reports.steps import report_open_to
from reports.together import together_of
from responsibilities import get_category

# Whoever comes later reports anew, or the reporter reopens.
ENDED = (ReportStatus.CLOSED, ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


def join(
    session: Session,
    *,
    report_id: UUID,
    evidence: str | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportJoin:
    """Let a resident join a report that is under way, and bring new evidence if they have any.

    Reports of private categories are joined by nobody: for others they do not exist.

    Raises:
        ReportUnknownError: there is no such report, or it is private.
        JoinRefusedError: it is their own, they joined it before, or it has ended.
        DailyLimitError: they have written as many reports and joins today as the office allows.
        TextRefusedError: the evidence is empty, too long, or has forbidden characters.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None or by.resident_id is None or _is_private(session, report):
        raise ReportUnknownError(report_id)
    check_still_new(session, call)
    if report.status in ENDED or _is_theirs(session, report, by.resident_id):
        raise JoinRefusedError(report_id)
    check_may_join(session, by=by, resident_id=by.resident_id, now=now)
    made = ReportJoin(
        id=new_id(),
        report_id=report.id,
        resident_id=by.resident_id,
        evidence=None if evidence is None else clean_text(evidence, field="evidence", length_max=TEXT_LENGTH_MAX),
        state=JoinState.FOLLOWING if evidence is None else JoinState.ASKED,
        joined_at=now,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


def decide_join(
    session: Session,
    *,
    report_id: UUID,
    join_id: UUID,
    is_accepted: bool,
    note: str | None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ReportJoin:
    """Say, as a supervisor and before the report is closed, whether what somebody added is new evidence.

    Raises:
        ReportUnknownError, SamePersonError: as `steps.report_open_to`; also where they or their household joined.
        StepNotNowError: the report has ended.
        JoinUnknownError: nobody joined it under this id.
        JoinDecidedError: it was decided before, or there is no evidence.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = report_open_to(session, report_id, StepKind.VERIFICATION, by=by, call=call)
    if report.status in ENDED:
        raise StepNotNowError("join", report.status)
    found = session.get(ReportJoin, join_id)
    if found is None or found.report_id != report.id:
        raise JoinUnknownError(join_id)
    if is_of_any_household(session, actor=by.actor, resident_ids=[found.resident_id]):
        raise SamePersonError(by.actor)
    if found.state is not JoinState.ASKED:
        raise JoinDecidedError(join_id)
    found.state = JoinState.ACCEPTED if is_accepted else JoinState.REJECTED
    found.note = None if note is None else clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    found.decided_by, found.decided_at = by.actor, now
    remember_call(session, call, made_id=found.id, now=now)
    session.flush()
    return found


def get_join(session: Session, join_id: UUID) -> ReportJoin:
    """Return the join with this id.

    Raises:
        JoinUnknownError: there is none.
    """
    found = session.get(ReportJoin, join_id)
    if found is None:
        raise JoinUnknownError(join_id)
    return found


def joins_of(session: Session, report_id: UUID) -> list[ReportJoin]:
    """Return who joined a report, the earliest first."""
    return list(session.scalars(select(ReportJoin).where(ReportJoin.report_id == report_id).order_by(ReportJoin.id)))


def weights(session: Session, report_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many told of each report: its reporter and those who joined it, and so of all that was merged into it.

    What was merged into what was merged into it counts as well: it is one incident.
    """
    # Each report that counts for one of those asked about, itself included, beside that one.
    pairs = level = [(each, each) for each in report_ids]
    while level:
        merged = select(Report.merged_into_id, Report.id).where(Report.merged_into_id.in_({each for _, each in level}))
        below: dict[UUID | None, list[UUID]] = {}
        for into_id, report_id in session.execute(merged):
            below.setdefault(into_id, []).append(report_id)
        level = [(asked_id, report_id) for asked_id, into_id in level for report_id in below.get(into_id, [])]
        pairs = pairs + level
    joined = select(ReportJoin.report_id, func.count()).where(ReportJoin.report_id.in_({each for _, each in pairs}))
    joins = {row[0]: row[1] for row in session.execute(joined.group_by(ReportJoin.report_id))}
    found = dict.fromkeys(report_ids, 0)
    for asked_id, report_id in pairs:
        found[asked_id] += 1 + joins.get(report_id, 0)
    return found


def _is_theirs(session: Session, report: Report, resident_id: UUID) -> bool:
    if resident_id in {report.resident_id, *together_of(session, report.id)}:
        return True
    same = select(ReportJoin.id).where(ReportJoin.report_id == report.id, ReportJoin.resident_id == resident_id)
    return session.scalar(same) is not None


def _is_private(session: Session, report: Report) -> bool:
    return get_category(session, report.category_code, version=report.list_version).is_private
