"""Payments that are held back, as the pages of the office and of shops show them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import merchants
from suspicions import SuspicionDecision, SuspicionView
from web.pages.times import local

NamesOf = Callable[[Session, Collection[str]], dict[str, str]]


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """What was decided, why, when, and, for the office, by whom."""

    outcome: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuspicionShown:
    """A payment that is held back: what it is of, in minor units, by which rule, and what was said about it."""

    id: UUID
    state: str
    rule: str
    facts: Mapping[str, int]
    shop_name: str
    shop_code: str
    amount: int
    order_no: str
    paid_at: datetime
    raised_at: datetime
    entry_id: UUID | None
    officer: str
    decision: DecisionShown | None
    appeal_text: str
    appeal_at: datetime | None
    appeal_decision: DecisionShown | None


def suspicions_shown(
    session: Session, found: Sequence[SuspicionView], *, names_of: NamesOf | None
) -> list[SuspicionShown]:
    """Return them in their order; `names_of` gives the office the names of those who decided.

    Without it they are for a shop, which is told nothing of who decided, nor of what a customer does elsewhere.
    """
    for_office = names_of is not None
    shops = merchants.merchants_by_id(session, {each.suspicion.merchant_id for each in found})
    decisions = [made for each in found for made in (each.decision, each.appeal_decision) if made is not None]
    actors = {made.decided_by for made in decisions} | {each.suspicion.officer or "system" for each in found}
    names = {} if names_of is None else names_of(session, actors)
    return [
        SuspicionShown(
            id=each.suspicion.id,
            state=each.state.value,
            rule=each.suspicion.rule.value,
            facts=each.suspicion.facts if for_office else each.facts_for_shop,
            shop_name=shops[each.suspicion.merchant_id].name,
            shop_code=shops[each.suspicion.merchant_id].code,
            amount=each.amount,
            order_no=each.redemption.order_no,
            paid_at=local(each.redemption.redeemed_at),
            raised_at=local(each.suspicion.raised_at),
            entry_id=each.redemption.entry_id if for_office else None,
            officer=names.get(each.suspicion.officer or "", ""),
            decision=_decision(each.decision, names),
            appeal_text="" if each.appeal is None else each.appeal.text,
            appeal_at=None if each.appeal is None else local(each.appeal.made_at),
            appeal_decision=_decision(each.appeal_decision, names),
        )
        for each in found
    ]


def _decision(made: SuspicionDecision | None, names: Mapping[str, str]) -> DecisionShown | None:
    if made is None:
        return None
    return DecisionShown(made.outcome.value, made.reason, names.get(made.decided_by, ""), local(made.decided_at))
