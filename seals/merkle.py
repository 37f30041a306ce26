"""Merkle trees as RFC 9162 has them (section 2.1): roots, proofs of inclusion and of consistency, and their checks.

Nothing here knows where hashes come from: a tree is its size and a function that gives the hash over any full run of
2^level leaves, the `place`th of its level.
"""

import hashlib
from collections.abc import Callable, Sequence

FullRun = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a full run, from the 2^n hashes of its equal parts."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def root_of(size: int, full_run: FullRun) -> bytes:
    """Return the root over the first `size` leaves."""
    return _over(0, size, full_run) if size else EMPTY_ROOT


def inclusion_path(position: int, size: int, full_run: FullRun) -> list[bytes]:
    """Return what proves that a leaf stands at a position of the tree of `size` leaves (2.1.3.1)."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append(_over(middle, end, full_run))
            end = middle
        else:
            path.append(_over(start, middle, full_run))
            start = middle
    return path[::-1]


def consistency_path(older: int, newer: int, full_run: FullRun) -> list[bytes]:
    """Return what proves that the tree of `newer` leaves begins with that of `older` (2.1.4.1); 0 < older <= newer."""
    path: list[bytes] = []
    start, end = 0, newer
    # Whether the part looked at begins where the older tree does: its root is then known to whoever checks.
    whole = True
    while older != end:
        middle = start + _split(end - start)
        if older <= middle:
            path.append(_over(middle, end, full_run))
            end = middle
        else:
            path.append(_over(start, middle, full_run))
            start, whole = middle, False
    if not whole:
        path.append(_over(start, end, full_run))
    return path[::-1]


def proves_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path shows a leaf at its position under a root (2.1.3.2)."""
    if not 0 <= position < size:
        return False
    at, last, found = position, size - 1, leaf
    for part in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(part, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, part)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(older: int, newer: int, path: Sequence[bytes], older_root: bytes, newer_root: bytes) -> bool:
    """Say whether a path shows that the newer tree begins with the older one (2.1.4.2)."""
    if older == newer:
        return not path and older_root == newer_root
    # A tree of 2^n leaves is itself the first part, which the path then leaves out.
    parts = [older_root, *path] if older & (older - 1) == 0 else list(path)
    if not 0 < older < newer or not parts:
        return False
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return last == 0 and old == older_root and new == newer_root


class GrowingTree:
    """A tree to which leaves are appended one by one, of which only the right edge is kept."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> list[bytes]:
        """Append a leaf, and return the hashes over all full runs that end with it, the leaf itself first."""
        return self.append_run([leaf])

    def append_run(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Append a full run of 2^n leaves; return the hashes over all full runs that end with it, its own first.

        Raises:
            ValueError: the tree holds no multiple of as many leaves.
        """
        place, above = divmod(self.size, len(leaves))
        if above:
            raise ValueError("a run begins where a run of its length ended")
        full = [folded(leaves)]
        while place & 1:
            full.append(node_hash(self._edge.pop(), full[-1]))
            place >>= 1
        self._edge.append(full[-1])
        self.size += len(leaves)
        return full

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        found = self._edge[-1]
        for left in self._edge[-2::-1]:
            found = node_hash(left, found)
        return found


def _split(size: int) -> int:
    """Return the largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1


def _over(start: int, end: int, full_run: FullRun) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return full_run(level, start >> level)
    middle = start + _split(size)
    return node_hash(_over(start, middle, full_run), _over(middle, end, full_run))
