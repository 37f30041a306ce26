"""Taking back what is left of a wrong award, once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from awards.errors import AlreadyClawedBackError, ClawBackUnknownError, NothingToClawBackError
from awards.funds import fund_lot, get_fund
from awards.listings import get_award
from awards.model import TEXT_LENGTH_MAX, Award, ClawBack
from ledger import (
    AlreadyReversedError,
    Asset,
    Call,
    CreditLot,
    LotBalance,
    NewEntry,
    check_still_new,
    credit,
    debit,
    lock_lots,
    lots,
    new_id,
    post,
    remember_call,
    reversal_of,
)
from people import clean_text, get_resident

KIND = "claw_back"


@dataclass(frozen=True, slots=True)
class Planned:
    """A claw-back that was decided, and the entry that is still to be posted for it."""

    claw_back: ClawBack
    entry: NewEntry


def claw_back(
    session: Session,
    *,
    award_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    call: Call | None = None,
) -> ClawBack:
    """Take back to the fund what the resident's lot still holds of an award; what is spent stays spent.

    Awards of one fund and last day share a lot: what one of them left may then be taken for the other.

    Raises:
        AwardUnknownError: no such award.
        AlreadyClawedBackError: this happened before.
        AlreadyReversedError: the award's entry was reversed, so all of it is back.
        NothingToClawBackError: the award is not posted, or nothing of it is left.
        AccountStateError: the account is frozen or closed and gives nothing.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    planned = plan_claw_back(session, award_id=award_id, reason=reason, actor=actor, now=now, call=call)
    remember_call(session, call, made_id=planned.claw_back.id, now=now)
    post(session, [planned.entry])
    return planned.claw_back


def plan_claw_back(
    session: Session, *, award_id: UUID, reason: str, actor: str, now: datetime, call: Call | None = None
) -> Planned:
    """Lock what is left of an award and add the row of its claw-back; the caller posts the entry, with its own.

    Raises:
        AwardUnknownError, AlreadyClawedBackError, AlreadyReversedError, NothingToClawBackError: as `claw_back`.
        TextRefusedError: the reason is empty, too long, or has forbidden characters.
    """
    cleaned = clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    award, account_id, held = locked_award(session, award_id)
    # A twin of this call may have done it while this one waited for the lock.
    check_still_new(session, call)
    _check_standing(session, award)
    amount = _left(award, held)
    if not amount:
        raise NothingToClawBackError(award_id)
    fund = get_fund(session, award.fund_code)
    taken = ClawBack(
        id=new_id(),
        award_id=award.id,
        amount=amount,
        reason=cleaned,
        entry_id=new_id(),
        made_by=actor,
        made_at=now,
    )
    session.add(taken)
    entry = NewEntry(
        id=taken.entry_id,
        kind=KIND,
        actor=actor,
        occurred_at=now,
        lines=(
            debit(account_id, Asset.PAB, amount, lot_of(award)),
            credit(fund.available_account_id, Asset.PAB, amount, fund_lot(fund.code)),
        ),
    )
    return Planned(taken, entry)


def locked_award(session: Session, award_id: UUID) -> tuple[Award, int, list[LotBalance]]:
    """Return an award, its resident's account and what that holds, as they are behind the account's lock.

    Until the transaction ends neither a payment nor another correction of the award can come between.

    Raises:
        AwardUnknownError: no such award.
    """
    award = get_award(session, award_id)
    account_id = get_resident(session, award.resident_id).available_account_id
    held = lock_lots(session, [account_id])[account_id]
    # What the session read before it waited for the lock may be stale.
    session.refresh(award)
    return award, account_id, held


def lot_of(award: Award) -> str:
    """Return the label that an award's credits bear."""
    return CreditLot(award.fund_code, award.expires_on).label


def left_to_claw_back(session: Session, award_id: UUID) -> int:
    """Return what a claw-back of the award would take now, in minor units; 0 where none can be made.

    Raises:
        AwardUnknownError: no such award.
    """
    award = get_award(session, award_id)
    try:
        _check_standing(session, award)
    except (AlreadyClawedBackError, AlreadyReversedError, NothingToClawBackError):
        return 0
    return _left(award, lots(session, get_resident(session, award.resident_id).available_account_id))


def get_claw_back(session: Session, claw_back_id: UUID) -> ClawBack:
    """Return the claw-back with this id.

    Raises:
        ClawBackUnknownError: there is none.
    """
    found = session.get(ClawBack, claw_back_id)
    if found is None:
        raise ClawBackUnknownError(claw_back_id)
    return found


def claw_backs_of(session: Session, award_ids: Iterable[UUID]) -> dict[UUID, ClawBack]:
    """Return the claw-backs of those awards that have one, by the award's id."""
    found = session.scalars(select(ClawBack).where(ClawBack.award_id.in_(list(award_ids))))
    return {each.award_id: each for each in found}


def _check_standing(session: Session, award: Award) -> None:
    if award.entry_id is None:
        raise NothingToClawBackError(award.id)
    earlier = session.scalar(select(ClawBack.id).where(ClawBack.award_id == award.id))
    if earlier is not None:
        raise AlreadyClawedBackError(award.id, earlier)
    reversal_id = reversal_of(session, award.entry_id)
    if reversal_id is not None:
        raise AlreadyReversedError(award.entry_id, reversal_id)


def _left(award: Award, held: Iterable[LotBalance]) -> int:
    held_of_lot = sum(part.amount for part in held if part.label == lot_of(award))
    # What is owed for the award already is not taken once more.
    return min(award.amount - award.forced_total, held_of_lot)
