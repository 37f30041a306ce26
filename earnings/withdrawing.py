"""Taking an earning back when its matter is withdrawn: what was staged, and what of the rest was not spent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards import (
    AlreadyClawedBackError,
    NothingToClawBackError,
    claw_backs_of,
    get_award,
    plan_claw_back,
    unstage,
)
from earnings.model import AnonymousPart, ClaimState, EarningState
from earnings.starting import locked_earning, parts_of, tariff_of
from ledger import AlreadyReversedError, NewEntry


def cancel(session: Session, *, matter_id: UUID, reason: str, actor: str, now: datetime) -> list[NewEntry]:
    """End an earning and return the entries that the caller posts.

    What was staged goes back to its fund, and of what was paid what its lot still holds; the remainder is the earning's
    `loss`.

    Raises:
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    earning = locked_earning(session, matter_id)
    if earning is None or earning.state is EarningState.NOTHING:
        return []
    entries: list[NewEntry] = []
    parts = parts_of(session, earning.id)
    for part in parts:
        if part.award_id is None:
            continue
        try:
            planned = plan_claw_back(session, award_id=part.award_id, reason=reason, actor=actor, now=now)
        except NothingToClawBackError:
            earning.loss += get_award(session, part.award_id).amount
            part.kept = part.amount
        except (AlreadyClawedBackError, AlreadyReversedError):
            # It was taken back before, by itself; what was spent by then they still have.
            part.kept = _left_with_them(session, part.award_id, part.amount)
            continue
        else:
            part.kept = part.amount - planned.claw_back.amount
            earning.loss += part.kept
            entries.append(planned.entry)
    _tariff, fund = tariff_of(session, earning)
    unnamed = list(session.scalars(select(AnonymousPart).where(AnonymousPart.earning_id == earning.id)))
    decided = sum(part.due for part in parts) + sum(part.due for part in unnamed)
    staged = earning.amount - decided if earning.state is EarningState.STAGED else 0
    for part_of_nobody in unnamed:
        if part_of_nobody.state is ClaimState.OPEN:
            part_of_nobody.state = ClaimState.RETURNED
            staged += part_of_nobody.due
        elif part_of_nobody.state is ClaimState.CLAIMED:
            # Nobody knows to whom it went, or in which box it is.
            earning.loss += part_of_nobody.due
    earning.state = EarningState.CANCELLED
    session.flush()
    return entries + ([unstage(fund, staged, actor=actor, now=now)] if staged else [])


def _left_with_them(session: Session, award_id: UUID, amount: int) -> int:
    """Return what of an award that was taken back before could not be; nothing of one that was reversed."""
    taken = claw_backs_of(session, [award_id]).get(award_id)
    return 0 if taken is None else amount - taken.amount
