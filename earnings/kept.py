"""What somebody kept of an earning that was taken back: where its matter earns anew, it is set off."""

from collections import Counter
from uuid import UUID

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from earnings.model import AnonymousPart, ClaimState, Earning, EarningPart, EarningState, PartKind

# What was kept of parts of earlier earnings, and, below zero, what was set off; together, as it is asked with every
# payment and nearly always finds neither.
_LEFT_TO_SET_OFF = union_all(
    select(EarningPart.resident_id, EarningPart.kept)
    .join(Earning, Earning.id == EarningPart.earning_id)
    .where(
        Earning.matter_id == bindparam("matter_id"),
        Earning.state == EarningState.CANCELLED,
        EarningPart.kept > 0,
    ),
    select(EarningPart.resident_id, -EarningPart.set_off).where(
        EarningPart.earning_id == bindparam("earning_id"), EarningPart.set_off > 0
    ),
)


def kept_of(session: Session, earning: Earning) -> Counter[UUID]:
    """Return what each kept of the earlier earnings of the matter and was not set off yet, in minor units.

    What was set off against an earning that was itself taken back counts no more: only what the newest sets off does.
    """
    asked = {"matter_id": earning.matter_id, "earning_id": earning.id}
    found: Counter[UUID] = Counter()
    for resident_id, amount in session.connection().execute(_LEFT_TO_SET_OFF, asked):
        found[resident_id] += amount
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
