"""What waits for whom: the reports and calls that are a function's turn, and how many they are.

What is urgent comes first, then what is due the earliest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from duties import Duty
from oversight import Order
from people import Principal, Role
from reports.calls import UNHANDLED_STATES, CallState, ReportCall
from reports.fairness_model import Appeal, Covering
from reports.functions import FUNCTIONS, Function
from reports.hiding_model import Unmasking
from reports.joining import ENDED, weights
from reports.listings import pairs, placed, placed_at, with_duties
from reports.model import JoinState, Report, ReportJoin, ReportRequest, ReportStatus, ReportStep

# What each function has to do next.
WAITING = {
    Function.SUPERVISION: (ReportStatus.SUBMITTED, ReportStatus.HANDLED, ReportStatus.VERIFIED),
    Function.COMMAND: (ReportStatus.ACCEPTED,),
    Function.HANDLING: (ReportStatus.DISPATCHED, ReportStatus.ACKNOWLEDGED, ReportStatus.RETURNED),
}
# From so many days on, a delay is a long one.
_LONG_DAYS = 7


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many reports of one status, place and category wait for somebody; of them overdue, and due today."""

    status: ReportStatus
    unit_code: str
    category_code: str
    count: int
    overdue: int
    due_today: int


@dataclass(frozen=True, slots=True)
class OpenByAge:
    """One unit's open duties that are not handled: due after today, today, up to seven days ago, and longer ago."""

    unit_code: str
    due_later: int
    due_today: int
    overdue: int
    long_overdue: int

    @property
    def total(self) -> int:
        """How many they are."""
        return self.due_later + self.due_today + self.overdue + self.long_overdue


def reports_waiting(
    session: Session,
    *,
    seen_by: Principal,
    function: Function,
    statuses: Collection[ReportStatus] = (),
    unit_code: str | None = None,
    category_code: str | None = None,
    limit: int = 200,
) -> list[tuple[Report, Duty | None]]:
    """Return what waits for somebody in a function: urgent, then by its day, then what has none yet, oldest first.

    Of those of one day that are found, what more people told of stands before.
    What they had another part in waits for others. Asked for are all, or those of some statuses, a place, a category.
    """
    query = with_duties().where(_waits(seen_by, function))
    if statuses:
        query = query.where(Report.status.in_(statuses))
    if unit_code is not None:
        query = query.where(Report.unit_code == unit_code)
    if category_code is not None:
        query = query.where(Report.category_code == category_code)
    order = (Report.is_urgent.desc(), Duty.due_on.is_(None), Duty.due_on, Report.id)
    found = pairs(session, query.order_by(*order).limit(limit))
    told_by = weights(session, [report.id for report, _duty in found])

    def haste(pair: tuple[Report, Duty | None]) -> tuple[bool, date, int]:
        report, duty = pair
        return not report.is_urgent, date.max if duty is None else duty.due_on, -told_by[report.id]

    return sorted(found, key=haste)


def calls_waiting(
    session: Session, *, seen_by: Principal, function: Function, limit: int = 200
) -> list[tuple[ReportCall, Report, Duty]]:
    """Return the calls that wait for a called unit, or for the command unit to accept their result."""
    states = {Function.HANDLING: UNHANDLED_STATES, Function.COMMAND: (CallState.HANDLED,)}.get(function, ())
    is_theirs = (
        placed_at(seen_by, Role.HANDLER, ReportCall.unit_code)
        if function is Function.HANDLING
        else placed(seen_by, Function.COMMAND)
    )
    query: Select[ReportCall, Report, Duty] = (
        select(ReportCall, Report, Duty)
        .join(Report, Report.id == ReportCall.report_id)
        .join(Duty, (Duty.matter_id == ReportCall.id) & Duty.ended_at.is_(None))
        .where(ReportCall.state.in_(states), is_theirs, had_no_other_part(seen_by, function))
        .order_by(Report.is_urgent.desc(), Duty.due_on, ReportCall.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def count_waiting(session: Session, *, seen_by: Principal, function: Function, today: date) -> list[WaitingCount]:
    """Count what waits for somebody in a function, by status, place and category."""
    facts = (Report.status, Report.unit_code, Report.category_code)
    is_running = Duty.handled_at.is_(None)
    query = (
        select(
            *facts, func.count(), _number(is_running, Duty.due_on < today), _number(is_running, Duty.due_on == today)
        )
        .select_from(Report)
        .outerjoin(Duty, (Duty.matter_id == Report.id) & Duty.ended_at.is_(None))
        .where(_waits(seen_by, function))
        .group_by(*facts)
        .order_by(*facts)
    )
    return [WaitingCount(*row) for row in session.execute(query)]


def requests_waiting(session: Session, *, seen_by: Principal, limit: int = 200) -> list[tuple[ReportRequest, Report]]:
    """Return what others asked that somebody may decide, oldest first."""
    query: Select[ReportRequest, Report] = (
        select(ReportRequest, Report)
        .join(Report, Report.id == ReportRequest.report_id)
        .where(
            ReportRequest.decided_at.is_(None),
            ReportRequest.asked_by != seen_by.actor,
            placed(seen_by, Function.SUPERVISION),
            had_no_other_part(seen_by, Function.SUPERVISION),
        )
        .order_by(ReportRequest.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def joins_waiting(session: Session, *, seen_by: Principal, limit: int = 200) -> list[tuple[ReportJoin, Report]]:
    """Return the new evidence about which somebody may say whether it is new, oldest first."""
    query: Select[ReportJoin, Report] = (
        select(ReportJoin, Report)
        .join(Report, Report.id == ReportJoin.report_id)
        .where(
            ReportJoin.state == JoinState.ASKED,
            Report.status.not_in(ENDED),
            placed(seen_by, Function.SUPERVISION),
            had_no_other_part(seen_by, Function.SUPERVISION),
        )
        .order_by(ReportJoin.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def unmaskings_waiting(session: Session, *, seen_by: Principal, limit: int = 200) -> list[tuple[Unmasking, Report]]:
    """Return who asked whose a confidential report is, where somebody may decide it, oldest first."""
    query: Select[Unmasking, Report] = (
        select(Unmasking, Report)
        .join(Report, Report.id == Unmasking.report_id)
        .where(
            Unmasking.decided_at.is_(None),
            Unmasking.asked_by != seen_by.actor,
            placed(seen_by, Function.SUPERVISION),
        )
        .order_by(Unmasking.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def open_by_age(session: Session, *, seen_by: Principal, today: date) -> list[OpenByAge]:
    """Return what each unit owes about the reports of a supervisor's places and has not handled, by unit code."""
    long_ago = today - timedelta(days=_LONG_DAYS)
    query = (
        select(
            Duty.unit_code,
            _number(Duty.due_on > today),
            _number(Duty.due_on == today),
            _number(Duty.due_on < today, Duty.due_on >= long_ago),
            _number(Duty.due_on < long_ago),
        )
        .outerjoin(ReportCall, ReportCall.id == Duty.matter_id)
        .join(Report, Report.id == func.coalesce(ReportCall.report_id, Duty.matter_id))
        .where(Duty.ended_at.is_(None), Duty.handled_at.is_(None), placed(seen_by, Function.SUPERVISION))
        .group_by(Duty.unit_code)
        .order_by(Duty.unit_code)
    )
    return [OpenByAge(*row) for row in session.execute(query)]


def _waits(by: Principal, function: Function) -> ColumnElement[bool]:
    return and_(Report.status.in_(WAITING[function]), placed(by, function), had_no_other_part(by, function))


def had_no_other_part(by: Principal, function: Function) -> ColumnElement[bool]:
    """Return the condition that somebody had to do with a report in no other function; as `may_act`, for many."""
    others = [kind for kind, whose in FUNCTIONS.items() if whose is not function]
    parts = [
        exists().where(ReportStep.report_id == Report.id, ReportStep.made_by == by.actor, ReportStep.kind.in_(others))
    ]
    if function is not Function.SUPERVISION:
        parts += [
            exists().where(ReportRequest.report_id == Report.id, who == by.actor)
            for who in (ReportRequest.asked_by, ReportRequest.decided_by)
        ]
        parts.append(exists().where(Appeal.report_id == Report.id, Appeal.decided_by == by.actor))
        parts.append(exists().where(Covering.report_id == Report.id, Covering.made_by == by.actor))
    parts += [exists().where(Order.matter_id == Report.id, part) for part in _parts_in_orders(by, function)]
    # Each by itself: PostgreSQL looks into alternatives report by report.
    return and_(*(~part for part in parts))


def _parts_in_orders(by: Principal, function: Function) -> list[ColumnElement[bool]]:
    found = {
        Function.SUPERVISION: Order.ordered_by == by.actor,
        Function.COMMAND: (Order.answered_by == by.actor) & Order.is_to_command.is_(True),
        Function.HANDLING: (Order.answered_by == by.actor) & Order.is_to_command.is_(False),
    }
    return [part for whose, part in found.items() if whose is not function]


def _number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)
