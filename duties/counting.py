"""Counting what happens to duties by unit and day, in the transaction in which it happens."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from duties.model import DutyCount, Measure


def _one_more(insert: Any) -> Insert:
    made = insert(DutyCount).values(
        unit_code=bindparam("unit_code"), on_day=bindparam("on_day"), measure=bindparam("measure"), count=1
    )
    counted: Insert = made.on_conflict_do_update(
        index_elements=["unit_code", "on_day", "measure"], set_={"count": DutyCount.count + 1}
    )
    return counted


_ONE_MORE = {"postgresql": _one_more(postgresql.insert), "sqlite": _one_more(sqlite.insert)}


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
    """Count once more what happened to units' duties; rows are locked in one order for everybody."""
    statement = _ONE_MORE[session.get_bind().dialect.name]
    for each in sorted(happened):
        session.connection().execute(statement, each._asdict())
