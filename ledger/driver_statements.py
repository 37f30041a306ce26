"""Statements of the hot path: compiled once, and then sent to PostgreSQL's driver as they are."""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.exc import DBAPIError


class DriverStatement:
    """A statement that runs so often that SQLAlchemy's own work at each execution would cost more than the driver's.

    It binds named values that a driver takes: numbers, texts, bytes, UUIDs, days and aware instants; of an
    enumeration, the value. Its rows hold what the driver gives. No part of it may be rendered anew at each execution,
    as lists of IN are.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        self._statement = statement
        # The text, and the constants in it that are bound too.
        self._compiled: tuple[str, dict[str, Any]] | None = None

    def first_row(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run the statement with these values and return its first row, whose columns go by name, None without rows.

        On SQLite, which is no round trip away, it runs as any other.

        Raises:
            sqlalchemy.exc.DBAPIError: as SQLAlchemy raises it, for what the database or its driver refuses.
        """
        if connection.dialect.name != "postgresql":
            return connection.execute(self._statement, values).first()
        if self._compiled is None:
            self._compiled = self._compile(connection)
        text, constants = self._compiled
        asked = {**constants, **values}
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor(row_factory=namedtuple_row) as cursor:
                return cursor.execute(text, asked).fetchone()
        except psycopg.Error as error:
            raise _as_sqlalchemy_raises_it(connection, driver, text, asked, error) from error

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(dialect=connection.dialect)
        return compiled.string, {name: value for name, value in compiled.params.items() if value is not None}


def _as_sqlalchemy_raises_it(
    connection: Connection, driver: Any, text: str, asked: Mapping[str, Any], fault: Any
) -> DBAPIError:
    if connection.dialect.is_disconnect(fault, driver, None):
        # Asked again over a lost connection, SQLAlchemy learns that it is lost, and forgets its like in the pool.
        connection.exec_driver_sql("SELECT 1")
    hidden = connection.engine.hide_parameters
    told = DBAPIError.instance(
        text, dict(asked), fault, psycopg.Error, hide_parameters=hidden, dialect=connection.dialect
    )
    return cast("DBAPIError", told)
