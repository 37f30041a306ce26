"""What must be true of payments that are held back: each is a payment of its shop, and two persons decide an appeal."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

import ledger
from payments import Redemption, RedemptionStatus
from suspicions.model import DecisionOutcome, Suspicion, SuspicionAppeal, SuspicionDecision

_GROWING = ("suspicion_rules", "suspicions", "suspicion_decisions", "suspicion_appeals")
# What the migration creates: the database then refuses to change what was raised, said or decided.
GUARDS = {
    "postgresql": tuple(f"{table}_append_only" for table in _GROWING),
    "sqlite": tuple(f"{table}_refuse_{event}" for table in _GROWING for event in ("delete", "update")),
}


def the_guards_of_suspicions_stand(session: Session) -> str | None:
    """Every trigger that keeps rules, suspicions, decisions and appeals as they are is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=[*_GROWING])


@ledger.no_differences
def every_suspicion_is_of_a_payment() -> ledger.Differences:
    """What is held back is a payment that was made, at the shop it is held back from."""
    return ledger.Differences(
        select(Suspicion.id, Suspicion.rule, Redemption.status)
        .outerjoin(Redemption, Redemption.id == Suspicion.redemption_id)
        .where(
            or_(
                Redemption.id.is_(None),
                Redemption.merchant_id != Suspicion.merchant_id,
                Redemption.status != RedemptionStatus.COMPLETED,
            )
        )
        .order_by(Suspicion.id),
        "suspicion {id} ({rule}) is of no payment of its shop: {status}",
    )


@ledger.no_differences
def every_appeal_is_against_what_was_upheld_and_decided_by_another() -> ledger.Differences:
    """An appeal follows an upheld decision; the decision about it follows an appeal, and is another person's."""
    first, second = aliased(SuspicionDecision), aliased(SuspicionDecision)
    said = SuspicionAppeal.suspicion_id
    is_wrong = or_(
        and_(said.is_not(None), or_(first.id.is_(None), first.outcome != DecisionOutcome.UPHELD)),
        and_(second.id.is_not(None), or_(said.is_(None), first.decided_by == second.decided_by)),
    )
    return ledger.Differences(
        select(Suspicion.id, first.outcome.label("first"), second.outcome.label("second"))
        .outerjoin(first, and_(first.suspicion_id == Suspicion.id, ~first.on_appeal))
        .outerjoin(second, and_(second.suspicion_id == Suspicion.id, second.on_appeal))
        .outerjoin(SuspicionAppeal, said == Suspicion.id)
        .where(is_wrong)
        .order_by(Suspicion.id),
        "suspicion {id}: decided {first}, then on appeal {second}, which does not follow",
    )


CHECKS = (
    the_guards_of_suspicions_stand,
    every_suspicion_is_of_a_payment,
    every_appeal_is_against_what_was_upheld_and_decided_by_another,
)
