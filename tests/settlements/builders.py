"""Builders of the settlements' tests: funds with money, residents with credits, shops, and what the audit says."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

import awards
import ledger
import settlements
from ledger import Call
from merchants import Merchant, get_merchant
from payments import CHECKS as PAYMENTS_CHECKS
from payments import Redemption
from people import Resident
from settlements import NothingToSettleError, Settlement, open_settlement, pay
from tests.clock import NOON
from tests.merchants.builders import PEACE, code, merchant, resident, unit
from tests.merchants.builders import pay as pay_at_till

FIRE = "fire"
OPENER, PAYER = f"person:{1:032x}", f"person:{2:032x}"


def town(session: Session, *, money: int = 10_000) -> tuple[Resident, Merchant]:
    """Return a resident with all the credits of the peace fund, and a shop; the fire fund has as much money."""
    unit(session)
    for each in (PEACE, FIRE):
        awards.create_fund(session, code=each, name=each, purpose="x", actor="system", now=NOON)
        awards.appropriate(session, fund_code=each, amount=money, document="x", actor="system", now=NOON)
    return rich(session, money), merchant(session)


def rich(session: Session, amount: int, *, fund: str = PEACE) -> Resident:
    """Return a resident to whom credits of a fund were awarded."""
    made = resident(session)
    award(session, made, amount, fund=fund)
    return made


def award(session: Session, to: Resident, amount: int, *, fund: str = PEACE) -> None:
    """Award credits of a fund."""
    awards.award(session, resident_id=to.id, fund_code=fund, amount=amount, reason="x", actor="system", now=NOON)


def spent(session: Session, payer: Resident, shop: Merchant, amount: int, *, at: datetime = NOON) -> Redemption:
    """Return a completed payment of a moment."""
    attempt = pay_at_till(session, at=shop.id, with_code=code(session, payer, at=at), amount=amount, now=at)
    assert attempt.redemption.refusal is None
    return attempt.redemption


def opened(
    session: Session,
    shop: Merchant,
    *,
    until: datetime = NOON,
    now: datetime = NOON,
    by: str = OPENER,
    again: Call | None = None,
) -> Settlement:
    """Open a settlement of all until a moment."""
    return open_settlement(session, merchant=get_merchant(session, shop.id), until=until, actor=by, now=now, call=again)


def nothing_to_settle(session: Session, shop: Merchant, *, until: datetime = NOON, now: datetime = NOON) -> None:
    """See that nothing can be settled until a moment, and take back what the refused attempt did."""
    session.commit()
    with pytest.raises(NothingToSettleError):
        opened(session, shop, until=until, now=now)
    session.rollback()


def settled(session: Session, shop: Merchant, *, until: datetime = NOON, now: datetime = NOON) -> Settlement:
    """Open a settlement and pay it, by two persons."""
    made = opened(session, shop, until=until, now=now)
    return pay(session, settlement_id=made.id, document="回单1", actor=PAYER, now=now)


def held(session: Session, shop: Merchant) -> tuple[int, int, int]:
    """Return what a shop is to be paid, what is in settlement, and what it owes, in cents."""
    accounts = (shop.payable_account_id, shop.in_settlement_account_id, shop.receivable_account_id)
    found = ledger.balances(session, accounts)
    return found[accounts[0]], found[accounts[1]], found[accounts[2]]


def bank(session: Session) -> int:
    """Return the money at hand, in fen."""
    return ledger.balance(session, ledger.account_id(session, awards.TREASURY.code))


def check_books(session: Session) -> None:
    """Recompute everything that settlements, payments and the cover of credits promise."""
    checks = [*settlements.CHECKS, *PAYMENTS_CHECKS, awards.every_fund_is_covered]
    assert [(each.name, each.detail) for each in ledger.audit(session, checks) if not each.ok] == []
