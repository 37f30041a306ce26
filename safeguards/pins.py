"""A resident's PIN for payments: six digits, kept as a hash, locked by the fifth wrong try in a row.

Hashing takes long, so it is done before the transaction that relies on it; the tries are counted inside.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ledger import Call, remember_call
from people import Passwords
from safeguards.errors import PinFault, PinRefusedError
from safeguards.model import ResidentPin

WRONG_TRIES_MAX = 5
_SIX_DIGITS = re.compile(r"[0-9]{6}")


class PinOutcome(StrEnum):
    """What came of asking for a PIN; every outcome is to be committed."""

    RIGHT = "right"
    NOT_SET = "not_set"
    MISSING = "missing"
    WRONG = "wrong"
    LOCKED = "locked"


class PinState(StrEnum):
    """How it stands with a resident's PIN."""

    NOT_SET = "not_set"
    SET = "set"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class CheckedPin:
    """What came of comparing a PIN; it takes effect only while the resident has the PIN it was compared with."""

    resident_id: UUID
    compared_with: str | None = field(repr=False)
    is_right: bool


def hash_new_pin(pin: str, *, resident_id: UUID, passwords: Passwords, secret: bytes) -> str:
    """Return what is stored of a new PIN. Takes long; `secret` is the key that no database holds.

    Raises:
        PinRefusedError: it is not six digits; or they are all the same, two or three repeated, or in a row.
    """
    if not _SIX_DIGITS.fullmatch(pin):
        raise PinRefusedError(PinFault.NOT_SIX_DIGITS)
    steps = {int(right) - int(left) for left, right in pairwise(pin)}
    if steps in ({0}, {1}, {-1}) or pin in {pin[:2] * 3, pin[:3] * 2}:
        raise PinRefusedError(PinFault.TOO_COMMON)
    return passwords.hash(_peppered(pin, resident_id, secret))


def check_pin(session: Session, *, resident_id: UUID, pin: str, passwords: Passwords, secret: bytes) -> CheckedPin:
    """Compare a PIN. Reads only; takes long, and just as long where no PIN is set."""
    stored = session.scalar(select(ResidentPin.pin_hash).where(ResidentPin.resident_id == resident_id))
    is_right = passwords.verify(stored, _peppered(pin, resident_id, secret))
    return CheckedPin(resident_id, stored, is_right)


def prove_pin(session: Session, *, resident_id: UUID, checked: CheckedPin | None, now: datetime) -> PinOutcome:
    """Say whether a resident's PIN was given, and count wrong tries; the fifth in a row locks it.

    The caller commits every outcome. `checked` is None where no PIN was typed.
    """
    stands = session.get(ResidentPin, resident_id, with_for_update=True, populate_existing=True)
    if stands is None:
        return PinOutcome.NOT_SET
    if stands.locked_at is not None:
        return PinOutcome.LOCKED
    if checked is None:
        return PinOutcome.MISSING
    if checked.is_right and checked.resident_id == resident_id and checked.compared_with == stands.pin_hash:
        stands.wrong_tries = 0
        return PinOutcome.RIGHT
    stands.wrong_tries += 1
    if stands.wrong_tries >= WRONG_TRIES_MAX:
        stands.locked_at = now
    return PinOutcome.WRONG


def set_pin(
    session: Session, *, resident_id: UUID, pin_hash: str, actor: str, now: datetime, call: Call | None = None
) -> ResidentPin:
    """Give a resident a PIN, in place of an older or locked one: whoever asks for it has proved who they are."""
    stands = session.get(ResidentPin, resident_id, with_for_update=True, populate_existing=True)
    if stands is None:
        stands = ResidentPin(resident_id=resident_id)
        session.add(stands)
    stands.pin_hash, stands.set_by, stands.set_at = pin_hash, actor, now
    stands.wrong_tries, stands.locked_at = 0, None
    remember_call(session, call, made_id=resident_id, now=now)
    session.flush()
    return stands


def clear_pin(session: Session, *, resident_id: UUID) -> bool:
    """Take a resident's PIN away, locked or not, so that they choose another; say whether there was one."""
    gone = session.connection().execute(delete(ResidentPin).where(ResidentPin.resident_id == resident_id))
    return gone.rowcount > 0


def pin_state(session: Session, *, resident_id: UUID) -> PinState:
    """Say whether a resident has a PIN, and whether it is locked."""
    stands = session.get(ResidentPin, resident_id)
    if stands is None:
        return PinState.NOT_SET
    return PinState.SET if stands.locked_at is None else PinState.LOCKED


def _peppered(pin: str, resident_id: UUID, secret: bytes) -> str:
    """Return what is hashed: of six digits a slow hash alone would be found out by whoever has the database."""
    return hmac.new(secret, resident_id.bytes + pin.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
