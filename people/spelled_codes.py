"""Secret codes that people write down and type again: of signs without look-alikes, kept only as hashes."""

import hashlib
import re
import secrets
import unicodedata

# 25 characters of 32 are 125 random bits: there is nothing to guess. Without look-alikes, in groups of five.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 25, 5
_BETWEEN = re.compile(r"[\s-]")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_spelled_code() -> str:
    """Return a new code, in groups, to be shown once."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def hash_of_spelled_code(text: str) -> str | None:
    """Return the SHA-256 (hexadecimal) under which a code is kept, as somebody may have typed it.

    None where the text is far too long to be one.
    """
    if len(text) > 4 * _LENGTH:
        return None
    code = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_READ_AS)
    # No salt and no stretching: there is nothing to guess in 125 random bits.
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
