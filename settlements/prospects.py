"""What could be settled: of each merchant what it collected until a cut-off and was not paid, without taking it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all
from sqlalchemy.orm import Session

import ledger
import merchants
import suspicions
from merchants import Merchant
from payments import Redemption, RedemptionStatus, Refund
from settlements.looking import is_settled
from settlements.model import SettlementLine


@dataclass(frozen=True, slots=True)
class Settleable:
    """What a settlement of a merchant would be of, in cents; `waits` is what more was given back than collected.

    `held_amount` and `held_payments` are what is held back of it until somebody has looked, and not in `amount`.
    """

    merchant: Merchant
    amount: int
    waits: int
    held_amount: int = 0
    held_payments: int = 0


def settleable(session: Session, *, until: datetime, merchant_id: UUID | None = None) -> list[Settleable]:
    """Return the merchants of whom something could be settled or waits, the largest amount first.

    It is what they are to be paid less what they owe, without what was collected after the cut-off and what is held
    back; so it costs what came since, however long the history. A settlement counts the lines themselves.
    """
    is_held = Redemption.id.in_(suspicions.held_redemptions(merchant_id))
    late = and_(Redemption.merchant_id.in_(select(Merchant.id)), Redemption.redeemed_at > until)
    held = and_(is_held, Redemption.redeemed_at <= until)
    sides = (_kept("payable", 1), _kept("receivable", -1), _left_out(late), _left_out(held))
    each = union_all(*sides).subquery()
    query = select(each.c.merchant_id, each.c.lot, func.sum(each.c.amount)).group_by(each.c.merchant_id, each.c.lot)
    if merchant_id is not None:
        query = query.where(each.c.merchant_id == merchant_id)
    gains: dict[UUID, int] = defaultdict(int)
    debts: dict[UUID, int] = defaultdict(int)
    for owner, _lot, total in session.execute(query):
        gains[owner] += max(int(total), 0)
        debts[owner] += max(-int(total), 0)
    kept = _held_back(session, held, merchant_id)
    owners = {owner for owner in gains if gains[owner] or debts[owner]} | set(kept)
    shops = merchants.merchants_by_id(session, owners)
    found = [Settleable(shops[owner], gains[owner], debts[owner], *kept.get(owner, (0, 0))) for owner in owners]
    return sorted(found, key=lambda one: (-one.amount, -one.waits, one.merchant.code))


def _kept(name: str, sign: int) -> Any:
    kept = ledger.lots_kept(f"merchant:%:{name}")
    account = Merchant.payable_account_id if name == "payable" else Merchant.receivable_account_id
    amount = (kept.c.balance * sign).label("amount")
    return select(Merchant.id.label("merchant_id"), kept.c.lot, amount).join(kept, kept.c.account_id == account)


def _held_back(session: Session, held: ColumnElement[bool], merchant_id: UUID | None) -> dict[UUID, tuple[int, int]]:
    """Return what is held back of merchants, and in how many payments, without what is settled or was given back."""
    amount = func.sum(Redemption.amount - Redemption.refunded_total)
    query = (
        select(Redemption.merchant_id, amount, func.count())
        .where(held, Redemption.status == RedemptionStatus.COMPLETED, ~is_settled())
        .group_by(Redemption.merchant_id)
    )
    if merchant_id is not None:
        query = query.where(Redemption.merchant_id == merchant_id)
    return {owner: (int(total), count) for owner, total, count in session.execute(query)}


def _left_out(which: ColumnElement[bool]) -> Any:
    """Return, to be taken away, what some payments and their refunds moved, unless it is settled.

    Those after the cut-off are asked for by merchant, because that is how the index of payments is ordered.
    """
    completed = and_(which, Redemption.status == RedemptionStatus.COMPLETED)
    origin = Redemption.entry_id.label("origin")
    entries = union_all(
        select(Redemption.merchant_id, origin, Redemption.entry_id.label("entry_id")).where(completed),
        select(Redemption.merchant_id, origin, Refund.entry_id)
        .join(Refund, Refund.redemption_id == Redemption.id)
        .where(completed),
    ).subquery()
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
