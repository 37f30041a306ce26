"""Rules of redemption: earliest lots first, one code once, refusals that are remembered."""

from sqlalchemy.orm import Session

import ledger
from merchants import RedemptionStatus
from tests.merchants.builders import code, merchant, pay, resident


def test_a_code_pays_out_of_the_resident_s_credits(session: Session) -> None:
    payer, shop = resident(session, balance=5000), merchant(session)

    attempt = pay(session, at=shop.id, with_code=code(session, payer), amount=1250)

    assert attempt.redemption.status is RedemptionStatus.COMPLETED
    assert ledger.balance(session, payer.available_account_id) == 3750
    assert ledger.balance(session, shop.payable_account_id) == 1250
