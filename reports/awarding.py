"""What a report earns: begun at acceptance, its rest when the department is late, settled at closure, or taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, bindparam, case, or_, select
from sqlalchemy.orm import Session

import earnings
from awards import tariff_in_force
from duties import Duty, DutyOutcome
from earnings import Earning, EarningState, NothingReason
from ledger import NewEntry, Sweep, post
from people import Role, get_resident, get_unit, household_works_for
from reports.calls import calls_of
from reports.fairness_model import Appeal, AppealSubject
from reports.model import JoinState, Report, ReportJoin
from reports.together import together_of
from responsibilities import get_category

ACTOR = "system"
# Reasons of awards are read by those who grant awards, and must not tell whose a confidential report was.
_CONFIDENTIAL = "保密上报"
_MERGED = "合并上报"

# Asked with every closure, so they are put together once.
_JOINED = select(ReportJoin.resident_id).where(
    ReportJoin.report_id == bindparam("report_id"), ReportJoin.state == JoinState.ACCEPTED
)
_MERGED_INTO = select(Report.id, Report.resident_id, Report.is_confidential).where(
    Report.merged_into_id.in_(bindparam("report_ids", expanding=True))
)
# Whose department is late.
_LATE = (
    select(Report.id)
    .join(Earning, Earning.matter_id == Report.id)
    .join(Duty, Duty.matter_id == Report.id)
    .where(
        Earning.state.in_([EarningState.WAITING, EarningState.STAGED]),
        Earning.rest_due_at.is_(None),
        # Of a report that the command unit leads, it is the one to be late.
        Duty.unit_code == case((Report.is_led, Report.command_code), else_=Report.department_code),
        # Not before it was withdrawn and taken up again.
        Duty.charged_at >= Earning.began_at,
        or_(
            Duty.outcome == DutyOutcome.MISSED,
            Duty.ended_at.is_(None) & Duty.handled_at.is_(None) & (Duty.due_on < bindparam("today")),
        ),
    )
    .distinct()
    .order_by(Report.id)
    .limit(bindparam("limit", type_=Integer))
)


def begin_award(session: Session, report: Report, *, actor: str, now: datetime) -> list[NewEntry]:
    """Decide at acceptance what a report earns, by the tariff in force on the day it was sent in."""
    # Nothing that is read depends on what the step has set so far; what others point at is flushed where it is added.
    with session.no_autoflush:
        return _begin(session, report, actor=actor, now=now)


def _begin(session: Session, report: Report, *, actor: str, now: datetime) -> list[NewEntry]:
    category = get_category(session, report.category_code, version=report.list_version)
    submitted_on = report.submitted_at.astimezone(now.tzinfo).date()
    reporters = [each for each in (report.resident_id, *together_of(session, report.id)) if each is not None]
    apart = [each for each in reporters if not is_of_department(session, each, category.department_code)]
    if not apart and _was_granted(session, report):
        apart = reporters
    own = bool(reporters) and not apart
    _earning, entries = earnings.begin(
        session,
        matter_id=report.id,
        tariff=tariff_in_force(session, report.category_code, submitted_on),
        # Of those who report together, who works for the department gets none of it, and the others share it.
        resident_id=apart[0] if apart else report.resident_id,
        together_with=apart[1:],
        is_anonymous=report.is_anonymous,
        reason=_CONFIDENTIAL if report.is_confidential else f"{category.name}（{report.number}）",
        nothing_because=NothingReason.OWN_DEPARTMENT if own else None,
        actor=actor,
        now=now,
    )
    return entries


def settle_award(session: Session, report: Report, *, actor: str, now: datetime) -> list[NewEntry]:
    """Let at closure all that is left be due: to the reporter, and to those who joined with new evidence."""
    merged = _merged(session, report.id)
    is_in_confidence = not report.is_confidential and any(is_confidential for _resident_id, is_confidential in merged)
    joiners = _joiners(session, report, merged)
    # As in `begin_award`.
    with session.no_autoflush:
        return earnings.settle(
            session,
            matter_id=report.id,
            joiners=joiners,
            # The report's number leads to what was merged into it, and so to who had sent that in.
            reason=_MERGED if is_in_confidence else None,
            actor=actor,
            now=now,
        )


def take_back_award(session: Session, report: Report, *, reason: str, actor: str, now: datetime) -> list[NewEntry]:
    """Take back, at withdrawal, what a report earned, as far as it is there."""
    return earnings.cancel(session, matter_id=report.id, reason=reason, actor=actor, now=now)


def release_rests(session: Session, *, now: datetime, limit: int = 50, after: UUID | None = None) -> Sweep[UUID]:
    """Pay reporters the rest of their share where the department missed its date: its delay is no fault of theirs.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    and begun anew at any point, and run side by side.
    """
    query = _LATE if after is None else _LATE.where(Report.id > after)
    found = list(session.connection().execute(query, {"today": now.date(), "limit": limit}).scalars())
    count = amount = 0
    for report_id in found:
        entries = earnings.release_rest(session, matter_id=report_id, actor=ACTOR, now=now)
        if entries:
            post(session, entries)
            count, amount = count + 1, amount + sum(entry.lines[0].amount for entry in entries[1:])
    return Sweep(count, amount, found[-1] if len(found) == limit else None)


def _was_granted(session: Session, report: Report) -> bool:
    """Say whether an appeal was upheld that the report earns something: then it does, also in a later life."""
    granted = select(Appeal.id).where(
        Appeal.report_id == report.id, Appeal.subject == AppealSubject.NOTHING_EARNED, Appeal.is_upheld.is_(True)
    )
    return session.scalar(granted.limit(1)) is not None


def joiners_of(session: Session, report: Report) -> list[UUID]:
    """Return who shares the reserved part: who joined with evidence that was accepted, and whose report was merged."""
    return _joiners(session, report, _merged(session, report.id))


def _joiners(session: Session, report: Report, merged: Sequence[tuple[UUID, bool]]) -> list[UUID]:
    joined = session.connection().execute(_JOINED, {"report_id": report.id}).scalars()
    found = {*joined, *(resident_id for resident_id, _is_confidential in merged)}
    if not found:
        return []
    answering = [report.department_code, *(each.unit_code for each in calls_of(session, [report.id]))]
    return sorted(each for each in found if not any(is_of_department(session, each, unit) for unit in answering))


def in_confidence_with(session: Session, report_id: UUID) -> set[UUID]:
    """Return whose confidential reports were merged into a report: whose they are is told as little as before."""
    return {resident_id for resident_id, is_confidential in _merged(session, report_id) if is_confidential}


def _merged(session: Session, report_id: UUID) -> list[tuple[UUID, bool]]:
    """Return whose reports were merged into a report, and into these, each with whether that is confidential."""
    found: list[tuple[UUID, bool]] = []
    level = [report_id]
    while level:
        below = session.connection().execute(_MERGED_INTO, {"report_ids": level}).all()
        found += [(row.resident_id, row.is_confidential) for row in below if row.resident_id is not None]
        level = [row.id for row in below]
    return found


def is_of_department(session: Session, resident_id: UUID, department_code: str | None) -> bool:
    """Say whether a resident, or as far as is known their household, handles what a department answers for."""
    if department_code is None:
        return False
    path = get_unit(session, department_code).path
    return household_works_for(session, resident=get_resident(session, resident_id), unit_path=path, role=Role.HANDLER)
