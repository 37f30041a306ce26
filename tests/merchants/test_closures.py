"""Merchants that leave: named no more, settled as ever, and closed when nothing is payable or owed."""

import pytest
from sqlalchemy.orm import Session

import ledger
import payments
import people
import receivables
from ledger import AccountState, Call
from merchants import CHECKS, Merchant, close_merchant, left_of_merchant
from payments import Refusal
from people import Role, TextRefusedError
from receivables import Closure, ClosureState, OwnerClosedError, WhereTo
from tests.clock import NOON
from tests.merchants.builders import code, give_back, merchant, naming, paid, pay, resident
from tests.merchants.test_debts import owing, settled

OFFICER = f"person:{5:032x}"


def closed(session: Session, shop: Merchant, *, call: Call | None = None) -> Closure:
    """Close a shop, or go on with it."""
    return close_merchant(session, merchant=shop, reason=" 停业 ", actor=OFFICER, now=NOON, call=call)


def states(session: Session, shop: Merchant) -> set[AccountState]:
    """Return the states of a shop's accounts."""
    own = (shop.payable_account_id, shop.in_settlement_account_id, shop.receivable_account_id)
    return {ledger.account_state(session, account) for account in own}


def test_a_shop_without_anything_is_closed_at_once_and_its_people_with_it(session: Session) -> None:
    shop = merchant(session)
    _key, secret = people.create_key(session, role=Role.TILL, name="till", now=NOON, merchant_id=shop.id)
    people.appoint(session, handle="owner", name="王", role=Role.MERCHANT_OWNER, merchant_id=shop.id, now=NOON)
    call = Call(OFFICER, "POST", "k", {})
    closure = closed(session, shop, call=call)
    assert (closure.state, closure.reason, closure.closed_at) == (ClosureState.CLOSED, "停业", NOON)
    assert states(session, shop) == {AccountState.CLOSED}
    assert people.principal_by_key(session, secret) is None
    assert people.merchant_people(session, shop.id) == []
    assert ledger.recall_call(session, call) == closure.id
    assert receivables.closure_report(session, closure).lines == []
    with pytest.raises(OwnerClosedError):
        closed(session, shop)


def test_a_shop_that_collected_waits_for_its_settlement_and_may_still_refund(session: Session) -> None:
    payer, shop = owing(session, 300)
    first, second = paid(session, payer, shop, 200), paid(session, payer, shop, 250)
    closure = closed(session, shop)
    assert (closure.state, states(session, shop)) == (ClosureState.CLOSING, {AccountState.OPEN})
    (line,) = receivables.closure_report(session, closure).lines
    assert (line.account, line.amount, line.where_to, line.destination) == (
        "merchant:hotel:payable",
        300,
        WhereTo.DEBT,
        "merchant:hotel:receivable",
    )
    assert left_of_merchant(session, shop) == {"payable": {"peace": 150}}
    refused = pay(session, at=shop.id, with_code=code(session, payer), amount=1)
    assert refused.redemption.refusal is Refusal.MERCHANT_NOT_NAMED
    with pytest.raises(OwnerClosedError):
        naming(session, shop)
    give_back(session, second, 50)
    settled(session, shop, 100)
    # A refund after that is owed, and holds the closure up until it is repaid.
    give_back(session, first, 20)
    assert closed(session, shop).state is ClosureState.CLOSING
    assert left_of_merchant(session, shop) == {"receivable": {"peace": 20}}
    assert [
        check.__name__ for check in (*CHECKS, *payments.CHECKS, *receivables.CHECKS) if check(session) is not None
    ] == []


def test_a_shop_that_was_never_named_and_one_whose_naming_ended_can_be_closed(session: Session) -> None:
    assert closed(session, merchant(session, code="new", named=False)).state is ClosureState.CLOSED


def test_a_closure_needs_a_reason(session: Session) -> None:
    shop = merchant(session)
    with pytest.raises(TextRefusedError):
        close_merchant(session, merchant=shop, reason=" ", actor=OFFICER, now=NOON)


def test_a_shop_that_is_said_to_be_closed_and_is_not_is_found(session: Session) -> None:
    shop, _payer = merchant(session), resident(session)
    closed(session, shop)
    other = merchant(session, code="other")
    session.add(
        Closure(
            merchant_id=other.id,
            state=ClosureState.CLOSED,
            reason="x",
            begun_by=OFFICER,
            begun_at=NOON,
            closed_at=NOON,
        )
    )
    session.flush()
    assert [check.__name__ for check in CHECKS if check(session) is not None] == ["closed_merchants_have_nothing_left"]
