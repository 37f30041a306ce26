"""Writes of the caller that travel with an entry: together with it, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from ledger import (
    REMEMBER_CALL,
    Call,
    Companions,
    InsufficientBalanceError,
    LostRaceError,
    balance,
    new_id,
    post,
    recall_call,
    remember_values,
)
from ledger.model import IdempotencyKey
from tests.clock import NOON
from tests.ledger.builders import awarding, funded_books, moving

CALL = Call(owner="person:0a", route="awards", key="k-1", asked={"amount": 5})
LATER = NOON + timedelta(hours=1)

REMEMBERING = Companions(REMEMBER_CALL)
REMEMBERING_AND_TOUCHING = Companions(
    REMEMBER_CALL,
    update(IdempotencyKey)
    .where(IdempotencyKey.key == bindparam("touched_key"))
    .values(made_at=bindparam("touched_at")),
)


def test_a_companion_is_written_with_its_entry(session: Session) -> None:
    books = funded_books(session)
    given = awarding(books, 5)
    post(session, [given], companions=REMEMBERING, values=remember_values(CALL, made_id=given.id, now=NOON))
    assert recall_call(session, CALL) == given.id
    assert balance(session, books.resident) == 5


def test_several_companions_are_written_with_one_entry(session: Session) -> None:
    books = funded_books(session)
    other = Call(owner="person:0a", route="awards", key="k-0", asked={})
    post(
        session, [awarding(books, 1)], companions=REMEMBERING, values=remember_values(other, made_id=new_id(), now=NOON)
    )
    values = remember_values(CALL, made_id=new_id(), now=NOON) | {"touched_key": "k-0", "touched_at": LATER}
    post(session, [awarding(books, 5)], companions=REMEMBERING_AND_TOUCHING, values=values)
    kept = select(IdempotencyKey.key, IdempotencyKey.made_at).order_by(IdempotencyKey.key)
    assert [tuple(row) for row in session.execute(kept)] == [("k-0", LATER), ("k-1", NOON)]


def test_a_companion_that_does_not_find_its_row_lost_a_race_and_nothing_happens(session: Session) -> None:
    books = funded_books(session)
    session.commit()
    values = remember_values(CALL, made_id=new_id(), now=NOON) | {"touched_key": "none", "touched_at": LATER}
    with pytest.raises(LostRaceError):
        post(session, [awarding(books, 5)], companions=REMEMBERING_AND_TOUCHING, values=values)
    session.rollback()
    assert (balance(session, books.resident), recall_call(session, CALL)) == (0, None)


def test_a_refused_entry_takes_its_companions_along(session: Session) -> None:
    books = funded_books(session)
    session.commit()
    values = remember_values(CALL, made_id=new_id(), now=NOON)
    with pytest.raises(InsufficientBalanceError):
        post(session, [moving(books.resident, books.shop, 5)], companions=REMEMBERING, values=values)
    session.rollback()
    assert recall_call(session, CALL) is None


def test_companions_go_with_a_single_entry(session: Session) -> None:
    books = funded_books(session)
    values = remember_values(CALL, made_id=new_id(), now=NOON)
    with pytest.raises(ValueError, match="one entry"):
        post(session, [awarding(books, 5), awarding(books, 5)], companions=REMEMBERING, values=values)
