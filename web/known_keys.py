"""Keys that were asked for a moment ago, so that a busy till does not ask the database who it is with every payment."""

import hashlib
from datetime import datetime, timedelta

from people import Principal

# A key that is revoked is refused by every process after so long. A key bears one role for good, so nothing else ages.
KEPT = timedelta(seconds=1)
_KEYS_MAX = 10_000
_NONE = timedelta(0)


class KnownKeys:
    """Who bears which key, for a second; for many threads."""

    def __init__(self) -> None:
        # Under hashes: the memory of a process is no place for secrets.
        self._known: dict[bytes, tuple[datetime, Principal]] = {}

    def find(self, secret: str, at: datetime) -> Principal | None:
        """Return who bears the key, None where that was not asked within the last second."""
        known = self._known.get(_hash(secret))
        # A clock that was set back must not keep anything for longer.
        return known[1] if known is not None and _NONE <= at - known[0] < KEPT else None

    def keep(self, secret: str, principal: Principal, at: datetime) -> None:
        """Remember who bears the key."""
        if len(self._known) >= _KEYS_MAX:
            self._known.clear()
        self._known[_hash(secret)] = (at, principal)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
