"""A till is paid in a resident's credits: one attempt, completed or refused, and never charged twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, literal_column, null, select, update
from sqlalchemy.orm import Session

import ledger
import people
from ledger import LotBalance, NewEntry
from merchants import MerchantUnknownError, get_merchant
from payments.amounts import check_amounts
from payments.deciding import Asked, Payer, decide, refusal_of_merchant
from payments.facts import read_facts
from payments.model import Channel, CodeKind, PaymentCode, Redemption, RedemptionStatus, Refusal
from payments.order_numbers import normal_order_no
from payments.outcomes import get_redemption, holder_of
from payments.payment_codes import has_ended
from payments.receipts import new_receipt_no
from payments.slips import book_slip, decide_slip
from safeguards import CheckedPin

KIND = "redemption"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt to be paid ended.

    `redemption` is completed or refused; `payer` is the resident's masked name, empty where the code is unknown;
    `replayed` tells that the same call was answered before; `holder_id` is the redemption that has the order number.
    """

    redemption: Redemption
    merchant_code: str
    payer: str
    replayed: bool
    holder_id: UUID | None = None


# What they bind is named as in `_values`; the id and the moment of a payment are also those its call remembers.
_USE_CODE = (
    update(PaymentCode)
    .where(
        PaymentCode.id == bindparam("redemption_payment_code_id"),
        PaymentCode.used_at.is_(None),
        PaymentCode.blocked_at.is_(None),
    )
    .values(used_at=bindparam("call_made_at"))
)
_ATTEMPTED: dict[str, Any] = {
    "id": bindparam("call_made_id"),
    "redeemed_at": bindparam("call_made_at"),
    **{
        name: bindparam(f"redemption_{name}")
        for name in (
            "merchant_id",
            "order_no",
            "amount",
            "cash_amount",
            "resident_id",
            "payment_code_id",
            "redeemed_by",
        )
    },
}
_RECORD_COMPLETED = insert(Redemption).values(
    **_ATTEMPTED,
    status=literal_column(f"'{RedemptionStatus.COMPLETED}'"),
    receipt_no=bindparam("redemption_receipt_no"),
    entry_id=bindparam("redemption_entry_id"),
)
# With a card, which is not used up.
_MEET_CARD = (
    update(PaymentCode)
    .where(PaymentCode.id == bindparam("redemption_payment_code_id"), PaymentCode.blocked_at.is_(None))
    .values(used_at=null())
)
_RECORD_BY_CARD = _RECORD_COMPLETED.values(channel=literal_column(f"'{Channel.CARD}'"))
_RECORD_REFUSED = insert(Redemption).values(
    **_ATTEMPTED,
    channel=bindparam("redemption_channel"),
    status=literal_column(f"'{RedemptionStatus.REFUSED}'"),
    refusal=bindparam("redemption_refusal"),
)

# The code is used, the redemption recorded and the call remembered in the same round trip as the entry.
_WITH_ENTRY = ledger.Companions(_USE_CODE, _RECORD_COMPLETED, ledger.REMEMBER_CALL)
_WITH_ENTRY_BY_CARD = ledger.Companions(_MEET_CARD, _RECORD_BY_CARD, ledger.REMEMBER_CALL)
# Of a code that nobody knows nothing tells where it stood.
_CHANNELS = {CodeKind.CARD: Channel.CARD, CodeKind.SHEET: Channel.SHEET}


def redeem(
    session: Session,
    *,
    merchant_id: UUID,
    actor: str,
    code: str,
    amount: int,
    order_no: str,
    cash_amount: int = 0,
    confirm_duplicate: bool = False,
    pin: CheckedPin | None = None,
    now: datetime,
    grace_days: int = ledger.GRACE_DAYS,
    call: ledger.Call,
) -> Attempt:
    """Spend a resident's credits at a merchant: earliest lots first, for the code the resident shows.

    Of a card the PIN is asked for each time, and its limit for a day holds; a slip of a sheet pays out of what is set
    aside for it, up to its worth, and the rest of it goes back.

    Amounts are in cents; `code` is as it was made, so what people type goes through `normal_code` first. A refusal is
    an outcome too: it is stored under the order number and the call, and uses up neither the code nor the number. The
    same call again is the same attempt again. `confirm_duplicate` says that the same sum again is meant; `pin` is what
    came of comparing the payer's PIN, where one was typed.

    Raises:
        AmountError, OrderNumberError: an amount or the order number cannot be one.
        MerchantUnknownError: no such merchant.
        ledger.KeyReusedError: the call's key stands with other input.
        ledger.LostRaceError: what the attempt relied on changed meanwhile; run again, it will be a refusal.
    """
    check_amounts(amount, cash_amount)
    order_no = normal_order_no(order_no)
    facts = read_facts(session, call=call, merchant_id=merchant_id, order_no=order_no, code=code, today=now.date())
    if facts is None:
        raise MerchantUnknownError(merchant_id)
    if facts.made_id is not None:
        # Refuses the key where it stands with other input.
        ledger.recall_call(session, call)
        return attempt_again(session, facts.made_id)

    asked = Asked(merchant_id, amount, actor, is_at_till=True, now=now, is_confirmed=confirm_duplicate, pin=pin)
    refusal, parts = _decide(session, facts, asked)
    channel = _CHANNELS.get(facts.kind, Channel.CODE)
    redemption = Redemption(
        id=ledger.new_id(),
        merchant_id=merchant_id,
        order_no=order_no,
        status=RedemptionStatus.COMPLETED if refusal is None else RedemptionStatus.REFUSED,
        refusal=refusal,
        amount=amount,
        cash_amount=cash_amount,
        refunded_total=0,
        channel=channel,
        resident_id=facts.resident_id,
        payment_code_id=facts.payment_code_id,
        receipt_no=new_receipt_no(now) if refusal is None else None,
        entry_id=ledger.new_id() if refusal is None else None,
        redeemed_by=actor,
        redeemed_at=now,
    )
    values = {**ledger.remember_values(call, made_id=redemption.id, now=now), **_values(redemption)}
    if channel is Channel.SHEET and refusal is None:
        book_slip(session, redemption, facts, kind=KIND, now=now, call=call, grace_days=grace_days)
    elif redemption.entry_id is None:
        session.connection().execute(_RECORD_REFUSED, values)
        session.connection().execute(ledger.REMEMBER_CALL, values)
    else:
        # For the merchant the funds without the date.
        lines = ledger.lines_of_move(
            parts, giver=facts.account_id, taker=facts.payable_account_id, relabel=ledger.undated
        )
        entry = NewEntry(id=redemption.entry_id, kind=KIND, actor=actor, occurred_at=now, lines=lines)
        companions = _WITH_ENTRY if channel is Channel.CODE else _WITH_ENTRY_BY_CARD
        _post(session, entry, values, companions, payer_account_id=facts.account_id)
    return Attempt(redemption, facts.merchant_code, facts.payer_masked or "", replayed=False, holder_id=facts.holder_id)


def _decide(session: Session, facts: Any, asked: Asked) -> tuple[Refusal | None, list[LotBalance]]:
    """Return why the payment is refused, or None and the parts of the payer's lots that pay it.

    The first reason to refuse is told: of the order number, then the merchant, then the code and its owner.
    """
    if facts.holder_id is not None:
        return Refusal.ORDER_NO_USED, []
    refusal = refusal_of_merchant(facts.fund_codes, facts.suspended_at) or _refusal_of_code(facts, asked.now)
    if refusal is not None:
        return refusal, []
    if facts.kind == CodeKind.SHEET:
        return decide_slip(session, asked, facts), []
    payer = Payer(
        facts.resident_id,
        facts.account_id,
        facts.account_state,
        ledger.locked_lots(facts.locked_lots),
        payment_code_id=facts.payment_code_id,
        kind=facts.kind,
        card_limit=_card_limit(session, facts.payment_code_id) if facts.kind == CodeKind.CARD else None,
    )
    return decide(session, asked, payer, fund_codes=facts.fund_codes, limits_number=facts.limits_number)


def _card_limit(session: Session, payment_code_id: UUID) -> int | None:
    return session.scalar(select(PaymentCode.day_limit).where(PaymentCode.id == payment_code_id))


def _refusal_of_code(facts: Any, now: datetime) -> Refusal | None:
    if facts.payment_code_id is None:
        return Refusal.CODE_UNKNOWN
    if facts.used_at is not None:
        return Refusal.CODE_USED
    if facts.blocked_at is not None:
        return Refusal.CODES_BLOCKED
    return Refusal.CODE_EXPIRED if has_ended(facts.expires_at, now) else None


def _values(redemption: Redemption) -> dict[str, Any]:
    """Return what the statements bind besides what the call remembers."""
    return {
        "redemption_merchant_id": redemption.merchant_id,
        "redemption_order_no": redemption.order_no,
        "redemption_refusal": redemption.refusal,
        "redemption_channel": redemption.channel,
        "redemption_amount": redemption.amount,
        "redemption_cash_amount": redemption.cash_amount,
        "redemption_resident_id": redemption.resident_id,
        "redemption_payment_code_id": redemption.payment_code_id,
        "redemption_receipt_no": redemption.receipt_no,
        "redemption_entry_id": redemption.entry_id,
        "redemption_redeemed_by": redemption.redeemed_by,
    }


def _post(
    session: Session,
    entry: NewEntry,
    values: dict[str, Any],
    companions: ledger.Companions,
    *,
    payer_account_id: int,
) -> None:
    try:
        ledger.post(session, [entry], companions=companions, values=values)
    except ledger.AccountStateError as error:
        if error.account_id != payer_account_id:
            raise
        # The payer's account was frozen after the facts were read: run again, it is a refusal to be remembered.
        raise ledger.LostRaceError from error


def attempt_again(session: Session, redemption_id: UUID) -> Attempt:
    """Return what a call that is repeated made before."""
    redemption = get_redemption(session, redemption_id)
    payer = ""
    if redemption.resident_id is not None:
        payer = people.masked_name(people.get_resident(session, redemption.resident_id).name)
    holder = None
    if redemption.refusal is Refusal.ORDER_NO_USED:
        # A number that is taken is never freed.
        holder = holder_of(session, merchant_id=redemption.merchant_id, order_no=redemption.order_no)
    merchant_code = get_merchant(session, redemption.merchant_id).code
    return Attempt(redemption, merchant_code, payer, replayed=True, holder_id=None if holder is None else holder.id)
