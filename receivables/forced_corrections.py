"""What of a wrong award is spent and cannot be taken back any more: the resident owes it, if two persons say so."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from awards import Award, check_amount, claw_backs_of, fund_lot, get_award, get_fund, locked_award, lot_of
from ledger import (
    AlreadyReversedError,
    Asset,
    Call,
    LotBalance,
    NewEntry,
    credit,
    debit,
    lots,
    new_id,
    reversal_of,
    taken_of_lot,
)
from people import ResidentLeftError, check_has_not_left, get_resident
from receivables.errors import ForcedTooMuchError, TakeBackFirstError
from receivables.matters import ask
from receivables.model import Matter, MatterKind, MatterState
from receivables.owed import open_receivable

KIND = MatterKind.FORCED_CORRECTION
_EXPIRY = "expiry"


def ask_forced_correction(
    session: Session,
    *,
    award_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    amount: int | None = None,
    call: Call | None = None,
) -> Matter:
    """Ask that a resident owe what of a wrong award is spent, in minor units: all of it, or a part.

    Raises:
        AwardUnknownError: no such award.
        AlreadyReversedError: the award's entry was reversed, so all of it is back.
        TakeBackFirstError: the lot still holds something that a claw-back takes.
        ForcedTooMuchError: nothing, or less than the amount, is left to force.
        AmountOutOfRangeError: the amount is not positive.
        ResidentLeftError: the resident has left.
        MatterOpenError, SamePersonError, TextRefusedError: as `ask`.
    """
    award, left = _left_behind_lock(session, award_id)
    wanted = left if amount is None else amount
    if amount is not None:
        check_amount(amount)
    if not 0 < wanted <= left:
        raise ForcedTooMuchError(award_id, left)
    matter = Matter(
        id=new_id(),
        kind=KIND,
        resident_id=award.resident_id,
        fund_code=award.fund_code,
        award_id=award.id,
        amount=wanted,
        reason=reason,
        state=MatterState.ASKED,
        asked_by=actor,
        asked_at=now,
        note="",
    )
    return ask(session, matter, call=call)


def left_to_force(session: Session, award_id: UUID) -> int:
    """Return what could be asked for now, in minor units; 0 where nothing can.

    Raises:
        AwardUnknownError: no such award.
    """
    award = get_award(session, award_id)
    account_id = get_resident(session, award.resident_id).available_account_id
    try:
        return _left(session, award, account_id, lots(session, account_id))
    except (AlreadyReversedError, ResidentLeftError, TakeBackFirstError):
        return 0


def forced_correction_entry(session: Session, matter: Matter, *, actor: str, now: datetime) -> NewEntry:
    """Return the entry of an approval: the resident owes the fund, which holds the claim and cannot award it.

    Credits that nothing but a claim stands behind could not be paid out to a merchant. So they wait in what the fund
    holds until money or other credits come back, and leave it without a trace where the claim is waived.

    Raises:
        ForcedTooMuchError, TakeBackFirstError, AlreadyReversedError, ResidentLeftError: as when it was asked for; much
            may have happened since.
    """
    award, left = _left_behind_lock(session, cast("UUID", matter.award_id))
    if matter.amount > left:
        raise ForcedTooMuchError(award.id, left)
    award.forced_total += matter.amount
    fund = get_fund(session, award.fund_code)
    receivable = open_receivable(session, get_resident(session, award.resident_id))
    return NewEntry(
        id=new_id(),
        kind=KIND.value,
        actor=actor,
        occurred_at=now,
        lines=(
            debit(receivable, Asset.PAB, matter.amount, fund_lot(fund.code)),
            credit(fund.held_account_id, Asset.PAB, matter.amount, fund_lot(fund.code)),
        ),
    )


def _left_behind_lock(session: Session, award_id: UUID) -> tuple[Award, int]:
    award, account_id, held = locked_award(session, award_id)
    # Read before the lock, they might have left since.
    session.refresh(get_resident(session, award.resident_id))
    return award, _left(session, award, account_id, held)


def _left(session: Session, award: Award, account_id: int, held: Iterable[LotBalance]) -> int:
    """Return what the award paid, less what came back to the fund and what is owed for it already."""
    check_has_not_left(get_resident(session, award.resident_id))
    if award.entry_id is None:
        return 0
    reversal_id = reversal_of(session, award.entry_id)
    if reversal_id is not None:
        raise AlreadyReversedError(award.entry_id, reversal_id)
    taken = claw_backs_of(session, [award.id]).get(award.id)
    of_lot = sum(part.amount for part in held if part.label == lot_of(award))
    still_there = min(award.amount - award.forced_total, of_lot)
    if still_there and taken is None:
        raise TakeBackFirstError(award.id, still_there)
    # What expired went back to the fund unspent. Awards may share a lot: the doubt is the resident's.
    expired = taken_of_lot(session, account_id, lot_of(award), kind=_EXPIRY)
    return max(0, award.amount - award.forced_total - (taken.amount if taken else 0) - expired)
