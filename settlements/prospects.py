"""What could be settled: of each merchant what it collected until a cut-off and was not paid, without taking it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session

import ledger
import merchants
from merchants import Merchant
from payments import Redemption, RedemptionStatus, Refund
from settlements.model import SettlementLine


@dataclass(frozen=True, slots=True)
class Settleable:
    """What a settlement of a merchant would be of, in cents; `waits` is what more was given back than collected."""

    merchant: Merchant
    amount: int
    waits: int


def settleable(session: Session, *, until: datetime, merchant_id: UUID | None = None) -> list[Settleable]:
    """Return the merchants of whom something could be settled or waits, the largest amount first.

    It is what they are to be paid less what they owe, without what was collected after the cut-off; so it costs what
    came since, however long the history. A settlement counts the lines themselves.
    """
    sides = (_kept("payable", 1), _kept("receivable", -1), _collected_after(until))
    each = union_all(*sides).subquery()
    query = select(each.c.merchant_id, each.c.lot, func.sum(each.c.amount)).group_by(each.c.merchant_id, each.c.lot)
    if merchant_id is not None:
        query = query.where(each.c.merchant_id == merchant_id)
    gains: dict[UUID, int] = defaultdict(int)
    debts: dict[UUID, int] = defaultdict(int)
    for owner, _lot, total in session.execute(query):
        gains[owner] += max(int(total), 0)
        debts[owner] += max(-int(total), 0)
    owners = {owner for owner in gains if gains[owner] or debts[owner]}
    shops = merchants.merchants_by_id(session, owners)
    found = [Settleable(shops[owner], gains[owner], debts[owner]) for owner in owners]
    return sorted(found, key=lambda one: (-one.amount, -one.waits, one.merchant.code))


def _kept(name: str, sign: int) -> Any:
    kept = ledger.lots_kept(f"merchant:%:{name}")
    account = Merchant.payable_account_id if name == "payable" else Merchant.receivable_account_id
    amount = (kept.c.balance * sign).label("amount")
    return select(Merchant.id.label("merchant_id"), kept.c.lot, amount).join(kept, kept.c.account_id == account)


def _collected_after(until: datetime) -> Any:
    """Return, to be taken away, what payments after the cut-off and their refunds moved, unless it is settled."""
    late = and_(Redemption.redeemed_at > until, Redemption.status == RedemptionStatus.COMPLETED)
    origin = Redemption.entry_id.label("origin")
    # By merchant, because that is how the index of payments is ordered.
    known = Redemption.merchant_id.in_(select(Merchant.id))
    entries = union_all(
        select(Redemption.merchant_id, origin, Redemption.entry_id.label("entry_id")).where(known, late),
        select(Redemption.merchant_id, origin, Refund.entry_id)
        .join(Refund, Refund.redemption_id == Redemption.id)
        .where(known, late),
    ).subquery("late")
    told, live = ledger.postings_told(), SettlementLine
    return (
        select(entries.c.merchant_id, told.c.lot, -told.c.raised)
        .join(told, told.c.entry_id == entries.c.entry_id)
        .join(Merchant, Merchant.id == entries.c.merchant_id)
        .outerjoin(live, and_(live.entry_id == entries.c.origin, live.lot == told.c.lot, ~live.freed))
        .where(
            or_(told.c.account_id == Merchant.payable_account_id, told.c.account_id == Merchant.receivable_account_id),
            live.entry_id.is_(None),
        )
    )
