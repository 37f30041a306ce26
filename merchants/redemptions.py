"""A till is paid in a resident's credits: one attempt, completed or refused, and never charged twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, update
from sqlalchemy.orm import Session

import ledger
import people
from ledger import AccountState, Asset, CreditLot, Line, LotBalance, NewEntry
from merchants.errors import AmountError, MerchantUnknownError
from merchants.facts import read_facts
from merchants.model import PaymentCode, Redemption, RedemptionStatus, Refusal
from merchants.namings import accepted_funds
from merchants.order_numbers import normal_order_no
from merchants.outcomes import get_redemption, holder_of
from merchants.payment_codes import has_ended, normal_code
from merchants.receipts import new_receipt_no

KIND = "redemption"
_NOT_SPENDING = (AccountState.FROZEN, AccountState.CLOSED)


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


_USE_CODE = (
    update(PaymentCode)
    .where(
        PaymentCode.id == bindparam("used_code_id"),
        PaymentCode.used_at.is_(None),
        PaymentCode.blocked_at.is_(None),
    )
    .values(used_at=bindparam("used_code_at"))
)

_RECORDED = (
    "id",
    "merchant_id",
    "order_no",
    "status",
    "refusal",
    "amount",
    "cash_amount",
    "resident_id",
    "payment_code_id",
    "receipt_no",
    "entry_id",
    "redeemed_by",
    "redeemed_at",
)
_BOUND_AS = {name: f"redemption_{name}" for name in _RECORDED}
_RECORD = insert(Redemption).values({name: bindparam(bound) for name, bound in _BOUND_AS.items()})

# The code is used, the redemption recorded and the call remembered in the same round trip as the entry.
_WITH_ENTRY = ledger.Companions(_USE_CODE, _RECORD, ledger.REMEMBER_CALL)


def redeem(
    session: Session,
    *,
    merchant_id: UUID,
    actor: str,
    code: str,
    amount: int,
    order_no: str,
    cash_amount: int = 0,
    now: datetime,
    call: ledger.Call,
) -> Attempt:
    """Spend a resident's credits at a merchant: earliest lots first, for the code the resident shows.

    Amounts are in cents. A refusal is an outcome too: it is stored under the order number and the call, and uses up
    neither the code nor the number. The same call again is the same attempt again.

    Raises:
        AmountError, OrderNumberError: an amount or the order number cannot be one.
        MerchantUnknownError: no such merchant.
        ledger.KeyReusedError: the call's key stands with other input.
        ledger.LostRaceError: what the attempt relied on changed meanwhile; run again, it will be a refusal.
    """
    _check_amounts(amount, cash_amount)
    order_no = normal_order_no(order_no)
    facts = read_facts(
        session, call=call, merchant_id=merchant_id, order_no=order_no, code=normal_code(code), today=now.date()
    )
    if facts is None:
        raise MerchantUnknownError(merchant_id)
    if facts.made_id is not None:
        return _again(session, ledger.same_thing_again(call, facts.input_hash, facts.made_id), facts.merchant_code)

    refusal, parts = _decide(facts, amount, now)
    recorded: dict[str, Any] = {
        "id": ledger.new_id(),
        "merchant_id": merchant_id,
        "order_no": order_no,
        "status": RedemptionStatus.COMPLETED if refusal is None else RedemptionStatus.REFUSED,
        "refusal": refusal,
        "amount": amount,
        "cash_amount": cash_amount,
        "resident_id": facts.resident_id,
        "payment_code_id": facts.payment_code_id,
        "receipt_no": new_receipt_no(now) if refusal is None else None,
        "entry_id": ledger.new_id() if refusal is None else None,
        "redeemed_by": actor,
        "redeemed_at": now,
    }
    if refusal is None:
        _write_completed(session, facts, recorded, _lines(facts.account_id, facts.payable_account_id, parts), call)
    else:
        session.connection().execute(_RECORD, _bound(recorded))
        ledger.remember_call(session, call, made_id=recorded["id"], now=now)
    return Attempt(
        Redemption(**recorded, refunded_total=0),
        facts.merchant_code,
        facts.payer_masked or "",
        replayed=False,
        holder_id=facts.holder_id,
    )


def _check_amounts(amount: int, cash_amount: int) -> None:
    if not 0 < amount <= ledger.AMOUNT_MAX:
        raise AmountError(amount)
    if not 0 <= cash_amount <= ledger.AMOUNT_MAX:
        raise AmountError(cash_amount)


def _decide(facts: Row[Any], amount: int, now: datetime) -> tuple[Refusal | None, list[LotBalance]]:
    """Return why the payment is refused, or None and the parts of the payer's lots that pay it."""
    refusal = _refusal_before_the_lots(facts, now)
    if refusal is not None:
        return refusal, []
    today = now.date()
    try:
        return None, ledger.pick_lots(facts.lots, amount=amount, today=today, funds=accepted_funds(facts.fund_codes))
    except ledger.InsufficientBalanceError:
        if ledger.spendable(facts.lots, today=today) >= amount:
            return Refusal.FUND_NOT_ACCEPTED_HERE, []
        return Refusal.INSUFFICIENT_BALANCE, []


def _refusal_before_the_lots(facts: Row[Any], now: datetime) -> Refusal | None:
    """Return the first reason to refuse: of the order number, then the merchant, then the code and its owner."""
    if facts.holder_id is not None:
        return Refusal.ORDER_NO_USED
    if facts.naming_id is None:
        return Refusal.MERCHANT_NOT_NAMED
    if facts.suspended_at is not None:
        return Refusal.MERCHANT_SUSPENDED
    return _refusal_of_code(facts, now)


def _refusal_of_code(facts: Row[Any], now: datetime) -> Refusal | None:
    if facts.payment_code_id is None:
        return Refusal.CODE_UNKNOWN
    if facts.used_at is not None:
        return Refusal.CODE_USED
    if facts.blocked_at is not None:
        return Refusal.CODES_BLOCKED
    if has_ended(facts.expires_at, now):
        return Refusal.CODE_EXPIRED
    return Refusal.ACCOUNT_FROZEN if facts.account_state in _NOT_SPENDING else None


def _lines(payer_account_id: int, payable_account_id: int, parts: list[LotBalance]) -> tuple[Line, ...]:
    """Return the postings: the payer's very lots, and for the merchant their funds without the date."""
    collected: dict[str, int] = {}
    for part in parts:
        fund = CreditLot(part.lot.fund).label
        collected[fund] = collected.get(fund, 0) + part.amount
    return (
        *(ledger.debit(payer_account_id, Asset.PAB, part.amount, part.label) for part in parts),
        *(ledger.credit(payable_account_id, Asset.PAB, amount, fund) for fund, amount in collected.items()),
    )


def _write_completed(
    session: Session, facts: Row[Any], recorded: dict[str, Any], lines: tuple[Line, ...], call: ledger.Call
) -> None:
    now = recorded["redeemed_at"]
    entry = NewEntry(id=recorded["entry_id"], kind=KIND, actor=recorded["redeemed_by"], occurred_at=now, lines=lines)
    values = {
        **ledger.remember_values(call, made_id=recorded["id"], now=now),
        **_bound(recorded),
        "used_code_id": facts.payment_code_id,
        "used_code_at": now,
    }
    try:
        ledger.post(session, [entry], companions=_WITH_ENTRY, values=values)
    except ledger.AccountStateError as error:
        if error.account_id != facts.account_id:
            raise
        # The payer's account was frozen after the facts were read: run again, it is a refusal to be remembered.
        raise ledger.LostRaceError from error


def _bound(recorded: dict[str, Any]) -> dict[str, Any]:
    return {_BOUND_AS[name]: value for name, value in recorded.items()}


def _again(session: Session, redemption_id: UUID, merchant_code: str) -> Attempt:
    redemption = get_redemption(session, redemption_id)
    payer = ""
    if redemption.resident_id is not None:
        payer = people.masked_name(people.get_resident(session, redemption.resident_id).name)
    holder = None
    if redemption.refusal is Refusal.ORDER_NO_USED:
        # A number that is taken is never freed.
        holder = holder_of(session, merchant_id=redemption.merchant_id, order_no=redemption.order_no)
    return Attempt(redemption, merchant_code, payer, replayed=True, holder_id=None if holder is None else holder.id)
