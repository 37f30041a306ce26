"""Statements over long lists: PostgreSQL takes each column of a list as one value, not a value for every row."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, any_, column, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger.base import Base


def insert_rows(
    session: Session, table: type[Base], *, same: Mapping[str, Any], each: Mapping[str, Sequence[Any]]
) -> None:
    """Insert as many rows as the lists of `each` are long; `same` holds the columns that are alike in all of them."""
    if session.get_bind().dialect.name != "postgresql":
        rows = [{**same, **dict(zip(each, values, strict=True))} for values in zip(*each.values(), strict=True)]
        session.execute(insert(table), rows)
        return
    types = {name: table.__table__.columns[name].type for name in (*same, *each)}
    lists = [literal(list(values), ARRAY(types[name])) for name, values in each.items()]
    rows_of_lists = func.unnest(*lists).table_valued(*(column(name, types[name]) for name in each))
    chosen = select(
        *(literal(value, types[name]) for name, value in same.items()),
        *rows_of_lists.render_derived(name="listed").c,
    )
    session.connection().execute(insert(table).from_select([*same, *each], chosen))


def among(session: Session, place: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of many values."""
    if session.get_bind().dialect.name != "postgresql":
        return place.in_(values)
    return place == any_(literal(list(values), ARRAY(place.type)))
