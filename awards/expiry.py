"""The sweep that returns credits past their last day to their funds."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards.funds import fund_lot, list_funds
from ledger import (
    AccountState,
    Asset,
    NewEntry,
    PastLot,
    Sweep,
    account_state_of,
    credit,
    debit,
    forget_past_lots,
    lock_lots,
    new_id,
    past_lots,
    post,
)
from people import Resident

KIND = "expiry"
ACTOR = "system"


def expire_lots(session: Session, *, now: datetime, limit: int = 500, after: PastLot | None = None) -> Sweep[PastLot]:
    """Return to their funds the credits whose last day is over, out of up to `limit` lots, one entry a resident.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be
    stopped and begun anew at any point, and run side by side: under the lock only what is still there is taken.
    Frozen accounts give nothing; their credits, past their day, cannot be spent either, and expire when they thaw.
    """
    today = now.date()
    found = past_lots(session, today=today, after=after, limit=limit)
    next_after = found[-1] if len(found) == limit else None
    accounts = list(dict.fromkeys(each.account_id for each in found))
    held = lock_lots(session, accounts)
    forget_past_lots(session, accounts, today=today)
    giving = set(
        session.scalars(
            select(Resident.available_account_id).where(
                Resident.available_account_id.in_(accounts),
                account_state_of(Resident.available_account_id).in_([AccountState.OPEN, AccountState.CLOSING]),
            )
        )
    )
    fund_accounts = {fund.code: fund.available_account_id for fund in list_funds(session)}
    entries: list[NewEntry] = []
    amount = 0
    for account_id in accounts:
        past = [part for part in held[account_id] if part.lot.expires_on and part.lot.expires_on < today]
        if not past or account_id not in giving:
            continue
        amount += sum(part.amount for part in past)
        lines = [
            line
            for part in past
            for line in (
                debit(account_id, Asset.PAB, part.amount, part.label),
                credit(fund_accounts[part.lot.fund], Asset.PAB, part.amount, fund_lot(part.lot.fund)),
            )
        ]
        entries.append(NewEntry(id=new_id(), kind=KIND, actor=ACTOR, occurred_at=now, lines=tuple(lines)))
    if entries:
        post(session, entries)
    return Sweep(len(entries), amount, next_after)
