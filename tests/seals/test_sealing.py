"""Sealing: everything that is committed, once, in one tree, and nobody waits for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

import ledger
from seals import (
    HeadsOrderError,
    HeadUnknownError,
    OtherSaltsError,
    SealKeys,
    consistency,
    count_unsealed,
    get_head,
    head_over,
    key_uses,
    list_heads,
    new_seal_keys,
    new_seal_salts,
    newest_head,
    position_of,
    seal_new_entries,
)
from seals.heads import all_heads
from seals.merkle import inclusion_path, proves_consistency, proves_inclusion
from seals.model import SealLeaf
from seals.tree import StoredTree
from tests.clock import NOON
from tests.ledger.builders import Books, awarding, entry_of, funded_books, open_books
from tests.seals.builders import KEYS, naive_root, post_minutes, seal, sealed_books


@pytest.fixture
def postgres_engine(postgres_database: str) -> Iterator[Engine]:
    """Return an engine on PostgreSQL, where several may write at once."""
    engine = ledger.prepare_engine(create_engine(postgres_database))
    yield engine
    engine.dispose()


def leaves(session: Session) -> list[bytes]:
    return list(session.scalars(select(SealLeaf.leaf).order_by(SealLeaf.position)))


def test_everything_is_sealed_once_in_the_order_of_ids(session: Session, books: Books) -> None:
    assert count_unsealed(session) == 8
    assert seal(session) == 8
    assert seal(session, now=NOON + timedelta(minutes=1)) == 0
    assert seal(session, now=NOON + timedelta(days=1)) == 0
    assert count_unsealed(session) == 0
    in_order = list(session.scalars(select(SealLeaf.entry_id).order_by(SealLeaf.position)))
    assert in_order == sorted(in_order)
    head = newest_head(session)
    assert head is not None
    assert (head.size, head.sealed_at, head.previous) == (8, NOON, None)
    assert head.root == naive_root(leaves(session))
    assert KEYS.signed(head.key_id, head.signature, head.text)
    assert books.shop


def test_the_signed_text_is_what_the_description_says(session: Session) -> None:
    sealed_books(session)
    first, second = all_heads(session)
    assert second.text == (
        f"pingan-head-1\nsize 4\nroot {second.root.hex()}\nsealed_at 2026-06-01T05:00:00.000000Z\n"
        f"previous {first.hash.hex()}\nsalts {KEYS.salts_id}\nkey {KEYS.key_id}\n"
    )
    assert "previous -\n" in first.text


@pytest.mark.parametrize("limit", [1, 7, 255, 256, 257, 1_000])
def test_however_many_are_sealed_at_once_the_tree_is_the_same(session: Session, limit: int) -> None:
    books = open_books(session)
    post_minutes(session, books, 600 if limit > 7 else 20)
    seal(session, limit=limit)
    all_leaves = leaves(session)
    heads = all_heads(session)
    assert [head.size for head in heads] == [*range(limit, len(all_leaves), limit), len(all_leaves)]
    for head in heads:
        assert head.root == naive_root(all_leaves[: head.size])


def test_a_tree_that_grows_over_many_runs_proves_every_leaf_and_every_older_head(session: Session) -> None:
    books = open_books(session)
    for count in (3, 250, 1, 1, 1, 300, 256):
        post_minutes(session, books, count)
        seal(session)
    heads, all_leaves = all_heads(session), leaves(session)
    assert [head.size for head in heads] == [3, 253, 254, 255, 256, 556, 812]
    newest = heads[-1]
    for position in (0, 2, 3, 252, 255, 256, 511, 512, 555, 811):
        path = inclusion_path(position, newest.size, StoredTree(session))
        assert proves_inclusion(all_leaves[position], position, newest.size, path, newest.root)
        assert head_over(session, position) == next(head for head in heads if head.size > position)
    for head in heads:
        proof = consistency(session, older=head.size, newer=newest.size)
        assert (proof.older, proof.newer) == (head, newest)
        assert proves_consistency(head.size, newest.size, proof.path, head.root, newest.root)


def test_heads_are_listed_newest_first(session: Session) -> None:
    sealed_books(session)
    assert [head.size for head in list_heads(session, limit=5)] == [4, 1]
    assert [head.size for head in list_heads(session, limit=5, before=4)] == [1]
    assert get_head(session, 4).size == 4
    with pytest.raises(HeadUnknownError):
        get_head(session, 3)
    with pytest.raises(HeadUnknownError):
        head_over(session, 4)
    with pytest.raises(HeadUnknownError):
        consistency(session, older=2, newer=4)
    with pytest.raises(HeadsOrderError):
        consistency(session, older=4, newer=1)


def test_a_new_key_signs_from_the_next_head_on(session: Session) -> None:
    key_file, salts_file = new_seal_keys(), new_seal_salts()
    before, after = SealKeys(key_file, salts_file), SealKeys(new_seal_keys() + key_file, salts_file)
    books = funded_books(session)
    seal(session, keys=before)
    ledger.post(session, [awarding(books, 5)])
    seal(session, keys=after)
    assert [(use.key_id, use.size) for use in key_uses(session)] == [(after.key_id, 2), (before.key_id, 1)]


def test_other_salts_seal_nothing(session: Session) -> None:
    books = sealed_books(session)
    ledger.post(session, [awarding(books, 5)])
    with pytest.raises(OtherSaltsError):
        seal(session, keys=SealKeys(new_seal_keys(), new_seal_salts()))


def test_an_entry_that_is_committed_late_is_not_missed(postgres_engine: Engine) -> None:
    """Its id and its time are older than those of entries that have been sealed meanwhile."""
    with Session(postgres_engine) as session:
        books = funded_books(session)
        session.commit()
    with Session(postgres_engine) as slow, Session(postgres_engine) as session:
        late = awarding(books, 7)
        ledger.post(slow, [late])
        post_minutes(session, books, 3)
        assert seal(session) == 4
        session.commit()
        slow.commit()
        assert position_of(session, late.id) is None
        assert seal(session) == 1
        assert position_of(session, late.id) == 4


def test_an_id_of_long_ago_is_found_by_the_next_days_first_run(session: Session) -> None:
    books = sealed_books(session)
    old = awarding(books, 7)
    old = entry_of(*old.lines, entry_id=UUID(int=1))
    ledger.post(session, [old])
    assert seal(session, now=NOON + timedelta(hours=2)) == 0
    assert seal(session, now=NOON + timedelta(days=1)) == 1
    assert position_of(session, old.id) == 4


def test_two_jobs_side_by_side_seal_each_entry_once(engine: Engine) -> None:
    with Session(engine) as session:
        post_minutes(session, open_books(session), 500)
        session.commit()

    def job(_: int) -> int:
        count, after = 0, None
        while True:
            with Session(engine) as session:
                sealed = seal_new_entries(session, keys=KEYS, now=NOON, after=after, limit=50)
                session.commit()
            count, after = count + sealed.count, sealed.next_after
            if after is None:
                return count

    with ThreadPoolExecutor(4) as jobs:
        counts = list(jobs.map(job, range(4)))
    with Session(engine) as session:
        assert sum(counts) == len(leaves(session)) == 500
        newest = newest_head(session)
        assert newest is not None
        assert newest.root == naive_root(leaves(session))


def test_posting_goes_on_while_a_seal_is_being_made(postgres_engine: Engine) -> None:
    with Session(postgres_engine) as session:
        books = funded_books(session)
        session.commit()
    with Session(postgres_engine) as sealing, Session(postgres_engine) as till:
        assert seal(sealing) == 1
        till.execute(text("SET LOCAL lock_timeout = '1s'"))
        ledger.post(till, [awarding(books, 5)])
        till.commit()
        sealing.commit()
        assert seal(sealing) == 1
