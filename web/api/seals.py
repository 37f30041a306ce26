"""Proof for everybody: the signed heads of the books without a key, and receipts for those whom an entry concerns."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.validate import Range

import seals
from people import Role
from web.api.fields import PageQuery, Reply
from web.api.pages import number_cursor, page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import BOOKS, access, public
from web.entry_receipts import entry_receipt
from web.secret_keys import seal_keys
from web.unit_of_work import reading

blueprint = ApiBlueprint("seals", "Proof that the books are only added to: signed heads, and receipts.")


class HeadReply(Reply):
    """A signed head; hashes, keys and signatures are hexadecimal. docs/seals.md says what is signed."""

    size = fields.Integer(required=True, metadata={"description": "How many entries are sealed under it."})
    root = fields.String(required=True)
    sealed_at = fields.String(required=True, metadata={"description": "RFC 3339, UTC, with six decimals: as signed."})
    previous = fields.String(required=True, allow_none=True, metadata={"description": "Hash of the head before."})
    salts = fields.String(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)
    public_key = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)


class SealKeyReply(Reply):
    """A public key (Ed25519), the first head that it signed, and when; both null while it signed none."""

    key = fields.String(required=True)
    public_key = fields.String(required=True, allow_none=True)
    first_size = fields.Integer(required=True, allow_none=True)
    first_sealed_at = fields.String(required=True, allow_none=True)


class SealKeysReply(Reply):
    """All keys that sign or signed heads."""

    items = fields.List(fields.Nested(SealKeyReply), required=True)


class ConsistencyQuery(Schema):
    """The sizes of two heads, the older one first."""

    older = fields.Integer(required=True, data_key="from", validate=Range(min=1, max=seals.SIZE_MAX))
    newer = fields.Integer(required=True, data_key="to", validate=Range(min=1, max=seals.SIZE_MAX))


class ConsistencyReply(Reply):
    """Two heads, and what proves that the newer one's tree begins with the older one's (RFC 9162, 2.1.4)."""

    older = fields.Nested(HeadReply, required=True, data_key="from", attribute="from")
    newer = fields.Nested(HeadReply, required=True, data_key="to", attribute="to")
    path = fields.List(fields.String(), required=True)


class PartReply(Reply):
    """A part of an entry: opened by its text and salt, or hidden behind its commitment."""

    text = fields.String()
    salt = fields.String()
    commitment = fields.String()


class ProofReply(Reply):
    """Where the entry's leaf stands, and the way from it to the root of the head (RFC 9162, 2.1.3)."""

    leaf_index = fields.Integer(required=True)
    tree_size = fields.Integer(required=True)
    leaf = fields.String(required=True)
    path = fields.List(fields.String(), required=True)


class EntryReceiptReply(Reply):
    """An entry as the caller may see it, with its proof; both are null while the entry waits for its seal.

    `entry` repeats the opened parts for people. `other_parties` is not proved: of them it holds commitments.
    """

    format = fields.String(required=True)
    entry = fields.Dict(keys=fields.String(), required=True)
    other_parties = fields.List(fields.String(), required=True)
    parts = fields.List(fields.Nested(PartReply), required=True)
    proof = fields.Nested(ProofReply, required=True, allow_none=True)
    head = fields.Nested(HeadReply, required=True, allow_none=True)


@blueprint.get("/books/entries/<uuid:entry_id>/receipt")
@access(*BOOKS, Role.RESIDENT, Role.MERCHANT_OWNER, Role.TILL)
@blueprint.response(200, EntryReceiptReply)
def show_receipt(entry_id: UUID) -> Any:
    """Show the receipt of an entry: all of it to the books' own people, to others their own postings."""
    return reading(lambda session: entry_receipt(session, entry_id))


@blueprint.get("/books/seals")
@public
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(HeadReply))
def show_heads(asked: dict[str, Any]) -> Any:
    """List the signed heads, newest first."""
    before, limit = number_cursor(asked["cursor"]), asked["limit"]
    found = reading(lambda session: seals.list_heads(session, limit=limit + 1, before=before))
    shown = found[:limit]
    return page(
        [seals.head_document(head, seal_keys()) for head in shown], shown[-1].size if len(found) > limit else None
    )


@blueprint.get("/books/seals/<int:size>")
@public
@blueprint.response(200, HeadReply)
def show_head(size: int) -> Any:
    """Show the head of a size."""
    return seals.head_document(reading(lambda session: seals.get_head(session, size)), seal_keys())


@blueprint.get("/books/seals/consistency")
@public
@blueprint.arguments(ConsistencyQuery, location="query")
@blueprint.response(200, ConsistencyReply)
def show_consistency(asked: dict[str, Any]) -> Any:
    """Prove that nothing under an older head was changed or removed on the way to a newer one."""
    return seals.consistency_document(reading(lambda session: seals.consistency(session, **asked)), seal_keys())


@blueprint.get("/books/seals/keys")
@public
@blueprint.response(200, SealKeysReply)
def show_keys() -> Any:
    """List the keys that sign or signed heads, the newest first."""
    keys = seal_keys()
    uses = {use.key_id: use for use in reading(seals.key_uses)}
    return {"items": [_key(key_id, uses.get(key_id)) for key_id in dict.fromkeys([*keys.public_keys, *uses])]}


def _key(key_id: str, use: seals.KeyUse | None) -> dict[str, Any]:
    public_key = seal_keys().public_keys.get(key_id)
    return {
        "key": key_id,
        "public_key": None if public_key is None else public_key.hex(),
        "first_size": None if use is None else use.size,
        "first_sealed_at": None if use is None else seals.sealed_at_text(use.sealed_at),
    }
