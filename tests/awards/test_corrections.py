"""Entries corrected by their mirror, and why."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ledger
from awards import Correction, corrections_of, reverse_entry
from ledger import AlreadyReversedError, Call, EntryUnknownError, LostRaceError, SamePersonError, new_id, recall_call
from people import TextRefusedError
from tests.awards.builders import OFFICER, OTHER_OFFICER, awarded, fund, resident
from tests.clock import NOON


def test_a_correction_mirrors_the_entry_and_keeps_the_reason(session: Session) -> None:
    fund(session, available=1_000)
    payee = resident(session)
    award = awarded(session, payee, 400)
    assert award.entry_id is not None
    call = Call(OTHER_OFFICER, "POST /reversal", "a", {})
    made = reverse_entry(
        session, entry_id=award.entry_id, reason=" Wrong person ", actor=OTHER_OFFICER, now=NOON, call=call
    )
    assert made.reason == "Wrong person"
    assert ledger.balance(session, payee.available_account_id) == 0
    assert ledger.entry(session, made.reversal_id).reverses_id == award.entry_id
    assert recall_call(session, call) == made.reversal_id
    found = corrections_of(session, [award.entry_id, made.reversal_id, new_id()])
    assert found == {award.entry_id: made, made.reversal_id: made}


def test_what_the_books_refuse_leaves_no_reason_behind(session: Session) -> None:
    fund(session, available=1_000)
    award = awarded(session, resident(session), 400)
    assert award.entry_id is not None
    session.commit()
    with pytest.raises(SamePersonError):
        reverse_entry(session, entry_id=award.entry_id, reason="x", actor=OFFICER, now=NOON)
    session.rollback()
    with pytest.raises(EntryUnknownError):
        reverse_entry(session, entry_id=new_id(), reason="x", actor=OTHER_OFFICER, now=NOON)
    session.rollback()
    with pytest.raises(TextRefusedError):
        reverse_entry(session, entry_id=award.entry_id, reason="", actor=OTHER_OFFICER, now=NOON)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Correction)) == 0


def test_an_entry_is_corrected_once(session: Session) -> None:
    fund(session, available=1_000)
    award = awarded(session, resident(session), 400)
    assert award.entry_id is not None
    reverse_entry(session, entry_id=award.entry_id, reason="x", actor=OTHER_OFFICER, now=NOON)
    session.commit()
    with pytest.raises(AlreadyReversedError):
        reverse_entry(session, entry_id=award.entry_id, reason="x", actor=OTHER_OFFICER, now=NOON)


def test_a_call_whose_twin_reversed_the_entry_meanwhile_is_run_again(session: Session) -> None:
    fund(session, available=1_000)
    wrong = awarded(session, resident(session), 400).entry_id
    assert wrong is not None

    def reverse(key: str) -> Correction:
        call = Call(OTHER_OFFICER, "POST /reversal", key, {})
        return reverse_entry(session, entry_id=wrong, reason="x", actor=OTHER_OFFICER, now=NOON, call=call)

    reverse("k")
    with pytest.raises(LostRaceError):
        reverse("k")
    with pytest.raises(AlreadyReversedError):
        reverse("another")
