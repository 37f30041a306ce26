"""Calls that may be repeated: the same call again finds what it made, another with its key is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import Call, KeyReusedError, new_id, recall_call, remember_call
from ledger.idempotency import same_thing_again
from ledger.model import IdempotencyKey
from tests.clock import NOON

CALL = Call(owner="person:0a", route="awards", key="k-1", asked={"amount": 5, "reason": "灭火"})


def test_a_new_call_made_nothing_yet(session: Session) -> None:
    assert recall_call(session, CALL) is None


def test_the_same_call_again_finds_what_it_made(session: Session) -> None:
    made = new_id()
    remember_call(session, CALL, made_id=made, now=NOON)
    assert recall_call(session, CALL) == made
    assert recall_call(session, replace(CALL, asked={"reason": "灭火", "amount": 5})) == made


def test_a_key_used_with_other_input_is_refused(session: Session) -> None:
    remember_call(session, CALL, made_id=new_id(), now=NOON)
    with pytest.raises(KeyReusedError) as refused:
        recall_call(session, replace(CALL, asked={"amount": 6, "reason": "灭火"}))
    assert refused.value.key == "k-1"


@pytest.mark.parametrize("other", [{"owner": "person:0b"}, {"route": "refunds"}, {"key": "k-2"}, {"key": "K-1"}])
def test_a_key_belongs_to_its_owner_and_route(session: Session, other: dict[str, str]) -> None:
    remember_call(session, CALL, made_id=new_id(), now=NOON)
    another = Call(**{"owner": "person:0a", "route": "awards", "key": "k-1"} | other, asked={"amount": 1})
    assert recall_call(session, another) is None


def test_one_call_is_stored_once(session: Session) -> None:
    remember_call(session, CALL, made_id=new_id(), now=NOON)
    with pytest.raises(IntegrityError):
        remember_call(session, CALL, made_id=new_id(), now=NOON)


def test_no_call_is_not_remembered(session: Session) -> None:
    remember_call(session, None, made_id=new_id(), now=NOON)
    assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_only_a_hash_of_what_was_asked_is_stored(session: Session) -> None:
    made = new_id()
    remember_call(session, CALL, made_id=made, now=NOON)
    stored = session.scalars(select(IdempotencyKey)).one()
    assert (stored.owner, stored.route, stored.key) == ("person:0a", "awards", "k-1")
    assert (stored.made_id, stored.made_at) == (made, NOON)
    assert (stored.input_hash, len(stored.input_hash)) == (CALL.input_hash, 32)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {"a": 1, "b": None}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": "x", "b": "y"}, {"a": "y", "b": "x"}),
        ({"a": {"b": 1}}, {"a": {"c": 1}}),
    ],
)
def test_different_input_has_a_different_hash(one: dict[str, object], other: dict[str, object]) -> None:
    assert replace(CALL, asked=one).input_hash != replace(CALL, asked=other).input_hash


def test_days_instants_and_ids_are_hashed_as_their_text() -> None:
    known = UUID(int=7)
    asked = {"on": date(2026, 6, 1), "at": NOON, "id": known, "rate": Decimal("1.50")}
    written = {"on": "2026-06-01", "at": "2026-06-01T12:00:00+08:00", "id": str(known), "rate": "1.50"}
    assert replace(CALL, asked=asked).input_hash == replace(CALL, asked=written).input_hash


def test_a_row_read_by_another_statement_is_judged_the_same_way() -> None:
    made = new_id()
    assert same_thing_again(CALL, CALL.input_hash, made) == made
    with pytest.raises(KeyReusedError):
        same_thing_again(CALL, replace(CALL, asked={}).input_hash, made)
