"""The town's seals: whenever they are made, outsiders can prove every entry, and that no head took anything back."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import seals
from docs.verify_receipt import check_consistency, check_entry, check_head
from seals.merkle import inclusion_path
from seals.model import SealLeaf
from seals.receipts import Shown
from seals.tree import StoredTree
from tests.clock import NOON
from tests.seals.builders import KEYS, OTHER_KEYS, naive_root, seal
from tests.sequences.offices import Events, Office
from tests.sequences.town import Town

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


class SealOffice(Office):
    """Seals what was written since it last did, and proves all of it in the end as outsiders would."""

    EVENTS: ClassVar[Events] = {"entries_are_sealed": (st.integers(1, 40), st.booleans())}

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        # Sealing goes on from its last head by the clock of the entries' ids, which is not the town's.
        self._now = NOON
        self._sealed = 0

    def _entries_are_sealed(self, at_once: int, other_salts: bool) -> None:  # noqa: FBT001 - one fact of an event among others
        # Seals everything, so many entries a head; with other books' salts no head is added to one that stands.
        if other_salts and self._sealed:
            with pytest.raises(seals.OtherSaltsError):
                seal(self.town.session, now=self._now, keys=OTHER_KEYS)
        self._now += timedelta(seconds=1)
        count = seal(self.town.session, now=self._now, limit=at_once)
        written = len(self.town.pencil.written)
        assert count == written - self._sealed
        self._sealed = written

    def prove(self) -> None:
        """Seal the rest, and prove it all."""
        self._entries_are_sealed(at_once=10_000, other_salts=False)
        session = self.town.session
        assert prove_seals(session, KEYS) == len(self.town.pencil.written)
        leaves = session.scalars(select(SealLeaf.leaf).order_by(SealLeaf.position)).all()
        for head in seals.list_heads(session, limit=1_000):
            assert head.root == naive_root(leaves[: head.size])


def prove_seals(session: Session, keys: seals.SealKeys) -> int:
    """See that every sealed entry stands under the newest head, and that every head continues the one before.

    As outsiders do, with what they are given and nothing else. Return how many entries were proved.
    """
    heads = seals.list_heads(session, limit=100_000)[::-1]
    for head in heads:
        check_head(seals.head_document(head, keys), keys.public_keys)
    for older, newer in pairwise(heads):
        assert newer.previous == older.hash
        proof = seals.consistency(session, older=older.size, newer=newer.size)
        check_consistency(seals.consistency_document(proof, keys))
    proved = [check_entry(receipt)["id"] for receipt in _receipts(session, heads[-1], keys)]
    assert len(proved) == heads[-1].size
    # The one that is given out for an entry is as good as those made here.
    receipt = seals.receipt_of(session, UUID(proved[-1]), keys=keys)
    assert receipt is not None
    document = seals.receipt_document(receipt, keys)
    assert check_entry(document)["id"] == proved[-1]
    assert seals.check_receipt(session, document, keys=keys) is seals.Verdict.GENUINE
    return len(proved)


def _receipts(session: Session, head: seals.TreeHead, keys: seals.SealKeys) -> Iterator[dict[str, Any]]:
    """Return the receipt of every entry, made of one look at the books, as a look for each would take too long."""
    rows = session.execute(select(SealLeaf.entry_id, SealLeaf.position))
    # Most of a path is in many paths: of thousands of entries each would fold hundreds of the same hashes.
    positions, tree = {str(row.entry_id): row.position for row in rows}, cache(StoredTree(session))
    for lines in list(ledger.stream_entries(session, FIRST, LAST)):
        position = positions[lines[0].entry_id]
        parts = [Shown(part, opened=True) for part in keys.leaf_maker.parts(lines)]
        proof = seals.Proof(position, inclusion_path(position, head.size, tree), head)
        yield seals.receipt_document(seals.Receipt(parts, [], proof), keys)
