"""Naming accounts as beancount wants it, one to one, so that every name leads back to one code."""

import re
from functools import lru_cache

from ledger.entries import Side

MAPPING_IN_WORDS = (
    "The books, for beancount. Its account names differ from ours, which each account bears as its metadata `code`.",
    "A name is made of the code, one to one. Its root says the account's nature: Assets where debits raise a bounded",
    "account, Liabilities where credits do, Equity for the unbounded contra accounts. In each part after it",
    "a lone _ becomes -, a lone - becomes --, and what else is no letter (Z excepted) or digit of ASCII becomes its",
    "code point between two Z. A part that then begins with a small letter except x and z gets the capital, one that",
    "begins with a digit or Z stays, and before any other stands an X.",
)

_STRANGE = re.compile(r"(?<![_-])(?P<lone>[_-])(?![_-])|[^a-zA-Y0-9]")


# Contra accounts and funds are in every other entry.
@lru_cache(maxsize=4096)
def beancount_name(code: str, normal_side: Side, *, bounded: bool) -> str:
    """Return the name of an account for beancount."""
    root = "Equity" if not bounded else "Assets" if normal_side is Side.DEBIT else "Liabilities"
    return ":".join([root, *map(_component, code.split(":"))])


def _component(text: str) -> str:
    """Return the text as beancount's component: a capital or a digit, then letters, digits and dashes.

    To read it back: a leading X is dropped, else a leading capital other than Z is made small; then the dashes, and
    what stands between two Z, are undone.
    """
    escaped = _STRANGE.sub(_escaped, text)
    if not escaped or escaped[0] in "xz-" or "A" <= escaped[0] <= "Y":
        return "X" + escaped
    return escaped[0].upper() + escaped[1:]


def _escaped(found: re.Match[str]) -> str:
    lone = found["lone"]
    if lone:
        return "-" if lone == "_" else "--"
    return f"Z{ord(found[0]):x}Z"
