"""Checking a receipt that somebody brings, against the heads that we ourselves have published."""

import json
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from seals.documents import RECEIPT_FORMAT, entry_of_parts, head_document
from seals.heads import SIZE_MAX, find_head
from seals.keys import SealKeys
from seals.leaves import SALT_BYTES, commitment, leaf_over
from seals.merkle import proves_inclusion
from seals.model import HASH_BYTES


class Verdict(StrEnum):
    """What the check of a receipt found; all but the first two say which part fails."""

    GENUINE = "genuine"
    NOT_SEALED_YET = "not_sealed_yet"
    NO_RECEIPT = "no_receipt"
    ENTRY_DIFFERS = "entry_differs"
    PARTS_DIFFER = "parts_differ"
    HEAD_UNKNOWN = "head_unknown"
    NOT_IN_THE_TREE = "not_in_the_tree"


class _NoReceiptError(ValueError):
    """The document has not the form of a receipt."""


def check_receipt(session: Session, document: object, *, keys: SealKeys) -> Verdict:
    """Say whether a receipt, as parsed from its JSON, is genuine; whatever it holds, it is read and never trusted."""
    try:
        return _checked(session, document, keys)
    except (_NoReceiptError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        # RecursionError: the text of a part is JSON of its own, nested as deep as its writer likes.
        return Verdict.NO_RECEIPT


def _checked(session: Session, document: Any, keys: SealKeys) -> Verdict:
    if document["format"] != RECEIPT_FORMAT:
        raise _NoReceiptError
    parts, proof = document["parts"], document["proof"]
    said = entry_of_parts([part["text"] for part in parts if "text" in part])
    # As texts: to Python 1, 1.0 and true are equal.
    if json.dumps(document["entry"], sort_keys=True) != json.dumps(said, sort_keys=True):
        return Verdict.ENTRY_DIFFERS
    if proof is None:
        return Verdict.NOT_SEALED_YET
    leaf = leaf_over([_commitment(part) for part in parts])
    if leaf.hex() != proof["leaf"]:
        return Verdict.PARTS_DIFFER
    size, position = _number(proof["tree_size"]), _number(proof["leaf_index"])
    head = find_head(session, size)
    if head is None or document["head"] != head_document(head, keys):
        return Verdict.HEAD_UNKNOWN
    path = [_bytes(part, HASH_BYTES) for part in proof["path"]]
    return Verdict.GENUINE if proves_inclusion(leaf, position, size, path, head.root) else Verdict.NOT_IN_THE_TREE


def _commitment(part: dict[str, str]) -> bytes:
    # Of another length, one text could pass for two or two parts for one.
    if "text" in part:
        return commitment(part["text"], _bytes(part["salt"], SALT_BYTES))
    return _bytes(part["commitment"], HASH_BYTES)


def _bytes(digits: str, length: int) -> bytes:
    found = bytes.fromhex(digits)
    if len(found) != length:
        raise _NoReceiptError
    return found


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= SIZE_MAX:
        raise _NoReceiptError
    return value
