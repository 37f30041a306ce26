"""What of an entry is sealed, and how: its canonical parts, a salted commitment to each, and the leaf over these.

docs/seals.md is the description for others: whatever changes here needs a new name of the format.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ledger import EntryLine
from seals.merkle import leaf_hash

ENTRY_FORMAT = "pingan-entry-1"
SALT_BYTES = 16
# One call of the salts' hash gives as many: an entry of two postings needs no second one.
_SALTS_AT_ONCE = hashlib.blake2b.MAX_DIGEST_SIZE // SALT_BYTES
_PLACES = range(0, hashlib.blake2b.MAX_DIGEST_SIZE, SALT_BYTES)

# Whatever stands where a text should be is quoted too: what somebody put there must be told, not stumbled over.
_quoted = lru_cache(maxsize=4_096, typed=True)(json.JSONEncoder(ensure_ascii=False, default=repr).encode)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an entry: its canonical text, and the salt that opens the commitment to it."""

    text: str
    salt: bytes

    @property
    def commitment(self) -> bytes:
        """What stands for the part where it is not shown."""
        return commitment(self.text, self.salt)


def commitment(text: str, salt: bytes) -> bytes:
    """Return the commitment to a part."""
    # A lone surrogate is no character; where one stands, the text is not the one that was sealed.
    return hashlib.sha256(salt + text.encode(errors="backslashreplace")).digest()


def leaf_over(commitments: Sequence[bytes]) -> bytes:
    """Return the leaf of an entry from the commitments to all its parts."""
    return leaf_hash(b"".join(commitments))


class LeafMaker:
    """Makes the parts and leaves of entries, with salts derived from one secret that never lies in the database."""

    def __init__(self, salt_secret: bytes) -> None:
        self._salts = hashlib.blake2b(key=salt_secret)

    def parts(self, lines: Sequence[EntryLine]) -> list[Part]:
        """Return the parts of an entry: its header, who wrote it, and each posting."""
        texts = canonical_texts(lines)
        return [
            Part(text, salt) for text, salt in zip(texts, self._salts_of(lines[0].entry_id, len(texts)), strict=True)
        ]

    def leaf(self, lines: Sequence[EntryLine]) -> bytes:
        """Return the leaf of an entry."""
        return self.leaf_of(lines[0].entry_id, canonical_texts(lines))

    def leaf_of(self, entry_id: str, texts: Sequence[str]) -> bytes:
        """Return the leaf of an entry from its canonical texts.

        Nearly every entry has no more parts than one hash gives salts for. For those it is `leaf_over` written out,
        because an audit does it for all the books: so it takes half the time.
        """
        count = len(texts)
        if count > _SALTS_AT_ONCE:
            salts = self._salts_of(entry_id, count)
            return leaf_over([commitment(text, salt) for text, salt in zip(texts, salts, strict=True)])
        digest = self._salts_block(entry_id, 0)
        commitments = []
        for at, text in zip(_PLACES, texts, strict=False):
            salted = digest[at : at + SALT_BYTES] + text.encode(errors="backslashreplace")
            commitments.append(hashlib.sha256(salted).digest())
        return leaf_over(commitments)

    def _salts_of(self, entry_id: str, count: int) -> list[bytes]:
        salts: list[bytes] = []
        for block in range((count - 1) // _SALTS_AT_ONCE + 1):
            digest = self._salts_block(entry_id, block)
            salts += [digest[at : at + SALT_BYTES] for at in _PLACES]
        return salts[:count]

    def _salts_block(self, entry_id: str, block: int) -> bytes:
        hashed = self._salts.copy()
        hashed.update(f"{entry_id}/{block}".encode())
        return hashed.digest()


def canonical_texts(lines: Sequence[EntryLine]) -> list[str]:
    """Return the texts of an entry's parts: JSON as RFC 8785 writes it, names in order, no blanks.

    Written by hand, because it is done for every entry of the books whenever they are proved.
    """
    entry_id, kind, description, actor, occurred_at, recorded_at, reverses_id, *_ = lines[0]
    reverses = "null" if reverses_id is None else _quoted(reverses_id)
    texts = [
        (
            f'{{"description":{_quoted(description)},"format":"{ENTRY_FORMAT}","id":"{entry_id}",'
            f'"kind":{_quoted(kind)},"occurred_at":"{occurred_at}","recorded_at":"{recorded_at}",'
            f'"reverses_id":{reverses}}}'
        ),
        f'{{"actor":{_quoted(actor)}}}',
    ]
    for *_, line, account, asset, lot, side, amount, seq, after in lines:
        texts.append(
            f'{{"account":{_quoted(account)},"amount":{amount},"asset":{_quoted(asset)},'
            f'"balance_after":{"null" if after is None else after},"line":{line},"lot":{_quoted(lot)},'
            f'"seq":{"null" if seq is None else seq},"side":{_quoted(side)}}}'
        )
    return texts
