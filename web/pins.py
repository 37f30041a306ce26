"""Residents' PINs on their way in: compared and hashed outside of any transaction, because that takes long."""

from uuid import UUID

import safeguards
from payments import payer_of_code
from safeguards import CheckedPin
from web.secret_keys import passwords, pin_secret
from web.unit_of_work import reading


def checked_pin(resident_id: UUID, pin: str | None) -> CheckedPin | None:
    """Return what came of comparing a resident's PIN, None where none was typed."""
    if not pin:
        return None
    hasher, secret = passwords(), pin_secret()
    return reading(
        lambda session: safeguards.check_pin(session, resident_id=resident_id, pin=pin, passwords=hasher, secret=secret)
    )


def checked_pin_of_code(code: str, pin: str | None) -> CheckedPin | None:
    """Return what came of comparing the PIN of whoever showed a code, None where none was typed or nobody has it."""
    if not pin:
        return None
    resident_id = reading(lambda session: payer_of_code(session, code))
    return None if resident_id is None else checked_pin(resident_id, pin)


def hashed_pin(resident_id: UUID, pin: str) -> str:
    """Return what is stored of a resident's new PIN.

    Raises:
        safeguards.PinRefusedError: it may not be chosen.
    """
    return safeguards.hash_new_pin(pin, resident_id=resident_id, passwords=passwords(), secret=pin_secret())
