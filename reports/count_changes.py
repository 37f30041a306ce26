"""Noting what a step changes about how much is reported and closed, and adding it to the sums by unit and month."""

from collections import Counter
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from people import units_by_code
from reports.counts_model import ReportCountChange, ReportMonthCount
from reports.model import Report

COUNTS = ("sent_in", "closed_since", "closed")
_KEY = ("unit_code", "month_on", "category_code")
_INSERT = insert(ReportCountChange)
_FACTS = (*(getattr(ReportCountChange, name) for name in (*_KEY, *COUNTS)),)


def note_submission(session: Session, report: Report, now: datetime) -> None:
    """Note that a report was sent in."""
    _note(session, report, _Change(month_of(report.submitted_at, now.tzinfo), sent_in=1))


def note_closure(session: Session, report: Report, now: datetime) -> None:
    """Note that a report, whose closing is set, is closed."""
    _note_closed(session, report, now, 1)


def note_reopening(session: Session, report: Report, now: datetime) -> None:
    """Note that a report, whose closing is still set, is closed no more."""
    _note_closed(session, report, now, -1)


def sum_up_counts(session: Session, *, limit: int = 5_000) -> int:
    """Add so many changes at most to the sums of their places and of all units above; return how many.

    Call it in transactions of its own until it returns 0. Whoever counts sees a change either noted or summed up. Of
    two that run side by side each takes changes that the other leaves.
    """
    waiting = select(ReportCountChange.id, *_FACTS).order_by(ReportCountChange.id).limit(limit)
    found = session.execute(waiting.with_for_update(skip_locked=True)).all()
    if not found:
        return 0
    units = units_by_code(session, {row.unit_code for row in found})
    sums = {name: Counter[tuple[str, date, str]]() for name in COUNTS}
    for row in found:
        for unit_code in units[row.unit_code].path.rstrip("/").split("/"):
            for name in COUNTS:
                sums[name][unit_code, row.month_on, row.category_code] += getattr(row, name)
    # In one order, whoever sums up.
    rows = [
        {**dict(zip(_KEY, key, strict=True)), **{name: sums[name][key] for name in COUNTS}}
        for key in sorted(sums["sent_in"])
    ]
    session.connection().execute(_ADDED[session.get_bind().dialect.name], rows)
    session.execute(delete(ReportCountChange).where(ReportCountChange.id.in_([row.id for row in found])))
    return len(found)


def month_of(instant: datetime, zone: tzinfo | None) -> date:
    """Return the first day of the month of an instant in a time zone."""
    return instant.astimezone(zone).date().replace(day=1)


def _note_closed(session: Session, report: Report, now: datetime, times: int) -> None:
    if report.closed_at is None:
        raise LookupError("a report whose closing counts lacks its time")
    sent_on, closed_on = (month_of(at, now.tzinfo) for at in (report.submitted_at, report.closed_at))
    if sent_on == closed_on:
        _note(session, report, _Change(sent_on, closed_since=times, closed=times))
    else:
        _note(session, report, _Change(sent_on, closed_since=times), _Change(closed_on, closed=times))


class _Change(NamedTuple):
    month_on: date
    sent_in: int = 0
    closed_since: int = 0
    closed: int = 0


def _note(session: Session, report: Report, *changes: _Change) -> None:
    place = {"unit_code": report.unit_code, "category_code": report.category_code}
    session.connection().execute(_INSERT, [{**place, **each._asdict()} for each in changes])


def _added(insert_into: Any) -> Insert:
    made = insert_into(ReportMonthCount).values({name: bindparam(name) for name in (*_KEY, *COUNTS)})
    added: Insert = made.on_conflict_do_update(
        index_elements=_KEY,
        set_={name: getattr(ReportMonthCount, name) + getattr(made.excluded, name) for name in COUNTS},
    )
    return added


_ADDED = {"postgresql": _added(postgresql.insert), "sqlite": _added(sqlite.insert)}
