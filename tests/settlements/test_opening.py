"""What a settlement takes: cut-off, refunds, debts, funds, and each line in one settlement."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import ledger
import people
from ledger import AccountState, Asset, NewEntry
from merchants import close_merchant, repay_in_money, revoke_naming
from people import Role
from settlements import (
    CutOffAheadError,
    OwnShopError,
    SettlementStatus,
    SettlementUnknownError,
    cancel,
    get_settlement,
    list_lines,
    lots_of_settlement,
    open_settlement,
)
from tests.clock import NOON
from tests.merchants.builders import PEACE, give_back, lots_of, merchant
from tests.settlements.builders import (
    FIRE,
    OPENER,
    PAYER,
    award,
    check_books,
    held,
    nothing_to_settle,
    opened,
    rich,
    settled,
    spent,
    town,
)

LATER = NOON + timedelta(hours=1)
NEXT_DAY = NOON + timedelta(days=1)


def test_what_was_collected_until_the_cut_off_is_set_aside_line_by_line(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    spent(session, payer, shop, 250)
    spent(session, payer, shop, 40, at=LATER)
    made = opened(session, shop, now=NEXT_DAY)
    assert (made.status, made.amount, made.lines) == (SettlementStatus.OPEN, 350, 2)
    assert held(session, shop) == (40, 350, 0)
    lines = list_lines(session, settlement_id=made.id).items
    assert [(line.line, line.kind, line.amount, line.lots) for line in lines] == [
        (2, "redemption", 250, {"never:peace": 250}),
        (1, "redemption", 100, {"never:peace": 100}),
    ]
    check_books(session)


def test_the_instant_of_the_cut_off_is_included_and_what_comes_after_it_waits(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    spent(session, payer, shop, 30, at=LATER)
    assert opened(session, shop, until=LATER - timedelta(microseconds=1), now=NEXT_DAY).amount == 100
    assert opened(session, shop, until=LATER, now=NEXT_DAY).amount == 30


def test_a_cut_off_that_lies_ahead_is_refused(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    with pytest.raises(CutOffAheadError):
        opened(session, shop, until=NOON + timedelta(microseconds=1))
    assert opened(session, shop, until=NOON).amount == 100


def test_a_line_is_in_one_settlement_and_nothing_left_is_nothing_to_settle(session: Session) -> None:
    payer, shop = town(session)
    nothing_to_settle(session, shop)
    spent(session, payer, shop, 100)
    opened(session, shop)
    nothing_to_settle(session, shop)
    assert held(session, shop) == (0, 100, 0)
    check_books(session)


def test_refunds_until_the_opening_come_with_their_redemption(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    second = spent(session, payer, shop, 60, at=LATER)
    give_back(session, first, 20, now=NEXT_DAY)
    give_back(session, second, 10, now=NEXT_DAY)
    made = opened(session, shop, now=NEXT_DAY)
    assert (made.amount, made.lines) == (80, 2)
    assert held(session, shop) == (50, 80, 0)
    last = opened(session, shop, until=LATER, now=NEXT_DAY)
    assert (last.amount, last.lines) == (50, 2)
    check_books(session)


def test_what_was_given_back_after_its_settlement_lowers_the_next_one(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 20, now=LATER)
    assert held(session, shop) == (0, 0, 20)
    spent(session, payer, shop, 50, at=LATER)
    made = opened(session, shop, until=LATER, now=NEXT_DAY)
    assert (made.amount, made.lines) == (30, 2)
    assert held(session, shop) == (0, 30, 0)
    check_books(session)


def test_what_was_repaid_in_money_lowers_nothing(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 20, now=LATER)
    repay_in_money(session, merchant_id=shop.id, fund_code=PEACE, amount=20, document="x", actor="person:f", now=LATER)
    spent(session, payer, shop, 50, at=LATER)
    made = opened(session, shop, until=LATER, now=NEXT_DAY)
    assert (made.amount, made.lines) == (50, 3)
    assert [line.kind for line in list_lines(session, settlement_id=made.id).items].count("repayment") == 1
    check_books(session)


def test_more_given_back_than_collected_carries_over_until_more_is_collected(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 80, now=LATER)
    spent(session, payer, shop, 30, at=LATER)
    nothing_to_settle(session, shop, until=LATER, now=NEXT_DAY)
    spent(session, payer, shop, 50, at=NEXT_DAY)
    nothing_to_settle(session, shop, until=NEXT_DAY, now=NEXT_DAY)
    spent(session, payer, shop, 5, at=NEXT_DAY)
    made = opened(session, shop, until=NEXT_DAY, now=NEXT_DAY)
    assert (made.amount, made.lines) == (5, 4)
    assert held(session, shop) == (0, 5, 0)
    check_books(session)


def test_one_funds_credits_never_pay_another_funds_debt(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 60, now=LATER)
    spent(session, rich(session, 500, fund=FIRE), shop, 40, at=LATER)
    made = opened(session, shop, until=LATER, now=NEXT_DAY)
    assert (made.amount, made.lines) == (40, 1)
    assert [(part.lot, part.amount) for part in lots_of_settlement(session, made.id)] == [("never:fire", 40)]
    assert held(session, shop) == (0, 40, 60)
    check_books(session)


def test_a_payment_out_of_two_funds_is_one_line_of_two_lots(session: Session) -> None:
    payer, shop = town(session, money=100)
    award(session, payer, 100, fund=FIRE)
    spent(session, payer, shop, 130)
    assert sum(lots_of(session, payer).values()) == 70
    made = opened(session, shop)
    assert (made.amount, made.lines) == (130, 1)
    (line,) = list_lines(session, settlement_id=made.id).items
    assert sum(line.lots.values()) == line.amount == 130
    assert set(line.lots) == {"never:peace", "never:fire"}
    check_books(session)


def test_a_part_whose_fund_owes_waits_while_the_other_part_is_paid(session: Session) -> None:
    payer, shop = town(session, money=100)
    first = spent(session, payer, shop, 100)
    settled(session, shop)
    give_back(session, first, 50, now=LATER)
    award(session, payer, 100, fund=FIRE)
    # 30 of one fund and 50 of the other; the one that is owed to waits.
    mixed = spent(session, payer, shop, 130, at=LATER)
    give_back(session, mixed, 60, now=LATER)
    made = opened(session, shop, until=LATER, now=NEXT_DAY)
    assert made.amount == sum(part.amount for part in lots_of_settlement(session, made.id))
    assert all(part.amount > 0 for part in lots_of_settlement(session, made.id))
    check_books(session)


def test_a_payment_given_back_whole_goes_with_what_else_is_settled(session: Session) -> None:
    payer, shop = town(session)
    give_back(session, spent(session, payer, shop, 100), 100)
    nothing_to_settle(session, shop)
    spent(session, payer, shop, 10)
    made = opened(session, shop)
    assert (made.amount, made.lines) == (10, 3)
    check_books(session)


def test_what_reaches_a_shop_otherwise_is_settled_by_the_same_cut_off(session: Session) -> None:
    _payer, shop = town(session)
    issued = ledger.account_id(session, "issued")
    lines = (
        ledger.debit(issued, Asset.PAB, 70, "never:peace"),
        ledger.credit(shop.payable_account_id, Asset.PAB, 70, "never:peace"),
    )
    ledger.post(session, [NewEntry(ledger.new_id(), "hold_captured", "system", LATER, lines)])
    nothing_to_settle(session, shop, until=NOON, now=NEXT_DAY)
    assert opened(session, shop, until=LATER, now=NEXT_DAY).amount == 70


def test_other_shops_are_left_alone(session: Session) -> None:
    payer, shop = town(session)
    other = merchant(session, code="clinic")
    spent(session, payer, shop, 100)
    spent(session, payer, other, 30)
    assert opened(session, shop).amount == 100
    assert held(session, other) == (30, 0, 0)
    check_books(session)


def test_a_shop_whose_naming_was_revoked_or_that_is_closing_is_still_settled(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    revoke_naming(session, merchant=shop, reason="x", actor="person:a", now=NOON)
    assert settled(session, shop).amount == 100
    other = merchant(session, code="clinic")
    spent(session, payer, other, 30)
    close_merchant(session, merchant=other, reason="x", actor="person:a", now=NOON)
    assert settled(session, other).amount == 30
    check_books(session)


def test_a_frozen_shop_is_refused_and_nothing_is_taken(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    session.commit()
    ledger.set_account_state(session, shop.payable_account_id, AccountState.FROZEN)
    session.commit()
    with pytest.raises(ledger.AccountStateError):
        opened(session, shop)
    session.rollback()
    ledger.set_account_state(session, shop.payable_account_id, AccountState.OPEN)
    assert opened(session, shop).amount == 100


def test_nobody_settles_the_shop_for_which_they_work(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    owner = people.appoint(session, handle="wang", name="王", role=Role.MERCHANT_OWNER, merchant_id=shop.id, now=NOON)
    by = f"person:{owner.id.hex}"
    with pytest.raises(OwnShopError):
        opened(session, shop, by=by)
    (grant,) = people.live_grants(session, owner.id)
    people.revoke_grant(session, grant_id=grant.id, now=NOON)
    assert opened(session, shop, by=by).amount == 100


def test_who_bears_a_key_of_the_shops_till_works_there(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    made = opened(session, shop)
    key = people.create_key(session, role=Role.TILL, name="李", merchant_id=shop.id, now=NOON)[0]
    by = f"person:{key.person_id.hex}"
    with pytest.raises(OwnShopError):
        cancel(session, settlement_id=made.id, reason="x", actor=by, now=LATER)
    people.revoke_key(session, key_id=key.id, now=NOON)
    cancel(session, settlement_id=made.id, reason="x", actor=by, now=LATER)


def test_the_same_call_again_is_refused_by_the_domain_and_found_by_its_key(session: Session) -> None:
    payer, shop = town(session)
    spent(session, payer, shop, 100)
    call = ledger.Call(OPENER, "POST /settlements", "key", {"merchant": "hotel"})
    made = opened(session, shop, again=call)
    assert ledger.recall_call(session, call) == made.id
    with pytest.raises(ledger.LostRaceError):
        opened(session, shop, again=call)


def test_lines_are_read_page_by_page_newest_first(session: Session) -> None:
    payer, shop = town(session)
    for minute in range(5):
        spent(session, payer, shop, 10 + minute, at=NOON + timedelta(minutes=minute))
    made = opened(session, shop, until=LATER, now=LATER)
    first = list_lines(session, settlement_id=made.id, limit=2)
    assert ([line.amount for line in first.items], first.next_before) == ([14, 13], 4)
    rest = list_lines(session, settlement_id=made.id, limit=3, before=first.next_before)
    assert ([line.amount for line in rest.items], rest.next_before) == ([12, 11, 10], None)
    assert list_lines(session, settlement_id=made.id, before=1).items == []


def test_a_settlement_that_is_not_there_is_said_to_be_unknown(session: Session) -> None:
    town(session)
    with pytest.raises(SettlementUnknownError):
        get_settlement(session, ledger.new_id())
    with pytest.raises(SettlementUnknownError):
        cancel(session, settlement_id=ledger.new_id(), reason="x", actor=PAYER, now=NOON)


def test_freed_lines_are_taken_by_the_next_settlement(session: Session) -> None:
    payer, shop = town(session)
    first = spent(session, payer, shop, 100)
    made = opened(session, shop)
    give_back(session, first, 20, now=LATER)
    assert held(session, shop) == (0, 100, 20)
    cancel(session, settlement_id=made.id, reason="x", actor=OPENER, now=LATER)
    check_books(session)
    again = open_settlement(session, merchant=shop, until=NOON, actor=OPENER, now=LATER)
    assert (again.amount, again.lines) == (80, 2)
    assert held(session, shop) == (0, 80, 0)
    # What was in the first one stays readable.
    assert [line.amount for line in list_lines(session, settlement_id=made.id).items] == [100]
    check_books(session)
