"""Counts for those who supervise: how much is reported and closed, month by month, and about what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from people import Principal
from reports.listings import placed
from reports.model import Report
from reports.steps import Function

_MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class MonthCount:
    """One month, by its first day: how many reports were sent in, and how many were closed and are closed still."""

    month_on: date
    sent_in: int
    closed: int


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """One category in a period: how many reports were sent in, and how many of these are closed now."""

    category_code: str
    sent_in: int
    closed: int


def counts_by_month(session: Session, *, seen_by: Principal, now: datetime, months: int = 12) -> list[MonthCount]:
    """Return the last months of the places that somebody supervises, the earliest first, the present one included.

    Months are those of the time zone of `now`. Of a report without a name the day is kept, so it is in the right one.
    """
    begins = _begins(now, months)
    sent_in = _by_month(session, Report.submitted_at, begins, seen_by)
    closed = _by_month(session, Report.closed_at, begins, seen_by)
    return [
        MonthCount(begin.date(), sent_in.get(number, 0), closed.get(number, 0)) for number, begin in enumerate(begins)
    ]


def counts_by_category(
    session: Session, *, seen_by: Principal, since: datetime | None = None, until: datetime | None = None
) -> list[CategoryCount]:
    """Return what is reported in the places that somebody supervises, by category, the most first.

    `since` and `until` are the first instants of the period and after it; a side without one is open.
    """
    count = func.count()
    query = (
        select(Report.category_code, count, func.count(Report.closed_at))
        .where(placed(seen_by, Function.SUPERVISION))
        .group_by(Report.category_code)
        .order_by(count.desc(), Report.category_code)
    )
    if since is not None:
        query = query.where(Report.submitted_at >= since)
    if until is not None:
        query = query.where(Report.submitted_at < until)
    return [CategoryCount(*row) for row in session.execute(query)]


def _begins(now: datetime, months: int) -> list[datetime]:
    """Return the first instants of the last months, the earliest first."""
    last = now.year * _MONTHS_OF_A_YEAR + now.month - 1
    firsts = [
        date(number // _MONTHS_OF_A_YEAR, number % _MONTHS_OF_A_YEAR + 1, 1)
        for number in range(last - months + 1, last + 1)
    ]
    return [datetime.combine(first, time(), tzinfo=now.tzinfo) for first in firsts]


def _by_month(
    session: Session,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    begins: Sequence[datetime],
    seen_by: Principal,
) -> dict[int, int]:
    """Return how many there are in each month, by its place; months in which there are none are left out."""
    # Databases have no common word for months, and ours are those of the community's time zone.
    month: ColumnElement[int] = case(*((column >= begins[number], number) for number in range(len(begins) - 1, -1, -1)))
    query = (
        select(month.label("month"), func.count())
        .where(placed(seen_by, Function.SUPERVISION), column >= begins[0])
        .group_by("month")
    )
    return {row[0]: row[1] for row in session.execute(query)}
