"""The declarative base, column types and identifiers that every package's tables share."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The one metadata of the application; constraint names are predictable on both databases."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive value is refused, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC.

        Raises:
            ValueError: the value has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as an aware value in UTC."""
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Return what turns a stored instant into an aware value; SQLite's text is read in one step, not two."""
        return _read_from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_from_sqlite(stored: str | None) -> datetime | None:
    # SQLite stores no zone; what was written was UTC.
    return None if stored is None else datetime.fromisoformat(f"{stored}+00:00")


# SQLite numbers rows by itself only where the key is an INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

# Codes and lot labels sort by bytes on both databases, so that text order is spending order everywhere.
ByteOrderedText = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def enum_column(values: type[StrEnum]) -> Enum:
    """Return a column type that stores the values (not the names) of an enumeration, with a CHECK."""

    def stored(members: Any) -> list[str]:
        return [str(member.value) for member in members]

    return Enum(
        values,
        values_callable=stored,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=f"{values.__name__.lower()}_known",
    )


def new_id(at: datetime | None = None) -> UUID:
    """Return a UUID version 7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    `at` takes the place of the clock where an id must not tell when it was made.
    """
    milliseconds = time.time_ns() // 1_000_000 if at is None else int(at.timestamp()) * 1_000
    random_bits = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random_bits >> 62) << 64 | 0b10 << 62 | random_bits & (1 << 62) - 1
    return UUID(int=value)
