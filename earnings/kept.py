"""What somebody kept of an earning that was taken back: where its matter earns anew, it is set off."""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from earnings.model import AnonymousPart, ClaimState, Earning, EarningPart, EarningState, PartKind


def kept_of(session: Session, earning: Earning) -> Counter[UUID]:
    """Return what each kept of the earlier earnings of the matter and was not set off yet, in minor units.

    What was set off against an earning that was itself taken back counts no more: only what the newest sets off does.
    """
    kept = (
        select(EarningPart.resident_id, func.sum(EarningPart.kept))
        .join(Earning, Earning.id == EarningPart.earning_id)
        .where(Earning.matter_id == earning.matter_id, Earning.state == EarningState.CANCELLED)
        .group_by(EarningPart.resident_id)
    )
    set_off = (
        select(EarningPart.resident_id, func.sum(EarningPart.set_off))
        .where(EarningPart.earning_id == earning.id)
        .group_by(EarningPart.resident_id)
    )
    found = Counter({resident_id: int(amount) for resident_id, amount in session.execute(kept)})
    found.subtract({resident_id: int(amount) for resident_id, amount in session.execute(set_off)})
    return found


def was_claimed(session: Session, earning: Earning, kind: PartKind) -> bool:
    """Say whether an anonymous reporter claimed this part of an earlier earning of the matter."""
    claimed = (
        select(AnonymousPart.id)
        .join(Earning, Earning.id == AnonymousPart.earning_id)
        .where(
            Earning.matter_id == earning.matter_id,
            Earning.id != earning.id,
            AnonymousPart.kind == kind,
            AnonymousPart.state == ClaimState.CLAIMED,
        )
    )
    return session.scalar(claimed.limit(1)) is not None
