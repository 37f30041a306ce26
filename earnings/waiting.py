"""Earnings that wait for money: the sweep that pays them when their fund has it, the oldest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from earnings.model import Earning, EarningState
from earnings.payouts import pay_due
from earnings.starting import start
from ledger import Sweep, post

ACTOR = "system"


@dataclass(frozen=True, slots=True)
class EarningPlace:
    """Where a sweep goes on."""

    after_id: UUID


def pay_waiting(
    session: Session, *, now: datetime, limit: int = 50, after: EarningPlace | None = None
) -> Sweep[EarningPlace]:
    """Pay what is due of up to `limit` earnings whose fund has the money by now.

    Call it in transactions of its own, with `after` from the call before, until `next_after` is None. It may be stopped
    and begun anew at any point, and run side by side.
    """
    query = select(Earning.id).where(Earning.state == EarningState.WAITING).order_by(Earning.id).limit(limit)
    if after is not None:
        query = query.where(Earning.id > after.after_id)
    found = list(session.scalars(query))
    count = amount = 0
    for earning_id in found:
        earning = session.get(Earning, earning_id, with_for_update=True, populate_existing=True)
        # Another run may have paid it since.
        if earning is None or earning.state is not EarningState.WAITING:
            continue
        entries = start(session, earning, actor=ACTOR, now=now)
        # Posted at once: what the next one finds in the fund is what this one left.
        if entries:
            post(session, entries)
            count, amount = count + 1, amount + earning.amount
        due = pay_due(session, earning, actor=ACTOR, now=now)
        if due:
            post(session, due)
    return Sweep(count, amount, EarningPlace(found[-1]) if len(found) == limit else None)
