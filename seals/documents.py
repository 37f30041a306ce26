"""Receipts, heads and proofs as the JSON that outsiders keep; docs/seals.md describes it, hashes are hexadecimal."""

import json
from typing import Any

from seals.heads import Consistency, TreeHead, sealed_at_text
from seals.keys import SealKeys
from seals.receipts import Receipt, Shown

RECEIPT_FORMAT = "pingan-receipt-1"


def head_document(head: TreeHead, keys: SealKeys) -> dict[str, Any]:
    """Return a head; its public key is null where the key's file no longer holds it."""
    public_key = keys.public_keys.get(head.key_id)
    return {
        "size": head.size,
        "root": head.root.hex(),
        "sealed_at": sealed_at_text(head.sealed_at),
        "previous": None if head.previous is None else head.previous.hex(),
        "salts": head.salts_id,
        "key": head.key_id,
        "signature": head.signature.hex(),
        "public_key": None if public_key is None else public_key.hex(),
        "hash": head.hash.hex(),
    }


def consistency_document(proof: Consistency, keys: SealKeys) -> dict[str, Any]:
    """Return the proof that one head's tree begins with another's, with both heads."""
    return {
        "from": head_document(proof.older, keys),
        "to": head_document(proof.newer, keys),
        "path": [part.hex() for part in proof.path],
    }


def receipt_document(receipt: Receipt, keys: SealKeys) -> dict[str, Any]:
    """Return a receipt; `entry` says once more, for people, what the opened parts say."""
    proof = receipt.proof
    return {
        "format": RECEIPT_FORMAT,
        "entry": entry_of_parts([shown.part.text for shown in receipt.parts if shown.opened]),
        "parts": [_part_document(shown) for shown in receipt.parts],
        "proof": None
        if proof is None
        else {
            "leaf_index": proof.position,
            "tree_size": proof.head.size,
            "leaf": receipt.leaf.hex(),
            "path": [part.hex() for part in proof.path],
        },
        "head": None if proof is None else head_document(proof.head, keys),
    }


def entry_of_parts(texts: list[str]) -> dict[str, Any]:
    """Return what opened parts say together: the header's facts, the author where shown, and the postings shown."""
    entry: dict[str, Any] = {"actor": None, "postings": []}
    for text in texts:
        part = json.loads(text)
        if "account" in part:
            entry["postings"].append(part)
        else:
            entry.update(part)
    return entry


def _part_document(shown: Shown) -> dict[str, str]:
    if shown.opened:
        return {"text": shown.part.text, "salt": shown.part.salt.hex()}
    return {"commitment": shown.part.commitment.hex()}
