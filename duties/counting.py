"""Counting what happens to duties by unit and day, in the transaction in which it happens."""

from collections.abc import Iterable
from datetime import date
from typing import Any

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


def count(session: Session, happened: Iterable[tuple[str, Measure]], today: date) -> None:
    """Count once more what happened to units' duties today; rows are locked in one order for everybody."""
    statement = _ONE_MORE[session.get_bind().dialect.name]
    for unit_code, measure in sorted(happened):
        values = {"unit_code": unit_code, "on_day": today, "measure": measure}
        session.connection().execute(statement, values)
