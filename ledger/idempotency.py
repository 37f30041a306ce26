"""Remembering what a call made, so that the same call again is answered by the same thing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ledger.errors import KeyReusedError
from ledger.model import IdempotencyKey


def hash_of(asked: Mapping[str, Any] | bytes) -> bytes:
    """Return the SHA-256 of what was asked; a mapping is hashed in a canonical form, so that field order is no input."""
    if isinstance(asked, bytes):
        return hashlib.sha256(asked).digest()
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return hashlib.sha256(canonical.encode()).digest()


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def recall(session: Session, *, owner: str, route: str, key: str, asked: Mapping[str, Any] | bytes) -> UUID | None:
    """Return the id of what this owner's key made on this route before, None where the call is new.

    Raises:
        KeyReusedError: the key stands with other input.
    """
    known = session.execute(
        select(IdempotencyKey.input_hash, IdempotencyKey.made_id).where(
            IdempotencyKey.owner == owner, IdempotencyKey.route == route, IdempotencyKey.key == key
        )
    ).one_or_none()
    if known is None:
        return None
    return same_thing_again(key, known.input_hash, known.made_id, asked)


def same_thing_again(key: str, input_hash: bytes, made_id: UUID, asked: Mapping[str, Any] | bytes) -> UUID:
    """Return what the key made, for callers that read the key's row themselves.

    Raises:
        KeyReusedError: the key stands with other input.
    """
    if bytes(input_hash) != hash_of(asked):
        raise KeyReusedError(key)
    return made_id


def remember(
    session: Session,
    *,
    owner: str,
    route: str,
    key: str,
    asked: Mapping[str, Any] | bytes,
    made_id: UUID,
    now: datetime,
) -> None:
    """Store the key in the caller's transaction. Of two at once one meets a unique violation: it is run again, and recalls."""
    session.execute(
        insert(IdempotencyKey).values(
            owner=owner, route=route, key=key, input_hash=hash_of(asked), made_id=made_id, made_at=now
        )
    )
