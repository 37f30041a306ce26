"""A resident pays from their own phone: an order that a till shows, or an amount at the plaque on a shop's door."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import ledger
import people
from ledger import LotBalance, NewEntry
from merchants import Merchant, current_naming, get_merchant
from payments.amounts import check_amounts
from payments.deciding import Asked, Payer, decide, refusal_of_merchant
from payments.errors import OrderClosedError
from payments.model import Channel, Redemption, RedemptionStatus, Refusal
from payments.orders import lock_order, state_at
from payments.receipts import new_receipt_no
from payments.redemptions import KIND, Attempt, attempt_again
from safeguards import CheckedPin, limits_number_in_force


def pay_order(
    session: Session,
    *,
    order_id: UUID,
    resident: people.Resident,
    confirm_duplicate: bool = False,
    pin: CheckedPin | None = None,
    needs_pin: bool = False,
    refuse: Refusal | None = None,
    now: datetime,
    call: ledger.Call,
) -> Attempt:
    """Pay an order that waits: earliest lots first. It is paid once, by whoever comes first.

    `needs_pin` asks for the resident's PIN whatever the limits say; `refuse` is why the caller lets it not be paid.

    A refusal is an outcome too: it is stored as an attempt under the order's number, and the order waits on. The same
    call again is the same attempt again.

    Raises:
        OrderUnknownError: there is no such order.
        OrderClosedError: it was paid, cancelled, or its time is over.
        ledger.KeyReusedError: the call's key stands with other input.
        ledger.LostRaceError: what the attempt relied on changed meanwhile; run again, it will be a refusal.
    """
    made_id = ledger.recall_call(session, call)
    if made_id is not None:
        return attempt_again(session, made_id)
    order = lock_order(session, order_id)
    state = state_at(order, now)
    if state is not RedemptionStatus.AWAITING_PAYER:
        ledger.check_still_new(session, call)
        raise OrderClosedError(order_id, state)
    merchant = get_merchant(session, order.merchant_id)
    asked = Asked(
        merchant.id,
        order.amount,
        order.redeemed_by,
        is_at_till=True,
        now=now,
        is_confirmed=confirm_duplicate,
        pin=pin,
        needs_pin=needs_pin,
    )
    refusal, parts = _decide(session, asked, resident) if refuse is None else (refuse, [])
    if refusal is not None:
        refused = _refused(asked, resident, refusal, order_no=order.order_no, channel=Channel.ORDER)
        refused.cash_amount, refused.description = order.cash_amount, order.description
        session.add(refused)
        return _remembered(session, refused, merchant, resident, call)
    order.status, order.resident_id = RedemptionStatus.COMPLETED, resident.id
    order.receipt_no, order.redeemed_at, order.ended_at = new_receipt_no(now), now, now
    order.ended_by = call.owner
    return _booked(session, order, merchant, resident, parts=parts, call=call)


def pay_at_merchant(
    session: Session,
    *,
    merchant: Merchant,
    resident: people.Resident,
    amount: int,
    confirm_duplicate: bool = False,
    pin: CheckedPin | None = None,
    now: datetime,
    call: ledger.Call,
) -> Attempt:
    """Pay an amount in cents that the resident typed at a merchant's plaque; the number of the order is made here.

    Refusals and repeated calls are as those of `pay_order`.

    Raises:
        AmountError: it cannot be paid.
        ledger.KeyReusedError, ledger.LostRaceError: as `pay_order`.
    """
    check_amounts(amount)
    made_id = ledger.recall_call(session, call)
    if made_id is not None:
        return attempt_again(session, made_id)
    asked = Asked(merchant.id, amount, call.owner, is_at_till=False, now=now, is_confirmed=confirm_duplicate, pin=pin)
    refusal, parts = _decide(session, asked, resident)
    receipt_no = new_receipt_no(now)
    order_no = f"plaque-{receipt_no}"
    if refusal is not None:
        refused = _refused(asked, resident, refusal, order_no=order_no, channel=Channel.PLAQUE)
        session.add(refused)
        return _remembered(session, refused, merchant, resident, call)
    payment = Redemption(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        order_no=order_no,
        status=RedemptionStatus.COMPLETED,
        amount=amount,
        cash_amount=0,
        refunded_total=0,
        channel=Channel.PLAQUE,
        resident_id=resident.id,
        receipt_no=receipt_no,
        redeemed_by=call.owner,
        redeemed_at=now,
    )
    session.add(payment)
    return _booked(session, payment, merchant, resident, parts=parts, call=call)


def _decide(session: Session, asked: Asked, resident: people.Resident) -> tuple[Refusal | None, list[LotBalance]]:
    naming = current_naming(session, merchant_id=asked.merchant_id, day=asked.now.date())
    if naming is None:
        return Refusal.MERCHANT_NOT_NAMED, []
    refusal = refusal_of_merchant(naming.fund_codes, naming.suspended_at)
    if refusal is not None:
        return refusal, []
    account_id = resident.available_account_id
    held = ledger.lock_lots(session, [account_id])[account_id]
    state = ledger.account_state(session, account_id)
    payer = Payer(resident.id, account_id, state, held)
    return decide(
        session,
        asked,
        payer,
        fund_codes=naming.fund_codes,
        limits_number=limits_number_in_force(session),
    )


def _refused(
    asked: Asked, resident: people.Resident, refusal: Refusal, *, order_no: str, channel: Channel
) -> Redemption:
    return Redemption(
        id=ledger.new_id(),
        merchant_id=asked.merchant_id,
        order_no=order_no,
        status=RedemptionStatus.REFUSED,
        refusal=refusal,
        amount=asked.amount,
        cash_amount=0,
        refunded_total=0,
        channel=channel,
        resident_id=resident.id,
        redeemed_by=asked.redeemed_by,
        redeemed_at=asked.now,
    )


def _remembered(
    session: Session, attempt: Redemption, merchant: Merchant, resident: people.Resident, call: ledger.Call
) -> Attempt:
    session.flush()
    ledger.remember_call(session, call, made_id=attempt.id, now=attempt.redeemed_at)
    return Attempt(attempt, merchant.code, people.masked_name(resident.name), replayed=False)


def _booked(
    session: Session,
    payment: Redemption,
    merchant: Merchant,
    resident: people.Resident,
    *,
    parts: list[LotBalance],
    call: ledger.Call,
) -> Attempt:
    payment.entry_id = entry_id = ledger.new_id()
    made = _remembered(session, payment, merchant, resident, call)
    lines = ledger.lines_of_move(
        parts, giver=resident.available_account_id, taker=merchant.payable_account_id, relabel=ledger.undated
    )
    entry = NewEntry(id=entry_id, kind=KIND, actor=call.owner, occurred_at=payment.redeemed_at, lines=lines)
    try:
        ledger.post(session, [entry])
    except ledger.AccountStateError as error:
        if error.account_id != resident.available_account_id:
            raise
        # The payer's account was frozen after it was looked at: run again, it is a refusal to be remembered.
        raise ledger.LostRaceError from error
    return made
