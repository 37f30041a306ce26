"""What becomes of a settlement: two persons, the money, failure, cancellation, and the bank that sends it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from ledger import SamePersonError
from merchants import close_merchant
from people import TextRefusedError
from receivables import ClosureState, OwnerClosedError
from settlements import (
    Settlement,
    SettlementStatus,
    SettlementStatusError,
    SettlementStepKind,
    cancel,
    fail,
    list_lines,
    list_settlements,
    pay,
    steps_of,
    take_return,
    totals_by_status,
)
from tests.clock import NOON
from tests.merchants.builders import give_back
from tests.settlements.builders import (
    FIRE,
    OPENER,
    PAYER,
    award,
    bank,
    check_books,
    held,
    opened,
    settled,
    spent,
    town,
)

LATER = NOON + timedelta(hours=1)
Step = Callable[..., Settlement]


def backing(session: Session, fund: str) -> int:
    return ledger.balance(session, ledger.account_id(session, f"fund:{fund}:backing"))


def test_another_person_pays_and_the_money_leaves_each_fund_for_its_credits(session: Session) -> None:
    payer, shop = town(session, money=100)
    award(session, payer, 100, fund=FIRE)
    spent(session, payer, shop, 130)
    made = opened(session, shop)
    paid = pay(session, settlement_id=made.id, document="  回单 8 ", actor=PAYER, now=LATER)
    assert (paid.status, paid.document, paid.paid_by, paid.paid_at) == (SettlementStatus.PAID, "回单 8", PAYER, LATER)
    assert held(session, shop) == (0, 0, 0)
    assert bank(session) == 200 - 130
    assert {backing(session, "peace"), backing(session, FIRE)} == {0, 70}
    entry = ledger.entry(session, steps_of(session, made.id)[-1].entry_id)
    assert (entry.kind, entry.actor) == ("settlement_paid", PAYER)
    check_books(session)


def test_who_opened_it_does_not_pay_it(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    with pytest.raises(SamePersonError):
        pay(session, settlement_id=made.id, document="x", actor=OPENER, now=LATER)
    assert (made.status, held(session, shop)) == (SettlementStatus.OPEN, (0, 100, 0))


def test_the_database_itself_refuses_one_person_at_both_ends(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = settled(session, shop)
    session.commit()
    with pytest.raises(DBAPIError, match="two_persons"):
        session.execute(text("UPDATE settlements SET paid_by = opened_by"))
    session.rollback()
    assert made.paid_by == PAYER


@pytest.mark.parametrize(
    ("give_up", "status", "kind"),
    [
        (fail, SettlementStatus.FAILED, "settlement_failed"),
        (cancel, SettlementStatus.CANCELLED, "settlement_cancelled"),
    ],
)
def test_what_failed_or_was_cancelled_is_payable_again(
    session: Session, give_up: Step, status: SettlementStatus, kind: str
) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    ended = give_up(session, settlement_id=made.id, reason="账号有误", actor=OPENER, now=LATER)
    assert (ended.status, held(session, shop)) == (status, (100, 0, 0))
    step = steps_of(session, made.id)[-1]
    assert (step.reason, step.made_by, ledger.entry(session, step.entry_id).kind) == ("账号有误", OPENER, kind)
    check_books(session)
    assert settled(session, shop, now=LATER).amount == 100
    check_books(session)


def test_what_the_bank_sent_back_is_payable_again_and_its_money_is_at_hand(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = settled(session, shop)
    assert bank(session) == 20_000 - 100
    take_return(session, settlement_id=made.id, reason="户名不符", actor=OPENER, now=LATER)
    assert (made.status, held(session, shop), bank(session)) == (SettlementStatus.RETURNED, (100, 0, 0), 20_000)
    assert [step.kind for step in steps_of(session, made.id)] == [
        SettlementStepKind.OPENING,
        SettlementStepKind.PAYMENT,
        SettlementStepKind.RETURN,
    ]
    assert [line.amount for line in list_lines(session, settlement_id=made.id).items] == [100]
    check_books(session)
    assert settled(session, shop, now=LATER).amount == 100
    check_books(session)


def test_a_refund_settled_while_its_payment_comes_back_is_settled_once(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    made = settled(session, shop)
    give_back(session, first, 30, now=LATER)
    spent(session, payer, shop, 50, at=LATER)
    second = settled(session, shop, until=LATER, now=LATER)
    assert second.amount == 20
    take_return(session, settlement_id=made.id, reason="x", actor=OPENER, now=LATER)
    check_books(session)
    assert settled(session, shop, until=LATER, now=LATER).amount == 100
    assert bank(session) == 20_000 - 120
    check_books(session)


ENDS: dict[str, tuple[Step, ...]] = {
    "open": (take_return,),
    "paid": (pay, fail, cancel),
    "failed": (pay, fail, cancel, take_return),
    "cancelled": (pay, fail, cancel, take_return),
    "returned": (pay, fail, cancel, take_return),
}


@pytest.mark.parametrize("status", ENDS)
def test_each_status_refuses_the_steps_that_do_not_follow_it(session: Session, status: str) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    if status in {"paid", "returned"}:
        pay(session, settlement_id=made.id, document="x", actor=PAYER, now=LATER)
    ways: dict[str, Step] = {"failed": fail, "cancelled": cancel, "returned": take_return}
    if status in ways:
        ways[status](session, settlement_id=made.id, reason="x", actor=PAYER, now=LATER)
    before = held(session, shop)
    for step in ENDS[status]:
        why = {"document": "x"} if step is pay else {"reason": "x"}
        with pytest.raises(SettlementStatusError) as refused:
            step(session, settlement_id=made.id, actor=PAYER, now=LATER, **why)
        assert refused.value.status == status
    assert held(session, shop) == before
    check_books(session)


def test_a_payment_names_its_document_and_the_others_their_reason(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    with pytest.raises(TextRefusedError):
        pay(session, settlement_id=made.id, document=" ", actor=PAYER, now=LATER)
    for step in (fail, cancel, take_return):
        with pytest.raises(TextRefusedError):
            step(session, settlement_id=made.id, reason="", actor=PAYER, now=LATER)


def test_what_comes_back_of_a_shop_that_is_closed_is_refused(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = settled(session, shop)
    closure = close_merchant(session, merchant=shop, reason="x", actor="person:a", now=LATER)
    assert closure.state is ClosureState.CLOSED
    with pytest.raises(OwnerClosedError):
        take_return(session, settlement_id=made.id, reason="x", actor=OPENER, now=LATER)


def test_a_shop_is_not_closed_while_a_settlement_of_it_is_open(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    closing = close_merchant(session, merchant=shop, reason="x", actor="person:a", now=LATER)
    assert closing.state is ClosureState.CLOSING
    pay(session, settlement_id=made.id, document="x", actor=PAYER, now=LATER)
    closing = close_merchant(session, merchant=shop, reason="x", actor="person:a", now=LATER)
    assert closing.state is ClosureState.CLOSED


def test_settlements_are_listed_newest_first_by_shop_status_and_day(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    first = settled(session, shop)
    spent(session, payer, shop, 50, at=LATER)
    second = opened(session, shop, until=LATER, now=LATER)
    assert [each.id for each in list_settlements(session).items] == [second.id, first.id]
    assert [each.id for each in list_settlements(session, status=SettlementStatus.PAID).items] == [first.id]
    assert [each.id for each in list_settlements(session, merchant_id=shop.id, since=LATER).items] == [second.id]
    assert [each.id for each in list_settlements(session, until=LATER).items] == [first.id]
    assert list_settlements(session, merchant_ids=[]).items == []
    page = list_settlements(session, limit=1)
    assert [each.id for each in list_settlements(session, limit=1, before=page.next_before).items] == [first.id]
    assert totals_by_status(session, merchant_id=shop.id) == {
        SettlementStatus.PAID: (1, 100),
        SettlementStatus.OPEN: (1, 50),
    }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE settlement_lines SET amount = amount + 1",
        "UPDATE settlement_lines SET freed = false",
        "DELETE FROM settlement_lines",
        "UPDATE settlement_lots SET amount = amount + 1",
        "DELETE FROM settlement_steps",
        "UPDATE settlement_steps SET made_by = 'person:x'",
    ],
)
def test_the_database_refuses_to_change_lines_sums_and_steps(session: Session, change: str) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    cancel(session, settlement_id=opened(session, shop).id, reason="x", actor=OPENER, now=LATER)
    session.commit()
    with pytest.raises(DBAPIError, match=r"append-only|freed once"):
        session.execute(text(change))
