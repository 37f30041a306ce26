"""Whose a head is that somebody kept."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

import ledger
from seals import HeadVerdict, SealKeys, check_head, check_receipt, head_document, newest_head, sealed_among
from seals.heads import find_head, head_text
from tests.ledger.builders import awarding
from tests.seals.builders import KEYS, OTHER_KEYS, seal, sealed_books

FACTS = ("size", "root", "sealed_at", "previous", "salts", "key")


def newest(session: Session) -> dict[str, Any]:
    """Return the newest head as it is downloaded."""
    head = newest_head(session)
    assert head is not None
    return head_document(head, KEYS)


def signed(head: dict[str, Any], keys: SealKeys, **changes: Any) -> dict[str, Any]:
    """Return a head with changes, signed by whoever has these keys."""
    changed = {**head, **changes, "key": keys.key_id}
    return {**changed, "signature": keys.sign(head_text(**{name: changed[name] for name in FACTS})).hex()}


def test_a_head_as_downloaded_is_ours_and_stays_so(session: Session) -> None:
    books = sealed_books(session)
    kept = newest(session)
    ledger.post(session, [awarding(books, 5)])
    seal(session)
    assert check_head(session, kept, keys=KEYS) is HeadVerdict.OURS


def test_a_head_with_our_signature_that_is_none_of_ours_contradicts(session: Session) -> None:
    sealed_books(session)
    head = newest(session)
    for changes in ({"root": "00" * 32}, {"size": head["size"] + 1}, {"sealed_at": "2026-06-01T04:00:00.000000Z"}):
        assert check_head(session, signed(head, KEYS, **changes), keys=KEYS) is HeadVerdict.CONTRADICTS


def test_a_head_of_another_signature_is_not_ours_whatever_it_says(session: Session) -> None:
    sealed_books(session)
    head = newest(session)
    changes = ({"root": "00" * 32}, {"signature": "00"}, {"key": "x"}, {"root": "\ud800"})
    others = [signed(head, OTHER_KEYS), *({**head, **each} for each in changes)]
    assert {check_head(session, other, keys=KEYS) for other in others} == {HeadVerdict.NOT_SIGNED_BY_US}


@pytest.mark.parametrize(
    "changes",
    [{"size": True}, {"size": "4"}, {"size": 0}, {"size": 2**63}, {"signature": "no digits"}],
)
def test_what_has_not_the_form_of_a_head_is_none(session: Session, changes: dict[str, Any]) -> None:
    sealed_books(session)
    assert check_head(session, newest(session) | changes, keys=KEYS) is HeadVerdict.NO_HEAD


@pytest.mark.parametrize("document", [None, [], "head", 4, {}, {"size": 4}])
def test_other_documents_are_no_heads(session: Session, document: object) -> None:
    assert check_head(session, document, keys=KEYS) is HeadVerdict.NO_HEAD


def test_a_part_nested_without_end_makes_no_receipt(session: Session) -> None:
    parts = [{"text": "[" * 50_000, "salt": "00" * 16}]
    document: dict[str, Any] = {"format": "pingan-receipt-1", "entry": {}, "parts": parts, "proof": None, "head": None}
    assert check_receipt(session, document, keys=KEYS) == "no_receipt"


def test_those_that_are_sealed_are_told_of_some_entries(session: Session) -> None:
    books = sealed_books(session)
    waiting = awarding(books, 5)
    ledger.post(session, [waiting])
    assert sealed_among(session, [waiting.id]) == set()
    seal(session)
    assert sealed_among(session, [waiting.id]) == {waiting.id}


def test_where_there_is_no_head_of_a_size_none_is_found(session: Session) -> None:
    sealed_books(session)
    size = newest(session)["size"]
    assert (find_head(session, size) is None, find_head(session, size + 1)) == (False, None)
