"""Passwords: which ones are good enough, and how they are kept (argon2id) and compared."""

import re
import secrets
import threading
import unicodedata
from datetime import date
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from people.errors import PasswordFault, PasswordRefusedError
from people.residents import normal_number
from people.texts import folded

# NIST SP 800-63B, 3.1.1.2: length counts and composition rules harm. It asks for 15 characters where a password stands
# alone, 8 beside a second factor; 8 is ours because many residents are old and type on small phones, and because tries
# are limited for each login name (so even a weak password outlives an attack over the net).
LENGTH_MIN = 8
LENGTH_MAX = 128

_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
# Those that everybody tries first, here and elsewhere, as far as they are long enough to be chosen at all.
_COMMON = frozenset(files("people").joinpath("data", "common_passwords.txt").read_text(encoding="utf-8").split())
_LONGEST_REPEATED_PART = 4


class Passwords:
    """Hashes and compares passwords with argon2id; safe to share between threads.

    Hashing is meant to be costly in memory (64 MiB), so one process does it for one password at a time.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        # RFC 9106, 4: the second recommended option, for where memory is short.
        self._hasher = hasher or PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
        self._one_at_a_time = threading.Lock()
        self._decoy = self._hasher.hash(secrets.token_bytes(16))

    def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        with self._one_at_a_time:
            return self._hasher.hash(_bytes(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Say whether this is the stored password; where nothing is stored, No takes just as long."""
        with self._one_at_a_time:
            try:
                self._hasher.verify(stored or self._decoy, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, login_name: str) -> None:
    """Check that a password may be chosen: 8 to 128 characters of any kind, and not one that others would guess.

    Raises:
        PasswordRefusedError: it is too short or too long; holds control characters; is among the commonest, a sequence,
            or a short part repeated; is the login name, also twice or backwards; or is a mobile number or a date, which
            others know.
    """
    if len(password) > LENGTH_MAX:
        raise PasswordRefusedError(PasswordFault.TOO_LONG)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise PasswordRefusedError(PasswordFault.FORBIDDEN_CHARACTER)
    if len(unicodedata.normalize("NFKC", password)) < LENGTH_MIN:
        raise PasswordRefusedError(PasswordFault.TOO_SHORT)
    plain = folded(password).replace(" ", "")
    if plain in _COMMON or _is_sequence(plain) or _is_repeated(plain):
        raise PasswordRefusedError(PasswordFault.TOO_COMMON)
    name = folded(login_name).replace(" ", "")
    if normal_number(password) is not None or plain in {name, name[::-1], name + name}:
        raise PasswordRefusedError(PasswordFault.LIKE_LOGIN_NAME)
    if _MOBILE.fullmatch(plain.replace("-", "")) or _is_date(plain):
        raise PasswordRefusedError(PasswordFault.KNOWN_TO_OTHERS)


def _bytes(password: str) -> bytes:
    # The same letters may be typed composed or not, narrow or full-width (NIST SP 800-63B asks for NFKC or NFKD).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def _is_sequence(plain: str) -> bool:
    steps = {ord(right) - ord(left) for left, right in pairwise(plain)}
    return steps in ({1}, {-1})


def _is_repeated(plain: str) -> bool:
    return any(plain == (plain[:part] * len(plain))[: len(plain)] for part in range(1, _LONGEST_REPEATED_PART + 1))


def _is_date(plain: str) -> bool:
    digits = re.sub(r"[-./年月日]", "", plain)
    if not re.fullmatch(r"(?:19|20)[0-9]{6}", digits):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
