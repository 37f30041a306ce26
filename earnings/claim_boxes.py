"""Sealed boxes: who claims is readable for whoever holds the key outside of the database, and for nobody else.

HPKE (RFC 9180) in its base mode: every box has a key of its own, so two boxes of one person look nothing alike, and all
are of one length.
"""

import re
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from earnings.errors import ClaimBoxError, ClaimKeysError

_HEADER = (
    "# Keys that open the boxes of waiting claims. Keep them apart from the database and from its copies.\n"
    "# The first closes new boxes; the others still open old ones.\n"
)
_LINE = re.compile(r"x25519 ([0-9a-f]{64})")
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"claim"


def new_claim_keys() -> bytes:
    """Return the content of a new file of keys."""
    return f"{_HEADER}x25519 {secrets.token_hex(32)}\n".encode()


class ClaimKeys:
    """What closes and opens boxes; safe to share between threads."""

    def __init__(self, key_file: bytes) -> None:
        """Read the file.

        Raises:
            ClaimKeysError: a line is not what it should be, or there is none.
        """
        lines = [line for line in key_file.decode("utf-8", "replace").splitlines() if line and line[0] != "#"]
        found = [_LINE.fullmatch(line.strip()) for line in lines]
        if not found or None in found:
            raise ClaimKeysError
        self._keys = [X25519PrivateKey.from_private_bytes(bytes.fromhex(each[1])) for each in found if each]

    def seal(self, resident_id: UUID) -> bytes:
        """Return a box with a resident in it."""
        return _SUITE.encrypt(resident_id.bytes, self._keys[0].public_key(), info=_INFO)

    def open(self, box: bytes) -> UUID:
        """Return who is in a box.

        Raises:
            ClaimBoxError: none of the keys opens it.
        """
        for key in self._keys:
            try:
                return UUID(bytes=_SUITE.decrypt(box, key, info=_INFO))
            except (InvalidTag, ValueError):
                continue
        raise ClaimBoxError
