"""A call whose twin was answered meanwhile is run again, and never refused for what its twin did."""

import pytest
from sqlalchemy.orm import Session

import ledger
from ledger import Call, KeyReusedError, LostRaceError
from tests.clock import NOON

CALL = Call("person:1", "POST /things", "k", {"amount": 1})


def test_a_call_that_nobody_answered_is_still_new(session: Session) -> None:
    ledger.check_still_new(session, CALL)
    ledger.check_still_new(session, None)


def test_a_call_that_was_answered_meanwhile_has_lost_the_race(session: Session) -> None:
    ledger.remember_call(session, CALL, made_id=ledger.new_id(), now=NOON)

    with pytest.raises(LostRaceError):
        ledger.check_still_new(session, CALL)


def test_a_key_that_was_used_for_something_else_meanwhile_is_told_so(session: Session) -> None:
    ledger.remember_call(session, CALL, made_id=ledger.new_id(), now=NOON)

    with pytest.raises(KeyReusedError):
        ledger.check_still_new(session, Call(CALL.owner, CALL.route, CALL.key, {"amount": 2}))
