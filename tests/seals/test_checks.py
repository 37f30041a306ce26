"""The audit of sealed books that somebody changed behind the back of every guard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, String, delete, insert, literal, select, text, update
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

import ledger
from ledger import audit
from seals import (
    SealKeys,
    checks_of_seals,
    entries_waiting_for_their_seal,
    head_over,
    new_seal_keys,
    new_seal_salts,
    position_of,
    the_guards_of_seals_stand,
)
from seals.heads import all_heads
from seals.model import SealHead, SealLeaf, SealNode
from tests.ledger.tampering import ENTRIES, POSTINGS, first_entry, of
from tests.seals.builders import KEYS, OTHER_KEYS

UNCHANGED = "every sealed entry is as it was sealed"
ROOTS = "every head is the root of its leaves"
SIGNATURES = "every head is signed and names the one before"

# What a single value is changed to, column by column: a letter more or less, a unit, a microsecond.
OF_ENTRIES: dict[str, Any] = {
    "id": UUID(int=2**127 + 7),
    "kind": ENTRIES.c.kind + "s",
    "description": ENTRIES.c.description + " ",
    "actor": "person:0c",
    "occurred_at": None,
    "recorded_at": None,
    "reverses_id": UUID(int=2**127 + 7),
}
OF_POSTINGS: dict[str, Any] = {
    "entry_id": UUID(int=2**127 + 7),
    "line": 9,
    "account_id": POSTINGS.c.account_id + 1,
    "asset": literal("CNY", String),
    "lot": POSTINGS.c.lot + "s",
    "side": literal("debit", String),
    "amount": POSTINGS.c.amount + 1,
    "seq": POSTINGS.c.seq + 1,
    "balance_after": POSTINGS.c.balance_after + 1,
}


def found(session: Session, keys: SealKeys = KEYS) -> dict[str, str]:
    """Return what each failing check of the seals says, by its name."""
    names = {UNCHANGED, ROOTS, SIGNATURES}
    results = [result for result in audit(session, checks_of_seals(keys)) if result.name in names]
    assert len(results) == len(names)
    return {result.name: result.detail for result in results if not result.ok}


def change(
    session: Session, table: type[SealHead | SealLeaf | SealNode], which: ColumnElement[bool], **values: Any
) -> None:
    changed = session.connection().execute(update(table).where(which).values(**values))
    assert changed.rowcount == 1


def test_nothing_is_found_where_nothing_was_changed(broken: Session) -> None:
    assert found(broken) == {}
    assert entries_waiting_for_their_seal(broken) == "0, to be sealed by the next run of jobs"
    results = list(audit(broken, checks_of_seals(KEYS), [entries_waiting_for_their_seal]))
    (remark,) = [result for result in results if result.name == "entries waiting for their seal"]
    assert (remark.ok, remark.detail) == (True, "0, to be sealed by the next run of jobs")


def test_every_column_of_the_books_is_tampered_with_below() -> None:
    assert set(OF_ENTRIES) == {column.name for column in ENTRIES.columns}
    assert set(OF_POSTINGS) == {column.name for column in POSTINGS.columns}


@pytest.mark.parametrize("column", OF_ENTRIES)
def test_a_value_changed_in_an_entry_is_found_and_named(broken: Session, column: str) -> None:
    entry = first_entry(broken, "redemption")
    value = OF_ENTRIES[column]
    if value is None:
        stood = broken.scalars(select(ENTRIES.c[column]).where(ENTRIES.c.id == entry)).one()
        value = stood + timedelta(microseconds=1)
    changed = broken.connection().execute(update(ENTRIES).where(ENTRIES.c.id == entry).values({column: value}))
    assert changed.rowcount == 1
    assert str(entry) in found(broken)[UNCHANGED]


@pytest.mark.parametrize("column", OF_POSTINGS)
def test_a_value_changed_in_a_posting_is_found_and_named(broken: Session, column: str) -> None:
    entry = first_entry(broken, "redemption")
    changed = broken.connection().execute(update(POSTINGS).where(of(entry, 3)).values({column: OF_POSTINGS[column]}))
    assert changed.rowcount == 1
    assert found(broken)[UNCHANGED] == f"entry {entry} is not as it was sealed"


@pytest.mark.parametrize("column", ["kind", "description", "actor"])
def test_a_byte_that_leaves_no_text_at_all_is_found(broken: Session, column: str) -> None:
    entry = first_entry(broken, "redemption")
    changing = update(ENTRIES).where(ENTRIES.c.id == entry)
    if broken.get_bind().dialect.name == "sqlite":
        broken.connection().execute(changing.values({column: text("CAST(x'66ff' AS TEXT)")}))
        assert found(broken)[UNCHANGED] == f"entry {entry} is not as it was sealed"
    else:
        # PostgreSQL itself takes no such bytes for a text.
        with pytest.raises(DataError):
            broken.connection().execute(changing.values({column: text("convert_from('\\x66ff', 'UTF8')")}))


# What SQLite keeps in a column besides what belongs there: the same bytes as no text, nothing, another form of a time.
ODD_ON_SQLITE = {
    "kind": ["CAST(kind AS BLOB)", "NULL"],
    "description": ["CAST(description AS BLOB)", "NULL", "description || char(0)"],
    "actor": ["CAST(actor AS BLOB)", "NULL"],
    "occurred_at": ["CAST(occurred_at AS BLOB)", "NULL", "replace(occurred_at, ' ', 'T')", "'noon'"],
    "recorded_at": ["CAST(recorded_at AS BLOB)", "NULL", "replace(recorded_at, ' ', 'T')", "'noon'"],
    "id": ["CAST(id AS BLOB)", "NULL", "upper(id)", "'7'", "id || char(0)"],
}
# A year before Christ has the digits of ours; no clock has the other.
ODD_ON_POSTGRESQL = {
    "occurred_at": ["CAST(occurred_at AT TIME ZONE 'UTC' || ' BC' AS timestamp) AT TIME ZONE 'UTC'", "'infinity'"],
    "recorded_at": ["CAST(recorded_at AT TIME ZONE 'UTC' || ' BC' AS timestamp) AT TIME ZONE 'UTC'", "'-infinity'"],
}


def test_a_value_of_another_type_or_age_is_found_and_ends_no_audit(broken: Session) -> None:
    entry = first_entry(broken, "redemption")
    on_sqlite = broken.get_bind().dialect.name == "sqlite"
    for column, values in (ODD_ON_SQLITE if on_sqlite else ODD_ON_POSTGRESQL).items():
        for value in values:
            changing = update(ENTRIES).where(ENTRIES.c.id == entry).values({column: text(value)})
            assert broken.connection().execute(changing).rowcount == 1
            assert str(entry) in found(broken).get(UNCHANGED, "nothing"), (column, value)
            broken.rollback()


def remove_entry(session: Session, entry: UUID) -> None:
    session.execute(delete(POSTINGS).where(POSTINGS.c.entry_id == entry))
    session.execute(delete(ENTRIES).where(ENTRIES.c.id == entry))


def test_an_entry_that_was_removed_is_named(broken: Session) -> None:
    entry = first_entry(broken, "award")
    remove_entry(broken, entry)
    assert found(broken) == {UNCHANGED: f"entry {entry} was sealed, and it or its postings are gone"}


def test_an_entry_that_was_removed_with_its_leaf_leaves_a_gap(broken: Session) -> None:
    entry = first_entry(broken, "award")
    position = position_of(broken, entry)
    remove_entry(broken, entry)
    broken.execute(delete(SealLeaf).where(SealLeaf.entry_id == entry))
    assert found(broken) == {ROOTS: f"leaf {position} is missing"}


def test_an_entry_that_was_slipped_in_waits_for_its_seal_and_is_no_sealed_one(broken: Session) -> None:
    entry = ENTRIES.alias()
    copied = select(entry).where(entry.c.id == first_entry(broken, "minutes")).subquery()
    broken.execute(
        insert(ENTRIES).from_select(
            [column.name for column in ENTRIES.columns],
            select(*[literal(UUID(int=9), ENTRIES.c.id.type) if c.name == "id" else c for c in copied.columns]),
        )
    )
    assert found(broken) == {}
    assert entries_waiting_for_their_seal(broken).startswith("1,")
    # The books' own checks tell of it.
    assert any(not result.ok and str(UUID(int=9)) in result.detail for result in audit(broken))


@pytest.mark.parametrize("line", [2, 9])
def test_a_posting_that_was_slipped_into_a_sealed_entry_is_found_and_named(broken: Session, line: int) -> None:
    entry = first_entry(broken, "redemption")
    broken.execute(delete(POSTINGS).where(of(entry, line)))
    posting = select(POSTINGS).where(of(entry, 1)).subquery()
    broken.execute(
        insert(POSTINGS).from_select(
            [column.name for column in POSTINGS.columns],
            select(*[literal(line) if c.name == "line" else c for c in posting.columns]),
        )
    )
    assert found(broken) == {UNCHANGED: f"entry {entry} is not as it was sealed"}


def test_an_entry_sealed_in_anothers_place_is_named(broken: Session) -> None:
    entry = first_entry(broken, "award")
    change(broken, SealLeaf, SealLeaf.entry_id == entry, entry_id=UUID(int=9))
    assert found(broken)[UNCHANGED] == f"entry {UUID(int=9)} was sealed, and it or its postings are gone"


def test_a_leaf_that_names_another_sealed_entry_is_found(broken: Session) -> None:
    """Else the entry it was made of could be removed, and the other one stand for both."""
    for kind, kept in (("award", "minutes"), ("minutes", "award")):
        removed = first_entry(broken, kind)
        remove_entry(broken, removed)
        change(broken, SealLeaf, SealLeaf.entry_id == removed, entry_id=first_entry(broken, kept))
        assert found(broken) == {UNCHANGED: f"entry {first_entry(broken, kept)} was sealed twice"}
        broken.rollback()


def test_a_leaf_that_names_its_entry_in_other_letters_is_found(broken: Session) -> None:
    if broken.get_bind().dialect.name == "sqlite":
        broken.execute(text("UPDATE seal_leaves SET entry_id = upper(entry_id) WHERE position = 0"))
        assert "was sealed, and it or its postings are gone" in found(broken)[UNCHANGED]


def test_two_leaves_exchanged_are_found(broken: Session) -> None:
    for old, new in ((0, -1), (1, 0), (-1, 1)):
        change(broken, SealLeaf, SealLeaf.position == old, position=new)
    assert found(broken) == {ROOTS: "the root of head 3 is not that of its leaves"}


def test_a_leaf_written_to_fit_a_changed_entry_is_found_by_the_root(broken: Session) -> None:
    entry = first_entry(broken, "redemption")
    position = position_of(broken, entry)
    assert position is not None
    broken.connection().execute(update(POSTINGS).where(of(entry, 3)).values(amount=1))
    (lines,) = ledger.stream_entries(broken, entry, entry)
    change(broken, SealLeaf, SealLeaf.entry_id == entry, leaf=KEYS.leaf_maker.leaf(lines))
    # Of two entries made within one millisecond either may stand first in the tree.
    head = head_over(broken, position)
    assert found(broken) == {ROOTS: f"the root of head {head.size} is not that of its leaves"}


def test_heads_and_leaves_that_do_not_fit_are_found(broken: Session) -> None:
    broken.execute(delete(SealLeaf).where(SealLeaf.position >= 300))
    assert found(broken) == {ROOTS: "head 308 is over more leaves than the 300 there are"}


@pytest.mark.parametrize(
    ("tamper", "difference"),
    [
        (lambda: update(SealNode).values(node=bytes(32)), "node 0 of level 8 is not that over its leaves"),
        (lambda: delete(SealNode), "node 0 of level 8 is not that over its leaves"),
        (
            lambda: insert(SealNode).values(level=8, place=1, node=bytes(32)),
            "node 1 of level 8 is over leaves that are not there",
        ),
    ],
    ids=["changed", "removed", "added"],
)
def test_stored_nodes_are_those_of_the_leaves(broken: Session, tamper: Callable[[], Any], difference: str) -> None:
    broken.execute(tamper(), execution_options={"synchronize_session": False})
    assert found(broken) == {ROOTS: difference}


@pytest.mark.parametrize("column", ["root", "sealed_at", "previous", "salts_id", "signature", "size"])
def test_a_head_that_was_changed_is_found(broken: Session, column: str) -> None:
    head = all_heads(broken)[1]
    values: dict[str, Any] = {
        "root": bytes(32),
        "sealed_at": head.sealed_at + timedelta(microseconds=1),
        "previous": bytes(32),
        "salts_id": "0" * 16,
        "signature": bytes(64),
        "size": 5,
    }
    change(broken, SealHead, SealHead.size == head.size, **{column: values[column]})
    shown = 5 if column == "size" else head.size
    assert found(broken)[SIGNATURES] == f"head {shown} does not bear the signature of key {KEYS.key_id}"


def test_a_head_that_was_removed_breaks_the_chain(broken: Session) -> None:
    first, second, *_ = all_heads(broken)
    broken.execute(delete(SealHead).where(SealHead.size == first.size))
    assert found(broken) == {SIGNATURES: f"head {second.size} does not name the head before it"}


def test_the_newest_head_that_was_removed_leaves_leaves_without_a_head(broken: Session) -> None:
    *_, before, newest = all_heads(broken)
    broken.execute(delete(SealHead).where(SealHead.size == newest.size))
    assert found(broken) == {ROOTS: f"leaf {before.size} is under no head"}
    broken.execute(delete(SealHead))
    assert found(broken) == {ROOTS: "leaf 0 is under no head"}


def test_a_head_signed_with_another_key_is_found(broken: Session) -> None:
    head = all_heads(broken)[0]
    forged = head.text.replace(KEYS.key_id, OTHER_KEYS.key_id)
    change(broken, SealHead, SealHead.size == head.size, key_id=OTHER_KEYS.key_id, signature=OTHER_KEYS.sign(forged))
    assert found(broken)[SIGNATURES] == f"head {head.size} names key {OTHER_KEYS.key_id}, which is none of ours"


def test_other_salts_at_hand_are_said_to_be_so(broken: Session) -> None:
    keys = SealKeys(new_seal_keys(), new_seal_salts())
    assert found(broken, keys)[UNCHANGED] == "head 3 was made with other salts than those at hand"


def test_books_without_any_seal_are_right(session: Session) -> None:
    assert found(session) == {}


def test_a_difference_ends_no_transaction(broken: Session) -> None:
    """The check that streams is followed by others, in the same transaction."""
    broken.connection().execute(update(ENTRIES).values(description="x"))
    assert list(found(broken)) == [UNCHANGED]
    assert broken.scalar(text("SELECT 1")) == 1


def test_a_guard_of_the_seals_that_is_missing_is_found(session: Session) -> None:
    assert the_guards_of_seals_stand(session) is None
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    guard = "seal_heads_refuse_delete" if on_sqlite else "seal_heads_append_only"
    session.execute(text(f"DROP TRIGGER {guard}" if on_sqlite else f"DROP TRIGGER {guard} ON seal_heads"))

    assert the_guards_of_seals_stand(session) == f"trigger {guard} is missing or disabled"
