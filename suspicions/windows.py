"""The two rules about a shop's list of payments: many by few in a short time, and a pair that lives off each other."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments import Redemption, RedemptionStatus
from suspicions.model import SuspicionRule
from suspicions.rules import SuspicionRules

_SEVERAL = 2
# One large purchase at a small shop is no habit.
_ALWAYS = 3
# So many ids go into one statement.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a shop's list: `amount` is what was not given back, `is_open` that it is not settled."""

    id: UUID
    resident_id: UUID
    amount: int
    at: datetime
    by: str
    is_open: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A payment that a rule holds back, and why in plain numbers."""

    redemption_id: UUID
    rule: SuspicionRule
    facts: dict[str, int]
    officer: str | None = None


def bursts(rules: SuspicionRules, history: Sequence[Payment]) -> Iterator[Finding]:
    """Return the payments of a burst: more than so many in so many minutes, by so few residents.

    Only residents who paid at least twice within the time count, the busiest first, so nobody is held back for standing
    in the same queue; and a shop full of other customers hides nothing.
    """
    if rules.burst_payments is None or rules.burst_minutes is None or rules.burst_residents is None:
        return
    within, start = timedelta(minutes=rules.burst_minutes), 0
    paid: dict[UUID, int] = defaultdict(int)
    worst: dict[UUID, Finding] = {}
    for end, last in enumerate(history):
        paid[last.resident_id] += 1
        while last.at - history[start].at > within:
            paid[history[start].resident_id] -= 1
            start += 1
        if not last.is_new or paid[last.resident_id] < _SEVERAL:
            continue
        several = ((count, who.hex, who) for who, count in paid.items() if count >= _SEVERAL)
        busiest = heapq.nlargest(rules.burst_residents, several)
        count = sum(each for each, _hex, _who in busiest)
        if count <= rules.burst_payments:
            continue
        few = {who for _count, _hex, who in busiest}
        burst = [each for each in history[start : end + 1] if each.resident_id in few]
        facts = {
            "payments": count,
            "residents": len(few),
            "seconds": int((burst[-1].at - burst[0].at).total_seconds()),
            "sum": sum(each.amount for each in burst),
        }
        for each in burst:
            if each.is_open and (each.id not in worst or worst[each.id].facts["payments"] < count):
                worst[each.id] = Finding(each.id, SuspicionRule.BURST, facts)
    yield from worst.values()


def pairs(session: Session, rules: SuspicionRules, history: Sequence[Payment]) -> Iterator[Finding]:
    """Return the payments with which one resident and this shop have come to live off each other.

    They met three times or more, and both shares have to be exceeded: whoever has one favourite shop is a small part of
    its takings. A payment is judged by itself and those before it, so what came before the sum was reached is not held
    back afterwards.
    """
    if rules.pair_days is None or rules.pair_credits is None or rules.pair_percent_of_shop is None:
        return
    within, start, taken = timedelta(days=rules.pair_days), 0, 0
    spent: dict[UUID, int] = defaultdict(int)
    times: dict[UUID, int] = defaultdict(int)
    suspects: list[tuple[Payment, int, int, int]] = []
    for last in history:
        spent[last.resident_id] += last.amount
        times[last.resident_id] += 1
        taken += last.amount
        while last.at - history[start].at > within:
            spent[history[start].resident_id] -= history[start].amount
            times[history[start].resident_id] -= 1
            taken -= history[start].amount
            start += 1
        here, often = spent[last.resident_id], times[last.resident_id]
        is_much = often >= _ALWAYS and here >= rules.pair_credits and here * 100 > rules.pair_percent_of_shop * taken
        if last.is_new and last.is_open and is_much:
            suspects.append((last, often, here, taken))
    if not suspects:
        return
    residents = {each[0].resident_id for each in suspects}
    everywhere = _spent_by(session, residents, since=suspects[0][0].at - within)
    for last, often, here, taken_then in suspects:
        of_resident = sum(amount for at, amount in everywhere[last.resident_id] if last.at - within <= at <= last.at)
        if here * 100 > (rules.pair_percent_of_resident or 0) * of_resident:
            facts = {
                "days": rules.pair_days,
                "payments": often,
                "sum": here,
                "percent_of_resident": here * 100 // of_resident,
                "percent_of_shop": here * 100 // taken_then,
            }
            yield Finding(last.id, SuspicionRule.PAIR, facts)


def _spent_by(session: Session, residents: set[UUID], *, since: datetime) -> dict[UUID, list[tuple[datetime, int]]]:
    """Return when these residents spent how much, wherever it was."""
    found: dict[UUID, list[tuple[datetime, int]]] = defaultdict(list)
    asked = sorted(residents)
    for first in range(0, len(asked), _CHUNK):
        query = select(Redemption.resident_id, Redemption.redeemed_at, Redemption.amount - Redemption.refunded_total)
        for who, at, amount in session.execute(
            query.where(
                Redemption.resident_id.in_(asked[first : first + _CHUNK]),
                Redemption.redeemed_at >= since,
                Redemption.status == RedemptionStatus.COMPLETED,
            )
        ):
            if who is not None:
                found[who].append((at, int(amount)))
    return found
