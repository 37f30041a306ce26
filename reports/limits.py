"""Limits on writing reports: none until the office sets them, and never a word about a person kept for them.

All is counted from the reports themselves at the moment when somebody writes one.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ledger import Call, Count, count_up, new_id, remember_call
from people import Principal, get_resident, is_of_household
from reports.fairness_errors import (
    DailyLimitError,
    FalseReportsError,
    LimitsError,
    LimitsUnknownError,
    OnBehalfLimitError,
    OwnHouseholdError,
    WaitingLimitError,
)
from reports.fairness_model import ReportLimitsSet
from reports.model import Channel, RejectionKind, Report, ReportJoin, ReportStatus, ReportStep, StepKind

# What a counter that only makes writers queue can never reach.
_ENDLESS = 2**40
_QUEUE = "writes_reports"


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """The limits on writing; None is none.

    `per_day` reports and joins of one resident; `waiting` reports of theirs that wait for acceptance at one time;
    `nameless_per_hour` reports without a name from one address. After `false_count` rejections as false within
    `false_days` only one report may wait at a time. An officer writes `on_behalf_per_month` reports for residents, and
    `on_behalf_per_resident` of them for the same one.
    """

    per_day: int | None = None
    waiting: int | None = None
    nameless_per_hour: int | None = None
    false_count: int | None = None
    false_days: int | None = None
    on_behalf_per_month: int | None = None
    on_behalf_per_resident: int | None = None


LIMIT_NAMES = tuple(field.name for field in fields(WritingLimits))
LIMIT_MAX = 10_000


def set_limits(
    session: Session, *, limits: WritingLimits, actor: str, now: datetime, call: Call | None = None
) -> ReportLimitsSet:
    """Set the limits from now on, as their next version. Of two set at once, one meets a unique violation.

    Raises:
        LimitsError: one is below 1 or above 10,000, or of the rule about false reports one half is missing.
    """
    given = [value for value in asdict(limits).values() if value is not None]
    if any(not 1 <= value <= LIMIT_MAX for value in given):
        raise LimitsError
    if (limits.false_count is None) != (limits.false_days is None):
        raise LimitsError
    latest = session.scalar(select(func.max(ReportLimitsSet.number)))
    made = ReportLimitsSet(number=(latest or 0) + 1, id=new_id(), set_by=actor, set_at=now, **asdict(limits))
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    return made


# Asked with every report, so it is put together once.
_IN_FORCE = (
    select(*(getattr(ReportLimitsSet, name) for name in LIMIT_NAMES)).order_by(ReportLimitsSet.number.desc()).limit(1)
)


def limits_in_force(session: Session) -> WritingLimits:
    """Return the limits that hold now."""
    latest = session.connection().execute(_IN_FORCE).first()
    return WritingLimits() if latest is None else WritingLimits(*latest)


def get_limits(session: Session, limits_id: UUID) -> ReportLimitsSet:
    """Return the version of the limits with this id.

    Raises:
        LimitsUnknownError: there is none.
    """
    found = session.scalars(select(ReportLimitsSet).where(ReportLimitsSet.id == limits_id)).one_or_none()
    if found is None:
        raise LimitsUnknownError(limits_id)
    return found


def list_limits(session: Session) -> list[ReportLimitsSet]:
    """Return all versions of the limits, the latest first."""
    return list(session.scalars(select(ReportLimitsSet).order_by(ReportLimitsSet.number.desc())))


def check_may_report(session: Session, *, by: Principal, resident_id: UUID | None, now: datetime) -> None:
    """See that somebody may write one more report: a resident their own, or an officer one for a resident.

    Whoever writes for themselves, or for the same officer's name, queues here, so nobody gets past a limit by haste.

    Raises:
        DailyLimitError, WaitingLimitError, FalseReportsError: as the limits of residents say.
        OwnHouseholdError: an officer writes for their own household.
        OnBehalfLimitError: as the limits of officers say.
    """
    if resident_id is None:
        return
    limits = limits_in_force(session)
    if by.is_resident(resident_id):
        _check_own(session, limits, by, resident_id, now)
    elif by.person_id is not None:
        _check_on_behalf(session, limits, by, resident_id, now)


def check_may_join(session: Session, *, by: Principal, resident_id: UUID, now: datetime) -> None:
    """See that a resident may join one more report today.

    Raises:
        DailyLimitError: they have written as many as they may.
    """
    limits = limits_in_force(session)
    if limits.per_day is not None:
        _queue(session, by, now)
        _check_day(session, limits.per_day, resident_id, now)


def _check_own(session: Session, limits: WritingLimits, by: Principal, resident_id: UUID, now: datetime) -> None:
    if {limits.per_day, limits.waiting, limits.false_count} == {None}:
        return
    _queue(session, by, now)
    if limits.per_day is not None:
        _check_day(session, limits.per_day, resident_id, now)
    waits = _waiting(session, resident_id)
    if waits and limits.false_count is not None and limits.false_days is not None:
        _check_false_ones(session, limits.false_count, limits.false_days, resident_id, now)
    if limits.waiting is not None and waits >= limits.waiting:
        raise WaitingLimitError(limits.waiting)


def _check_day(session: Session, limit: int, resident_id: UUID, now: datetime) -> None:
    since = datetime.combine(now.date(), time(), now.tzinfo)
    reports = select(func.count()).where(
        Report.resident_id == resident_id, Report.channel == Channel.RESIDENT, Report.submitted_at >= since
    )
    joins = select(func.count()).where(ReportJoin.resident_id == resident_id, ReportJoin.joined_at >= since)
    if (session.scalar(reports) or 0) + (session.scalar(joins) or 0) >= limit:
        raise DailyLimitError(limit, now.date())


def _waiting(session: Session, resident_id: UUID) -> int:
    waits = select(func.count()).where(
        Report.resident_id == resident_id,
        Report.channel == Channel.RESIDENT,
        Report.status == ReportStatus.SUBMITTED,
    )
    return session.scalar(waits) or 0


def _check_false_ones(session: Session, count: int, days: int, resident_id: UUID, now: datetime) -> None:
    """See that not too many reports of a resident stand rejected as false; one that was restored does not stand so."""
    newest = aliased(ReportStep)
    last = select(func.max(newest.number)).where(newest.report_id == Report.id).correlate(Report).scalar_subquery()
    since = datetime.combine(now.date() - timedelta(days=days), time(), now.tzinfo)
    cases = session.execute(
        select(Report.number, ReportStep.made_at)
        .join(ReportStep, (ReportStep.report_id == Report.id) & (ReportStep.number == last))
        .where(
            Report.resident_id == resident_id,
            Report.channel == Channel.RESIDENT,
            Report.status == ReportStatus.REJECTED,
            ReportStep.rejection_kind == RejectionKind.FALSE,
            ReportStep.made_at >= since,
        )
        .order_by(ReportStep.made_at, Report.number)
    ).all()
    if len(cases) < count:
        return
    # Below the count again once the oldest of those above it are over.
    last_to_fall = cases[len(cases) - count].made_at.astimezone(now.tzinfo).date()
    raise FalseReportsError([case.number for case in cases], count, days, last_to_fall + timedelta(days=days))


def _check_on_behalf(session: Session, limits: WritingLimits, by: Principal, resident_id: UUID, now: datetime) -> None:
    if is_of_household(session, actor=by.actor, resident=get_resident(session, resident_id)):
        raise OwnHouseholdError
    caps = ((limits.on_behalf_per_month, None), (limits.on_behalf_per_resident, resident_id))
    if all(limit is None for limit, _whose in caps):
        return
    _queue(session, by, now)
    first = now.date().replace(day=1)
    since = datetime.combine(first, time(), now.tzinfo)
    for limit, whose in caps:
        written = (
            select(func.count())
            .select_from(ReportStep)
            .join(Report, Report.id == ReportStep.report_id)
            .where(
                ReportStep.kind == StepKind.SUBMISSION,
                ReportStep.made_by == by.actor,
                ReportStep.made_at >= since,
                Report.resident_id.is_not(None) if whose is None else Report.resident_id == whose,
            )
        )
        if limit is not None and (session.scalar(written) or 0) >= limit:
            raise OnBehalfLimitError(limit, _last_of_month(first), is_of_one_resident=whose is not None)


def _queue(session: Session, by: Principal, now: datetime) -> None:
    """Let whoever writes under this name wait until those before have committed."""
    count_up(session, [Count(by.actor, _QUEUE, now.date(), 1, _ENDLESS)])


def _last_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
