"""What of an entry is sealed: every column, in one written form that is the same on both databases."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from ledger import EntryLine, stream_entries
from seals.leaves import LeafMaker, canonical_texts
from seals.streaming import stream_leaves
from tests.ledger.builders import Books, entry_of
from tests.ledger.tampering import ACCOUNTS, ENTRIES, POSTINGS

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
SECRET = bytes(range(32))
LINE = EntryLine(
    entry_id="01900000-0000-7000-8000-000000000001",
    kind="award",
    description="",
    actor="person:0a",
    occurred_at="2026-06-01T04:00:00.000000Z",
    recorded_at="2026-06-01T04:00:00.000001Z",
    reverses_id=None,
    line=1,
    account="issued",
    asset="PAB",
    lot="never:peace",
    side="debit",
    amount=5,
    seq=None,
    balance_after=None,
)


def instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rows_as_they_stand(session: Session) -> list[list[dict[str, Any]]]:
    """Return every entry's header, author and postings, read column by column."""
    codes = {row.id: row.code for row in session.execute(select(ACCOUNTS.c.id, ACCOUNTS.c.code))}
    found = []
    for entry in session.execute(select(ENTRIES).order_by(ENTRIES.c.id)).mappings():
        header = {name: entry[name] for name in ("description", "kind")} | {
            "format": "pingan-entry-1",
            "id": str(entry["id"]),
            "occurred_at": instant(entry["occurred_at"]),
            "recorded_at": instant(entry["recorded_at"]),
            "reverses_id": None if entry["reverses_id"] is None else str(entry["reverses_id"]),
        }
        lines = select(POSTINGS).where(POSTINGS.c.entry_id == entry["id"]).order_by(POSTINGS.c.line)
        postings = [
            {name: value for name, value in posting.items() if name not in {"entry_id", "account_id"}}
            | {"account": codes[posting["account_id"]]}
            for posting in session.execute(lines).mappings()
        ]
        found.append([header, {"actor": entry["actor"]}, *postings])
    return found


def test_the_parts_hold_every_column_as_canonical_json(session: Session, books: Books) -> None:
    hard = 'Groceries: "平安" \\ / \t\n\r\b\f\x01\x1f\x7f 😀'
    entry = entry_of(
        ledger.debit(books.served, ledger.Asset.MIN, 1),
        ledger.credit(books.minutes, ledger.Asset.MIN, 1),
        description=hard,
    )
    ledger.post(session, [entry])
    written = [canonical_texts(lines) for lines in stream_entries(session, FIRST, LAST)]
    # RFC 8785: names in order, no blanks, strings escaped as little as may be.
    expected = [
        [json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for part in parts]
        for parts in rows_as_they_stand(session)
    ]
    assert written == expected
    assert len(written) == 9


def test_whoever_writes_the_texts_the_leaves_are_the_same(session: Session, books: Books) -> None:
    # Every character up to the last of Latin, and some that programs treat each in a way of their own.
    every = "".join(map(chr, range(1, 0x250))) + "\u200e\u2028\u2029\ufeff\uffff\U0010ffff"
    for description in (every, *every):
        entry = entry_of(
            ledger.debit(books.served, ledger.Asset.MIN, 1),
            ledger.credit(books.minutes, ledger.Asset.MIN, 1),
            description=description,
        )
        ledger.post(session, [entry])
    maker = LeafMaker(SECRET)
    written = list(stream_leaves(session, maker, FIRST, LAST))
    assert written == [(lines[0].entry_id, maker.leaf(lines)) for lines in stream_entries(session, FIRST, LAST)]
    assert len(written) > len(every)


def test_no_column_is_forgotten() -> None:
    assert {column.name for column in ENTRIES.columns} == {
        *("id", "kind", "description", "actor", "occurred_at", "recorded_at", "reverses_id")
    }
    assert {column.name for column in POSTINGS.columns} == {
        *("entry_id", "line", "account_id", "asset", "lot", "side", "amount", "seq", "balance_after")
    }


def test_a_leaf_is_what_the_description_says() -> None:
    header, author, posting = LeafMaker(SECRET).parts([LINE])
    assert header.text == (
        '{"description":"","format":"pingan-entry-1","id":"01900000-0000-7000-8000-000000000001","kind":"award",'
        '"occurred_at":"2026-06-01T04:00:00.000000Z","recorded_at":"2026-06-01T04:00:00.000001Z","reverses_id":null}'
    )
    assert author.text == '{"actor":"person:0a"}'
    assert posting.text == (
        '{"account":"issued","amount":5,"asset":"PAB","balance_after":null,"line":1,"lot":"never:peace",'
        '"seq":null,"side":"debit"}'
    )
    commitments = [hashlib.sha256(part.salt + part.text.encode()).digest() for part in (header, author, posting)]
    assert [part.commitment for part in (header, author, posting)] == commitments
    leaf = hashlib.sha256(b"\x00" + b"".join(commitments)).digest()
    assert LeafMaker(SECRET).leaf([LINE]) == leaf
    # The salts come from the secret: were they to change, no sealed entry could be proved any more.
    assert leaf.hex() == "afbc13981f8206db9b3b11791d390beb01f0d117a1de1be97a7865817399f8a7"


def test_every_part_has_a_salt_of_its_own() -> None:
    lines = [LINE._replace(line=number) for number in range(1, 12)]
    salts = [part.salt for part in LeafMaker(SECRET).parts(lines)]
    others = [part.salt for part in LeafMaker(SECRET).parts([LINE._replace(entry_id=str(UUID(int=5)))])]
    assert len({*salts, *others}) == 13 + 3
    assert {len(salt) for salt in salts} == {16}
    assert LeafMaker(bytes(32)).parts([LINE])[0].salt != salts[0]


@pytest.mark.parametrize(
    "change", [{"kind": None}, {"lot": 5}, {"lot": 5.0}, {"side": b"debit"}, {"account": None}, {"actor": "\ud800"}]
)
def test_whatever_was_put_into_a_row_has_a_leaf_of_its_own(change: dict[str, Any]) -> None:
    assert LeafMaker(SECRET).leaf([LINE._replace(**change)]) != LeafMaker(SECRET).leaf([LINE])


def test_an_error_while_entries_are_streamed_is_told_as_any_other_of_the_database(session: Session) -> None:
    session.execute(text("ALTER TABLE accounts RENAME COLUMN code TO cipher"))
    with pytest.raises(DBAPIError):
        list(stream_entries(session, FIRST, LAST))
