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
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from listening.model import CallBack, ReportRating
from listening.shares import Shares
from reports import ReportStatus, ReportStep, StepKind, due_on

RESPONSE_WORKING_DAYS = 1
SATISFIED_STARS_MIN = 4

_GIVEN = (StepKind.DISPATCH, StepKind.TRANSFER, StepKind.REOPENING, StepKind.CALL)
_TAKEN_AWAY = (StepKind.TRANSFER, StepKind.WITHDRAWAL, StepKind.CALL_WITHDRAWAL)
_ANSWERED = (StepKind.ACKNOWLEDGEMENT, StepKind.CALL_ACKNOWLEDGEMENT)


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

    `since` and `until` are the first instants of the period and after it; without them it reaches from the beginning,
    and to now. Whether a day is over is told as of `now`, in whose time zone days are.
    """
    found: dict[str, UnitRates] = {}
    for unit_code, is_in_time in _responses(session, since, until, now):
        counts = found.setdefault(unit_code, UnitRates())
        counts.response_due += 1
        counts.responded += is_in_time
    for row in session.execute(_said_of_closures(since, until)):
        counts = found.setdefault(row.unit_code, UnitRates())
        counts.resolved += row.resolved
        counts.resolution_known += row.resolution_known
        counts.satisfied += row.satisfied
        counts.rated += row.rated
        counts.not_reached += row.not_reached
    return found


def _responses(
    session: Session, since: datetime | None, until: datetime | None, now: datetime
) -> Iterator[tuple[str, bool]]:
    """Yield what had to be answered by now: the unit it was given to, and whether it answered in time."""
    days: dict[date, date] = {}
    for unit_code, made_at, next_kind, next_at in session.execute(_given(since, until)):
        given_on = made_at.astimezone(now.tzinfo).date()
        last_on = days.get(given_on) or days.setdefault(given_on, due_on(given_on, RESPONSE_WORKING_DAYS))
        if last_on >= now.date():
            continue
        within = next_at is not None and next_at.astimezone(now.tzinfo).date() <= last_on
        if within and next_kind in _TAKEN_AWAY:
            continue
        yield unit_code, within


def _given(since: datetime | None, until: datetime | None) -> Select[*tuple[Any, ...]]:
    """Return the question for what was given to units in the period, each with what next became of it there."""
    kinds = (*_GIVEN, *_ANSWERED, *_TAKEN_AWAY)
    in_order: dict[str, Any] = {
        # Each call is answered by itself.
        "partition_by": (ReportStep.report_id, ReportStep.call_id),
        "order_by": ReportStep.number,
    }
    told = select(
        ReportStep.kind,
        ReportStep.status,
        ReportStep.unit_code,
        ReportStep.made_at,
        func.lead(ReportStep.kind, type_=ReportStep.kind.type).over(**in_order).label("next_kind"),
        func.lead(ReportStep.made_at, type_=ReportStep.made_at.type).over(**in_order).label("next_at"),
    ).where(ReportStep.kind.in_(kinds))
    if since is not None or until is not None:
        given = select(ReportStep.report_id).where(
            ReportStep.kind.in_(_GIVEN), *_within(ReportStep.made_at, since, until)
        )
        told = told.where(ReportStep.report_id.in_(given))
    step = told.subquery()
    return select(step.c.unit_code, step.c.made_at, step.c.next_kind, step.c.next_at).where(
        step.c.kind.in_(_GIVEN),
        # What its command unit leads is accepted, and nobody's to acknowledge.
        or_(step.c.kind == StepKind.CALL, step.c.status == ReportStatus.DISPATCHED),
        *_within(step.c.made_at, since, until),
    )


def _said_of_closures(since: datetime | None, until: datetime | None) -> Select[*tuple[Any, ...]]:
    """Return the question for what reporters said of the closures of the period, counted by unit."""
    closure, reopening = aliased(ReportStep), aliased(ReportStep)
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
            *_within(closure.made_at, since, until),
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


def _within(
    column: ColumnElement[datetime] | InstrumentedAttribute[datetime], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    return [*([column >= since] if since is not None else []), *([column < until] if until is not None else [])]
