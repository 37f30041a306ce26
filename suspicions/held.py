"""Which payments are held back: raised by some rule, and not cleared of it."""

from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select

from payments import Redemption
from suspicions.model import DecisionOutcome, Suspicion, SuspicionDecision


@cache
def is_not_cleared() -> ColumnElement[bool]:
    """Return the condition that nobody, on appeal or before, has cleared a suspicion."""
    return ~exists().where(
        SuspicionDecision.suspicion_id == Suspicion.id, SuspicionDecision.outcome == DecisionOutcome.CLEARED
    )


def held_redemptions(merchant_id: UUID | None = None) -> Select[UUID]:
    """Return the question which payments, of one merchant or of all, are held back; one may come more than once."""
    query = select(Suspicion.redemption_id).where(is_not_cleared())
    return query if merchant_id is None else query.where(Suspicion.merchant_id == merchant_id)


def held_entries(merchant_id: UUID) -> Select[UUID | None]:
    """Return the question which entries of the books are payments of a merchant that are held back."""
    query = select(Redemption.entry_id).join(Suspicion, Suspicion.redemption_id == Redemption.id)
    return query.where(Suspicion.merchant_id == merchant_id, Redemption.entry_id.is_not(None), is_not_cleared())
