"""Appeals: a reporter says once why a decision is wrong, and a supervisor who had no part in the report decides."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

import earnings
from earnings import NothingReason
from ledger import Call, SamePersonError, check_still_new, new_id, remember_call
from notices import NoticeKind, tell
from people import Principal, Role, clean_text, is_of_any_household
from reports.anonymity import NOBODY, as_kept, is_reporter
from reports.awarding import joiners_of
from reports.closures import untouched_by
from reports.coverings import add_covering, author_of, coverings_about, get_covering
from reports.errors import ReportUnknownError
from reports.fairness_errors import (
    AppealDecidedError,
    AppealedBeforeError,
    AppealOverError,
    AppealUnknownError,
    NothingToAppealError,
)
from reports.fairness_model import Appeal, AppealSubject, Covering, Moderation
from reports.functions import Function
from reports.hiding_model import Unmasking
from reports.listings import placed
from reports.model import TEXT_LENGTH_MAX, Report, ReportStatus, StepKind
from reports.moderations import newest_moderation
from reports.steps import is_placed, report_within_reach, steps_of, take_step
from reports.together import together_of

# From the day of the decision on, that day not counted.
APPEAL_DAYS = 15
_RESIDENT = "resident:"


@dataclass(frozen=True, slots=True)
class Appealable:
    """A decision against which somebody may appeal, and through which day."""

    subject: AppealSubject
    subject_id: UUID
    last_on: date


def appeal(
    session: Session,
    *,
    report_id: UUID,
    subject: AppealSubject,
    reason: str,
    by: Principal,
    now: datetime,
    subject_id: UUID | None = None,
    call: Call | None = None,
) -> Appeal:
    """Appeal against a decision about one's report, once, within 15 days of it, with a reason.

    `subject_id` says which covering is meant, where more than one text is covered; of other decisions the last one is.

    Raises:
        ReportUnknownError: there is no report about which they may appeal.
        NothingToAppealError: no such decision stands.
        AppealOverError: the days for it are over.
        AppealedBeforeError: they appealed against it before.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    report = session.get(Report, report_id, with_for_update=True, populate_existing=True)
    if report is None or not (is_reporter(report, by) or _covered_for(session, report, by)):
        raise ReportUnknownError(report_id)
    check_still_new(session, call)
    found = [each for each in _decisions(session, report, by, now) if each.subject is subject]
    found = [each for each in found if subject_id is None or each.subject_id == subject_id]
    if not found:
        raise NothingToAppealError(subject)
    meant = found[0]
    before = session.scalar(select(Appeal.id).where(Appeal.subject_id == meant.subject_id))
    if before is not None:
        raise AppealedBeforeError(before)
    if now.date() > meant.last_on:
        raise AppealOverError(meant.last_on)
    kept_at = as_kept(by, now)
    made = Appeal(
        id=new_id(kept_at if by.actor == NOBODY else None),
        report_id=report.id,
        subject=subject,
        subject_id=meant.subject_id,
        reason=clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX),
        appealed_by=by.actor,
        appealed_at=kept_at,
    )
    session.add(made)
    remember_call(session, call, made_id=made.id, now=kept_at)
    session.flush()
    tell(
        session,
        kind=NoticeKind.APPEALED,
        matter_id=report.id,
        cause_id=made.id,
        units=[(report.unit_code, Role.SUPERVISOR)],
        now=kept_at,
        is_nameless=by.actor == NOBODY,
    )
    return made


def decide_appeal(
    session: Session,
    *,
    report_id: UUID,
    appeal_id: UUID,
    is_upheld: bool,
    note: str,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> Appeal:
    """Decide an appeal, with a reason, as a supervisor who had no part in the report; upheld, it is put right now.

    Against a rejection or a withdrawal: the report is as it was sent in, and is decided about anew. Against earning
    nothing: it earns its tariff. Against a covering: the text is open again. Against what the public does not see: it
    waits to be decided about anew.

    Raises:
        ReportUnknownError: there is no such report where they supervise.
        SamePersonError: they had any part in the report, or are of the household of who reported it or appeals.
        AppealUnknownError: the report has no such appeal.
        AppealDecidedError: it is decided.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    report = report_within_reach(session, report_id, Function.SUPERVISION, by=by, call=call)
    found = session.get(Appeal, appeal_id, populate_existing=True)
    if found is None or found.report_id != report.id:
        raise AppealUnknownError(appeal_id)
    if found.decided_at is not None:
        raise AppealDecidedError(appeal_id)
    if not may_decide_appeal(session, report, by) or _is_of_any(session, by, _by_name(found)):
        raise SamePersonError(by.actor)
    cleaned = clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    found.is_upheld, found.note, found.decided_by, found.decided_at = is_upheld, cleaned, by.actor, now
    remember_call(session, call, made_id=found.id, now=now)
    session.flush()
    tell(
        session,
        kind=NoticeKind.APPEAL_DECIDED,
        matter_id=report.id,
        cause_id=found.id,
        residents=_by_name(found),
        now=now,
    )
    if is_upheld:
        _UPHELD[found.subject](session, report, found, by, now)
    return found


def appealable(session: Session, report: Report, by: Principal, now: datetime) -> list[Appealable]:
    """Return against what somebody may appeal now; for screens, which offer nothing else."""
    if not (is_reporter(report, by) or _covered_for(session, report, by)):
        return []
    found = [each for each in _decisions(session, report, by, now) if now.date() <= each.last_on]
    known = select(Appeal.subject_id).where(Appeal.report_id == report.id)
    before = set(session.scalars(known))
    return [each for each in found if each.subject_id not in before]


def may_decide_appeal(session: Session, report: Report, by: Principal) -> bool:
    """Say whether somebody supervises a report, had no part at all in it, and is not of its reporters' households."""
    if not is_placed(session, report, by, Function.SUPERVISION):
        return False
    if session.scalar(select(Report.id).where(Report.id == report.id, _had_no_part(by.actor))) is None:
        return False
    # Who reports together shares what the report earns.
    reporters = {*together_of(session, report.id)} | ({report.resident_id} if report.resident_id else set())
    return not _is_of_any(session, by, reporters)


def is_appellant(report: Report, made: Appeal, by: Principal) -> bool:
    """Say whether an appeal is somebody's own; what others wrote about their words is not the reporter's to read."""
    if made.appealed_by == NOBODY:
        return by.matter_id == report.id
    return any(by.is_resident(each) for each in _by_name(made))


def appeal_against(session: Session, subject_id: UUID) -> Appeal | None:
    """Return the appeal against a decision; None where nobody appealed."""
    return session.scalars(select(Appeal).where(Appeal.subject_id == subject_id)).one_or_none()


def get_appeal(session: Session, appeal_id: UUID) -> Appeal:
    """Return the appeal with this id.

    Raises:
        AppealUnknownError: there is none.
    """
    found = session.get(Appeal, appeal_id)
    if found is None:
        raise AppealUnknownError(appeal_id)
    return found


def appeals_of(session: Session, report_id: UUID) -> list[Appeal]:
    """Return all appeals about a report, the earliest first."""
    return list(session.scalars(select(Appeal).where(Appeal.report_id == report_id).order_by(Appeal.id)))


def appeals_waiting(
    session: Session, *, seen_by: Principal, limit: int = 200, newest_first: bool = False, before: UUID | None = None
) -> list[tuple[Appeal, Report]]:
    """Return the appeals that somebody may decide, oldest first, or newest first, those made before one."""
    query = (
        select(Appeal, Report)
        .join(Report, Report.id == Appeal.report_id)
        .where(
            Appeal.decided_at.is_(None),
            placed(seen_by, Function.SUPERVISION),
            _had_no_part(seen_by.actor),
        )
        .order_by(Appeal.id.desc() if newest_first else Appeal.id)
        .limit(limit)
    )
    if before is not None:
        query = query.where(Appeal.id < before)
    return [(row[0], row[1]) for row in session.execute(query)]


def _decisions(session: Session, report: Report, by: Principal, now: datetime) -> list[Appealable]:
    """Return the decisions that stand against somebody, whether or not they may still appeal against them."""
    found: list[Appealable] = []
    if is_reporter(report, by):
        ended_by = {ReportStatus.REJECTED: AppealSubject.REJECTION, ReportStatus.WITHDRAWN: AppealSubject.WITHDRAWAL}
        if report.status in ended_by:
            step = next(each for each in reversed(steps_of(session, report.id)) if each.kind in _ENDINGS)
            found.append(_within(ended_by[report.status], step.id, step.made_at, now))
        earning = earnings.earning_of(session, report.id)
        if earning is not None and earning.nothing_because is NothingReason.OWN_DEPARTMENT:
            found.append(_within(AppealSubject.NOTHING_EARNED, earning.id, earning.began_at, now))
        moderation = newest_moderation(session, report.id)
        if moderation is not None and moderation.is_against and report.status not in _WITHOUT_RESULT:
            found.append(_within(AppealSubject.PUBLICATION, moderation.id, moderation.made_at, now))
    covered = _covered_for(session, report, by)
    return [*found, *(_within(AppealSubject.COVERING, each.id, each.made_at, now) for each in covered)]


_ENDINGS = (StepKind.REJECTION, StepKind.WITHDRAWAL)
# Of these nothing is published, whatever was decided.
_WITHOUT_RESULT = (ReportStatus.REJECTED, ReportStatus.MERGED, ReportStatus.WITHDRAWN)


def _had_no_part(actor: str) -> ColumnElement[bool]:
    """Return the condition that somebody did nothing on a report, nor published any of it, nor asked whose it is."""
    published = select(Moderation.id).where(Moderation.report_id == Report.id, Moderation.made_by == actor)
    unmasked = select(Unmasking.id).where(
        Unmasking.report_id == Report.id, or_(Unmasking.asked_by == actor, Unmasking.decided_by == actor)
    )
    others = (~each.correlate(Report).exists() for each in (published, unmasked))
    return and_(untouched_by(actor), *others)


def _within(subject: AppealSubject, subject_id: UUID, decided_at: datetime, now: datetime) -> Appealable:
    decided_on = decided_at.astimezone(now.tzinfo).date()
    return Appealable(subject, subject_id, decided_on + timedelta(days=APPEAL_DAYS))


def _covered_for(session: Session, report: Report, by: Principal) -> list[Covering]:
    """Return what covers words of somebody about a report."""
    is_nobody = report.is_anonymous and by.matter_id == report.id
    return [
        each
        for each in coverings_about(session, report.id)
        if _is_theirs(author_of(session, each), by, is_nobody=is_nobody)
    ]


def _is_theirs(author: UUID | None, by: Principal, *, is_nobody: bool) -> bool:
    return is_nobody if author is None else by.is_resident(author)


def _is_of_any(session: Session, by: Principal, resident_ids: Collection[UUID]) -> bool:
    """Say whether somebody is of the household of any of these residents."""
    return is_of_any_household(session, actor=by.actor, resident_ids=resident_ids)


def _by_name(made: Appeal) -> list[UUID]:
    return [UUID(made.appealed_by.removeprefix(_RESIDENT))] if made.appealed_by.startswith(_RESIDENT) else []


# --- what becomes of an appeal that is upheld ----------------------------------------------------------------------


def _restore(session: Session, report: Report, found: Appeal, by: Principal, now: datetime) -> None:
    """Bring a report back to where it was when it was sent in; what it laid on units, and earned, has ended before."""
    report.severity = report.command_code = report.department_code = report.closed_at = None
    report.is_led = False
    take_step(session, report, StepKind.RESTORATION, ReportStatus.SUBMITTED, by=by, now=now, call=None, note=found.note)


def _grant(session: Session, report: Report, _found: Appeal, _by: Principal, now: datetime) -> None:
    kinds = [step.kind for step in steps_of(session, report.id)]
    life = kinds[len(kinds) - kinds[::-1].index(StepKind.ACCEPTANCE) :]
    if StepKind.WITHDRAWAL in life:
        # It has ended without result since, and earns nothing for that.
        return
    joiners = joiners_of(session, report) if StepKind.CLOSURE in life else None
    earnings.reconsider(session, matter_id=report.id, joiners=joiners, now=now)


def _open(session: Session, report: Report, found: Appeal, by: Principal, now: datetime) -> None:
    covering = get_covering(session, found.subject_id)
    add_covering(
        session,
        report,
        covering.text_kind,
        covering.text_id,
        reason=found.note or "",
        is_covered=False,
        by=by,
        now=now,
    )


def _wait_for_a_moderator(_session: Session, _report: Report, _found: Appeal, _by: Principal, _now: datetime) -> None:
    """Change nothing here: what was published stays, and the room that publishes lists the report until it is anew."""


_UPHELD: dict[AppealSubject, Callable[[Session, Report, Appeal, Principal, datetime], None]] = {
    AppealSubject.REJECTION: _restore,
    AppealSubject.WITHDRAWAL: _restore,
    AppealSubject.NOTHING_EARNED: _grant,
    AppealSubject.COVERING: _open,
    AppealSubject.PUBLICATION: _wait_for_a_moderator,
}
