"""Paying with a slip of a printed sheet: once, out of what is set aside for it, up to its worth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

import holds
import ledger
import people
from holds import HoldState
from merchants import accepted_funds
from payments.deciding import NOT_SPENDING, Asked, Payer, guarded
from payments.errors import PaymentCodeUnknownError
from payments.model import CodeKind, PaymentCode, Redemption, Refusal

_REFUSED = {
    HoldState.CAPTURED: Refusal.CODE_USED,
    HoldState.VOIDED: Refusal.CODES_BLOCKED,
    HoldState.EXPIRED: Refusal.CODE_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Slip:
    """What is set aside for a slip: its hold, and the funds of it that the merchant accepts, None for all."""

    hold_id: UUID
    funds: frozenset[str] | None


def slip_of(session: Session, facts: Any) -> Slip:
    """Return what is set aside for the slip that the facts of an attempt found."""
    return Slip(_code(session, facts.payment_code_id)[0], accepted_funds(facts.fund_codes))


def decide_slip(session: Session, asked: Asked, facts: Any) -> Refusal | None:
    """Return why a slip does not pay an amount, None where it does; its hold and its owner's accounts are locked.

    Whoever ends a hold locks it before any account, so the facts of a slip lock no account.
    """
    slip = slip_of(session, facts)
    hold = holds.locked_hold(session, slip.hold_id)
    owner = people.get_resident(session, facts.resident_id)
    ledger.lock_lots(session, [owner.available_account_id, owner.held_account_id])
    state = ledger.account_state(session, owner.available_account_id)
    if state in NOT_SPENDING:
        return Refusal.ACCOUNT_FROZEN
    if hold.state is not HoldState.OPEN:
        return _REFUSED[hold.state]
    if hold.expires_at <= asked.now:
        return Refusal.CODE_EXPIRED
    if asked.amount > hold.left:
        return Refusal.INSUFFICIENT_BALANCE
    lots = holds.hold_lots(session, [hold.id])[hold.id]
    accepted = [lot.rest for lot in lots if slip.funds is None or ledger.CreditLot.parse(lot.lot).fund in slip.funds]
    if asked.amount > sum(accepted):
        return Refusal.FUND_NOT_ACCEPTED_HERE
    payer = Payer(
        owner.id,
        owner.available_account_id,
        state,
        held=(),
        payment_code_id=facts.payment_code_id,
        kind=CodeKind.SHEET,
    )
    return guarded(session, asked, payer, facts.limits_number)


def book_slip(
    session: Session,
    paid: Redemption,
    facts: Any,
    *,
    kind: str,
    now: datetime,
    call: ledger.Call,
    grace_days: int,
) -> None:
    """Write a payment with a slip: its amount to the merchant by one entry, and the rest back to its lots.

    Raises:
        LostRaceError: the slip was used or stopped meanwhile; run again, it is a refusal.
    """
    session.add(paid)
    used = session.connection().execute(
        update(PaymentCode)
        .where(PaymentCode.id == facts.payment_code_id, PaymentCode.used_at.is_(None), PaymentCode.blocked_at.is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise ledger.LostRaceError
    session.flush()
    ledger.remember_call(session, call, made_id=paid.id, now=now)
    slip = slip_of(session, facts)
    holds.capture(
        session,
        hold_id=slip.hold_id,
        to=facts.payable_account_id,
        relabel=ledger.undated,
        final=True,
        actor=paid.redeemed_by,
        now=now,
        amount=paid.amount,
        funds=slip.funds,
        kind=kind,
        entry_id=paid.entry_id,
        grace_days=grace_days,
    )


def worth_of_slip(session: Session, payment_code_id: UUID | None) -> int | None:
    """Return how much a slip is worth in cents, None where the code stands on none."""
    found = None if payment_code_id is None else session.get(PaymentCode, payment_code_id)
    return None if found is None else found.worth


def _code(session: Session, payment_code_id: UUID) -> tuple[UUID, int]:
    found = session.get(PaymentCode, payment_code_id)
    if found is None or found.hold_id is None or found.worth is None:
        raise PaymentCodeUnknownError(payment_code_id)
    return found.hold_id, found.worth
