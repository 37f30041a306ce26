"""Appending what was booked to the tree, and signing its new head. Posting never waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy.orm import Session

import ledger
from seals.errors import OtherSaltsError
from seals.heads import TreeHead, newest_head
from seals.keys import SealKeys
from seals.merkle import root_of
from seals.model import SealHead, SealLeaf
from seals.streaming import stream_leaves
from seals.tree import StoredTree, append_leaves

LIMIT = 10_000
# Longer than any transaction: ids begin with the time at which they were made, not with that of the commit.
_LATE = timedelta(days=2)
_NOTHING_BEFORE = UUID(int=0)

# For one schema: the communities of one database seal side by side.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('seal_heads'), hashtext(current_schema()))")


@dataclass(frozen=True, slots=True)
class Sealing:
    """What one call sealed: how many entries, under which head (None: none), and where the next call begins.

    `next_after` is None when the end was reached.
    """

    count: int
    head: TreeHead | None
    next_after: UUID | None


def seal_new_entries(
    session: Session, *, keys: SealKeys, now: datetime, after: UUID | None = None, limit: int = LIMIT
) -> Sealing:
    """Append up to `limit` entries that are committed and not sealed yet, in the order of their ids, and sign a head.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    at any point and run side by side: one waits for the other and takes what that one left. The first call of a day
    looks through the whole books, later ones from two days before the newest head on; so an entry is never missed,
    however late its transaction commits.

    Raises:
        OtherSaltsError: the books were sealed with other salts; sealing on would make both halves unprovable.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ONE_AT_A_TIME)
    newest = newest_head(session)
    if newest is not None and newest.salts_id != keys.salts_id:
        raise OtherSaltsError(newest.size)
    ledger.read_all(session)
    new = list(session.scalars(_unsealed(_begin(newest, now) if after is None else after).limit(limit)))
    leaves = _leaves(session, keys, new) if new else []
    next_after = new[-1] if len(new) == limit else None
    if not leaves:
        return Sealing(0, None, next_after)
    size = 0 if newest is None else newest.size
    append_leaves(session, size, leaves)
    head = _signed(session, keys, newest, size=size + len(leaves), now=now)
    return Sealing(len(leaves), head, next_after)


def count_unsealed(session: Session) -> int:
    """Count the entries that wait for their seal."""
    ledger.read_all(session)
    return session.scalar(select(func.count()).select_from(_unsealed(_NOTHING_BEFORE).subquery())) or 0


def _begin(newest: TreeHead | None, now: datetime) -> UUID:
    if newest is None or newest.sealed_at.astimezone(now.tzinfo).date() != now.date():
        return _NOTHING_BEFORE
    milliseconds = int((newest.sealed_at - _LATE).timestamp() * 1_000)
    return UUID(int=milliseconds << 80)


def _unsealed(after: UUID) -> Select[UUID]:
    # Both are read along their indexes of ids, side by side: no index over times, which every posting would pay for.
    entries = ledger.recorded_entries()
    is_sealed = exists().where(SealLeaf.entry_id == entries.c.id)
    return select(entries.c.id).where(entries.c.id > after, ~is_sealed).order_by(entries.c.id)


def _leaves(session: Session, keys: SealKeys, new: list[UUID]) -> list[tuple[UUID, bytes]]:
    """Return the leaves of new entries, between which lie others, sealed before or committed this moment.

    What has no postings is no whole entry, and stays without a seal: the audit tells of it.
    """
    wanted = {str(entry_id): entry_id for entry_id in new}
    return [
        (wanted[entry_id], leaf)
        for entry_id, leaf in stream_leaves(session, keys.leaf_maker, new[0], new[-1])
        if entry_id in wanted
    ]


def _signed(session: Session, keys: SealKeys, newest: TreeHead | None, *, size: int, now: datetime) -> TreeHead:
    unsigned = TreeHead(
        size=size,
        root=root_of(size, StoredTree(session)),
        sealed_at=now,
        previous=None if newest is None else newest.hash,
        salts_id=keys.salts_id,
        key_id=keys.key_id,
    )
    signature = keys.sign(unsigned.text)
    made = SealHead(
        size=size,
        root=unsigned.root,
        sealed_at=now,
        previous=unsigned.previous,
        salts_id=keys.salts_id,
        key_id=keys.key_id,
        signature=signature,
    )
    session.add(made)
    session.flush()
    return TreeHead(size, unsigned.root, now, unsigned.previous, keys.salts_id, keys.key_id, signature)
