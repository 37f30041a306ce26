"""Secrets of endpoints and the signatures made with them, as https://www.standardwebhooks.com says.

A message is signed as `ID.TIMESTAMP.BODY` with HMAC-SHA256; while a secret is being changed, with both.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

import notices

PREFIX = "whsec_"
_BYTES = 32
_BYTES_MIN, _BYTES_MAX = 24, 64


def new_secret() -> str:
    """Return a fresh secret: `whsec_` and 32 random bytes in base64."""
    return f"{PREFIX}{base64.b64encode(secrets.token_bytes(_BYTES)).decode('ascii')}"


def signing_headers(body: bytes, *, message_id: str, at: datetime, keys: Sequence[str]) -> dict[str, str]:
    """Return the headers that say which message a body is, when it was sent, and whose it is: a signature a secret."""
    sent_at = int(at.timestamp())
    signatures = [notices.signature_of(_bytes(each), message_id, sent_at, body) for each in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(signatures),
    }


def _bytes(secret: str) -> bytes:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    if not secret.startswith(PREFIX) or not _BYTES_MIN <= len(key) <= _BYTES_MAX:
        raise ValueError("no secret of Standard Webhooks")
    return key
