"""Disputed lines: once at a time, about the shop's own, and answered by somebody who holds no end of it."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
import people
from merchants import Merchant
from people import Grant, Role
from tests.clock import NOON
from tests.merchants.builders import call, give_back, merchant
from tests.settlements.builders import settled, spent, town
from tests.tills.builders import ANN, HOUR, differences, ended, officer, opened, works_in_shifts
from tills import (
    Decision,
    DisputeAnsweredError,
    DisputeUnknownError,
    DisputeWaitsError,
    LineDispute,
    LineUnknownError,
    Remedy,
    RemedyError,
    answer_dispute,
    close_day,
    count_waiting,
    dispute_line,
    dispute_view,
    disputes_of_lines,
    list_disputes,
)


def disputed(session: Session, shop: Merchant, entry_id: UUID | None, *, by: str = ANN) -> LineDispute:
    assert entry_id is not None
    return dispute_line(session, merchant=shop, entry_id=entry_id, reason="多收了十元", actor=by, now=NOON)


def answered(session: Session, dispute: LineDispute, *, by: people.Principal | None = None) -> None:
    answer_dispute(
        session,
        dispute_id=dispute.id,
        decision=Decision.UPHELD,
        remedy=Remedy.REFUND,
        note="核实属实，请退款",
        by=by or officer(),
        now=NOON + HOUR,
    )


def test_a_line_is_disputed_once_at_a_time_and_again_after_the_answer(session: Session) -> None:
    payer, shop = town(session)
    paid = spent(session, payer, shop, 1_000)
    back = give_back(session, paid, 300)
    first, second = disputed(session, shop, paid.entry_id), disputed(session, shop, back.entry_id)
    assert [(each.kind, each.amount) for each in (first, second)] == [("redemption", 1_000), ("refund", -300)]
    with pytest.raises(DisputeWaitsError) as waits:
        disputed(session, shop, paid.entry_id)
    assert waits.value.dispute_id == first.id
    answered(session, first)
    with pytest.raises(DisputeAnsweredError):
        answered(session, first)
    third = disputed(session, shop, paid.entry_id)
    assert count_waiting(session) == 2
    found = list_disputes(session, merchant_ids=[shop.id], limit=9)
    assert [each.dispute.id for each in found] == [third.id, second.id, first.id]
    assert [each.dispute.id for each in list_disputes(session, waiting=False, limit=9)] == [first.id]
    assert [each.dispute.id for each in list_disputes(session, waiting=True, limit=9, before=third.id)] == [second.id]
    assert disputes_of_lines(session, [first.entry_id])[first.entry_id].dispute.id == third.id
    assert differences(session) == set()


def test_only_what_changed_what_the_shop_is_to_be_paid_is_a_line(session: Session) -> None:
    payer, shop = town(session)
    paid, other = spent(session, payer, shop, 1_000), merchant(session, code="other")
    settlement = settled(session, shop)
    owed = give_back(session, paid, 1_000)
    assert disputed(session, shop, owed.entry_id).amount == -1_000
    moves = session.execute(
        text("SELECT entry_id FROM settlement_steps").columns(entry_id=LineDispute.entry_id.type)
    ).scalars()
    for entry_id in (settlement.id, *moves):
        with pytest.raises(LineUnknownError):
            disputed(session, shop, entry_id)
    with pytest.raises(LineUnknownError):
        disputed(session, other, paid.entry_id)


def test_an_answer_is_another_persons_than_whoever_holds_an_end_of_it(session: Session) -> None:
    payer, shop = town(session)
    paid = spent(session, payer, shop, 1_000)
    back = give_back(session, paid, 300)
    maker = people.appoint(session, handle="liu", name="刘", role=Role.TILL, merchant_id=shop.id, by="system", now=NOON)
    dispute = disputed(session, shop, back.entry_id, by=officer(31).actor)
    at_the_shop = replace(officer(), grants=(Grant(Role.FINANCE), Grant(Role.TILL, merchant_id=shop.id)))
    with_a_role = replace(officer(), actor=f"person:{maker.id.hex}", person_id=maker.id)
    of_the_entry = replace(officer(), actor="person:owner", person_id=None)
    people.create_key(session, role=Role.RESIDENT, name="officer", resident_id=payer.id, now=NOON)
    kin = people.find_person(session, "officer")
    assert kin is not None
    of_the_household = replace(officer(), actor=f"person:{kin.id.hex}", person_id=kin.id)
    for by in (officer(31), at_the_shop, with_a_role, of_the_entry, of_the_household):
        with pytest.raises(ledger.SamePersonError):
            answered(session, dispute, by=by)
    answered(session, dispute)
    shown = dispute_view(session, dispute.id)
    assert shown.answer is not None
    assert (shown.answer.decision, shown.answer.remedy) == (Decision.UPHELD, Remedy.REFUND)


def test_what_is_upheld_says_what_follows_and_what_is_rejected_does_not(session: Session) -> None:
    payer, shop = town(session)
    dispute = disputed(session, shop, spent(session, payer, shop, 1_000).entry_id)
    for decision, remedy in ((Decision.UPHELD, None), (Decision.REJECTED, Remedy.NONE)):
        with pytest.raises(RemedyError):
            answer_dispute(
                session, dispute_id=dispute.id, decision=decision, remedy=remedy, note="x", by=officer(), now=NOON
            )
    with pytest.raises(DisputeUnknownError):
        dispute_view(session, shop.id)


@pytest.mark.parametrize(
    "change",
    [
        *("UPDATE shift_uses SET number = 9", "DELETE FROM shift_uses"),
        *("UPDATE till_shifts SET remark = 'y'", "DELETE FROM till_shift_ends", "DELETE FROM day_closes"),
        *("UPDATE day_closes SET remark = 'y'", "UPDATE till_shift_ends SET remark = 'y'"),
        *("UPDATE line_disputes SET reason = 'y'", "DELETE FROM line_dispute_answers"),
    ],
)
def test_nothing_that_was_said_is_changed_or_taken_back(session: Session, change: str) -> None:
    payer, shop = town(session)
    works_in_shifts(session, shop)
    answered(session, disputed(session, shop, spent(session, payer, shop, 1_000).entry_id))
    ended(session, shop, opened(session, shop), 0)
    close_day(session, merchant=shop, day=NOON.date(), actor=ANN, now=NOON + 24 * HOUR)
    with pytest.raises(Exception, match="append-only"), session.begin_nested():
        session.execute(text(change))


def test_the_same_call_again_is_the_same_dispute(session: Session) -> None:
    payer, shop = town(session)
    paid, once = spent(session, payer, shop, 1_000), call("the-key", reason="x")
    assert paid.entry_id is not None
    made = dispute_line(session, merchant=shop, entry_id=paid.entry_id, reason="x", actor=ANN, now=NOON, call=once)
    with pytest.raises(ledger.LostRaceError):
        dispute_line(session, merchant=shop, entry_id=paid.entry_id, reason="x", actor=ANN, now=NOON, call=once)
    assert ledger.recall_call(session, once) == made.id
