"""How a demo is built: the same each time, all of it or nothing, at any moment, and only where nothing is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import awards
import ledger
import merchants
import payments
import people
import receivables
from demo import DemoRefusedError, DemoSize, is_unused
from ledger import Asset
from people import Level
from tests.clock import NOON, SHANGHAI
from tests.demo.builders import OF_REPORTS, VAULT, build, entries, entries_besides_reports

TINY = DemoSize(residents=40, merchants=2, entries=450, reports=20)

# Counting lines takes half as long again; test_demo.py counts those of a demo.
pytestmark = pytest.mark.no_cover


@pytest.fixture
def sqlite_session(sqlite_database: str) -> Iterator[Session]:
    """Return a session on SQLite, for what has nothing to do with the kind of database."""
    engine = ledger.prepare_engine(create_engine(sqlite_database))
    with Session(engine) as session:
        yield session
    engine.dispose()


def balances(session: Session) -> dict[str, int]:
    """Return what every account holds, residents named by their number."""
    numbers = {
        each.id.hex: each.number for each in people.find_residents(session, text="", vault=VAULT, limit=500).items
    }
    held = {}
    for asset in Asset:
        for row in ledger.trial_balance(session, asset=asset):
            parts = row.code.split(":")
            held[":".join(numbers.get(part, part) for part in parts)] = row.balance
    return held


def built_anew(session: Session, now: datetime) -> tuple[dict[str, int], list[tuple[str, datetime]]]:
    """Build a demo, return what it is, and leave nothing of it."""
    build(session, now=now, size=TINY)
    made = balances(session), entries(session)
    session.rollback()
    return made


def test_the_same_moment_gives_the_same_demo(sqlite_session: Session) -> None:
    first = built_anew(sqlite_session, NOON)
    assert built_anew(sqlite_session, NOON) == first
    assert built_anew(sqlite_session, NOON + timedelta(days=1)) != first


def test_progress_is_told_until_the_last_entry(sqlite_session: Session) -> None:
    told: list[int] = []
    build(sqlite_session, size=TINY, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == TINY.entries


def test_a_demo_that_was_interrupted_is_begun_anew(engine: Engine) -> None:
    def interrupt(entries: int) -> None:
        if entries > TINY.entries // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Session(engine) as session:
        build(session, progress=interrupt, size=TINY)
    with Session(engine) as session:
        assert is_unused(session, vault=VAULT)
        build(session, size=TINY)
        assert not is_unused(session, vault=VAULT)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2027, 1, 1, 0, 0, 20, tzinfo=SHANGHAI),
        datetime(2028, 2, 29, 3, 0, tzinfo=SHANGHAI),
        datetime(2026, 8, 31, 23, 59, 59, tzinfo=SHANGHAI),
        datetime(2026, 12, 31, 12, 0, tzinfo=SHANGHAI),
    ],
    ids=str,
)
def test_a_demo_can_end_at_any_moment(sqlite_session: Session, moment: datetime) -> None:
    build(sqlite_session, now=moment, size=TINY)

    made = entries(sqlite_session)
    assert entries_besides_reports(sqlite_session) == TINY.entries
    assert max(at for _kind, at in made) <= moment
    held = ledger.lots(sqlite_session, people.resident_by_number(sqlite_session, "936044506").available_account_id)
    soon = moment.date() + timedelta(days=30)
    assert any(part.lot.expires_on and moment.date() <= part.lot.expires_on < soon for part in held)
    results = ledger.audit(
        sqlite_session, [*awards.CHECKS, *receivables.CHECKS, *merchants.CHECKS, *payments.CHECKS, *OF_REPORTS]
    )
    assert [result for result in results if not result.ok] == []


def test_units_that_are_there_are_used(sqlite_session: Session) -> None:
    people.add_unit(sqlite_session, code="1", parent_code=None, level=Level.COUNTY, name="County")
    people.add_unit(sqlite_session, code="11", parent_code="1", level=Level.TOWN, name="Town")
    build(sqlite_session, size=TINY)
    found = people.find_residents(sqlite_session, text="", vault=VAULT, limit=100).items
    assert {resident.unit_code for resident in found} == {"11"}


def test_a_county_without_towns_will_do(sqlite_session: Session) -> None:
    people.add_unit(sqlite_session, code="1", parent_code=None, level=Level.COUNTY, name="County")
    build(sqlite_session, size=TINY)
    found = people.find_residents(sqlite_session, text="", vault=VAULT, limit=100).items
    assert {resident.unit_code for resident in found} == {"1"}


def test_a_fund_that_is_there_is_used(sqlite_session: Session) -> None:
    awards.create_fund(sqlite_session, code="peace", name="Ours", purpose="Peace", actor="system", now=NOON)
    build(sqlite_session, size=TINY)
    assert entries_besides_reports(sqlite_session) == TINY.entries
    assert awards.get_fund(sqlite_session, "peace").name == "Ours"


# --- where something is ----------------------------------------------------------------------------------------------


def a_resident(session: Session) -> None:
    """Register somebody."""
    people.add_unit(session, code="1", parent_code=None, level=Level.COUNTY, name="County")
    people.register_resident(session, name="Somebody", phone="13800000001", unit_code="1", vault=VAULT, now=NOON)


def a_merchant(session: Session) -> None:
    """Register a shop."""
    merchants.create_merchant(session, code="shop", name="Shop", category="food", actor="system", now=NOON)


def an_entry(session: Session) -> None:
    """Book money."""
    awards.create_fund(session, code="aid", name="Aid", purpose="Aid", actor="system", now=NOON)
    awards.appropriate(session, fund_code="aid", amount=1, document="1", actor="system", now=NOON)


@pytest.mark.parametrize("something", [a_resident, a_merchant, an_entry])
def test_nothing_is_built_where_something_is(session: Session, something: object) -> None:
    assert callable(something)
    something(session)
    with pytest.raises(DemoRefusedError):
        build(session)
