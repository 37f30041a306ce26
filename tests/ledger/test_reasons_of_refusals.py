"""Whatever is posted: both databases take it or refuse it alike, and of several reasons they name the same."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import ledger
from ledger import AccountState, Asset, LedgerError, NewAccount, NewEntry, Side, credit, debit
from ledger.terms import change_terms
from tests.clock import NOON
from tests.ledger.builders import NEXT_YEAR, THIS_YEAR, entry_of
from tests.postgres import Databases

ACCOUNTS = (
    NewAccount("contra", Asset.PAB, Side.DEBIT, bounded=False),
    NewAccount("fund", Asset.PAB, Side.CREDIT, shared=True),
    NewAccount("one", Asset.PAB, Side.CREDIT),
    NewAccount("two", Asset.PAB, Side.CREDIT),
    NewAccount("owed", Asset.PAB, Side.DEBIT),
    NewAccount("money", Asset.CNY, Side.CREDIT),
)
CONTRA, FUND, ONE, TWO, OWED, _MONEY, NOWHERE = range(7)
BOUNDED = st.integers(FUND, OWED)
LOTS = st.sampled_from((THIS_YEAR, NEXT_YEAR))
PAST, AHEAD = NOON - timedelta(days=400), NOON + timedelta(days=4000)


@dataclass(frozen=True)
class Move:
    """A debited and a credited account, as places in ACCOUNTS, an amount, and the lot on each side."""

    debited: int
    credited: int
    amount: int
    lot: str = THIS_YEAR
    other_lot: str = THIS_YEAR


# What one entry moves, and when that happened.
Event = tuple[Sequence[Move], datetime]

GIVERS = st.just(CONTRA) | st.integers(CONTRA, OWED)
TAKERS = st.integers(CONTRA, OWED) | st.integers(CONTRA, NOWHERE)
MOVES = st.builds(Move, GIVERS, TAKERS, st.integers(1, 9), LOTS, LOTS)
EVENTS = st.tuples(st.lists(MOVES, min_size=1, max_size=3), st.sampled_from([NOON] * 8 + [PAST, AHEAD]))
STATES = st.dictionaries(BOUNDED, st.sampled_from([AccountState.FROZEN, AccountState.CLOSING]), max_size=2)


@pytest.fixture(scope="module")
def both(
    migrated_sqlite: Path,
    migrated_postgres: str,
    postgres: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[Engine]]:
    """Return an engine on an empty database of each kind."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("both") / "ledger.db")
    url = postgres.new_database(template=migrated_postgres)
    engines = [ledger.prepare_engine(create_engine(each)) for each in (f"sqlite:///{file}", url)]
    yield engines
    for engine in engines:
        engine.dispose()
    postgres.drop_database(url)


@settings(max_examples=80)
@given(
    before=st.dictionaries(BOUNDED, st.integers(1, 12)),
    states=STATES,
    rooms=st.dictionaries(BOUNDED, st.integers(0, 9), max_size=2),
    events=st.lists(EVENTS, min_size=1, max_size=3),
)
# Lowered by more than is there, and raised again by the same entry.
@example(before={ONE: 5}, states={}, rooms={}, events=[([Move(ONE, CONTRA, 7), Move(CONTRA, ONE, 7)], NOON)])
# One gives more than it has, the other is frozen.
@example(before={}, states={TWO: AccountState.FROZEN}, rooms={}, events=[([Move(TWO, ONE, 1)], NOON)] * 2)
# There is no such account, nothing to give, and it happened in a closed period.
@example(before={}, states={}, rooms={}, events=[([Move(ONE, NOWHERE, 1)], PAST)])
@example(before={}, states={}, rooms={TWO: 0}, events=[([Move(ONE, TWO, 1)], PAST), ([Move(CONTRA, ONE, 3)], NOON)])
def test_both_databases_name_the_same_reason(
    both: list[Engine],
    before: dict[int, int],
    states: dict[int, AccountState],
    rooms: dict[int, int],
    events: list[Event],
) -> None:
    on_sqlite, on_postgresql = (_told(engine, before, states, rooms, events) for engine in both)
    assert on_sqlite == on_postgresql


def _told(
    engine: Engine,
    before: dict[int, int],
    states: dict[int, AccountState],
    rooms: dict[int, int],
    events: Sequence[Event],
) -> tuple[object, ...]:
    """Return what an attempt came to: balances and lots, or the reason, its account as a place in ACCOUNTS."""
    with Session(engine) as session:
        ids = [*ledger.open_accounts(session, ACCOUNTS), 2**40]
        for place, amount in before.items():
            for lot in (THIS_YEAR, NEXT_YEAR):
                move = Move(place, CONTRA, amount, lot, lot) if place == OWED else Move(CONTRA, place, amount, lot, lot)
                ledger.post(session, [_entry(([move], NOON), ids)])
        for place, room in rooms.items():
            ledger.set_ceiling(session, ids[place], ledger.balance(session, ids[place]) + room)
        for place, state in states.items():
            ledger.set_account_state(session, ids[place], state)
        closed_until, ahead_s = NOON - timedelta(days=30), 3600 * 24 * 3000
        change_terms(session, actor="person:0a", now=NOON, closed_until=closed_until, ahead_s=ahead_s)
        try:
            with session.begin_nested():
                ledger.post(session, [_entry(event, ids) for event in events])
        except LedgerError as refusal:
            told = _reason(refusal, ids)
        else:
            held = [ledger.lots(session, each) for each in ids[FUND : OWED + 1]]
            told = ([ledger.balance(session, each) for each in ids[: OWED + 1]], held)
        session.rollback()
        return told


def _entry(event: Event, ids: Sequence[int]) -> NewEntry:
    moves, at = event
    lines = [
        line
        for move in moves
        for line in (
            debit(ids[move.debited], Asset.PAB, move.amount, move.lot),
            credit(ids[move.credited], Asset.PAB, move.amount, move.other_lot),
        )
    ]
    return entry_of(*lines, occurred_at=at)


def _reason(refusal: LedgerError, ids: Sequence[int]) -> tuple[object, ...]:
    account = getattr(refusal, "account_id", getattr(refusal, "account", None))
    lot = getattr(refusal, "lot", None)
    # Where several lots of a list are short, PostgreSQL names the one that it comes upon first.
    return type(refusal), None if lot else (account and ids.index(account)), lot and "a lot"
