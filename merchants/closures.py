"""Closing a merchant: it is named no more, what it owes is offset, the rest is settled, then its accounts end."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

import ledger
import people
import receivables
from ledger import Asset, LotBalance
from merchants.debts import offset_before_settlement
from merchants.errors import NotNamedError
from merchants.model import TEXT_LENGTH_MAX, Merchant
from merchants.namings import revoke_naming
from merchants.registry import lock_merchant
from receivables import Clearing, Closure, ClosureState, Moved, WhereTo

_NAMES = ("payable", "in_settlement", "receivable")


def close_merchant(
    session: Session,
    *,
    merchant: Merchant,
    reason: str,
    actor: str,
    now: datetime,
    call: ledger.Call | None = None,
) -> Closure:
    """Begin to close a merchant, or go on with it: nobody pays there any more, and it is never named again.

    What it collected stays payable and is settled as ever, and until then it may still refund. When nothing is payable,
    in a settlement or owed any more, this closes its accounts and ends the log-ins and keys of its people.

    Raises:
        receivables.OwnerClosedError: it is closed already.
        people.TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    lock_merchant(session, merchant)
    ledger.check_still_new(session, call)
    closure = receivables.closure_of_merchant(session, merchant.id)
    receivables.check_not_closed(closure)
    if closure is None:
        closure = _begun(session, merchant, reason=cleaned, actor=actor, now=now)
    ledger.remember_call(session, call, made_id=closure.id, now=now)
    clearing = Clearing(closure, first_line=receivables.next_line(session, closure))
    for row, entry in offset_before_settlement(session, merchant=merchant, actor=actor, now=now):
        clearing.repayments.append(row)
        clearing.add(
            entry,
            [LotBalance(ledger.CreditLot(row.fund_code).label, row.amount)],
            moved=Moved(Asset.PAB, _code(merchant, "payable"), WhereTo.DEBT, _code(merchant, "receivable")),
        )
    clearing.post(session)
    own = _accounts(merchant)
    if not any(ledger.balances(session, own).values()):
        receivables.close_what_is_empty(session, closure, own, now=now)
        people.end_roles_at_merchant(session, merchant_id=merchant.id, by=actor, now=now)
    return closure


def left_of_merchant(session: Session, merchant: Merchant) -> dict[str, dict[str, int]]:
    """Return what a merchant is still to be paid or owes, by account and fund, in cents."""
    parts = {
        name: receivables.by_fund(ledger.lots(session, account))
        for name, account in zip(_NAMES, _accounts(merchant), strict=True)
    }
    return {name: sums for name, sums in parts.items() if sums}


@ledger.no_differences
def closed_merchants_have_nothing_left() -> ledger.Differences:
    """The accounts of a merchant that is closed are closed, and so empty."""
    return receivables.owners_not_closed(
        owner=Merchant.id == Closure.merchant_id,
        accounts=(Merchant.payable_account_id, Merchant.in_settlement_account_id, Merchant.receivable_account_id),
    )


def _begun(session: Session, merchant: Merchant, *, reason: str, actor: str, now: datetime) -> Closure:
    # One that is not named, or not any more, has no naming to lose.
    with suppress(NotNamedError):
        revoke_naming(session, merchant=merchant, reason=reason, actor=actor, now=now)
    closure = Closure(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        state=ClosureState.CLOSING,
        reason=reason,
        begun_by=actor,
        begun_at=now,
    )
    session.add(closure)
    return closure


def _accounts(merchant: Merchant) -> list[int]:
    return [getattr(merchant, f"{name}_account_id") for name in _NAMES]


def _code(merchant: Merchant, name: str) -> str:
    return f"merchant:{merchant.code}:{name}"
