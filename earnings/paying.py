"""Paying parts of an earning: each is due by the formula, and cut by caps, or where its person or its fund is gone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from awards import Fund, FundEndedError, grant, last_day_of_award, unstage
from earnings.caps import caps_in_force, counts_of, left_under
from earnings.kept import kept_of, was_claimed
from earnings.model import AnonymousPart, ClaimState, CutReason, Earning, EarningPart, PartKind
from ledger import Count, LimitExceededError, LostRaceError, NewEntry, count_up, new_id
from notices import NoticeKind, tell
from people import Resident, resident_going_on

_INSERT = insert(EarningPart)


@dataclass(frozen=True, slots=True)
class Due:
    """A part that is due to somebody, in minor units; to an anonymous reporter where there is no resident."""

    kind: PartKind
    resident_id: UUID | None
    amount: int


def pay(
    session: Session,
    earning: Earning,
    fund: Fund,
    dues: Sequence[Due],
    *,
    is_staged: bool,
    actor: str,
    now: datetime,
) -> list[NewEntry]:
    """Write down the parts that are due and return their entries, which the caller posts; parts of 0 are none.

    What was staged goes back to the fund first, so that each award is one like any other, and what somebody does not
    get stays there. What is due to nobody by name stays staged until it is claimed. Call it once in a transaction:
    counters are locked in one order for everybody.
    """
    caps, counts = caps_in_force(session), list[Count]()
    total = sum(due.amount for due in dues if due.resident_id is not None)
    planned: Counter[UUID] = Counter()
    kept = kept_of(session, earning)
    parts: list[dict[str, Any]] = []
    entries = [unstage(fund, total, actor=actor, now=now)] if is_staged and total else []
    for due in dues:
        if not due.amount:
            continue
        if due.resident_id is None:
            part = _to_be_claimed(session, earning, due, now.date())
            session.add(part)
            if part.state is ClaimState.RETURNED:
                entries.append(unstage(fund, due.amount, actor=actor, now=now))
            continue
        resident = resident_going_on(session, due.resident_id)
        amount, because = due.amount, why_gone(resident, fund, now.date())
        left = None if because else left_under(session, caps, resident.id, now.date())
        set_off = 0 if because else min(kept[due.resident_id], amount)
        kept[due.resident_id] -= set_off
        amount = 0 if because else amount - set_off
        because = CutReason.KEPT if set_off else because
        if left is not None and left - planned[resident.id] < amount:
            amount, because = left - planned[resident.id], CutReason.CAP
        planned[resident.id] += amount
        granted = None
        if amount:
            granted = grant(
                session,
                resident_id=resident.id,
                fund_code=fund.code,
                amount=amount,
                reason=earning.reason,
                actor=actor,
                now=now,
                is_covered=is_staged,
            )
            entries.append(granted.entry)
            counts += counts_of(caps, resident.id, now.date(), amount)
        part_id = new_id()
        if amount:
            tell(
                session,
                kind=NoticeKind.AWARD_PAID,
                matter_id=earning.matter_id,
                cause_id=part_id,
                residents=[resident.id],
                now=now,
            )
        parts.append(
            {
                "id": part_id,
                "earning_id": earning.id,
                "kind": due.kind,
                "resident_id": due.resident_id,
                "due": due.amount,
                "amount": amount,
                "cut_because": because,
                "set_off": set_off,
                "award_id": granted and granted.award.id,
                "paid_at": now,
            }
        )
    try:
        count_up(session, counts)
    except LimitExceededError as error:
        # Somebody else was paid at the same moment: the next run sees what is left.
        raise LostRaceError from error
    session.flush()
    # Once their awards are written, at which they point.
    if parts:
        session.connection().execute(_INSERT, parts)
    return entries


def _to_be_claimed(session: Session, earning: Earning, due: Due, today: date) -> AnonymousPart:
    # What was claimed before the matter was withdrawn is not to be had a second time.
    state = ClaimState.RETURNED if was_claimed(session, earning, due.kind) else ClaimState.OPEN
    return AnonymousPart(id=new_id(), earning_id=earning.id, kind=due.kind, due=due.amount, due_on=today, state=state)


def why_gone(resident: Resident, fund: Fund, today: date) -> CutReason | None:
    """Return what keeps a resident from getting anything out of a fund; None where nothing does."""
    if resident.left_at is not None:
        return CutReason.LEFT
    try:
        last_day_of_award(fund, today)
    except FundEndedError:
        return CutReason.FUND_ENDED
    return None
