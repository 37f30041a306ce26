"""The tree as it is kept: every leaf, and of the nodes those of each eighth level, so that little is read or written.

A proof reads two runs of at most 256 hashes a kept level, whatever the size of the tree, and folds them.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from seals.merkle import folded
from seals.model import SealLeaf, SealNode

KEPT_EVERY = 8
_RUN = 1 << KEPT_EVERY

_INSERT_LEAVES = text(
    "INSERT INTO seal_leaves (position, entry_id, leaf)"
    " SELECT CAST(:size AS bigint) + place - 1, entry_id, decode(leaf, 'hex')"
    " FROM unnest(CAST(CAST(:ids AS text) AS uuid[]), CAST(CAST(:hashes AS text) AS text[]))"
    " WITH ORDINALITY AS new (entry_id, leaf, place)"
)


class StoredTree:
    """The stored hashes as `merkle.FullRun` asks for them; what was read once is kept, so use one for one answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._runs: dict[tuple[int, int], Sequence[bytes]] = {}

    def __call__(self, level: int, place: int) -> bytes:
        """Return the hash over a full run of 2^level leaves, of which all must be stored."""
        kept, above = divmod(level, KEPT_EVERY)
        kept_level = kept * KEPT_EVERY
        first = place << above
        run = self.run(kept_level, first >> KEPT_EVERY)
        start = first & (_RUN - 1)
        return folded(run[start : start + (1 << above)])

    def run(self, level: int, number: int) -> Sequence[bytes]:
        """Return the hashes of a kept level from 256 × number on, up to 256."""
        known = (level, number)
        if known not in self._runs:
            first, end = number * _RUN, (number + 1) * _RUN
            if level:
                query = select(SealNode.node).where(
                    SealNode.level == level, SealNode.place >= first, SealNode.place < end
                )
                query = query.order_by(SealNode.place)
            else:
                query = select(SealLeaf.leaf).where(SealLeaf.position >= first, SealLeaf.position < end)
                query = query.order_by(SealLeaf.position)
            self._runs[known] = self._session.scalars(query).all()
        return self._runs[known]


def append_leaves(session: Session, size: int, leaves: Sequence[tuple[UUID, bytes]]) -> None:
    """Append leaves, each with its entry's id, to the tree of `size` leaves, and the nodes that they complete."""
    _insert(session, size, leaves)
    stored = StoredTree(session)
    level, hashes = 0, [leaf for _, leaf in leaves]
    while nodes := _completed(stored, level, size, hashes):
        level, size = level + KEPT_EVERY, size >> KEPT_EVERY
        session.execute(
            insert(SealNode),
            [{"level": level, "place": place, "node": node} for place, node in enumerate(nodes, start=size)],
        )
        hashes = nodes


def _insert(session: Session, size: int, leaves: Sequence[tuple[UUID, bytes]]) -> None:
    if session.get_bind().dialect.name != "postgresql":
        rows = [
            {"position": position, "entry_id": entry_id, "leaf": leaf}
            for position, (entry_id, leaf) in enumerate(leaves, start=size)
        ]
        session.execute(insert(SealLeaf), rows)
        return
    # One statement over two texts of lists: row by row the driver would take longer than all the hashing.
    ids = ",".join(str(entry_id) for entry_id, _ in leaves)
    hashes = ",".join(leaf.hex() for _, leaf in leaves)
    session.execute(_INSERT_LEAVES, {"size": size, "ids": f"{{{ids}}}", "hashes": f"{{{hashes}}}"})


def _completed(stored: StoredTree, level: int, size: int, added: Sequence[bytes]) -> list[bytes]:
    """Return the hashes over the runs of 256 that hashes added at a kept level complete."""
    begun = size & (_RUN - 1)
    if begun + len(added) < _RUN:
        return []
    run = [*stored.run(level, size >> KEPT_EVERY)[:begun], *added]
    return [folded(run[at : at + _RUN]) for at in range(0, len(run) - _RUN + 1, _RUN)]
