"""Looking at payments before they are settled: what looks odd by the office's rules stays out of the next one."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

import suspicions
from ledger import Sweep
from merchants import Merchant
from payments import Redemption
from settlements.model import SettlementLine


@dataclass(frozen=True, slots=True)
class LookPlace:
    """Where looking goes on: after a shop, or in the middle of its payments."""

    merchant_id: UUID
    is_done: bool


def look_at_shops(session: Session, *, now: datetime, after: LookPlace | None = None) -> Sweep[LookPlace]:
    """Look at what one shop took since it was last looked at, and say where the next part begins.

    Safe to repeat, and side by side: a payment is held back once by each rule, and what was looked at is remembered.
    """
    if suspicions.rules_in_force(session) is None:
        return Sweep(0, 0, None)
    query = select(Merchant).order_by(Merchant.id).limit(1)
    if after is not None:
        query = query.where(Merchant.id > after.merchant_id if after.is_done else Merchant.id == after.merchant_id)
    merchant = session.scalars(query).first()
    if merchant is None:
        return Sweep(0, 0, None)
    looked = suspicions.look_at_shop(session, merchant=merchant, is_settled=is_settled(), now=now)
    return Sweep(looked.count, looked.amount, LookPlace(merchant.id, looked.is_done))


def look_at_all_of(session: Session, merchant: Merchant, *, now: datetime) -> None:
    """Look at all of a shop's payments that nobody has looked at, so that none outruns the job."""
    while not suspicions.look_at_shop(session, merchant=merchant, is_settled=is_settled(), now=now).is_done:
        continue


@cache
def is_settled() -> ColumnElement[bool]:
    """Return the condition that a payment is a line of a settlement that is open or paid."""
    return exists().where(SettlementLine.entry_id == Redemption.entry_id, ~SettlementLine.freed)
