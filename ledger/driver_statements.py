"""Statements of the hot path: compiled once, and then sent to PostgreSQL's driver as they are."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Insert, Select, Update


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

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run the statement with these values; on SQLite, which is no round trip away, it runs as any other."""
        if connection.dialect.name != "postgresql":
            return connection.execute(self._statement, values)
        if self._compiled is None:
            self._compiled = self._compile(connection)
        text, constants = self._compiled
        return connection.exec_driver_sql(text, {**constants, **values})

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(dialect=connection.dialect)
        return compiled.string, {name: value for name, value in compiled.params.items() if value is not None}
