"""The week of each unit, written once when it is over: what it owed, what it is late with, what reporters say."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from duties import Duty, UnitScore, scoreboard
from ledger import new_id
from listening.errors import DigestUnknownError
from listening.model import DigestOverdue, UnitDigest
from listening.rates import UnitRates, unit_rates
from people import Principal, Role, Unit, below
from reports import UNHANDLED, Report, ReportStep, StepKind

READERS = (Role.SUPERVISOR, Role.HANDLER, Role.DISPATCHER)
_WEEK = timedelta(days=7)
# After these a called unit owes nothing that is not handled.
_CALL_NOT_OPEN = (StepKind.CALL_HANDLING, StepKind.CALL_ACCEPTANCE, StepKind.CALL_WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A report that was overdue at the end of a week, and since which day."""

    report_id: UUID
    number: str
    due_on: date


@dataclass(frozen=True, slots=True)
class DigestPage:
    """Digests; `next_before` asks for those that follow, None if there are none."""

    items: list[UnitDigest]
    next_before: UUID | None


def write_digests(session: Session, *, now: datetime) -> int:
    """Write the digest of the last whole week (Monday to Sunday) of each unit that had duties in it; return how many.

    Duties are told as of the end of Sunday, what reporters say as of now. A unit whose week is written is left alone,
    so this may be run again, and side by side: of two that write at once the database refuses one, whose next run finds
    nothing to do.
    """
    until = datetime.combine(now.date() - timedelta(days=now.weekday()), time(), tzinfo=now.tzinfo)
    since = until - _WEEK
    scores = [score for score in scoreboard(session, since=since, until=until, today=now.date()) if _had_duties(score)]
    written = set(session.scalars(select(UnitDigest.unit_code).where(UnitDigest.week_on == since.date())))
    wanted = [score for score in scores if score.unit_code not in written]
    if not wanted:
        return 0
    said = unit_rates(session, since=since, until=until, now=now)
    digests = {
        score.unit_code: UnitDigest(
            id=new_id(),
            week_on=since.date(),
            written_at=now,
            **asdict(score),
            **asdict(said.get(score.unit_code, UnitRates())),
        )
        for score in wanted
    }
    session.add_all(digests.values())
    session.flush()
    session.add_all(
        DigestOverdue(digest_id=digests[unit_code].id, report_id=report_id, due_on=due_on)
        for unit_code, report_id, due_on in _overdue_at(session, until)
        if unit_code in digests
    )
    session.flush()
    return len(digests)


def list_digests(
    session: Session,
    *,
    seen_by: Principal,
    unit_code: str | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> DigestPage:
    """Return the digests of units where somebody supervises, dispatches or handles, or of one of them; newest first."""
    query = select(UnitDigest).where(_is_seen(seen_by)).order_by(UnitDigest.id.desc()).limit(limit + 1)
    if unit_code is not None:
        query = query.where(UnitDigest.unit_code == unit_code)
    if before is not None:
        query = query.where(UnitDigest.id < before)
    found = list(session.scalars(query))
    return DigestPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def get_digest(session: Session, digest_id: UUID, *, seen_by: Principal) -> tuple[UnitDigest, list[Overdue]]:
    """Return a digest with the reports that were overdue, the longest first.

    Raises:
        DigestUnknownError: there is none that they may see.
    """
    digest = session.scalars(select(UnitDigest).where(UnitDigest.id == digest_id, _is_seen(seen_by))).one_or_none()
    if digest is None:
        raise DigestUnknownError(digest_id)
    late = (
        select(DigestOverdue.report_id, Report.number, DigestOverdue.due_on)
        .join(Report, Report.id == DigestOverdue.report_id)
        .where(DigestOverdue.digest_id == digest.id)
        .order_by(DigestOverdue.due_on, Report.number)
    )
    return digest, [Overdue(*row) for row in session.execute(late)]


def _had_duties(score: UnitScore) -> bool:
    return any(getattr(score, field.name) for field in fields(score) if field.name != "unit_code")


def _overdue_at(session: Session, until: datetime) -> Iterable[tuple[str, UUID, date]]:
    """Yield what units were late with at the end of a period: what was handled after it was still open then."""
    # A duty is about a report, or about a call, whose steps are told apart from the report's own.
    matter_id = func.coalesce(ReportStep.call_id, ReportStep.report_id)
    last = (
        select(matter_id.label("matter_id"), ReportStep.report_id, func.max(ReportStep.number).label("number"))
        .where(ReportStep.made_at < until)
        .group_by(matter_id, ReportStep.report_id)
        .subquery()
    )
    was_open = or_(
        ReportStep.call_id.is_(None) & ReportStep.status.in_(UNHANDLED),
        ReportStep.call_id.is_not(None) & ReportStep.kind.not_in(_CALL_NOT_OPEN),
    )
    query = (
        select(Duty.unit_code, ReportStep.report_id, Duty.due_on)
        .join(last, last.c.matter_id == Duty.matter_id)
        .join(ReportStep, (ReportStep.report_id == last.c.report_id) & (ReportStep.number == last.c.number))
        .where(
            Duty.due_on < until.date(),
            Duty.charged_at < until,
            Duty.ended_at.is_(None) | (Duty.ended_at >= until),
            was_open,
        )
        .order_by(Duty.due_on, Duty.id)
    )
    for row in session.execute(query):
        yield row.unit_code, row.report_id, row.due_on


def _is_seen(by: Principal) -> ColumnElement[bool]:
    return UnitDigest.unit_code.in_(select(Unit.code).where(below(by.unit_paths(*READERS))))
