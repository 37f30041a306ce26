"""What a merchant owes back: offset against what it collects before a settlement, or repaid in money."""

import pytest
from sqlalchemy.orm import Session

import awards
import ledger
import receivables
from ledger import Asset, LostRaceError, NewEntry
from merchants import Merchant, offset_before_settlement, owed_by_merchant, repay_in_money
from people import Resident
from receivables import OwedLessError, RepaymentKind
from tests.clock import NOON
from tests.merchants.builders import PEACE, give_back, merchant, paid, payable_of, resident, unit

FINANCE = f"person:{5:032x}"


def town(session: Session, *, money: int = 1_000) -> tuple[Resident, Merchant]:
    """Return a resident with all the credits of a fund, and a shop."""
    unit(session)
    for code in (PEACE, "fire"):
        awards.create_fund(session, code=code, name=code, purpose="x", actor="system", now=NOON)
        awards.appropriate(session, fund_code=code, amount=money, document="x", actor="system", now=NOON)
    payer = resident(session)
    awards.award(session, resident_id=payer.id, fund_code=PEACE, amount=money, reason="x", actor="system", now=NOON)
    return payer, merchant(session)


def settled(session: Session, shop: Merchant, amount: int, *, fund: str = PEACE) -> None:
    """Pay a shop what it collected, as a settlement does."""
    found = awards.get_fund(session, fund)
    lot = ledger.CreditLot(fund).label
    lines = (
        ledger.debit(shop.payable_account_id, Asset.PAB, amount, lot),
        ledger.credit(ledger.account_id(session, "issued"), Asset.PAB, amount, lot),
        ledger.debit(found.backing_account_id, Asset.CNY, amount),
        ledger.credit(ledger.account_id(session, "treasury:bank"), Asset.CNY, amount),
    )
    ledger.post(session, [NewEntry(ledger.new_id(), "settlement", "system", NOON, lines)])


def owing(session: Session, amount: int) -> tuple[Resident, Merchant]:
    """Return a resident and a shop that owes so much for a refund after its settlement."""
    payer, shop = town(session)
    redemption = paid(session, payer, shop, amount)
    settled(session, shop, amount)
    give_back(session, redemption, amount)
    return payer, shop


def posted_offset(session: Session, shop: Merchant) -> int:
    """Offset and post, as a settlement does with its own entries; return how much."""
    made = offset_before_settlement(session, merchant=shop, actor=FINANCE, now=NOON)
    session.add_all([row for row, _entry in made])
    session.flush()
    if made:
        ledger.post(session, [entry for _row, entry in made])
    assert awards.every_fund_is_covered(session) is None
    return sum(row.amount for row, _entry in made)


def test_what_a_shop_collects_pays_what_it_owes_to_the_same_fund(session: Session) -> None:
    payer, shop = owing(session, 300)
    assert owed_by_merchant(session, shop) == {PEACE: 300}
    assert posted_offset(session, shop) == 0
    paid(session, payer, shop, 200)
    assert posted_offset(session, shop) == 200
    assert (payable_of(session, shop), owed_by_merchant(session, shop)) == ({}, {PEACE: 100})
    paid(session, payer, shop, 150)
    assert posted_offset(session, shop) == 100
    assert (payable_of(session, shop), owed_by_merchant(session, shop)) == ({"never:peace": 50}, {})
    rows = receivables.list_repayments(session, merchant_id=shop.id).items
    assert [(row.kind, row.amount, row.fund_code) for row in rows] == [
        (RepaymentKind.OFFSET, 100, PEACE),
        (RepaymentKind.OFFSET, 200, PEACE),
    ]
    assert ledger.entry(session, rows[0].entry_id).kind == "offset"


def test_another_funds_credits_pay_nothing_of_it(session: Session) -> None:
    payer, shop = owing(session, 300)
    ledger.set_account_state(session, payer.available_account_id, ledger.AccountState.OPEN)
    other = resident(session)
    awards.award(session, resident_id=other.id, fund_code="fire", amount=80, reason="x", actor="system", now=NOON)
    paid(session, other, shop, 80)
    assert posted_offset(session, shop) == 0
    assert payable_of(session, shop) == {"never:fire": 80}


def test_money_of_a_shop_backs_the_refunded_credits_again(session: Session) -> None:
    _payer, shop = owing(session, 300)
    before = awards.fund_position(session, PEACE)

    def repaid(amount: int) -> receivables.Repayment:
        return repay_in_money(
            session,
            merchant_id=shop.id,
            fund_code=PEACE,
            amount=amount,
            document="收据",
            actor=FINANCE,
            now=NOON,
            call=ledger.Call(FINANCE, "POST", str(amount), {}),
        )

    made = repaid(120)
    after = awards.fund_position(session, PEACE)
    assert (after.backing - before.backing, after.outstanding - before.outstanding) == (120, 120)
    assert awards.every_fund_is_covered(session) is None
    assert owed_by_merchant(session, shop) == {PEACE: 180}
    assert (made.kind, made.merchant_id, made.resident_id) == (RepaymentKind.MONEY, shop.id, None)
    with pytest.raises(OwedLessError):
        repaid(181)
    assert [check.__name__ for check in receivables.CHECKS if check(session) is not None] == []


def test_a_call_whose_twin_repaid_the_debt_meanwhile_is_run_again(session: Session) -> None:
    _payer, shop = owing(session, 300)

    def repaid(key: str) -> receivables.Repayment:
        return repay_in_money(
            session,
            merchant_id=shop.id,
            fund_code=PEACE,
            amount=300,
            document="收据",
            actor=FINANCE,
            now=NOON,
            call=ledger.Call(FINANCE, "POST", key, {}),
        )

    repaid("k")
    with pytest.raises(LostRaceError):
        repaid("k")
    with pytest.raises(OwedLessError):
        repaid("another")
