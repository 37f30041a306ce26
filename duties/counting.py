"""Counting what happens to duties by unit and day, in the transaction in which it happens."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from duties.model import DutyCount, DutyMonthCount, Measure


def _one_more(insert: Any, table: type[DutyCount] | type[DutyMonthCount], day: str) -> Insert:
    made = insert(table).values(
        unit_code=bindparam("unit_code"), measure=bindparam("measure"), count=1, **{day: bindparam("on_day")}
    )
    counted: Insert = made.on_conflict_do_update(
        index_elements=["unit_code", day, "measure"], set_={"count": table.count + 1}
    )
    return counted


_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_DAYS = {name: _one_more(insert, DutyCount, "on_day") for name, insert in _INSERTS.items()}
_MONTHS = {name: _one_more(insert, DutyMonthCount, "month_on") for name, insert in _INSERTS.items()}


class Happening(NamedTuple):
    """Something that happened to a unit's duty, and the day on which it counts."""

    unit_code: str
    measure: Measure
    on_day: date


def comes(unit_code: str, due_on: date, today: date) -> Happening:
    """Return that a duty which is not handled comes to lie on a unit."""
    return Happening(unit_code, Measure.OVERDUE_IN, max(today, due_on))


def leaves(unit_code: str, due_on: date, today: date) -> Happening:
    """Return that such a duty lies there no more, or is handled."""
    return Happening(unit_code, Measure.OVERDUE_OUT, max(today, due_on))


def count(session: Session, happened: Iterable[Happening]) -> None:
    """Count once more what happened to units' duties, by day and by month; rows are locked in one order for all."""
    name = session.get_bind().dialect.name
    connection = session.connection()
    ordered = sorted(happened)
    # Still row after row, in that order; but SQLAlchemy's own work is done once for all of them.
    connection.execute(_DAYS[name], [each._asdict() for each in ordered])
    connection.execute(_MONTHS[name], [{**each._asdict(), "on_day": each.on_day.replace(day=1)} for each in ordered])
