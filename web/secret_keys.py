"""What the installation's key files open: residents' phones, payment codes, passwords, the seals of the books."""

import hashlib
import hmac
from typing import cast

from flask import Flask, current_app

from earnings import ClaimKeys
from people import Passwords, PhoneVault
from seals import SealKeys
from web.settings import Settings, current_settings


def register_secret_keys(app: Flask, settings: Settings) -> None:
    """Read the keys once, when the application is made."""
    app.extensions["phone_vault"] = PhoneVault(settings.phone_keys)
    app.extensions["seal_keys"] = SealKeys(settings.seal_keys, settings.seal_salts)
    app.extensions["claim_keys"] = ClaimKeys(settings.claim_keys)
    app.extensions["payment_code_secret"] = _derived(settings.secret_key, "payment-codes")
    app.extensions["pin_secret"] = _derived(settings.secret_key, "pins")


def phone_vault() -> PhoneVault:
    """Return what encrypts and reads phone numbers."""
    return cast("PhoneVault", current_app.extensions["phone_vault"])


def seal_keys() -> SealKeys:
    """Return what signs the heads of the books and salts their leaves."""
    return cast("SealKeys", current_app.extensions["seal_keys"])


def claim_keys() -> ClaimKeys:
    """Return what closes and opens the boxes of waiting claims."""
    return cast("ClaimKeys", current_app.extensions["claim_keys"])


def passwords() -> Passwords:
    """Return what hashes and compares passwords; making it costs a hash, so it is made when the first is needed."""
    known = current_app.extensions.get("passwords")
    return cast("Passwords", known or current_app.extensions.setdefault("passwords", Passwords()))


def payment_code_secret() -> bytes:
    """Return the key from which payment codes are derived; the database does not hold it."""
    return cast("bytes", current_app.extensions["payment_code_secret"])


def pin_secret() -> bytes:
    """Return the key that is mixed into residents' PINs before they are hashed; the database does not hold it."""
    return cast("bytes", current_app.extensions["pin_secret"])


def pseudonym(text: str) -> str:
    """Return a keyed hash that stands for something personal, such as an address, where it must not be stored."""
    return hmac.new(_derived(current_settings().secret_key, "pseudonyms"), text.encode(), hashlib.sha256).hexdigest()[
        :32
    ]


def _derived(secret: bytes, purpose: str) -> bytes:
    # One key for each purpose, so that what one of them gives away is no help with another.
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
