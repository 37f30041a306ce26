"""A merchant gives credits back, whole or in part, to the very lots they came from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
import people
import safeguards
from ledger import Asset, Line, LotBalance, NewEntry, Side
from merchants import Merchant, get_merchant
from payments.errors import (
    AmountError,
    NotRefundableError,
    OwnerApprovalRequiredError,
    RedemptionUnknownError,
    RefundExceedsRedemptionError,
    RefundWindowError,
)
from payments.model import TEXT_LENGTH_MAX, Redemption, Refund
from payments.refund_limits import till_refund_max

KIND = "refund"


def refund(
    session: Session,
    *,
    redemption_id: UUID,
    merchant_id: UUID,
    amount: int,
    reason: str,
    by_owner: bool,
    actor: str,
    now: datetime,
    grace_days: int = ledger.GRACE_DAYS,
    call: ledger.Call | None = None,
) -> Refund:
    """Give `amount` cents of a redemption back, the credits spent last first; it works after a revocation too.

    Raises:
        AmountError: not a positive amount.
        RedemptionUnknownError: no such redemption at this merchant.
        NotRefundableError: the attempt was refused, nothing was paid.
        RefundExceedsRedemptionError: less than that is left.
        OwnerApprovalRequiredError: with this refund a till would give back more of the payment than its owner lets it.
        RefundWindowError: the office has set a time for refunds, and it is over.
        people.TextRefusedError: the reason cannot be shown.
    """
    if not 0 < amount <= ledger.AMOUNT_MAX:
        raise AmountError(amount)
    cleaned = people.clean_text(reason, field="reason", length_max=TEXT_LENGTH_MAX)
    # Refunds of one redemption queue here: what is left of it cannot change until this one is written.
    redemption = session.scalar(
        select(Redemption)
        .where(Redemption.id == redemption_id)
        .with_for_update()
        # What the session read before it waited for the lock may be stale.
        .execution_options(populate_existing=True)
    )
    if redemption is None or redemption.merchant_id != merchant_id:
        raise RedemptionUnknownError(redemption_id)
    if redemption.entry_id is None or redemption.resident_id is None:
        raise NotRefundableError(redemption_id, redemption.refusal)
    _check_in_time(session, redemption, now, call)
    # By several refunds a till gets no further than by one.
    if not by_owner and redemption.refunded_total + amount > (limit := till_refund_max(session, merchant_id)):
        ledger.check_still_new(session, call)
        raise OwnerApprovalRequiredError(limit)
    left = redemption.amount - redemption.refunded_total
    if amount > left:
        ledger.check_still_new(session, call)
        raise RefundExceedsRedemptionError(redemption_id, left)

    payer = people.get_resident(session, redemption.resident_id)
    merchant = get_merchant(session, merchant_id)
    spent = ledger.entry(session, redemption.entry_id)
    parts = _spent_last(
        [LotBalance(line.lot, line.amount) for line in spent.postings if line.side is Side.DEBIT],
        skip=redemption.refunded_total,
        amount=amount,
    )
    restoring = ledger.restoring(now.date(), grace_days=grace_days)
    redemption.refunded_total += amount
    made = Refund(
        id=ledger.new_id(),
        redemption_id=redemption.id,
        amount=amount,
        refunded_total=redemption.refunded_total,
        reason=cleaned,
        entry_id=ledger.new_id(),
        refunded_by=actor,
        refunded_at=now,
    )
    session.add(made)
    ledger.remember_call(session, call, made_id=made.id, now=now)
    session.flush()
    ledger.post(
        session,
        [
            NewEntry(
                id=made.entry_id,
                kind=KIND,
                actor=actor,
                occurred_at=now,
                lines=_lines(session, payer.available_account_id, merchant, parts, restoring),
            )
        ],
    )
    return made


def _check_in_time(session: Session, redemption: Redemption, now: datetime, call: ledger.Call | None) -> None:
    days = safeguards.limits_in_force(session).refund_within_days
    if days is None:
        return
    until = redemption.redeemed_at.astimezone(now.tzinfo).date() + timedelta(days=days)
    if now.date() > until:
        ledger.check_still_new(session, call)
        raise RefundWindowError(redemption.id, until)


def _spent_last(spent: Sequence[LotBalance], *, skip: int, amount: int) -> list[LotBalance]:
    """Return the parts to give back: from the last spent lot backwards, past what was given back before."""
    parts: list[LotBalance] = []
    for lot in reversed(spent):
        passed = min(skip, lot.amount)
        skip -= passed
        taken = min(lot.amount - passed, amount)
        amount -= taken
        if taken:
            parts.append(LotBalance(lot.label, taken))
    return parts


def _lines(
    session: Session, payer_account_id: int, merchant: Merchant, parts: list[LotBalance], restoring: ledger.Relabel
) -> tuple[Line, ...]:
    """Return the postings: the merchant's credits of each fund, its debt where it holds too few, and the very lots."""
    held = ledger.lock_lots(session, [payer_account_id, merchant.payable_account_id])
    payable = {part.label: part.amount for part in held[merchant.payable_account_id]}
    lines: list[Line] = []
    for owed in ledger.relabelled(parts, ledger.undated):
        covered = min(owed.amount, payable.get(owed.label, 0))
        if covered:
            lines.append(ledger.debit(merchant.payable_account_id, Asset.PAB, covered, owed.label))
        if owed.amount > covered:
            # Already settled: the merchant owes it back.
            lines.append(ledger.debit(merchant.receivable_account_id, Asset.PAB, owed.amount - covered, owed.label))
    restored = ledger.relabelled(parts, restoring)
    return (*lines, *(ledger.credit(payer_account_id, Asset.PAB, part.amount, part.label) for part in restored))


def get_refund(session: Session, refund_id: UUID) -> Refund | None:
    """Return the refund with this id, None if there is none."""
    return session.get(Refund, refund_id)


def list_refunds(
    session: Session, *, redemption_id: UUID, limit: int | None = None, below_total: int | None = None
) -> Sequence[Refund]:
    """Return the refunds of a redemption, newest first; `below_total` asks for those before that running total."""
    # Their order is that of the running total, whatever the clocks said.
    query = select(Refund).where(Refund.redemption_id == redemption_id).order_by(Refund.refunded_total.desc())
    if below_total is not None:
        query = query.where(Refund.refunded_total < below_total)
    return session.scalars(query.limit(limit)).all()
