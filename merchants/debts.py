"""What a merchant owes back for refunds after its settlement: offset against what it collects, or repaid in money."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
import receivables
from awards import get_fund
from ledger import Asset, NewEntry
from merchants.model import Merchant
from merchants.registry import get_merchant, list_merchants
from receivables import Repayment, RepaymentKind

_AT_ONCE = 500


def owed_by_merchant(session: Session, merchant: Merchant) -> dict[str, int]:
    """Return what a merchant owes back to each fund, by its code, in cents; funds without a debt are left out."""
    return receivables.by_fund(ledger.lots(session, merchant.receivable_account_id))


def owing_merchants(session: Session) -> list[tuple[Merchant, int]]:
    """Return the merchants that owe anything back, with how much in cents, the largest debt first."""
    owing: list[tuple[Merchant, int]] = []
    before: UUID | None = None
    while found := list_merchants(session, limit=_AT_ONCE, before=before):
        owed = ledger.balances(session, [merchant.receivable_account_id for merchant in found])
        pairs = [(merchant, owed[merchant.receivable_account_id]) for merchant in found]
        owing += [(merchant, amount) for merchant, amount in pairs if amount]
        before = found[-1].id
    return sorted(owing, key=lambda pair: -pair[1])


def offset_before_settlement(
    session: Session, *, merchant: Merchant, actor: str, now: datetime
) -> list[tuple[Repayment, NewEntry]]:
    """Return, fund by fund, what a merchant's collected credits pay of what it owes, with the entries to be posted.

    The caller adds the rows and posts the entries with its own, in the one call that ends its transaction: both
    accounts are locked from here on. Each fund's credits pay only that fund, and never more than is there or owed.
    """
    held = ledger.lock_lots(session, [merchant.payable_account_id, merchant.receivable_account_id])
    collected = {part.label: part.amount for part in held[merchant.payable_account_id]}
    made: list[tuple[Repayment, NewEntry]] = []
    for part in held[merchant.receivable_account_id]:
        amount = min(part.amount, collected.get(part.label, 0))
        if amount:
            row = receivables.repayment(
                RepaymentKind.OFFSET,
                get_fund(session, part.lot.fund),
                amount=amount,
                document="",
                actor=actor,
                now=now,
                merchant_id=merchant.id,
            )
            lines = (
                ledger.debit(merchant.payable_account_id, Asset.PAB, amount, part.label),
                ledger.credit(merchant.receivable_account_id, Asset.PAB, amount, part.label),
            )
            made.append((row, receivables.repayment_entry(row, lines)))
    return made


def repay_in_money(
    session: Session,
    *,
    merchant_id: UUID,
    fund_code: str,
    amount: int,
    document: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Repayment:
    """Book money that a merchant gave back, in fen: it backs the credits again that were refunded after settlement.

    Raises:
        MerchantUnknownError, awards.FundUnknownError: no such merchant, no such fund.
        awards.AmountOutOfRangeError: the amount is not positive, or more than the treasury may hold.
        receivables.OwedLessError: it owes the fund less than that.
        people.TextRefusedError: the document is empty, too long, or has forbidden characters.
    """
    merchant, fund = get_merchant(session, merchant_id), get_fund(session, fund_code)
    held = ledger.lock_lots(session, [merchant.receivable_account_id])[merchant.receivable_account_id]
    # A twin of this call may have done it while this one waited for the lock.
    ledger.check_still_new(session, call)
    receivables.check_owed(receivables.by_fund(held), fund_code, amount)
    made = receivables.repayment(
        RepaymentKind.MONEY, fund, amount=amount, document=document, actor=actor, now=now, merchant_id=merchant.id
    )
    session.add(made)
    ledger.remember_call(session, call, made_id=made.id, now=now)
    lines = receivables.money_back(session, fund, merchant.receivable_account_id, amount)
    ledger.post(session, [receivables.repayment_entry(made, lines)])
    return made
