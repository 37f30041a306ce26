"""The three rates of 接诉即办: response, resolution and satisfaction, each with who is in its denominator.

*Response* (响应率). In the denominator is each time that a report was given to a unit in the period, by a dispatch, a
transfer, a reopening or a call (吹哨), whose day for an answer is over: the first working day after it. Responded is
what the unit acknowledged by the end of that day. Not in the denominator: what is still within its day, answered or not
(else the quick ones would count earlier than the slow ones); what was transferred away or withdrawn within it without
an answer, because the unit no longer had it to answer; and what its command unit leads and gets back by a reopening,
because nobody gave it away. What was taken away later, unanswered, counts against the unit.

*Resolution* (解决率). In the denominator is each closure in the period that is in the sample of call-backs and of which
it is known: its reporter was reached, or reopened the report. Resolved is where they said so and did not reopen it.
Only the sample counts, because who is content and not asked says nothing. Who was not reached is not in the
denominator, neither as a yes nor as a no; how many they are stands beside it (`not_reached`), so that everybody sees
on how few a rate rests. Nor are call-backs that are still to be made.

*Satisfaction* (满意率). In the denominator is each report about which its reporter said something: by a rating, or to a
call-back. It counts once, by the newest closure about which they spoke, in the period of that closure: a rating after a
reopening takes the place of the one before it, and where they never spoke again the old one stays. Satisfied is a
rating of 4 or 5 stars, or a yes to a call-back; of who did both, the rating counts, because they wrote it themselves.
3 stars are not satisfied. Who said nothing, or was not reached, is not in the denominator.

A rate belongs to the unit that had the report then: the unit it was given to, or that of the duty that was verified
before the closure. A period is that of the giving or of the closure, so its figures still change while its reporters
speak. Reports without a registered reporter count for the response only, anonymous ones for the satisfaction too: their
reporters can rate but are not called.

Days that are over are counted once, by `listening.summing`, and read from there; the others are counted when asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from listening.model import CallBack, ReportRating
from listening.shares import Shares
from listening.sums_model import ClosureDay, DaysSummed, ResponseDay
from reports import ReportStatus, ReportStep, StepKind
from responsibilities import due_on

RESPONSE_WORKING_DAYS = 1
SATISFIED_STARS_MIN = 4

_GIVEN = (StepKind.DISPATCH, StepKind.TRANSFER, StepKind.REOPENING, StepKind.CALL)
_TAKEN_AWAY = (StepKind.TRANSFER, StepKind.WITHDRAWAL, StepKind.CALL_WITHDRAWAL)
_ANSWERED = (StepKind.ACKNOWLEDGEMENT, StepKind.CALL_ACKNOWLEDGEMENT)
_RESPONSES = ("responded", "response_due")
_SAID = ("resolved", "resolution_known", "satisfied", "rated", "not_reached")
# So many days are asked about in one question.
_DAYS_AT_ONCE = 50
# What a question is told of each.
_TOLD_OF_DAY = ("begins", "ends", "until")


@dataclass(slots=True)
class UnitRates(Shares):
    """One unit's counts in a period, from which the rates follow: each numerator and its denominator."""

    responded: int = 0
    response_due: int = 0
    resolved: int = 0
    resolution_known: int = 0
    satisfied: int = 0
    rated: int = 0
    not_reached: int = 0


def unit_rates(
    session: Session, *, since: datetime | None = None, until: datetime | None = None, now: datetime
) -> dict[str, UnitRates]:
    """Return the rates of every unit about which there is something to count, by unit code.

    `since` and `until` are the first instants of the period and after it, of days in the time zone of `now`; without
    them it reaches from the beginning, and to now. Whether a day is over is told as of `now`. Of closures on days that
    are summed, what reporters said since the last `summing.sum_again` is not counted yet.
    """
    found: dict[str, UnitRates] = {}
    summed = session.get(DaysSummed, 1)
    if summed is not None:
        first_on = None if since is None else since.astimezone(now.tzinfo).date()
        end_on = date.max if until is None else until.astimezone(now.tzinfo).date()
        for table, names, summed_until in (
            (ResponseDay, _RESPONSES, summed.responses_until),
            (ClosureDay, _SAID, summed.closures_until),
        ):
            _add(found, session.execute(_summed(table, names, first_on, min(end_on, summed_until))))
    responses_since = _later(since, None if summed is None else summed.responses_until, now)
    if until is None or responses_since is None or responses_since < until:
        _add(found, responses_of(session, responses_since, until, now))
    closures_since = _later(since, None if summed is None else summed.closures_until, now)
    if until is None or closures_since is None or closures_since < until:
        _add(found, said_of_closures(session, closures_since, until))
    return found


def responses_of(session: Session, since: datetime | None, until: datetime | None, now: datetime) -> list[Row[Any]]:
    """Count by unit what was given in a period and had to be answered by now: unit_code, responded, response_due."""
    given = session.scalar(select(func.min(ReportStep.made_at)).where(ReportStep.kind.in_(_GIVEN)))
    if given is None:
        return []
    # Anybody may ask from the first day of all, and the calendar of working days begins later.
    first = given if since is None else max(since, given)
    last = now if until is None else min(until, now)
    days = _days_to_answer(first.astimezone(now.tzinfo).date(), last, now)
    found: list[Row[Any]] = []
    for begin in range(0, len(days), _DAYS_AT_ONCE):
        asked = days[begin : begin + _DAYS_AT_ONCE]
        values = {
            f"{name}_{place}": at for place, day in enumerate(asked) for name, at in zip(_TOLD_OF_DAY, day, strict=True)
        }
        found += session.execute(_responses(len(asked)), values).all()
    return found


def said_of_closures(session: Session, since: datetime | None, until: datetime | None) -> list[Row[Any]]:
    """Count by unit what reporters said of the closures of a period: unit_code, and the counts of `ClosureDay`."""
    values = {name: at for name, at in (("since", since), ("until", until)) if at is not None}
    return list(session.execute(_said_of_closures(*values), values).all())


def day_begins(day: date, now: datetime) -> datetime:
    """Return the first instant of a day where `now` is."""
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def first_unanswered_day(now: datetime) -> date:
    """Return the first day of which it cannot yet be told what was answered in time."""
    day = now.date()
    while due_on(day - timedelta(days=1), RESPONSE_WORKING_DAYS) >= now.date():
        day -= timedelta(days=1)
    return day


def _add(found: dict[str, UnitRates], rows: Iterable[Row[Any]]) -> None:
    for row in rows:
        counts = found.setdefault(row.unit_code, UnitRates())
        for name in row._fields:
            if name != "unit_code":
                setattr(counts, name, getattr(counts, name) + int(getattr(row, name)))


def _summed(
    table: type[ResponseDay] | type[ClosureDay], names: Sequence[str], first_on: date | None, end_on: date
) -> Select[*tuple[Any, ...]]:
    """Return the question for the sums of days, by unit; `end_on` is the day after them."""
    query = select(table.unit_code, *(func.sum(getattr(table, name)).label(name) for name in names))
    if first_on is not None:
        query = query.where(table.on_day >= first_on)
    return query.where(table.on_day < end_on).group_by(table.unit_code)


def _later(since: datetime | None, summed_until: date | None, now: datetime) -> datetime | None:
    """Return from when on there are no sums yet in a period."""
    if summed_until is None:
        return since
    begins = day_begins(summed_until, now)
    return begins if since is None else max(since, begins)


def _days_to_answer(first_on: date, last: datetime, now: datetime) -> list[tuple[datetime, datetime, datetime]]:
    """Return the days that begin before an instant and have to be answered: their begin, their end, and until when."""
    found = []
    day = first_on
    while (begins := day_begins(day, now)) < last:
        last_on = due_on(day, RESPONSE_WORKING_DAYS)
        if last_on >= now.date():
            break
        next_day = day + timedelta(days=1)
        found.append((begins, day_begins(next_day, now), day_begins(last_on + timedelta(days=1), now)))
        day = next_day
    return found


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=ReportStep.made_at.type)


# Both questions are made once for each form that they take: making one takes longer than asking it about a day.


@cache
def _responses(count: int) -> Select[*tuple[Any, ...]]:
    """Return the question for what was given to units on so many days, and of it what they answered in time.

    The days follow each other; of each its begin, its end, and until when to answer are told, as `begins_0` and so on.
    """
    day = union_all(
        *(select(*(_instant(f"{name}_{place}").label(name) for name in _TOLD_OF_DAY)) for place in range(count))
    ).cte("days")
    given, following = aliased(ReportStep), aliased(ReportStep)
    # What next became of it there; each call is answered by itself.
    next_number = (
        select(func.min(following.number))
        .where(
            following.report_id == given.report_id,
            following.number > given.number,
            following.kind.in_((*_GIVEN, *_ANSWERED, *_TAKEN_AWAY)),
            func.coalesce(following.call_id, following.report_id) == func.coalesce(given.call_id, given.report_id),
        )
        .correlate(given)
        .scalar_subquery()
    )
    after = aliased(ReportStep)
    is_in_time = and_(after.id.is_not(None), after.made_at < day.c.until)
    return (
        select(given.unit_code, _count(is_in_time).label("responded"), func.count().label("response_due"))
        .join(day, and_(given.made_at >= day.c.begins, given.made_at < day.c.ends))
        .outerjoin(after, and_(after.report_id == given.report_id, after.number == next_number))
        .where(
            given.kind.in_(_GIVEN),
            given.made_at >= _instant("begins_0"),
            given.made_at < _instant(f"ends_{count - 1}"),
            # What its command unit leads is accepted, and nobody's to acknowledge.
            or_(given.kind == StepKind.CALL, given.status == ReportStatus.DISPATCHED),
            # Whoever had it no more was not to answer.
            ~and_(is_in_time, after.kind.in_(_TAKEN_AWAY)),
        )
        .group_by(given.unit_code)
    )


@cache
def _said_of_closures(*bounds: str) -> Select[*tuple[Any, ...]]:
    """Return the question for what reporters said of the closures of a period, counted by unit.

    The period has those of the bounds `since` and `until` that are named.
    """
    closure, reopening = aliased(ReportStep), aliased(ReportStep)
    within = {"since": closure.made_at >= _instant("since"), "until": closure.made_at < _instant("until")}
    spoke = or_(ReportRating.id.is_not(None), CallBack.is_reached.is_(True))
    is_drawn, is_reopened = CallBack.id.is_not(None), reopening.id.is_not(None)
    is_newest = ~_spoke_later(closure)
    is_satisfied = case(
        (ReportRating.stars.is_not(None), ReportRating.stars >= SATISFIED_STARS_MIN), else_=CallBack.is_satisfied
    )
    return (
        select(
            closure.unit_code,
            _count(and_(CallBack.is_resolved.is_(True), ~is_reopened)).label("resolved"),
            _count(and_(is_drawn, or_(CallBack.is_reached.is_(True), is_reopened))).label("resolution_known"),
            _count(and_(spoke, is_newest, is_satisfied)).label("satisfied"),
            _count(and_(spoke, is_newest)).label("rated"),
            _count(and_(is_drawn, CallBack.is_reached.is_(False), ~is_reopened)).label("not_reached"),
        )
        .outerjoin(reopening, and_(reopening.report_id == closure.report_id, reopening.number == closure.number + 1))
        .outerjoin(ReportRating, ReportRating.closure_id == closure.id)
        .outerjoin(CallBack, CallBack.closure_id == closure.id)
        .where(
            closure.kind == StepKind.CLOSURE,
            or_(ReportRating.id.is_not(None), is_drawn),
            *(within[bound] for bound in bounds),
        )
        .group_by(closure.unit_code)
    )


def _spoke_later(closure: type[ReportStep]) -> ColumnElement[bool]:
    """Return the condition that the reporter also spoke about a later closure of the same report."""
    later, rating, call_back = aliased(ReportStep), aliased(ReportRating), aliased(CallBack)
    return (
        select(later.id)
        .outerjoin(rating, rating.closure_id == later.id)
        .outerjoin(call_back, call_back.closure_id == later.id)
        .where(
            later.report_id == closure.report_id,
            later.number > closure.number,
            or_(rating.id.is_not(None), call_back.is_reached.is_(True)),
        )
        .exists()
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
