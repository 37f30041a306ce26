"""The secrets of the seals: the key that signs heads and the secret of the salts, in files outside the database."""

import hashlib
import re
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from seals.errors import SealKeysError
from seals.leaves import LeafMaker

_ID_DIGITS = 16
_KEY_HEADER = (
    "# Keys that sign the heads of the books' tree. Keep a copy, apart from the database's.\n"
    "# The first signs; the audit knows heads by all of them, so a new key goes on top and the old ones stay.\n"
)
_SALTS_HEADER = (
    "# The secret of the salts in the books' tree. It never changes. Keep a copy, apart from the database's:\n"
    "# without it nobody can prove the sealed entries.\n"
)
_KEY_LINE = re.compile(r"ed25519 ([0-9a-f]{64})")
_SALTS_LINE = re.compile(r"salts ([0-9a-f]{64})")


def new_seal_keys() -> bytes:
    """Return the content of a new file of signing keys."""
    return f"{_KEY_HEADER}ed25519 {secrets.token_hex(32)}\n".encode()


def new_seal_salts() -> bytes:
    """Return the content of a new file of the salts' secret."""
    return f"{_SALTS_HEADER}salts {secrets.token_hex(32)}\n".encode()


def key_id_of(public_key: bytes) -> str:
    """Return the short name of a public key: the beginning of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:_ID_DIGITS]


def is_signed_by(public_key: bytes, signature: bytes, text: str) -> bool:
    """Say whether a text bears the signature of a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


class SealKeys:
    """What signs heads and salts leaves; safe to share between threads."""

    def __init__(self, key_file: bytes, salts_file: bytes) -> None:
        """Read the two files.

        Raises:
            SealKeysError: a line is not what it should be, or there is none.
        """
        seeds = _secrets_of(key_file, _KEY_LINE)
        salts = _secrets_of(salts_file, _SALTS_LINE)
        if not seeds or len(salts) != 1:
            raise SealKeysError
        keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        self._signing = keys[0]
        # Newest first, by their short names.
        self.public_keys = {
            key_id_of(public): public for key in keys for public in [key.public_key().public_bytes_raw()]
        }
        self.key_id = next(iter(self.public_keys))
        # Tells whether the salts are those of a head, and nothing about them.
        self.salts_id = hashlib.blake2b(b"salts id", key=salts[0]).hexdigest()[:_ID_DIGITS]
        self.leaf_maker = LeafMaker(salts[0])

    def sign(self, text: str) -> bytes:
        """Return the signature of the newest key."""
        return self._signing.sign(text.encode())

    def signed(self, key_id: str, signature: bytes, text: str) -> bool:
        """Say whether a text bears the signature of one of our keys."""
        public_key = self.public_keys.get(key_id)
        return public_key is not None and is_signed_by(public_key, signature, text)


def _secrets_of(file: bytes, form: re.Pattern[str]) -> list[bytes]:
    try:
        text = file.decode("ascii")
    except UnicodeDecodeError as error:
        raise SealKeysError from error
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = [form.fullmatch(line) for line in lines]
    if None in found:
        raise SealKeysError
    return [bytes.fromhex(match[1]) for match in found if match is not None]
