"""Statements that go to the driver as they are answer as SQLAlchemy's own would."""

from datetime import date

import pytest
from sqlalchemy import Date, Text, Uuid, bindparam, literal, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import DriverStatement, new_id

ASKING = DriverStatement(
    select(
        bindparam("id", type_=Uuid).label("id"),
        bindparam("day", type_=Date).label("day"),
        bindparam("text", type_=Text).label("text"),
        literal(7).label("constant"),
    )
)


def test_it_answers_with_what_it_was_asked_each_time_anew(session: Session) -> None:
    for text in ("平安", "100 % %(text)s", None):
        asked = {"id": new_id(), "day": date(2026, 6, 1), "text": text}

        row = ASKING.execute(session.connection(), asked).one()

        assert row._asdict() == asked | {"constant": 7}


def test_a_fault_is_one_of_sqlalchemy_s(session: Session) -> None:
    with pytest.raises(DBAPIError):
        DriverStatement(select(literal(1)).where(bindparam("unknown", type_=Text) == "a")).execute(
            session.connection(), {"unknown": object()}
        )
