"""Contestants that post: one entry a transaction, or a list of a hundred."""

import random
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from bench.racing import Step
from bench.worlds import LOT, engine_of, plain_sqlite
from ledger import Asset, NewEntry

LIST = 100

POST_BY_HAND = text("SELECT limit_post(:entry, :what, :occurred, :call_key, :source, :target, :moved)")
_POST_LIST = text(
    "SELECT limit_post_list(CAST(:entries AS uuid[]), :what, :occurred, :keys, CAST(:sources AS bigint[]),"
    " CAST(:targets AS bigint[]), CAST(:amounts AS bigint[]))"
)
ACCOUNTS_OF_THE_LIMIT = text("SELECT id FROM limit_accounts ORDER BY id LIMIT 2000")


def ours_one(url: str, number: int, _clients: int) -> Step:
    """Post one entry of two postings a transaction, through the ledger."""
    return _ours(url, number, entries=1)


def ours_list(url: str, number: int, _clients: int) -> Step:
    """Post a hundred entries a transaction, through the ledger."""
    return _ours(url, number, entries=LIST)


def _ours(url: str, number: int, *, entries: int) -> Step:
    session, rng = Session(engine_of(url)), random.Random(number)
    accounts = list(session.scalars(ACCOUNTS_OF_THE_LIMIT))
    session.rollback()

    def entry(now: datetime) -> NewEntry:
        source, target = rng.sample(accounts, 2)
        lines = (ledger.debit(source, Asset.PAB, 1, LOT), ledger.credit(target, Asset.PAB, 1, LOT))
        return NewEntry(ledger.new_id(), "award", "system", now, lines)

    def step() -> int:
        now = datetime.now(UTC)
        ledger.post(session, [entry(now) for _ in range(entries)])
        session.commit()
        return entries

    return step


def limit_one(url: str, number: int, _clients: int) -> Step:
    """Call the hand-written function once a transaction; on SQLite, the hand-written statements."""
    if url.startswith("sqlite"):
        return _limit_on_sqlite(url, number, entries=1)
    session, rng = Session(engine_of(url)), random.Random(number)
    accounts = list(session.scalars(ACCOUNTS_OF_THE_LIMIT))
    session.rollback()

    def step() -> int:
        source, target = rng.sample(accounts, 2)
        entry = ledger.new_id()
        asked = {"entry": entry, "what": "award", "occurred": datetime.now(UTC), "call_key": str(entry)}
        session.execute(POST_BY_HAND, asked | {"source": source, "target": target, "moved": 1})
        session.commit()
        return 1

    return step


def limit_list(url: str, number: int, _clients: int) -> Step:
    """Call the hand-written list function once a transaction; on SQLite, the hand-written statements."""
    if url.startswith("sqlite"):
        return _limit_on_sqlite(url, number, entries=LIST)
    session, rng = Session(engine_of(url)), random.Random(number)
    accounts = list(session.scalars(ACCOUNTS_OF_THE_LIMIT))
    session.rollback()

    def step() -> int:
        pairs = [rng.sample(accounts, 2) for _ in range(LIST)]
        entries = [ledger.new_id() for _ in pairs]
        asked = {
            "entries": entries,
            "what": "award",
            "occurred": datetime.now(UTC),
            "keys": [str(entry) for entry in entries],
            "sources": [source for source, _ in pairs],
            "targets": [target for _, target in pairs],
            "amounts": [1] * LIST,
        }
        session.execute(_POST_LIST, asked)
        session.commit()
        return LIST

    return step


def _limit_on_sqlite(url: str, number: int, *, entries: int) -> Step:
    connection, rng = plain_sqlite(url), random.Random(number)
    accounts = [row[0] for row in connection.execute(str(ACCOUNTS_OF_THE_LIMIT))]

    def post() -> None:
        source, target = rng.sample(accounts, 2)
        entry, now = uuid4().hex, datetime.now(UTC).isoformat()
        postings = []
        for line, (account, amount, side) in enumerate(((source, -1, "debit"), (target, 1, "credit")), 1):
            balance, seq = connection.execute(
                "UPDATE limit_accounts SET balance = balance + ?1, seq = seq + 1 WHERE id = ?2 AND balance + ?1 >= 0"
                " RETURNING balance, seq",
                (amount, account),
            ).fetchone()
            postings.append((entry, line, account, side, 1, seq, balance))
        connection.execute("INSERT INTO limit_entries VALUES (?, 'award', ?, ?, ?)", (entry, now, now, entry))
        connection.executemany("INSERT INTO limit_postings VALUES (?, ?, ?, ?, ?, ?, ?)", postings)

    def step() -> int:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(entries):
            post()
        connection.execute("COMMIT")
        return entries

    return step
