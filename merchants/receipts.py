"""Receipt numbers: unique, short enough to read aloud, with a check character."""

import secrets
from datetime import datetime

from stdnum.iso7064 import mod_37_36

from merchants.payment_codes import CODE_ALPHABET, normal_code

_RANDOM_LENGTH = 7


def new_receipt_no(now: datetime) -> str:
    """Return a number like 2606017KQ3M9TX: the day, 35 random bits, and a check character (ISO 7064, MOD 37,36)."""
    body = now.strftime("%y%m%d") + "".join(secrets.choice(CODE_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return body + mod_37_36.calc_check_digit(body)


def normal_receipt_no(text: str) -> str | None:
    """Return a typed receipt number as it is stored, None where its check character does not fit."""
    number = normal_code(text)
    return number if mod_37_36.is_valid(number) else None
