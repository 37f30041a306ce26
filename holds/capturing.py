"""Giving what is set aside to whom it was meant for: all, a part, or several parts one after the other."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from holds.ending import VOIDED, end, end_time, locked_hold, returnable_holds
from holds.errors import HoldAmountError, HoldEndedError, HoldError, HoldExceededError, HoldExpiredError
from holds.listings import hold_lots
from holds.model import Hold, HoldCapture, HoldLot, HoldState
from ledger import (
    GRACE_DAYS,
    Call,
    CreditLot,
    LotBalance,
    NewEntry,
    Relabel,
    check_still_new,
    lines_of_move,
    new_id,
    post,
    remember_call,
)

KIND = "hold_captured"


def capture(
    session: Session,
    *,
    hold_id: UUID,
    to: int,
    relabel: Relabel,
    final: bool,
    actor: str,
    now: datetime,
    amount: int | None = None,
    funds: Collection[str] | None = None,
    kind: str = KIND,
    entry_id: UUID | None = None,
    grace_days: int = GRACE_DAYS,
    call: Call | None = None,
) -> HoldCapture:
    """Give `amount` minor units of a hold, earliest lots first, or all that is left, to the account `to`.

    They arrive there as `relabel` says; `funds` takes credits of some funds only. Where the capture is a part of
    something else, such as a payment, `kind` and `entry_id` make its entry that one's.

    A final capture ends the hold, and so does one that leaves nothing: in the same list of entries the rest goes back
    to the very lots. Where the owner's account may not take it, be it for its ceiling, a final capture ends the hold's
    time only, and `expire_holds` gives the rest back once it may. After any other the rest stays held. Credits set
    aside in time are good until the hold ends, though their own last day pass meanwhile.

    Raises:
        HoldUnknownError: no such hold.
        HoldExpiredError: its time is over, whether or not its credits went back already.
        HoldEndedError: it was captured finally, or voided.
        HoldAmountError: not a positive amount.
        HoldExceededError: less than that is left, or of the named funds.
        AccountStateError: the held account may not give, or the account `to` not take.
    """
    hold = locked_hold(session, hold_id)
    lots = hold_lots(session, [hold_id])[hold_id]
    usable = [lot for lot in lots if funds is None or CreditLot.parse(lot.lot).fund in funds]
    left = sum(lot.rest for lot in usable) if hold.left else 0
    wanted = left if amount is None else amount
    refusal = _refusal(hold, wanted, left, now)
    if refusal is not None:
        # A twin of this call may just have captured what this one asks for.
        check_still_new(session, call)
        raise refusal
    entry = NewEntry(
        id=entry_id or new_id(),
        kind=kind,
        actor=actor,
        occurred_at=now,
        lines=lines_of_move(_take(usable, wanted), giver=hold.held_account_id, taker=to, relabel=relabel),
    )
    hold.captured_total += wanted
    made = HoldCapture(
        id=new_id(), hold_id=hold.id, amount=wanted, entry_id=entry.id, captured_by=actor, captured_at=now
    )
    entries = [entry]
    if final and hold.left and not returnable_holds(session, [hold], also_lock=[to]):
        end_time(hold, now=now)
    elif final or not hold.left:
        entries += end(hold, lots, HoldState.CAPTURED, kind=VOIDED, actor=actor, now=now, grace_days=grace_days)
    session.add(made)
    remember_call(session, call, made_id=made.id, now=now)
    post(session, entries)
    return made


def _refusal(hold: Hold, wanted: int, left: int, now: datetime) -> HoldError | None:
    if hold.state is HoldState.EXPIRED or (hold.state is HoldState.OPEN and hold.expires_at <= now):
        return HoldExpiredError(hold.id, hold.expires_at)
    if hold.state is not HoldState.OPEN:
        return HoldEndedError(hold.id, hold.state)
    if wanted < 1:
        return HoldAmountError(wanted, left)
    return HoldExceededError(hold.id, left) if wanted > left else None


def _take(lots: Sequence[HoldLot], wanted: int) -> list[LotBalance]:
    """Count an amount as captured, earliest lots first, and return the parts."""
    parts: list[LotBalance] = []
    for lot in lots:
        taken = min(lot.rest, wanted)
        wanted -= taken
        lot.captured += taken
        if taken:
            parts.append(LotBalance(lot.lot, taken))
    return parts
