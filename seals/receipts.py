"""Receipts: an entry as one reader may see it, and the proof that exactly this entry is sealed in the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
from ledger import EntryLine
from seals.heads import TreeHead, newest_head, position_of
from seals.keys import SealKeys
from seals.leaves import Part, leaf_over
from seals.merkle import inclusion_path
from seals.tree import StoredTree


@dataclass(frozen=True, slots=True)
class Shown:
    """One part of an entry on a receipt: opened, or hidden behind its commitment."""

    part: Part
    opened: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the entry's leaf stands, and the way from it to the root of the newest head."""

    position: int
    path: list[bytes]
    head: TreeHead


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry's parts in their order: header, author, postings. `proof` is None while the entry waits for its seal.

    `hidden_accounts` are the codes of the accounts whose postings are hidden, to be masked; they are not proved.
    """

    parts: list[Shown]
    hidden_accounts: list[str]
    proof: Proof | None

    @property
    def leaf(self) -> bytes:
        """The leaf of the entry as it stands in the books now."""
        return leaf_over([shown.part.commitment for shown in self.parts])


def receipt_of(
    session: Session, entry_id: UUID, *, keys: SealKeys, own: str | None = None, actor: str | None = None
) -> Receipt | None:
    """Return the receipt of an entry for one reader, None where the reader has no posting in it.

    `own` is how the codes of the reader's accounts begin; None opens everything, which the books' own people may see.
    The author is opened to those, and to themselves (`actor`). Were the entry changed since it was sealed, the receipt
    would show it: its proof would fail. Call it in a transaction that sees one moment.

    Raises:
        EntryUnknownError: no such entry.
    """
    lines = next(ledger.stream_entries(session, entry_id, entry_id), None)
    if lines is None:
        raise ledger.EntryUnknownError(entry_id)
    opened = [own is None or (line.account or "").startswith(own) for line in lines]
    if not any(opened):
        return None
    header, author, *postings = keys.leaf_maker.parts(lines)
    return Receipt(
        parts=[
            Shown(header, opened=True),
            Shown(author, opened=own is None or lines[0].actor == actor),
            *(Shown(part, opened=is_opened) for part, is_opened in zip(postings, opened, strict=True)),
        ],
        hidden_accounts=_hidden(lines, opened),
        proof=_proof(session, entry_id),
    )


def _hidden(lines: Sequence[EntryLine], opened: Sequence[bool]) -> list[str]:
    return sorted({line.account or "" for line, is_opened in zip(lines, opened, strict=True) if not is_opened})


def _proof(session: Session, entry_id: UUID) -> Proof | None:
    position, head = position_of(session, entry_id), newest_head(session)
    if position is None or head is None:
        return None
    return Proof(position, inclusion_path(position, head.size, StoredTree(session)), head)
