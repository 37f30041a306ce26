"""Receipt numbers: unique, short enough to read aloud, with a check character."""

import secrets
from datetime import datetime

from stdnum.iso7064 import mod_37_36

from payments.payment_codes import CODE_ALPHABET, normal_code

_DAY_LENGTH, _RANDOM_LENGTH = 6, 7
_RANDOM_BITS = 5 * _RANDOM_LENGTH
# A number never holds the letters I and O, so what looks like them is a digit.
_LOOK_ALIKES = str.maketrans("IO", "10")


def new_receipt_no(now: datetime) -> str:
    """Return a number like 2606017KQ3M9TX: the day, 35 random bits, and a check character (ISO 7064, MOD 37,36).

    Two of one day are the same once in 34 thousand million; the database then refuses the second.
    """
    while True:
        body = f"{now.year % 100:02}{now.month:02}{now.day:02}{_in_code_alphabet(secrets.randbits(_RANDOM_BITS))}"
        check = mod_37_36.calc_check_digit(body)
        if check not in "IO":
            return body + check


def _in_code_alphabet(number: int) -> str:
    return "".join([CODE_ALPHABET[number >> 5 * place & 31] for place in range(_RANDOM_LENGTH)])


def normal_receipt_no(text: str) -> str | None:
    """Return a typed receipt number as it is stored, None where its length or its check character does not fit."""
    number = normal_code(text).translate(_LOOK_ALIKES)
    fits = len(number) == _DAY_LENGTH + _RANDOM_LENGTH + 1 and mod_37_36.is_valid(number)
    return number if fits else None
