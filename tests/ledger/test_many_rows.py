"""Statements over long lists: the rows that were given, and those among many values."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import among, insert_rows, new_id
from ledger.model import IdempotencyKey
from tests.clock import NOON

SAME = {"owner": "person:0a", "route": "awards", "made_at": NOON}


def test_each_row_has_what_is_the_same_and_what_is_its_own(session: Session) -> None:
    keys, hashes, made = ["k-1", "k-2", "重复"], [b"a" * 32, b"b" * 32, b"c" * 32], [new_id() for _ in range(3)]

    insert_rows(session, IdempotencyKey, same=SAME, each={"key": keys, "input_hash": hashes, "made_id": made})

    found = session.scalars(select(IdempotencyKey)).all()
    assert {(each.key, each.input_hash, each.made_id) for each in found} == set(zip(keys, hashes, made, strict=True))
    assert {(each.owner, each.route, each.made_at) for each in found} == {("person:0a", "awards", NOON)}


@pytest.mark.parametrize(
    ("wanted", "expected"), [(["k-1", "k-3"], ["k-1"]), ([], []), (["k-2", "k-1"], ["k-1", "k-2"])]
)
def test_those_among_many_values_are_found(session: Session, wanted: list[str], expected: list[str]) -> None:
    each: dict[str, list[Any]] = {"key": ["k-1", "k-2"], "input_hash": [b"a" * 32] * 2, "made_id": [new_id(), new_id()]}
    insert_rows(session, IdempotencyKey, same=SAME, each=each)

    query = select(IdempotencyKey.key).where(among(session, IdempotencyKey.key, wanted)).order_by(IdempotencyKey.key)

    assert list(session.scalars(query)) == expected
