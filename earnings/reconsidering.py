"""Granting what was first refused: an earning of nothing that an appeal turns into one of the tariff."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from awards import get_tariff
from earnings.model import EarningState, NothingReason
from earnings.payouts import let_be_settled
from earnings.starting import locked_earning, why_nothing


def reconsider(session: Session, *, matter_id: UUID, joiners: Collection[UUID] | None, now: datetime) -> None:
    """Let a matter earn its tariff after all, where only whose department answers for it stood against it.

    It then waits like one whose fund has no money yet: the next sweep pays what is due (`pay_waiting`). Where the
    matter was closed meanwhile, `joiners` are those who share the reserved part; None where it was not. What else
    stands against it stays, and is named instead.
    """
    earning = locked_earning(session, matter_id)
    if earning is None or earning.nothing_because is not NothingReason.OWN_DEPARTMENT:
        return
    tariff = None if earning.tariff_id is None else get_tariff(session, earning.tariff_id)
    because = why_nothing(session, tariff, earning.resident_id, now.date(), is_anonymous=earning.is_anonymous)
    if because is not None or tariff is None:
        earning.nothing_because = because
        session.flush()
        return
    earning.amount, earning.state, earning.nothing_because = tariff.amount, EarningState.WAITING, None
    if joiners is not None:
        let_be_settled(session, earning, joiners=joiners, now=now)
    session.flush()
