"""Statements that go to the driver as they are answer as SQLAlchemy's own would."""

from datetime import date

import pytest
from sqlalchemy import Date, Text, Uuid, bindparam, create_engine, literal, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
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
    for words in ("平安", "100 % %(text)s", None):
        asked = {"id": new_id(), "day": date(2026, 6, 1), "text": words}

        row = ASKING.first_row(session.connection(), asked)

        assert row._asdict() == asked | {"constant": 7}


def test_where_nothing_is_found_there_is_no_row(session: Session) -> None:
    nothing = DriverStatement(select(literal(1)).where(literal(1) == literal(2)))

    assert nothing.first_row(session.connection(), {}) is None


def test_a_fault_is_one_of_sqlalchemy_s(session: Session) -> None:
    with pytest.raises(DBAPIError):
        DriverStatement(select(literal(1)).where(bindparam("unknown", type_=Text) == "a")).first_row(
            session.connection(), {"unknown": object()}
        )


def test_a_lost_connection_is_told_as_such_and_not_used_again(postgres_database: str) -> None:
    engine = create_engine(postgres_database)
    asked = {"id": new_id(), "day": date(2026, 6, 1), "text": "平安"}
    with Session(engine) as session, Session(engine) as other:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})

        with pytest.raises(OperationalError) as lost:
            ASKING.first_row(session.connection(), asked)

        assert lost.value.connection_invalidated
        session.rollback()
        assert ASKING.first_row(session.connection(), asked).text == "平安"
    engine.dispose()
