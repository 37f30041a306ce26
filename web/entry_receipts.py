"""The receipt of an entry as its reader keeps it: all of it for the books' own people, for others their own part."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

import seals
from ledger import EntryUnknownError
from merchants import get_merchant
from web.auth import BOOKS, principal
from web.other_parties import other_parties
from web.secret_keys import seal_keys


def entry_receipt(session: Session, entry_id: UUID) -> dict[str, Any]:
    """Return the receipt of an entry for whoever asks, as docs/seals.md describes it.

    Raises:
        EntryUnknownError: there is no such entry, or none that concerns them.
    """
    asking = principal()
    for own in [None] if asking.may_everywhere(*BOOKS) else _own_accounts(session):
        receipt = seals.receipt_of(session, entry_id, keys=seal_keys(), own=own, actor=asking.actor)
        if receipt is not None:
            others = {"other_parties": other_parties(session, receipt.hidden_accounts)}
            return seals.receipt_document(receipt, seal_keys()) | others
    raise EntryUnknownError(entry_id)


def _own_accounts(session: Session) -> list[str]:
    """Return how the codes of the caller's accounts begin."""
    asking = principal()
    residents = [] if asking.resident_id is None else [f"resident:{asking.resident_id.hex}:"]
    merchants = [f"merchant:{get_merchant(session, merchant_id).code}:" for merchant_id in asking.merchant_ids()]
    return residents + merchants
