"""Proof for everybody: new entries are appended to one Merkle tree, whose signed heads are public."""

from seals.checks import checks_of_seals, entries_waiting_for_their_seal, the_guards_of_seals_stand
from seals.documents import consistency_document, head_document, receipt_document
from seals.errors import HeadsOrderError, HeadUnknownError, OtherSaltsError, SealError, SealKeysError
from seals.head_checks import HeadVerdict, check_head
from seals.heads import (
    SIZE_MAX,
    Consistency,
    KeyUse,
    TreeHead,
    consistency,
    get_head,
    head_over,
    key_uses,
    list_heads,
    newest_head,
    position_of,
    sealed_among,
    sealed_at_text,
)
from seals.keys import SealKeys, new_seal_keys, new_seal_salts
from seals.receipt_checks import Verdict, check_receipt
from seals.receipts import Proof, Receipt, Shown, receipt_of
from seals.sealing import Sealing, count_unsealed, seal_new_entries

__all__ = [
    "SIZE_MAX",
    "Consistency",
    "HeadUnknownError",
    "HeadVerdict",
    "HeadsOrderError",
    "KeyUse",
    "OtherSaltsError",
    "Proof",
    "Receipt",
    "SealError",
    "SealKeys",
    "SealKeysError",
    "Sealing",
    "Shown",
    "TreeHead",
    "Verdict",
    "check_head",
    "check_receipt",
    "checks_of_seals",
    "consistency",
    "consistency_document",
    "count_unsealed",
    "entries_waiting_for_their_seal",
    "get_head",
    "head_document",
    "head_over",
    "key_uses",
    "list_heads",
    "new_seal_keys",
    "new_seal_salts",
    "newest_head",
    "position_of",
    "receipt_document",
    "receipt_of",
    "seal_new_entries",
    "sealed_among",
    "sealed_at_text",
    "the_guards_of_seals_stand",
]
