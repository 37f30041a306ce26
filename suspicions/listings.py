"""Finding payments that are held back again: queues, one shop's, and what was decided about each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from payments import Redemption
from suspicions.errors import SuspicionUnknownError
from suspicions.model import DecisionOutcome, Suspicion, SuspicionAppeal, SuspicionDecision

_OF_THE_SHOP = {"payments", "residents", "seconds", "sum", "days", "percent_of_shop", "lives"}


class SuspicionState(StrEnum):
    """How it stands with a suspicion: the first and the fourth wait for the office, the third may be appealed once."""

    WAITING = "waiting"
    CLEARED = "cleared"
    UPHELD = "upheld"
    APPEALED = "appealed"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class SuspicionView:
    """A suspicion with its payment and all that was said and decided about it."""

    suspicion: Suspicion
    redemption: Redemption
    decision: SuspicionDecision | None
    appeal: SuspicionAppeal | None
    appeal_decision: SuspicionDecision | None

    @property
    def amount(self) -> int:
        """What the payment is of in cents, without what was given back."""
        return self.redemption.amount - self.redemption.refunded_total

    @property
    def facts_for_shop(self) -> dict[str, int]:
        """The numbers of the shop's own list of payments; what a customer got or spends elsewhere is not for it."""
        return {name: value for name, value in self.suspicion.facts.items() if name in _OF_THE_SHOP}

    @property
    def state(self) -> SuspicionState:
        """How it stands."""
        if self.decision is None:
            return SuspicionState.WAITING
        last = self.appeal_decision or self.decision
        if last.outcome is DecisionOutcome.CLEARED:
            return SuspicionState.CLEARED
        if self.appeal_decision is not None:
            return SuspicionState.FINAL
        return SuspicionState.UPHELD if self.appeal is None else SuspicionState.APPEALED


@dataclass(frozen=True, slots=True)
class SuspicionPage:
    """Suspicions, newest first; `next_before` asks for those that follow, None if there are none."""

    items: list[SuspicionView]
    next_before: UUID | None


def get_suspicion(session: Session, suspicion_id: UUID) -> SuspicionView:
    """Return the suspicion with this id.

    Raises:
        SuspicionUnknownError: there is none.
    """
    found = session.get(Suspicion, suspicion_id)
    if found is None:
        raise SuspicionUnknownError(suspicion_id)
    return _views(session, [found])[0]


def list_suspicions(
    session: Session,
    *,
    merchant_ids: Collection[UUID] | None = None,
    state: SuspicionState | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> SuspicionPage:
    """Return suspicions, of all shops or of some, in one state or in all, newest first, older than `before`."""
    query = select(Suspicion).order_by(Suspicion.id.desc()).limit(limit + 1)
    if merchant_ids is not None:
        query = query.where(Suspicion.merchant_id.in_(merchant_ids))
    if state is not None:
        query = query.where(_is_in(state))
    if before is not None:
        query = query.where(Suspicion.id < before)
    found = list(session.scalars(query))
    return SuspicionPage(_views(session, found[:limit]), found[limit - 1].id if len(found) > limit else None)


def count_waiting(session: Session) -> int:
    """Return how many suspicions wait for somebody of the office: to be looked at, or on an appeal."""
    waits = or_(_is_in(SuspicionState.WAITING), _is_in(SuspicionState.APPEALED))
    return session.scalar(select(func.count()).select_from(Suspicion).where(waits)) or 0


def _is_in(state: SuspicionState) -> ColumnElement[bool]:
    decided, appealed = _decided(), exists().where(SuspicionAppeal.suspicion_id == Suspicion.id)
    cleared = _decided(SuspicionDecision.outcome == DecisionOutcome.CLEARED)
    final = _decided(SuspicionDecision.on_appeal.is_(True), SuspicionDecision.outcome == DecisionOutcome.UPHELD)
    return {
        SuspicionState.WAITING: not_(decided),
        SuspicionState.CLEARED: cleared,
        SuspicionState.UPHELD: and_(decided, not_(cleared), not_(appealed)),
        SuspicionState.APPEALED: and_(appealed, not_(cleared), not_(final)),
        SuspicionState.FINAL: final,
    }[state]


def _decided(*how: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(SuspicionDecision.suspicion_id == Suspicion.id, *how)


def _views(session: Session, found: Sequence[Suspicion]) -> list[SuspicionView]:
    ids = [each.id for each in found]
    decisions = {
        (each.suspicion_id, each.on_appeal): each
        for each in session.scalars(select(SuspicionDecision).where(SuspicionDecision.suspicion_id.in_(ids)))
    }
    appeals = {
        each.suspicion_id: each
        for each in session.scalars(select(SuspicionAppeal).where(SuspicionAppeal.suspicion_id.in_(ids)))
    }
    paid = {
        each.id: each
        for each in session.scalars(select(Redemption).where(Redemption.id.in_({one.redemption_id for one in found})))
    }
    return [
        SuspicionView(
            each,
            paid[each.redemption_id],
            decisions.get((each.id, False)),
            appeals.get(each.id),
            decisions.get((each.id, True)),
        )
        for each in found
    ]
