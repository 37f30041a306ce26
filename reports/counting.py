"""Counts for those who supervise: how much is reported and closed, month by month, and about what.

Whole months are read off the sums of the topmost units of whoever asks, with what is not added to them yet; days beside
them are counted from the reports. Each question is one statement, so it sees what is noted and what is summed up at one
moment.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from people import Principal, Role, Unit
from reports.counts_model import ReportCountChange, ReportMonthCount
from reports.functions import Function
from reports.listings import placed, placed_at
from reports.model import Report

_MONTHS_OF_A_YEAR = 12
_FIRST_ON, _LAST_ON = date(1970, 1, 1), date(9999, 12, 1)


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

    Months are those of the community's time zone, which `now` has.
    """
    last = now.year * _MONTHS_OF_A_YEAR + now.month - 1
    firsts = [_month(number) for number in range(last - months + 1, last + 1)]
    parts = [
        select(kept.month_on, kept.sent_in, kept.closed).where(of_theirs, kept.month_on >= firsts[0])
        for kept, of_theirs in _kept(seen_by)
    ]
    both = union_all(*parts).subquery()
    query = select(both.c.month_on, func.sum(both.c.sent_in), func.sum(both.c.closed)).group_by(both.c.month_on)
    found = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    return [MonthCount(first, *found.get(first, (0, 0))) for first in firsts]


def counts_by_category(
    session: Session, *, seen_by: Principal, since: datetime | None = None, until: datetime | None = None
) -> list[CategoryCount]:
    """Return what is reported in the places that somebody supervises, by category, the most first.

    `since` and `until` are the first instants of the period and after it, in the community's time zone; a side without
    one is open.
    """
    parts = _of_period(seen_by, since and _within_years(since), until and _within_years(until))
    all_parts = union_all(*parts).subquery()
    sent_in = func.sum(all_parts.c.sent_in)
    query = (
        select(all_parts.c.category_code, sent_in, func.sum(all_parts.c.closed))
        .group_by(all_parts.c.category_code)
        .having(sent_in > 0)
        .order_by(sent_in.desc(), all_parts.c.category_code)
    )
    return [CategoryCount(row[0], int(row[1]), int(row[2])) for row in session.execute(query)]


def _kept(seen_by: Principal) -> list[tuple[type[ReportMonthCount] | type[ReportCountChange], ColumnElement[bool]]]:
    """Return what is summed up and what is not, each with the condition that it is of somebody's places."""
    return [
        (ReportMonthCount, _topmost(seen_by, ReportMonthCount.unit_code)),
        (ReportCountChange, placed_at(seen_by, Role.SUPERVISOR, ReportCountChange.unit_code)),
    ]


def _topmost(by: Principal, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that the unit in a column is the topmost of a subtree in which somebody supervises."""
    paths = by.unit_paths(Role.SUPERVISOR)
    if "" in paths:
        return column.in_(select(Unit.code).where(Unit.parent_code.is_(None)))
    # One subtree within another would count twice.
    tops = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    return column.in_([path.rstrip("/").rpartition("/")[2] for path in tops]) if tops else false()


def _of_period(seen_by: Principal, since: datetime | None, until: datetime | None) -> list[Select[*tuple[Any, ...]]]:
    """Return the questions for what was reported in a period: in its whole months, and on the days beside them."""
    first = None if since is None else _begin(_month_from(since), since)
    end = None if until is None else _begin(until.date().replace(day=1), until)
    if since is not None and until is not None and first is not None and end is not None and first >= end:
        # No month is whole.
        return [_of_days(seen_by, since, until)]
    parts = _of_months(seen_by, first and first.date(), end and end.date())
    if since is not None and first is not None:
        parts.append(_of_days(seen_by, since, first))
    if until is not None and end is not None:
        parts.append(_of_days(seen_by, end, until))
    return parts


def _of_months(seen_by: Principal, first_on: date | None, end_on: date | None) -> list[Select[*tuple[Any, ...]]]:
    """Return the questions for what was reported in whole months, from one until before another."""
    parts: list[Select[*tuple[Any, ...]]] = []
    for kept, of_theirs in _kept(seen_by):
        query = (
            select(
                kept.category_code,
                func.sum(kept.sent_in).label("sent_in"),
                func.sum(kept.closed_since).label("closed"),
            )
            .where(of_theirs)
            .group_by(kept.category_code)
        )
        if first_on is not None:
            query = query.where(kept.month_on >= first_on)
        if end_on is not None:
            query = query.where(kept.month_on < end_on)
        parts.append(query)
    return parts


def _of_days(seen_by: Principal, since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    """Return the question for what was reported from an instant until another, counted from the reports."""
    return (
        select(
            Report.category_code,
            func.count().label("sent_in"),
            func.count(Report.closed_at).label("closed"),
        )
        .where(placed(seen_by, Function.SUPERVISION), Report.submitted_at >= since, Report.submitted_at < until)
        .group_by(Report.category_code)
    )


def _month(number: int) -> date:
    """Return the first day of a month by its number since the beginning of all years."""
    return date(number // _MONTHS_OF_A_YEAR, number % _MONTHS_OF_A_YEAR + 1, 1)


def _month_from(since: datetime) -> date:
    """Return the first day of the first month that is not begun before an instant."""
    first = since.date().replace(day=1)
    return first if since == _begin(first, since) else _month(first.year * _MONTHS_OF_A_YEAR + first.month)


def _within_years(instant: datetime) -> datetime:
    """Return an instant, or the nearest of the years in which months have both their ends; reports are of no other."""
    return min(max(instant, _begin(_FIRST_ON, instant)), _begin(_LAST_ON, instant))


def _begin(day: date, like: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=like.tzinfo)
