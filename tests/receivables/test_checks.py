"""What the audit says about receivables and closures, in words."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

import ledger
import receivables
from ledger import Asset, NewEntry, credit, debit, new_id
from people import Resident
from tests.awards.builders import OFFICER, fund, resident
from tests.clock import NOON
from tests.receivables.builders import DECIDING, closed, debtor, differences


def test_the_checks_find_what_is_amiss(session: Session) -> None:
    fund(session, available=500)
    zhang, li = debtor(session, 120), debtor(session, 30)
    receivables.repay_in_money(
        session, resident_id=zhang.id, fund_code="peace", amount=100, document="x", actor=DECIDING, now=NOON
    )
    gone = resident(session)
    closed(session, gone)
    assert differences(session) == []
    matters = receivables.list_matters(session, resident_id=zhang.id).items
    (repayment,) = receivables.list_repayments(session, resident_id=zhang.id).items
    amiss = {
        "every_award_knows_what_was_forced": update(receivables.Matter)
        .where(receivables.Matter.id == matters[0].id)
        .values(amount=119),
        "every_repayment_is_in_the_books": update(receivables.Repayment)
        .where(receivables.Repayment.id == repayment.id)
        .values(amount=99),
        "residents_who_left_have_nothing_left": update(Resident).where(Resident.id == gone.id).values(left_at=None),
        "residents_owe_what_was_decided": update(receivables.Matter)
        .where(receivables.Matter.resident_id == li.id)
        .values(fund_code="fire"),
    }
    fund(session, "fire")
    session.commit()
    for name, statement in amiss.items():
        session.execute(statement)
        assert name in differences(session)
        session.rollback()


def test_a_repayment_that_is_gone_is_found(session: Session) -> None:
    fund(session, available=500)
    zhang = debtor(session, 120)
    receivables.repay_in_money(
        session, resident_id=zhang.id, fund_code="peace", amount=100, document="x", actor=DECIDING, now=NOON
    )
    session.execute(delete(receivables.Repayment))
    assert "every_entry_of_a_debt_has_its_row" in differences(session)


def test_a_debt_that_nobody_decided_is_found(session: Session) -> None:
    peace, zhang = fund(session, available=500), resident(session)
    account = ledger.open_account(
        session, code=f"resident:{zhang.id.hex}:receivable", asset=Asset.PAB, normal_side=ledger.Side.DEBIT
    )
    lines = (
        debit(account, Asset.PAB, 5, "never:peace"),
        credit(peace.held_account_id, Asset.PAB, 5, "never:peace"),
    )
    ledger.post(session, [NewEntry(new_id(), "by_hand", OFFICER, NOON, lines)])
    assert differences(session) == ["residents_owe_what_was_decided"]
