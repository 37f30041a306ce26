"""Held, not destroyed: what is held back stays out of settlements until it is cleared, and can be appealed once."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import ledger
import people
from ledger import SamePersonError
from merchants import Merchant
from payments import Redemption
from people import Role
from settlements import Settleable, look_at_shops, settleable
from suspicions import (
    CHECKS,
    DecisionOutcome,
    HeldAppealedError,
    HeldNotAppealedError,
    NotUpheldError,
    SuspicionDecidedError,
    SuspicionRules,
    SuspicionState,
    SuspicionUnknownError,
    appeal,
    count_waiting,
    decide,
    decide_appeal,
    get_suspicion,
    list_suspicions,
    set_suspicion_rules,
)
from tests.clock import NOON
from tests.merchants.builders import code, give_back
from tests.merchants.builders import pay as pay_at_till
from tests.settlements.builders import check_books, held, nothing_to_settle, opened, settled, spent, town

LATER = NOON + timedelta(hours=1)
FIRST, SECOND = f"person:{21:032x}", f"person:{22:032x}"
OWNER = f"person:{23:032x}"
CLEARED, UPHELD = DecisionOutcome.CLEARED, DecisionOutcome.UPHELD


def held_back(session: Session, *, amount: int = 100) -> tuple[people.Resident, Merchant, Redemption]:
    """Return a payment whose code was used late, and which the next look holds back."""
    payer, shop = town(session)
    set_suspicion_rules(session, rules=SuspicionRules(late_code_s=30), actor="person:a", now=NOON)
    shown = code(session, payer, at=NOON - timedelta(seconds=40))
    return payer, shop, pay_at_till(session, at=shop.id, with_code=shown, amount=amount).redemption


def prospect(session: Session, shop: Merchant) -> Settleable:
    """Return what could be settled of a shop."""
    [found] = settleable(session, until=LATER, merchant_id=shop.id)
    assert [found] == settleable(session, until=LATER)
    return found


def one(session: Session) -> UUID:
    """Return the id of the only suspicion."""
    [found] = list_suspicions(session).items
    return found.suspicion.id


def sound(session: Session) -> None:
    """Recompute what settlements and suspicions promise."""
    check_books(session)
    assert [each.detail for each in ledger.audit(session, CHECKS) if not each.ok] == []


def test_opening_looks_by_itself_and_what_is_held_back_comes_once_it_is_cleared(session: Session) -> None:
    payer, shop, late = held_back(session)
    spent(session, payer, shop, 50)
    assert (prospect(session, shop).amount, prospect(session, shop).held_payments) == (150, 0)
    made = opened(session, shop, until=LATER, now=LATER)
    assert (made.amount, made.lines) == (50, 1)
    # The refund of what is held back stays out with it.
    give_back(session, late, 30, now=LATER)
    assert held(session, shop) == (70, 50, 0)
    found = prospect(session, shop)
    assert (found.amount, found.waits, found.held_amount, found.held_payments) == (0, 0, 70, 1)
    nothing_to_settle(session, shop, until=LATER, now=LATER)
    sound(session)
    decide(session, suspicion_id=one(session), outcome=CLEARED, reason="老人动作慢", actor=FIRST, now=LATER)
    assert (prospect(session, shop).amount, prospect(session, shop).held_payments) == (70, 0)
    assert opened(session, shop, until=LATER, now=LATER).amount == 70
    assert held(session, shop) == (0, 120, 0)
    sound(session)


def test_what_is_settled_already_is_not_held_back(session: Session) -> None:
    payer, shop = town(session)
    shown = code(session, payer, at=NOON - timedelta(seconds=40))
    late = pay_at_till(session, at=shop.id, with_code=shown, amount=100).redemption
    settled(session, shop)
    set_suspicion_rules(session, rules=SuspicionRules(late_code_s=30), actor="person:a", now=NOON)
    assert look_at_shops(session, now=LATER).count == 0
    give_back(session, late, 10, now=LATER)
    sound(session)


def test_a_debt_is_paid_off_by_what_is_not_held_back(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 80, now=LATER)
    set_suspicion_rules(session, rules=SuspicionRules(late_code_s=30), actor="person:a", now=NOON)
    shown = code(session, payer, at=NOON - timedelta(seconds=40))
    pay_at_till(session, at=shop.id, with_code=shown, amount=200)
    spent(session, payer, shop, 70)
    nothing_to_settle(session, shop, until=LATER, now=LATER)
    spent(session, payer, shop, 30)
    assert opened(session, shop, until=LATER, now=LATER).amount == 20
    assert held(session, shop) == (200, 20, 0)
    sound(session)


def test_an_upheld_one_is_appealed_once_and_another_person_has_the_last_word(session: Session) -> None:
    _payer, shop, _late = held_back(session)
    look_at_shops(session, now=LATER)
    found = one(session)
    with pytest.raises(NotUpheldError):
        appeal(session, suspicion_id=found, text="x", actor=OWNER, now=LATER)
    decide(session, suspicion_id=found, outcome=UPHELD, reason="x", actor=FIRST, now=LATER)
    with pytest.raises(SuspicionDecidedError):
        decide(session, suspicion_id=found, outcome=CLEARED, reason="x", actor=SECOND, now=LATER)
    with pytest.raises(HeldNotAppealedError):
        decide_appeal(session, suspicion_id=found, outcome=CLEARED, reason="x", actor=SECOND, now=LATER)
    assert count_waiting(session) == 0
    appeal(session, suspicion_id=found, text="网络慢", actor=OWNER, now=LATER)
    with pytest.raises(HeldAppealedError):
        appeal(session, suspicion_id=found, text="x", actor=OWNER, now=LATER)
    with pytest.raises(SamePersonError):
        decide_appeal(session, suspicion_id=found, outcome=CLEARED, reason="x", actor=FIRST, now=LATER)
    assert (count_waiting(session), get_suspicion(session, found).state) == (1, SuspicionState.APPEALED)
    decide_appeal(session, suspicion_id=found, outcome=UPHELD, reason="x", actor=SECOND, now=LATER)
    with pytest.raises(SuspicionDecidedError):
        decide_appeal(session, suspicion_id=found, outcome=CLEARED, reason="x", actor=SECOND, now=LATER)
    nothing_to_settle(session, shop, until=LATER, now=LATER)
    for state in SuspicionState:
        items = list_suspicions(session, state=state, merchant_ids=[shop.id]).items
        assert [each.state for each in items] == ([state] if state is SuspicionState.FINAL else [])
    with pytest.raises(SuspicionUnknownError):
        get_suspicion(session, ledger.new_id())
    sound(session)


def test_whoever_has_a_part_in_the_payment_decides_nothing_about_it(session: Session) -> None:
    payer, shop, _late = held_back(session)
    look_at_shops(session, now=LATER)
    cashier = people.appoint(session, handle="c", name="李四", role=Role.TILL, merchant_id=shop.id, now=NOON)
    for actor in (f"person:{cashier.id.hex}", f"resident:{payer.id.hex}"):
        with pytest.raises(SamePersonError):
            decide(session, suspicion_id=one(session), outcome=CLEARED, reason="x", actor=actor, now=LATER)
