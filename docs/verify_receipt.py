"""Verify a receipt of 平安账 against heads that you kept; needs Python and the package cryptography, nothing else.

    python verify_receipt.py RECEIPT.json HEAD.json... [--consistency PROOF.json]... [--key HEX]...

Each head must be the receipt's or joined to it by proofs, and signed with a key you give; status 0: all is proved.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class RefusedError(Exception):
    """Why the receipt is not proved."""


def need(condition: object, reason: str) -> None:
    if not condition:
        raise RefusedError(reason)


def unhex(text: str, length: int) -> bytes:
    need(len(data := bytes.fromhex(text)) == length, "a hash, salt or key has not its length")
    return data


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a name stands twice in a file: who reads it elsewhere may see the other")
    return dict(pairs)


def sha256(*data: bytes) -> bytes:
    return hashlib.sha256(b"".join(data)).digest()


def entry_of(parts: list[dict[str, str]]) -> dict[str, Any]:
    """Return what the opened parts say; the first is the header of the entry."""
    opened = [json.loads(part["text"]) for part in parts if "text" in part]
    need("text" in parts[0] and opened[0]["format"] == "pingan-entry-1", "the entry has no header of a known format")
    facts = {name: fact for part in opened if "account" not in part for name, fact in part.items()}
    return {"actor": None, "postings": [part for part in opened if "account" in part]} | facts


def climb(at: int, last: int, path: list[bytes], start: bytes) -> tuple[bytes, bytes]:
    """Walk up a proof (RFC 9162, 2.1.3.2, 2.1.4.2): the root of the tree that ends at `start`, and the whole one's."""
    old = new = start
    for sibling in path:
        need(last > 0, "a proof is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01", sibling, old), sha256(b"\x01", sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\x01", new, sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return old, new


def check_head(head: dict[str, Any], keys: dict[str, bytes]) -> str:
    """Check a head's signature and hash, and return what it says."""
    names = ("size", "root", "sealed_at", "previous", "salts", "key")
    text = "pingan-head-1\n" + "".join(f"{name} {'-' if head[name] is None else head[name]}\n" for name in names)
    need(type(size := head["size"]) is int and size > 0, "a head has no size")
    need(head["key"] in keys, f"head {size} is signed with key {head['key']!r:.20}, which you do not know")
    try:
        Ed25519PublicKey.from_public_bytes(keys[head["key"]]).verify(unhex(head["signature"], 64), text.encode())
    except InvalidSignature:
        raise RefusedError(f"the signature of head {size} is wrong") from None
    need(head["hash"] == sha256(text.encode()).hex(), f"the hash of head {size} is not that of its text")
    return text


def check_consistency(proof: dict[str, Any]) -> None:
    """Check that the newer of two heads only adds to the older."""
    old, new, path = proof["from"], proof["to"], [unhex(part, 32) for part in proof["path"]]
    older, newer, roots = old["size"], new["size"], tuple(unhex(head["root"], 32) for head in (old, new))
    need(older < newer and path, "a proof of consistency leads nowhere")
    # A tree of 2^n leaves is itself the first part, which the path leaves out.
    parts = [roots[0], *path] if older & (older - 1) == 0 else path
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    need(climb(at, last, parts[1:], parts[0]) == roots, f"head {newer} changed what stood under head {older}")


def check_entry(receipt: dict[str, Any]) -> dict[str, Any]:
    """Check that an entry is shown to the letter and stands under the root of its receipt's head, and return it."""
    need(receipt["format"] == "pingan-receipt-1", "the file is no receipt of a known format")
    parts, proof, head = receipt["parts"], receipt["proof"], receipt["head"]
    need(proof is not None and head is not None, "the entry is not sealed yet: download the receipt again later")
    entry = entry_of(parts)
    shown, said = (json.dumps(each, sort_keys=True) for each in (receipt["entry"], entry))
    need(shown == said, "what the receipt shows is not what its sealed parts say")
    commitments = [
        sha256(unhex(part["salt"], 16), part["text"].encode()) if "text" in part else unhex(part["commitment"], 32)
        for part in parts
    ]
    leaf, at, size = sha256(b"\x00", *commitments), proof["leaf_index"], proof["tree_size"]
    need(proof["leaf"] == leaf.hex(), "the parts of the entry do not make its leaf")
    need(type(at) is int and size == head["size"] and 0 <= at < size, "the proof is not for the receipt's head")
    _, root = climb(at, size - 1, [unhex(part, 32) for part in proof["path"]], leaf)
    need(root.hex() == head["root"], "the entry does not stand under the root of the receipt's head")
    return entry


def check_heads(head: dict[str, Any], kept: list[Any], proofs: list[Any], keys: dict[str, bytes]) -> None:
    """Check that all heads are signed, and each joined to the receipt's."""
    known = {check_head(each, keys): each for each in [head, *kept]}
    need(len({each["size"] for each in known.values()}) == len(known), "two heads of one size differ: the books forked")
    joined = [[check_head(each, keys) for each in (link["from"], link["to"])] for link in proofs]
    for link in proofs:
        check_consistency(link)
    reached = {next(iter(known))}
    for _ in joined:
        reached.update(text for pair in joined if reached & set(pair) for text in pair)
    apart = [each["size"] for text, each in known.items() if text not in reached]
    need(not apart, f"no proof of consistency joins your head {apart} and the receipt's head {head['size']}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Verify a receipt against heads that you kept.")
    parser.add_argument("receipt", type=Path)
    parser.add_argument("head", nargs="+", type=Path)
    parser.add_argument("--consistency", action="append", default=[], type=Path, help="a proof between two heads")
    parser.add_argument("--key", action="append", default=[], help="a public key besides those of your heads")
    asked = parser.parse_args()
    try:
        paths = [asked.receipt, *asked.head, *asked.consistency]
        receipt, *files = [json.loads(path.read_bytes(), object_pairs_hook=once) for path in paths]
        kept, proofs = files[: len(asked.head)], files[len(asked.head) :]
        public_keys = [unhex(key, 32) for key in [*asked.key, *(head["public_key"] for head in kept)]]
        entry = check_entry(receipt)
        check_heads(receipt["head"], kept, proofs, {sha256(key).hex()[:16]: key for key in public_keys})
    except RefusedError as reason:
        sys.exit(f"NOT VERIFIED: {reason}.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        sys.exit("NOT VERIFIED: a file is not what it should be.")
    print(f"VERIFIED: entry {entry['id']} ({entry['kind']}) stands under head {receipt['head']['size']}.")


if __name__ == "__main__":
    main()
