"""Identifiers, instants and enumerations as every table of the application keeps them."""

import sqlite3
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from ledger import UTCDateTime, enum_column, new_id


class Weather(StrEnum):
    """Names and values differ on purpose."""

    FAIR = "sunny"
    FOUL = "rainy"


TABLE = Table(
    "probe",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UTCDateTime),
    Column("sky", enum_column(Weather)),
)


@pytest.fixture
def probe(engine: Engine) -> Engine:
    TABLE.create(engine)
    return engine


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_an_id_begins_with_the_millisecond_in_which_it_was_made() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)
    assert before <= made <= datetime.now(UTC)


def test_ids_made_later_sort_later_by_the_millisecond() -> None:
    milliseconds = [new_id().int >> 80 for _ in range(2_000)]
    assert milliseconds == sorted(milliseconds)


def test_ids_of_one_millisecond_differ() -> None:
    assert len({new_id() for _ in range(2_000)}) == 2_000


def test_the_random_bits_of_ids_are_all_in_use() -> None:
    ever_set = ever_clear = 0
    for _ in range(500):
        ever_set |= new_id().int
        ever_clear |= ~new_id().int
    random_bits = (1 << 62) - 1 | ((1 << 12) - 1) << 64
    assert ever_set & random_bits == random_bits
    assert ever_clear & random_bits == random_bits


def test_an_instant_comes_back_as_the_same_instant_in_utc(probe: Engine) -> None:
    noon = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
    with probe.begin() as connection:
        connection.execute(insert(TABLE).values(id=1, at=noon))
        kept = connection.scalar(select(TABLE.c.at))
    assert kept == noon
    assert kept is not None
    assert kept.tzinfo is UTC or kept.utcoffset() == timedelta(0)


def test_no_instant_stays_no_instant(probe: Engine) -> None:
    with probe.begin() as connection:
        connection.execute(insert(TABLE).values(id=1, at=None))
        assert connection.scalar(select(TABLE.c.at)) is None


def test_an_instant_without_a_zone_is_refused(probe: Engine) -> None:
    naive = datetime.fromisoformat("2026-06-01T12:00:00")
    with probe.begin() as connection, pytest.raises(StatementError, match="needs a time zone"):
        connection.execute(insert(TABLE).values(id=1, at=naive))


def test_instants_are_kept_as_utc_text_on_sqlite(sqlite_database: str) -> None:
    # Comparing in SQL is comparing text there, so every instant must be written in the same zone and width.
    path = sqlite_database.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        declared = connection.execute("SELECT type FROM pragma_table_info('accounts') WHERE name = 'recorded_at'")
        assert declared.fetchone() == ("DATETIME",)


def test_an_enumeration_is_kept_by_value(probe: Engine) -> None:
    with probe.begin() as connection:
        connection.execute(insert(TABLE).values(id=1, sky=Weather.FOUL))
        assert connection.scalar(text("SELECT sky FROM probe")) == "rainy"
        assert connection.scalar(select(TABLE.c.sky)) is Weather.FOUL


def test_the_database_refuses_a_value_that_is_not_in_the_enumeration(probe: Engine) -> None:
    with probe.begin() as connection, pytest.raises(IntegrityError, match="weather_known"):
        connection.execute(text("INSERT INTO probe (id, sky) VALUES (1, 'foggy')"))
