"""Call-backs (回访): a supervisor who had no part in a report asks its reporter, and writes down what they say."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from ledger import Call, SamePersonError, check_still_new, new_id, remember_call
from listening.errors import AnswerError, CallBackOverError, CallBackUnknownError
from listening.model import TEXT_LENGTH_MAX, CallBack, CallBackLook
from people import Principal, Resident, Role, Unit, below, clean_text, get_resident, is_of_household
from reports import Report, ReportStep, untouched_by


@dataclass(frozen=True, slots=True)
class ToCall:
    """A call-back with the report it is about and the step that closed it."""

    call_back: CallBack
    report: Report
    closure: ReportStep


@dataclass(frozen=True, slots=True)
class CallBackPage:
    """Call-backs; `next_before` asks for those that follow, None if there are none."""

    items: list[ToCall]
    next_before: UUID | None


def open_call_backs(
    session: Session, *, seen_by: Principal, limit: int = 50, before: UUID | None = None
) -> CallBackPage:
    """Return the call-backs that somebody may make: where they supervise, of reports in which they had no part.

    Newest first. Those that were answered, and of reports that were reopened, are over.
    """
    query = _whole().where(*_to_make(seen_by)).order_by(CallBack.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(CallBack.id < before)
    found = [ToCall(*row) for row in session.execute(query)]
    return CallBackPage(found[:limit], found[limit - 1].call_back.id if len(found) > limit else None)


def first_to_call(session: Session, *, seen_by: Principal, limit: int) -> tuple[list[ToCall], int]:
    """Return those of the same call-backs that wait longest, the oldest first, and how many there are of all.

    What waits longest is remembered least, so it is to be called first.
    """
    query = _whole().where(*_to_make(seen_by)).order_by(CallBack.id).limit(limit)
    counted = select(func.count()).select_from(_whole().where(*_to_make(seen_by)).subquery())
    return [ToCall(*row) for row in session.execute(query)], session.scalars(counted).one()


def answered_call_backs(
    session: Session, *, seen_by: Principal, limit: int = 50, before: UUID | None = None
) -> CallBackPage:
    """Return the call-backs that were made where somebody supervises, the latest made first.

    Raises:
        CallBackUnknownError: `before` is no call-back that was made.
    """
    query = _whole().where(CallBack.answered_at.is_not(None), _is_supervised(seen_by))
    query = query.order_by(CallBack.answered_at.desc(), CallBack.id.desc()).limit(limit + 1)
    if before is not None:
        last = session.get(CallBack, before)
        if last is None or last.answered_at is None:
            raise CallBackUnknownError(before)
        earlier = and_(CallBack.answered_at == last.answered_at, CallBack.id < last.id)
        query = query.where(or_(CallBack.answered_at < last.answered_at, earlier))
    found = [ToCall(*row) for row in session.execute(query)]
    return CallBackPage(found[:limit], found[limit - 1].call_back.id if len(found) > limit else None)


def get_call_back(session: Session, call_back_id: UUID, *, seen_by: Principal) -> ToCall:
    """Return a call-back, answered or not, to a supervisor of its place.

    Raises:
        CallBackUnknownError: there is none where they supervise.
    """
    row = session.execute(_whole().where(CallBack.id == call_back_id, _is_supervised(seen_by))).one_or_none()
    if row is None:
        raise CallBackUnknownError(call_back_id)
    return ToCall(*row)


def is_to_make(session: Session, call_back_id: UUID, *, seen_by: Principal) -> bool:
    """Say whether a call-back is still to be made, and may be by somebody: they supervise, and had no part in it."""
    query = _whole().where(CallBack.id == call_back_id, *_to_make(seen_by))
    return session.execute(query).first() is not None


def answer_call_back(
    session: Session,
    *,
    call_back_id: UUID,
    is_reached: bool,
    is_resolved: bool | None = None,
    is_satisfied: bool | None = None,
    note: str | None = None,
    by: Principal,
    now: datetime,
    call: Call | None = None,
) -> ToCall:
    """Write down what a reporter said, or that they were not reached; once, by somebody who had no part in the report.

    Raises:
        CallBackUnknownError: there is none where they supervise.
        SamePersonError: they, or as far as is known their household, had a part in the report or sent it in.
        CallBackOverError: it was answered before, or the report was reopened meanwhile.
        AnswerError: they were reached and one answer is missing, or not reached and there is one.
        TextRefusedError: the note is empty, too long, or has forbidden characters.
    """
    session.get(CallBack, call_back_id, with_for_update=True, populate_existing=True)
    found = _still_to_make(session, call_back_id, by, call)
    call_back = found.call_back
    if (is_resolved is not None) is not is_reached or (is_satisfied is not None) is not is_reached:
        raise AnswerError
    call_back.is_reached, call_back.is_resolved, call_back.is_satisfied = is_reached, is_resolved, is_satisfied
    call_back.note = None if note is None else clean_text(note, field="note", length_max=TEXT_LENGTH_MAX)
    call_back.answered_by, call_back.answered_at = by.actor, now
    remember_call(session, call, made_id=call_back.id, now=now)
    session.flush()
    return found


def look_at_phone(
    session: Session, *, call_back_id: UUID, by: Principal, now: datetime, call: Call | None = None
) -> Resident:
    """Return whom somebody is about to call, so that they may be shown the whole number, and keep that they were.

    Raises:
        CallBackUnknownError: there is none where they supervise.
        SamePersonError: they, or as far as is known their household, had a part in the report or sent it in.
        CallBackOverError: it was answered before, or the report was reopened meanwhile: there is nobody to call.
    """
    found = _still_to_make(session, call_back_id, by, call)
    if found.report.resident_id is None:
        raise CallBackUnknownError(call_back_id)
    look = CallBackLook(id=new_id(), call_back_id=call_back_id, looked_by=by.actor, looked_at=now)
    session.add(look)
    remember_call(session, call, made_id=look.id, now=now)
    session.flush()
    return get_resident(session, found.report.resident_id)


def looks_at(session: Session, call_back_id: UUID) -> list[CallBackLook]:
    """Return who was shown the phone number of a call-back, the earliest first."""
    return list(
        session.scalars(select(CallBackLook).where(CallBackLook.call_back_id == call_back_id).order_by(CallBackLook.id))
    )


def _still_to_make(session: Session, call_back_id: UUID, by: Principal, call: Call | None) -> ToCall:
    """Return a call-back that somebody may make now, in a call that was not answered before."""
    found = get_call_back(session, call_back_id, seen_by=by)
    check_still_new(session, call)
    _check_apart(session, found.report, by)
    if found.call_back.answered_at is not None or not session.scalar(_standing_one(call_back_id)):
        raise CallBackOverError(call_back_id)
    return found


def _check_apart(session: Session, report: Report, by: Principal) -> None:
    apart = session.scalar(select(Report.id).where(Report.id == report.id, untouched_by(by.actor)))
    reporter = None if report.resident_id is None else get_resident(session, report.resident_id)
    if apart is None or (reporter is not None and is_of_household(session, actor=by.actor, resident=reporter)):
        raise SamePersonError(by.actor)


def _to_make(by: Principal) -> list[ColumnElement[bool]]:
    return [CallBack.answered_at.is_(None), _is_standing(), _is_supervised(by), untouched_by(by.actor)]


@cache
def _whole() -> Select[CallBack, Report, ReportStep]:
    return (
        select(CallBack, Report, ReportStep)
        .join(Report, Report.id == CallBack.report_id)
        .join(ReportStep, ReportStep.id == CallBack.closure_id)
    )


def _standing_one(call_back_id: UUID) -> Select[UUID]:
    closure = select(CallBack.id).join(ReportStep, ReportStep.id == CallBack.closure_id)
    return closure.where(CallBack.id == call_back_id, _is_standing())


@cache
def _is_standing() -> ColumnElement[bool]:
    """Return the condition that the closure that was drawn is the last step of its report: nobody reopened it."""
    later = aliased(ReportStep)
    followed = select(later.id).where(later.report_id == ReportStep.report_id, later.number > ReportStep.number)
    return ~followed.correlate(ReportStep).exists()


def _is_supervised(by: Principal) -> ColumnElement[bool]:
    paths = by.unit_paths(Role.SUPERVISOR)
    return Report.unit_code.in_(select(Unit.code).where(below(paths))) if paths else false()
