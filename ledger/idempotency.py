"""Remembering what a call made, so that the same call again is answered by the same thing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from ledger.errors import KeyReusedError, LostRaceError
from ledger.model import IdempotencyKey


@dataclass(frozen=True, slots=True)
class Call:
    """One call that may be repeated: whose key, on which route, and what was asked (anything that becomes JSON)."""

    owner: str
    route: str
    key: str
    asked: Mapping[str, Any]

    @property
    def input_hash(self) -> bytes:
        """SHA-256 of what was asked, in a canonical form: the order of fields is no input."""
        canonical = json.dumps(self.asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
        return hashlib.sha256(canonical.encode(errors="surrogatepass")).digest()


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


# The row of a call, for statements that ask other things besides; it binds what `call_values` gives.
KNOWN_CALL = (
    select(IdempotencyKey.input_hash, IdempotencyKey.made_id)
    .where(
        IdempotencyKey.owner == bindparam("call_owner"),
        IdempotencyKey.route == bindparam("call_route"),
        IdempotencyKey.key == bindparam("call_key"),
    )
    .subquery("known_call")
)

# The statement that stores a call; it binds what `remember_values` gives.
REMEMBER_CALL = insert(IdempotencyKey).values(
    owner=bindparam("call_owner"),
    route=bindparam("call_route"),
    key=bindparam("call_key"),
    input_hash=bindparam("call_input_hash"),
    made_id=bindparam("call_made_id"),
    made_at=bindparam("call_made_at"),
)


def call_values(call: Call) -> dict[str, Any]:
    """Return what `KNOWN_CALL` binds."""
    return {"call_owner": call.owner, "call_route": call.route, "call_key": call.key}


def remember_values(call: Call, *, made_id: UUID, now: datetime) -> dict[str, Any]:
    """Return what `REMEMBER_CALL` binds."""
    return call_values(call) | {
        "call_input_hash": call.input_hash,
        "call_made_id": made_id,
        "call_made_at": now,
    }


def recall_call(session: Session, call: Call) -> UUID | None:
    """Return the id of what this call made before, None where it is new.

    Raises:
        KeyReusedError: the key stands with other input.
    """
    known = session.execute(select(KNOWN_CALL), call_values(call)).one_or_none()
    if known is None:
        return None
    return same_thing_again(call, known.input_hash, known.made_id)


def same_thing_again(call: Call, input_hash: bytes, made_id: UUID) -> UUID:
    """Return what the call made, for callers that read the call's row themselves.

    Raises:
        KeyReusedError: the key stands with other input.
    """
    if bytes(input_hash) != call.input_hash:
        raise KeyReusedError(call.key)
    return made_id


def check_still_new(session: Session, call: Call | None) -> None:
    """Make sure that the same call was not answered since it was asked for: ask before refusing.

    What a twin of this call did meanwhile would otherwise be the reason to refuse this one.

    Raises:
        LostRaceError: the call was answered meanwhile; run again, it will be recalled.
        KeyReusedError: the key stands with other input.
    """
    if call is not None and recall_call(session, call) is not None:
        raise LostRaceError


def remember_call(session: Session, call: Call | None, *, made_id: UUID, now: datetime) -> None:
    """Store the call in the caller's transaction; nothing where there is no call to remember.

    Of two at once one meets a unique violation: it is run again, and recalls.
    """
    if call is not None:
        session.execute(REMEMBER_CALL, remember_values(call, made_id=made_id, now=now))
