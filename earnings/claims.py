"""Claims of anonymous reporters: taken in without a trace of the report, and paid in crowds, in random order."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from awards import get_fund, grant, unstage
from earnings.caps import caps_in_force, counts_of, left_under
from earnings.claim_boxes import ClaimKeys
from earnings.errors import ClaimCapError, NothingToClaimError
from earnings.model import AnonymousPart, ClaimState, Earning, EarningState, WaitingClaim
from earnings.paying import why_gone
from earnings.starting import locked_earning, tariff_of
from ledger import Count, LimitExceededError, LostRaceError, NewEntry, Sweep, count_up, post
from people import Resident, get_resident, resident_going_on

# So many claims of one sum out of one fund are paid together; fewer wait for more, up to so many days.
CROWD_MIN = 5
WAIT_DAYS_MAX = 30
# What nobody has claimed by then goes back to its fund.
CLAIMABLE_DAYS = 365
ACTOR = "system"
REASON = "匿名上报"


@dataclass(frozen=True, slots=True)
class ClaimReceipt:
    """By which day a claim is paid, and among how many others it hides now."""

    credited_by: date
    crowd: int


def claim(session: Session, *, matter_id: UUID, resident_id: UUID, keys: ClaimKeys, now: datetime) -> ClaimReceipt:
    """Take in the claim of all parts of a matter that are due and unclaimed, a box for each.

    That a part was claimed is kept without a time; a box without a matter.

    Raises:
        NothingToClaimError: nothing is due that was not claimed.
        ClaimCapError: a cap would be passed as things stand today.
    """
    earning = locked_earning(session, matter_id)
    parts = [] if earning is None or not earning.is_anonymous else _open_parts(session, earning)
    if earning is None or not parts:
        raise NothingToClaimError
    _tariff, fund = tariff_of(session, earning)
    left = left_under(session, caps_in_force(session), resident_id, now.date())
    if left is not None and left < sum(part.due for part in parts):
        raise ClaimCapError
    crowds = []
    for part in parts:
        crowds.append(_crowd(session, fund.code, part.due))
        part.state = ClaimState.CLAIMED
        session.add(
            WaitingClaim(fund_code=fund.code, amount=part.due, received_on=now.date(), box=keys.seal(resident_id))
        )
    session.flush()
    return ClaimReceipt(now.date() + timedelta(days=WAIT_DAYS_MAX), min(crowds))


def pay_claims(session: Session, *, keys: ClaimKeys, now: datetime) -> Sweep[None]:
    """Pay one crowd of claims, opening and deleting their boxes; `count` is 0 where none is to be paid.

    Call it in transactions of its own until it pays none. Claims of one sum out of one fund are paid together where
    there are at least five, or the oldest has waited for 30 days; in random order, in one posting. Whoever is gone
    meanwhile, or above a cap, gets less, and the rest stays in the fund.

    Raises:
        ClaimBoxError: a box cannot be opened; nothing was paid or deleted.
    """
    oldest_allowed = now.date() - timedelta(days=WAIT_DAYS_MAX)
    crowd = session.execute(
        select(WaitingClaim.fund_code, WaitingClaim.amount)
        .group_by(WaitingClaim.fund_code, WaitingClaim.amount)
        .having(or_(func.count() >= CROWD_MIN, func.min(WaitingClaim.received_on) <= oldest_allowed))
        .order_by(WaitingClaim.fund_code, WaitingClaim.amount)
        .limit(1)
    ).one_or_none()
    if crowd is None:
        return Sweep(0, 0, None)
    claims = list(
        session.scalars(
            select(WaitingClaim)
            .where(WaitingClaim.fund_code == crowd.fund_code, WaitingClaim.amount == crowd.amount)
            .with_for_update()
        )
    )
    residents = [resident_going_on(session, keys.open(each.box)) for each in claims]
    secrets.SystemRandom().shuffle(residents)
    for each in claims:
        session.delete(each)
    entries, paid = _entries(session, crowd.fund_code, crowd.amount, residents, now)
    session.flush()
    post(session, entries)
    return Sweep(len(claims), paid, None)


def return_unclaimed(session: Session, *, now: datetime, limit: int = 100) -> Sweep[None]:
    """Give funds back what nobody has claimed within a year, up to `limit` parts; call it until it returns none."""
    query = (
        select(AnonymousPart, Earning)
        .join(Earning, Earning.id == AnonymousPart.earning_id)
        .where(
            AnonymousPart.state == ClaimState.OPEN,
            AnonymousPart.due_on < now.date() - timedelta(days=CLAIMABLE_DAYS),
            Earning.state == EarningState.SETTLED,
        )
        .order_by(AnonymousPart.id)
        .limit(limit)
        .with_for_update()
    )
    entries: list[NewEntry] = []
    amount = 0
    for part, earning in session.execute(query):
        part.state = ClaimState.RETURNED
        _tariff, fund = tariff_of(session, earning)
        entries.append(unstage(fund, part.due, actor=ACTOR, now=now))
        amount += part.due
    session.flush()
    if entries:
        post(session, entries)
    return Sweep(len(entries), amount, None)


def _open_parts(session: Session, earning: Earning) -> list[AnonymousPart]:
    if earning.state not in (EarningState.STAGED, EarningState.SETTLED):
        return []
    query = select(AnonymousPart).where(AnonymousPart.earning_id == earning.id, AnonymousPart.state == ClaimState.OPEN)
    return list(session.scalars(query.order_by(AnonymousPart.id)))


def _crowd(session: Session, fund_code: str, amount: int) -> int:
    same = select(func.count()).where(WaitingClaim.fund_code == fund_code, WaitingClaim.amount == amount)
    return session.scalar(same) or 0


def _entries(
    session: Session, fund_code: str, amount: int, residents: list[Resident], now: datetime
) -> tuple[list[NewEntry], int]:
    fund, caps = get_fund(session, fund_code), caps_in_force(session)
    entries = [unstage(fund, amount * len(residents), actor=ACTOR, now=now)]
    planned: dict[UUID, int] = {}
    counts: list[Count] = []
    for resident in residents:
        left = left_under(session, caps, resident.id, now.date())
        room = amount if left is None else max(0, left - planned.get(resident.id, 0))
        sum_paid = 0 if why_gone(resident, fund, now.date()) else min(amount, room)
        if not sum_paid:
            continue
        planned[resident.id] = planned.get(resident.id, 0) + sum_paid
        granted = grant(
            session,
            resident_id=get_resident(session, resident.id).id,
            fund_code=fund.code,
            amount=sum_paid,
            reason=REASON,
            actor=ACTOR,
            now=now,
            is_covered=True,
        )
        entries.append(granted.entry)
    for resident_id, sum_planned in planned.items():
        counts += counts_of(caps, resident_id, now.date(), sum_planned)
    try:
        count_up(session, counts)
    except LimitExceededError as error:
        raise LostRaceError from error
    return entries, sum(planned.values())
