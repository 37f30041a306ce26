"""What must be true of the seals, for the audit: every sealed entry is recomputed, every root, every signature."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

import ledger
from seals.heads import TreeHead, all_heads
from seals.keys import SealKeys
from seals.merkle import GrowingTree
from seals.model import SealLeaf, SealNode
from seals.sealing import count_unsealed
from seals.streaming import stream_leaves
from seals.tree import KEPT_EVERY

# What the migration creates: the database then refuses to change or delete what was sealed.
_TABLES = ("seal_leaves", "seal_nodes", "seal_heads")
GUARDS = {
    "postgresql": tuple(f"{table}_append_only" for table in _TABLES),
    "sqlite": tuple(f"{table}_refuse_{event}" for table in _TABLES for event in ("update", "delete")),
}

_RUN = 1 << KEPT_EVERY
_LEAVES_AT_ONCE = 20_000


def checks_of_seals(keys: SealKeys) -> tuple[ledger.Check, ...]:
    """Return the checks, for these keys: they alone say who may have signed, whatever stands in the database."""

    def every_sealed_entry_is_as_it_was_sealed(session: Session) -> str | None:
        """An entry's leaf, recomputed from every column of it and its postings, is the one that was sealed."""
        if (newest := next(iter(all_heads(session)), None)) is not None and newest.salts_id != keys.salts_id:
            return f"head {newest.size} was made with other salts than those at hand"
        differences = (_first_changed(session, keys, sealed) for sealed in _sealed_leaves(session))
        return next(filter(None, differences), None)

    def every_head_is_signed_and_names_the_one_before(session: Session) -> str | None:
        """Heads are signed with our keys, and form one chain."""
        previous: bytes | None = None
        for head in all_heads(session):
            if head.key_id not in keys.public_keys:
                return f"head {head.size} names key {head.key_id}, which is none of ours"
            if not keys.signed(head.key_id, head.signature, head.text):
                return f"head {head.size} does not bear the signature of key {head.key_id}"
            if head.previous != previous:
                return f"head {head.size} does not name the head before it"
            previous = head.hash
        return None

    return (
        every_sealed_entry_is_as_it_was_sealed,
        every_head_is_the_root_of_its_leaves,
        every_head_is_signed_and_names_the_one_before,
    )


def the_guards_of_seals_stand(session: Session) -> str | None:
    """Every trigger that keeps what was sealed as it is is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=list(_TABLES))


def every_head_is_the_root_of_its_leaves(session: Session) -> str | None:
    """Leaves stand without a gap, each under a head; roots and stored nodes are those over their leaves."""
    tree, heads = GrowingTree(), iter(all_heads(session))
    nodes = {
        (level, place): node
        for level, place, node in session.execute(select(SealNode.level, SealNode.place, SealNode.node))
    }
    head, covered = next(heads, None), 0
    leaves = _leaves_in_order(session)
    while run := list(islice(leaves, _RUN)):
        for place, (position, _) in enumerate(run, start=tree.size):
            if position != place:
                return f"leaf {place} is missing"
        hashes = [leaf for _, leaf in run]
        # A run that no head ends within is folded at once, others leaf by leaf.
        is_whole = len(run) == _RUN and (head is None or head.size >= tree.size + _RUN)
        for part in [hashes] if is_whole else [[leaf] for leaf in hashes]:
            if difference := _node_that_differs(nodes, tree.append_run(part), tree.size, len(part).bit_length() - 1):
                return difference
            if head is not None and head.size == tree.size:
                if head.root != tree.root():
                    return f"the root of head {head.size} is not that of its leaves"
                head, covered = next(heads, None), tree.size
    return _left_over(head, tree, covered, nodes)


def entries_waiting_for_their_seal(session: Session) -> str:
    """Say how many entries are not sealed yet: until they are, only the other checks watch over them."""
    return f"{count_unsealed(session)}, to be sealed by the next run of jobs"


def _sealed_leaves(session: Session) -> Iterator[list[tuple[str, bytes]]]:
    """Stream the leaves by their entries' ids, a part at a time, in the order of ids."""
    query = select(cast(SealLeaf.entry_id, Text), SealLeaf.leaf).order_by(SealLeaf.entry_id)
    for part in session.execute(query.execution_options(yield_per=_LEAVES_AT_ONCE)).partitions():
        # SQLite keeps ids without hyphens.
        yield [(entry_id if "-" in entry_id else ledger.id_text(entry_id), leaf) for entry_id, leaf in part]


def _first_changed(session: Session, keys: SealKeys, leaves: Sequence[tuple[str, bytes]]) -> str | None:
    """Return the first entry that is not as it was sealed, of a part of all leaves."""
    ids = [entry_id for entry_id, _ in leaves]
    for entry_id, next_id in pairwise(ids):
        if entry_id == next_id:
            return f"entry {entry_id} was sealed twice"
    sealed = dict(leaves)
    changed: list[str] = []
    last_id = ""
    for entry_id, found in stream_leaves(session, keys.leaf_maker, UUID(ids[0]), UUID(ids[-1])):
        leaf = sealed.pop(entry_id, None)
        # One that stands twice is told by the second: without its key, the table would take it.
        if (leaf is not None and leaf != found) or entry_id == last_id:
            changed.append(entry_id)
        last_id = entry_id
    if changed:
        return f"entry {changed[0]} is not as it was sealed"
    missing = next(iter(sealed), None)
    return None if missing is None else f"entry {missing} was sealed, and it or its postings are gone"


def _leaves_in_order(session: Session) -> Iterator[tuple[int, bytes]]:
    query = select(SealLeaf.position, SealLeaf.leaf).order_by(SealLeaf.position)
    for part in session.execute(query.execution_options(yield_per=_LEAVES_AT_ONCE)).partitions():
        yield from part


def _node_that_differs(
    nodes: dict[tuple[int, int], bytes], full: Sequence[bytes], size: int, lowest: int
) -> str | None:
    """Compare what is kept of the full runs that end with a leaf, from a level on, and cross it off."""
    for level in range(KEPT_EVERY, lowest + len(full), KEPT_EVERY):
        place = (size >> level) - 1
        if nodes.pop((level, place), None) != full[level - lowest]:
            return f"node {place} of level {level} is not that over its leaves"
    return None


def _left_over(
    head: TreeHead | None, tree: GrowingTree, covered: int, nodes: dict[tuple[int, int], bytes]
) -> str | None:
    if head is not None:
        return f"head {head.size} is over more leaves than the {tree.size} there are"
    # Leaves are appended together with their head.
    if covered < tree.size:
        return f"leaf {covered} is under no head"
    if nodes:
        level, place = min(nodes)
        return f"node {place} of level {level} is over leaves that are not there"
    return None
