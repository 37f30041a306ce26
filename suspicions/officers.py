"""The two rules about whoever granted credits: spent where they work, or nearly all of it at once at one shop."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import people
from awards import Award, AwardStatus
from merchants import Merchant
from payments import Redemption
from suspicions.model import SuspicionRule
from suspicions.rules import SuspicionRules
from suspicions.windows import Finding, Payment

_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class _Granted:
    """One award: by whom, when, and how much."""

    by: str
    at: datetime
    amount: int


def rings(session: Session, rules: SuspicionRules, merchant: Merchant, history: Sequence[Payment]) -> Iterator[Finding]:
    """Return payments with credits that were granted shortly before by somebody of the shop, or of their household."""
    new = [each for each in history if each.is_new and each.is_open]
    if rules.ring_hours is None or not new:
        return
    within = timedelta(hours=rules.ring_hours)
    granted = _granted_to_payers(session, merchant, since=new[0].at - within, paid_since=new[0].at)
    is_of_the_shop: dict[str, bool] = {}
    for payment in new:
        for award in granted[payment.resident_id]:
            if not payment.at - within <= award.at <= payment.at:
                continue
            if award.by not in is_of_the_shop:
                is_of_the_shop[award.by] = people.household_works_for_merchant(
                    session, person_id=UUID(award.by.removeprefix(_PERSON)), merchant_id=merchant.id
                )
            if is_of_the_shop[award.by] or payment.by == award.by:
                facts = {"hours": int((payment.at - award.at).total_seconds() // 3600), "granted": award.amount}
                yield Finding(payment.id, SuspicionRule.RING, facts, officer=award.by)
                break


def quick_spending(
    session: Session, rules: SuspicionRules, merchant: Merchant, history: Sequence[Payment]
) -> Iterator[Finding]:
    """Return payments where most of what one officer granted is spent at this shop, by several and soon after."""
    if rules.officer_hours is None or rules.officer_days is None or not history:
        return
    until, within = history[-1].at, timedelta(hours=rules.officer_hours)
    since = until - timedelta(days=rules.officer_days)
    recent = [each for each in history if each.at >= since]
    granted = _granted_to_payers(session, merchant, since=since, paid_since=since)
    quick: dict[str, list[Payment]] = defaultdict(list)
    for payment in recent:
        soon = {award.by for award in granted[payment.resident_id] if payment.at - within <= award.at <= payment.at}
        for officer in soon:
            quick[officer].append(payment)
    totals = _granted_by(session, quick, since=since, until=until)
    found: list[tuple[dict[str, int], str, list[Payment]]] = []
    for officer, paid in quick.items():
        spent: dict[UUID, int] = defaultdict(int)
        for payment in paid:
            spent[payment.resident_id] += payment.amount
        got = {
            who: sum(award.amount for award in granted[who] if award.by == officer and award.at <= until)
            for who in spent
        }
        here, total = sum(min(spent[who], got[who]) for who in spent), totals[officer]
        is_much = here * 100 > (rules.officer_percent or 0) * total
        if len(spent) < (rules.officer_residents or 0) or not is_much:
            continue
        facts = {
            "days": rules.officer_days,
            "hours": rules.officer_hours,
            "residents": len(spent),
            "sum": here,
            "percent": here * 100 // total,
        }
        found.append((facts, officer, paid))
    # A payment of which two officers granted the credits is told of the one of whose awards more was spent here.
    for facts, officer, paid in sorted(found, key=lambda one: (-one[0]["sum"], one[1])):
        yield from (Finding(each.id, SuspicionRule.OFFICER, facts, officer=officer) for each in paid if each.is_open)


def _granted_to_payers(
    session: Session, merchant: Merchant, *, since: datetime, paid_since: datetime
) -> dict[UUID, list[_Granted]]:
    """Return what persons granted since a moment to residents who paid at this shop, by resident, the latest first."""
    payers = select(Redemption.resident_id).where(
        Redemption.merchant_id == merchant.id, Redemption.redeemed_at >= paid_since
    )
    query = (
        select(Award.resident_id, Award.granted_by, Award.granted_at, Award.amount)
        .where(
            Award.resident_id.in_(payers),
            Award.granted_at >= since,
            Award.status == AwardStatus.POSTED,
            Award.granted_by.startswith(_PERSON),
        )
        .order_by(Award.granted_at.desc(), Award.id)
    )
    found: dict[UUID, list[_Granted]] = defaultdict(list)
    for who, by, at, amount in session.execute(query):
        found[who].append(_Granted(by, at, amount))
    return found


def _granted_by(
    session: Session, officers: dict[str, list[Payment]], *, since: datetime, until: datetime
) -> dict[str, int]:
    """Return what these officers granted in a time, to whomever."""
    query = (
        select(Award.granted_by, func.sum(Award.amount))
        .where(
            Award.granted_by.in_(sorted(officers)),
            Award.granted_at.between(since, until),
            Award.status == AwardStatus.POSTED,
        )
        .group_by(Award.granted_by)
    )
    return {by: int(total) for by, total in session.execute(query)} if officers else {}
