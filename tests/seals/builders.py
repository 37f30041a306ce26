"""Builders of sealed books for tests."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
from seals import SealKeys, new_seal_keys, new_seal_salts, seal_new_entries
from seals.merkle import node_hash
from tests.clock import NOON
from tests.ledger.builders import Books, awarding, entry_of, funded_books

KEYS = SealKeys(new_seal_keys(), new_seal_salts())
OTHER_KEYS = SealKeys(new_seal_keys(), new_seal_salts())


def post_minutes(session: Session, books: Books, count: int) -> list[UUID]:
    """Post so many small entries in one list, and return their ids."""
    entries = [
        entry_of(
            ledger.debit(books.served, ledger.Asset.MIN, 1),
            ledger.credit(books.minutes, ledger.Asset.MIN, 1),
            kind="minutes",
        )
        for _ in range(count)
    ]
    ledger.post(session, entries)
    return [entry.id for entry in entries]


def seal(session: Session, *, now: datetime = NOON, limit: int = 10_000, keys: SealKeys = KEYS) -> int:
    """Seal everything in calls of `limit` entries, and return how many were sealed."""
    count, after = 0, None
    while True:
        sealed = seal_new_entries(session, keys=keys, now=now, after=after, limit=limit)
        count, after = count + sealed.count, sealed.next_after
        if after is None:
            return count


def sealed_books(session: Session, *, awards: int = 3) -> Books:
    """Open books with a few awards, sealed under two heads."""
    books = funded_books(session)
    seal(session)
    ledger.post(session, [awarding(books, 10 + number) for number in range(awards)])
    seal(session, now=NOON + timedelta(hours=1))
    return books


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root as RFC 9162 defines it, in its own words (2.1.1), from the hashes of the leaves."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))
