"""Counting all reports anew: to see that the sums are right, and to make them again where they are not."""

from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

import ledger
from people import Unit
from reports.count_changes import COUNTS, month_of
from reports.counts_model import ReportCountChange, ReportMonthCount
from reports.model import Report

_COLUMNS = ("unit_code", "month_on", "category_code", *COUNTS)
# Any month will do where there is no report.
_NONE_YET = date(2000, 1, 1)
_CLOSED_AT_ALL = Report.closed_at.is_not(None)


def checks_of_counts(zone: tzinfo) -> tuple[ledger.Check, ...]:
    """Return the check of what is counted by month, for a community whose time zone this is."""

    def every_months_count_is_that_of_its_reports(session: Session) -> str | None:
        """What is counted by unit, month and category, and what waits to be, is what the reports themselves say."""
        above = _above()
        summed = select(*(getattr(ReportMonthCount, name) for name in _COLUMNS))
        waiting = _for_all_above(select(*(getattr(ReportCountChange, name) for name in _COLUMNS)), above)
        said = _for_all_above(_said(session, zone), above).subquery()
        taken_off = select(*(-said.c[name] if name in COUNTS else said.c[name] for name in _COLUMNS))
        both = union_all(summed, waiting, taken_off).subquery()
        differences = [func.sum(both.c[name]).label(name) for name in COUNTS]
        key = [both.c[name] for name in _COLUMNS[:3]]
        first = session.execute(
            select(*key, *differences)
            .group_by(*key)
            .having(or_(*(each != 0 for each in differences)))
            .order_by(*key)
            .limit(1)
        ).first()
        if first is None:
            return None
        wrong = ", ".join(f"{name} {int(getattr(first, name)):+d}" for name in COUNTS if getattr(first, name))
        return f"unit {first.unit_code}: {first.category_code} in {first.month_on:%Y-%m} is counted {wrong}"

    return (every_months_count_is_that_of_its_reports,)


def count_anew(session: Session, *, zone: tzinfo) -> None:
    """Make all sums again from the reports, by the months of a time zone; meanwhile whoever reports waits."""
    ledger.read_all(session)
    if session.get_bind().dialect.name == "postgresql":
        # Whoever has noted a change has to commit before, and nobody notes one between what follows.
        session.execute(text("LOCK TABLE report_count_changes IN EXCLUSIVE MODE"))
    session.execute(delete(ReportCountChange))
    session.execute(delete(ReportMonthCount))
    said = _for_all_above(_said(session, zone), _above())
    session.execute(insert(ReportMonthCount).from_select(list(_COLUMNS), said))


def _said(session: Session, zone: tzinfo) -> Select[*tuple[Any, ...]]:
    """Return the question for what the reports say of each place."""
    firsts = _months(session, zone)
    sent = _counted(Report.submitted_at, firsts, zone, (func.count(), func.count(Report.closed_at), literal(0)))
    closed = _counted(Report.closed_at, firsts, zone, (literal(0), literal(0), func.count())).where(_CLOSED_AT_ALL)
    both = union_all(sent, closed).subquery()
    return select(*(both.c[name] for name in _COLUMNS))


def _counted(
    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    firsts: list[date],
    zone: tzinfo,
    counts: tuple[ColumnElement[int], ...],
) -> Select[*tuple[Any, ...]]:
    # Databases have no common word for months, and ours are those of the community's time zone.
    begins = ((at >= datetime.combine(first, time(), tzinfo=zone), literal(first, Date)) for first in firsts)
    month_on = case(*begins).label("month_on")
    named = [count.label(name) for name, count in zip(COUNTS, counts, strict=True)]
    return select(Report.unit_code, month_on, Report.category_code, *named).group_by(
        Report.unit_code, month_on, Report.category_code
    )


def _months(session: Session, zone: tzinfo) -> list[date]:
    """Return the first days of all months from the first of a report to the last, the last one first."""
    ends = session.execute(
        select(
            func.min(Report.submitted_at),
            func.min(Report.closed_at),
            func.max(Report.submitted_at),
            func.max(Report.closed_at),
        )
    ).one()
    months = [month_of(each, zone) for each in ends if each is not None] or [_NONE_YET]
    first, month_on, found = min(months), max(months), list[date]()
    while month_on >= first:
        found.append(month_on)
        month_on = _month_before(month_on)
    return found


def _month_before(first: date) -> date:
    return first.replace(month=first.month - 1) if first.month > 1 else first.replace(year=first.year - 1, month=12)


def _above() -> CTE:
    """Return every unit with itself and each above it, as `place` and `unit_code`."""
    own = select(Unit.code.label("place"), Unit.code.label("unit_code")).cte("above", recursive=True)
    below = aliased(Unit)
    upwards = (
        select(own.c.place, below.parent_code)
        .join(below, below.code == own.c.unit_code)
        .where(below.parent_code.is_not(None))
    )
    return own.union_all(upwards)


def _for_all_above(of_places: Select[*tuple[Any, ...]], above: CTE) -> Select[*tuple[Any, ...]]:
    """Return the question for what is counted of a place, for all units in whose subtree it is."""
    each = of_places.subquery()
    counts = [func.sum(each.c[name]).label(name) for name in COUNTS]
    return (
        select(above.c.unit_code, each.c.month_on, each.c.category_code, *counts)
        .join_from(each, above, above.c.place == each.c.unit_code)
        .group_by(above.c.unit_code, each.c.month_on, each.c.category_code)
    )
