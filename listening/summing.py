"""Summing up the days that are over, for the rates: what was answered in time, and what reporters said of closures.

Whatever stands in these sums can be deleted, all of it: the next runs count it anew from steps, ratings and call-backs.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, delete, func, or_, select, union
from sqlalchemy.orm import Session

from listening.model import CallBack, ReportRating
from listening.rates import day_begins, first_unanswered_day, responses_of, said_of_closures
from listening.sums_model import ClosureDay, DaysSummed, ResponseDay
from reports import ReportStep, StepKind

_DAY = timedelta(days=1)
# What was recorded before a look may be committed after it, and an anonymous reporter's words keep only their day.
_LOOKED_BACK = timedelta(days=1)


def sum_days(session: Session, *, now: datetime, limit: int = 31) -> int:
    """Sum up the days that are over and not summed yet, so many at most; return how many.

    Call it in transactions of its own until it returns 0, then `sum_again`. It may be stopped and begun anew at any
    point; of two that run side by side the second waits, or meets a unique violation and finds nothing to do.
    """
    summed = _summed_until_now(session, now)
    if summed is None:
        return 0
    responses_end = min(first_unanswered_day(now), summed.responses_until + limit * _DAY)
    closures_end = min(now.date(), summed.closures_until + limit * _DAY)
    responses, closures = _days(summed.responses_until, responses_end), _days(summed.closures_until, closures_end)
    for day in responses:
        rows = responses_of(session, day_begins(day, now), day_begins(day + _DAY, now), now)
        session.add_all(ResponseDay(on_day=day, **row._asdict()) for row in rows)
    _sum_closures(session, closures, now)
    summed.responses_until = max(summed.responses_until, responses_end)
    summed.closures_until = max(summed.closures_until, closures_end)
    session.flush()
    return max(len(responses), len(closures))


def sum_again(session: Session, *, now: datetime) -> int:
    """Sum up anew the days of closures about which reporters said more since the last look; return how many."""
    summed = session.get(DaysSummed, 1, with_for_update=True, populate_existing=True)
    if summed is None:
        return 0
    since = day_begins(summed.looked_at.astimezone(now.tzinfo).date() - _LOOKED_BACK, now)
    closed = session.scalars(
        select(ReportStep.made_at).where(
            ReportStep.kind == StepKind.CLOSURE,
            ReportStep.made_at < day_begins(summed.closures_until, now),
            # Of all closures of a report: about which one its reporter spoke last may have changed.
            ReportStep.report_id.in_(_spoken_about(since)),
        )
    )
    days = {made_at.astimezone(now.tzinfo).date() for made_at in closed}
    session.execute(delete(ClosureDay).where(ClosureDay.on_day.in_(days)))
    _sum_closures(session, sorted(days), now)
    summed.looked_at = now
    session.flush()
    return len(days)


def _summed_until_now(session: Session, now: datetime) -> DaysSummed | None:
    """Return how far the days are summed, behind its lock; None while there is nothing to sum."""
    summed = session.get(DaysSummed, 1, with_for_update=True, populate_existing=True)
    if summed is not None:
        return summed
    first = session.scalar(select(func.min(ReportStep.made_at)))
    if first is None:
        return None
    day = first.astimezone(now.tzinfo).date()
    summed = DaysSummed(number=1, responses_until=day, closures_until=day, looked_at=now)
    session.add(summed)
    session.flush()
    return summed


def _sum_closures(session: Session, days: Iterable[date], now: datetime) -> None:
    for day in days:
        rows = said_of_closures(session, day_begins(day, now), day_begins(day + _DAY, now))
        session.add_all(ClosureDay(on_day=day, **row._asdict()) for row in rows)


def _spoken_about(since: datetime) -> CompoundSelect[UUID]:
    """Return the question for the reports whose reporters rated, answered, could have answered, or reopened since."""
    return union(
        select(ReportRating.report_id).where(ReportRating.rated_at >= since),
        select(CallBack.report_id).where(or_(CallBack.drawn_at >= since, CallBack.answered_at >= since)),
        select(ReportStep.report_id).where(ReportStep.kind == StepKind.REOPENING, ReportStep.made_at >= since),
    )


def _days(first_on: date, end_on: date) -> list[date]:
    """Return the days from one until before another."""
    return [first_on + number * _DAY for number in range((end_on - first_on).days)]
