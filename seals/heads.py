"""Signed heads of the tree: their one written form, and finding them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seals.errors import HeadsOrderError, HeadUnknownError
from seals.merkle import consistency_path
from seals.model import SealHead, SealLeaf
from seals.tree import StoredTree

HEAD_FORMAT = "pingan-head-1"
# A tree of more leaves than any ledger has; numbers beyond it are refused before anything is computed.
SIZE_MAX = 2**62


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A head and its signature, over `text`; `previous` is the hash of the head before it, None in the first."""

    size: int
    root: bytes
    sealed_at: datetime
    previous: bytes | None
    salts_id: str
    key_id: str
    signature: bytes = b""

    @property
    def text(self) -> str:
        """What is signed."""
        return head_text(
            size=self.size,
            root=self.root.hex(),
            sealed_at=sealed_at_text(self.sealed_at),
            previous=None if self.previous is None else self.previous.hex(),
            salts=self.salts_id,
            key=self.key_id,
        )

    @property
    def hash(self) -> bytes:
        """What the next head names, and of which a beginning is printed on receipts."""
        return hashlib.sha256(self.text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Consistency:
    """The proof that the newer head's tree begins with the older head's."""

    older: TreeHead
    newer: TreeHead
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key that signed heads, and the first of them."""

    key_id: str
    size: int
    sealed_at: datetime


def head_text(*, size: int, root: str, sealed_at: str, previous: str | None, salts: str, key: str) -> str:
    """Return the text of a head that is signed: a line for each fact, each line ended."""
    return (
        f"{HEAD_FORMAT}\nsize {size}\nroot {root}\nsealed_at {sealed_at}\n"
        f"previous {previous or '-'}\nsalts {salts}\nkey {key}\n"
    )


def sealed_at_text(instant: datetime) -> str:
    """Return an instant as it stands in a head: UTC, always with six decimals."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def newest_head(session: Session) -> TreeHead | None:
    """Return the newest head, None before the first."""
    found = session.scalar(select(SealHead).order_by(SealHead.size.desc()).limit(1))
    return None if found is None else _head(found)


def get_head(session: Session, size: int) -> TreeHead:
    """Return the head of a size.

    Raises:
        HeadUnknownError: there is none.
    """
    found = find_head(session, size)
    if found is None:
        raise HeadUnknownError(size)
    return found


def find_head(session: Session, size: int) -> TreeHead | None:
    """Return the head of a size, None if there is none."""
    found = session.get(SealHead, size) if size <= SIZE_MAX else None
    return None if found is None else _head(found)


def list_heads(session: Session, *, limit: int, before: int | None = None) -> list[TreeHead]:
    """Return up to `limit` heads, newest first, smaller than `before`."""
    query = select(SealHead).order_by(SealHead.size.desc()).limit(limit)
    if before is not None:
        query = query.where(SealHead.size < before)
    return [_head(found) for found in session.scalars(query)]


def all_heads(session: Session) -> list[TreeHead]:
    """Return every head, oldest first."""
    return [_head(found) for found in session.scalars(select(SealHead).order_by(SealHead.size))]


def head_over(session: Session, position: int) -> TreeHead:
    """Return the first head whose tree holds the leaf at a position.

    Raises:
        HeadUnknownError: none does.
    """
    found = session.scalar(select(SealHead).where(SealHead.size > position).order_by(SealHead.size).limit(1))
    if found is None:
        raise HeadUnknownError(position + 1)
    return _head(found)


def consistency(session: Session, *, older: int, newer: int) -> Consistency:
    """Return the proof between two heads, by their sizes.

    Raises:
        HeadUnknownError: no head has such a size.
        HeadsOrderError: the older one is the larger.
    """
    if older > newer:
        raise HeadsOrderError
    heads = get_head(session, older), get_head(session, newer)
    return Consistency(*heads, consistency_path(older, newer, StoredTree(session)))


def key_uses(session: Session) -> list[KeyUse]:
    """Return the keys that signed heads, the latest to begin first."""
    firsts = select(func.min(SealHead.size)).group_by(SealHead.key_id)
    found = session.scalars(select(SealHead).where(SealHead.size.in_(firsts)).order_by(SealHead.size.desc()))
    return [KeyUse(head.key_id, head.size, head.sealed_at) for head in found]


def position_of(session: Session, entry_id: object) -> int | None:
    """Return where an entry stands in the tree, None while it waits for its seal."""
    return session.scalar(select(SealLeaf.position).where(SealLeaf.entry_id == entry_id))


def sealed_among(session: Session, entry_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some entries that are sealed."""
    return set(session.scalars(select(SealLeaf.entry_id).where(SealLeaf.entry_id.in_(entry_ids))))


def _head(row: SealHead) -> TreeHead:
    return TreeHead(row.size, row.root, row.sealed_at, row.previous, row.salts_id, row.key_id, row.signature)
