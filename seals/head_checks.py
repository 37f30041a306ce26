"""Checking a head that somebody kept against those that we ourselves have published."""

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from seals.heads import SIZE_MAX, find_head, head_text
from seals.keys import SealKeys


class HeadVerdict(StrEnum):
    """What the check of a head found.

    A head that contradicts bears our signature and is none of ours: somebody was shown other books than these.
    """

    OURS = "ours"
    CONTRADICTS = "contradicts"
    NOT_SIGNED_BY_US = "not_signed_by_us"
    NO_HEAD = "no_head"


def check_head(session: Session, document: object, *, keys: SealKeys) -> HeadVerdict:
    """Say whose a head is, as parsed from its JSON; whatever it holds, it is read and never trusted."""
    try:
        return _checked(session, document, keys)
    except (KeyError, TypeError, ValueError, AttributeError):
        return HeadVerdict.NO_HEAD


def _checked(session: Session, document: Any, keys: SealKeys) -> HeadVerdict:
    size = document["size"]
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= SIZE_MAX:
        return HeadVerdict.NO_HEAD
    facts = {name: document[name] for name in ("root", "sealed_at", "previous", "salts", "key")}
    said = head_text(size=size, **facts)
    if not keys.signed(document["key"], bytes.fromhex(document["signature"]), said):
        return HeadVerdict.NOT_SIGNED_BY_US
    own = find_head(session, size)
    return HeadVerdict.OURS if own is not None and own.text == said else HeadVerdict.CONTRADICTS
