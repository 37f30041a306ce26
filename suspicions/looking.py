"""Looking at a shop's payments by the rules in force: each is held back at most once by each rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

import merchants
from ledger import new_id
from merchants import Merchant
from payments import Redemption, RedemptionStatus
from suspicions.codes import late_codes, two_shops
from suspicions.model import Suspicion, SuspicionLook
from suspicions.officers import quick_spending, rings
from suspicions.rules import SuspicionRules, rules_in_force
from suspicions.windows import Finding, Payment, bursts, pairs

# A payment is committed a moment after the time that it bears; it is not missed when somebody looks in between.
_LATE_COMMITS = timedelta(minutes=10)
PAYMENTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Looked:
    """How many payments were held back, how much that is in cents, and whether all were looked at."""

    count: int
    amount: int
    is_done: bool


def look_at_shop(
    session: Session,
    *,
    merchant: Merchant,
    is_settled: ColumnElement[bool],
    now: datetime,
    at_once: int = PAYMENTS_AT_ONCE,
) -> Looked:
    """Look at a shop's payments that are not settled and came since it was last looked at, the earliest first.

    `is_settled` says of a row of `payments.Redemption` whether it is settled, which only a room above knows. A new
    version of the rules looks at all of them anew. One who looks at a shop waits for another who does; its tills wait
    for neither.
    """
    in_force = rules_in_force(session)
    if in_force is None:
        return Looked(0, 0, is_done=True)
    number, rules = in_force
    merchants.lock_merchant(session, merchant)
    look = session.get(SuspicionLook, merchant.id, populate_existing=True)
    since = None if look is None or look.rules_number != number else look.looked_until - _LATE_COMMITS
    until = _until(session, merchant, is_settled, since, at_once)
    history = _history(session, merchant, is_settled, rules, since=since, until=until)
    raised = _raise(session, merchant, number, list(_findings(session, rules, merchant, history)), now)
    if look is None:
        look = SuspicionLook(merchant_id=merchant.id)
        session.add(look)
    look.looked_until = now if until is None else until + _LATE_COMMITS
    look.rules_number = number
    session.flush()
    amounts = {each.id: each.amount for each in history}
    return Looked(len(raised), sum(amounts[each] for each in {one.redemption_id for one in raised}), until is None)


def _until(
    session: Session, merchant: Merchant, is_settled: ColumnElement[bool], since: datetime | None, at_once: int
) -> datetime | None:
    """Return the moment up to which to look where there are more payments than are looked at at once; else None."""
    query = select(Redemption.redeemed_at).where(*_of(merchant), ~is_settled).order_by(Redemption.redeemed_at)
    if since is not None:
        query = query.where(Redemption.redeemed_at > since)
    bound = session.scalar(query.offset(at_once - 1).limit(1))
    if bound is None:
        return None
    later = query.where(Redemption.redeemed_at > bound).limit(1)
    return None if session.scalar(later) is None else bound


def _history(
    session: Session,
    merchant: Merchant,
    is_settled: ColumnElement[bool],
    rules: SuspicionRules,
    *,
    since: datetime | None,
    until: datetime | None,
) -> Sequence[Payment]:
    """Return the payments to be looked at, with those before them as far back as the rules look, the earliest first."""
    new = select(Redemption.redeemed_at).where(*_of(merchant), ~is_settled).order_by(Redemption.redeemed_at).limit(1)
    first = session.scalar(new if since is None else new.where(Redemption.redeemed_at > since))
    if first is None:
        return []
    query = (
        select(
            Redemption.id,
            Redemption.resident_id,
            Redemption.amount - Redemption.refunded_total,
            Redemption.redeemed_at,
            Redemption.redeemed_by,
            case((is_settled, 0), else_=1),
        )
        .where(*_of(merchant), Redemption.redeemed_at >= first - rules.reach)
        .order_by(Redemption.redeemed_at, Redemption.id)
    )
    if until is not None:
        query = query.where(Redemption.redeemed_at <= until)
    return [
        Payment(each, who, int(amount), at, by, is_open=bool(is_open), is_new=bool(is_open) and at >= first)
        for each, who, amount, at, by, is_open in session.execute(query)
        if who is not None
    ]


def _of(merchant: Merchant) -> tuple[ColumnElement[bool], ...]:
    # What was given back altogether adds up to nothing, and nothing of it is held back.
    return (
        Redemption.merchant_id == merchant.id,
        Redemption.status == RedemptionStatus.COMPLETED,
        Redemption.refunded_total < Redemption.amount,
    )


def _findings(
    session: Session, rules: SuspicionRules, merchant: Merchant, history: Sequence[Payment]
) -> Iterator[Finding]:
    new = [each for each in history if each.is_new]
    if not new:
        return
    since, wanted = new[0].at, {each.id for each in new}
    yield from bursts(rules, history)
    yield from pairs(session, rules, history)
    yield from rings(session, rules, merchant, history)
    yield from quick_spending(session, rules, merchant, history)
    yield from late_codes(session, rules, merchant, since=since, wanted=wanted)
    yield from two_shops(session, rules, merchant, since=since, wanted=wanted)


def _raise(
    session: Session, merchant: Merchant, number: int, findings: Sequence[Finding], now: datetime
) -> list[Suspicion]:
    """Keep what was found and is not known yet; behind the lock of the shop, so nobody else raises the same."""
    if not findings:
        return []
    known = select(Suspicion.redemption_id, Suspicion.rule).where(Suspicion.merchant_id == merchant.id)
    stands = {(redemption_id, rule) for redemption_id, rule in session.execute(known)}
    made: list[Suspicion] = []
    for each in findings:
        # Two officers may have granted what one payment spent; the first finding, which is the stronger, stands.
        if (each.redemption_id, each.rule) in stands:
            continue
        stands.add((each.redemption_id, each.rule))
        made.append(
            Suspicion(
                id=new_id(),
                redemption_id=each.redemption_id,
                merchant_id=merchant.id,
                rule=each.rule,
                rules_number=number,
                facts=each.facts,
                officer=each.officer,
                raised_at=now,
            )
        )
    session.add_all(made)
    session.flush()
    return made
