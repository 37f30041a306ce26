"""A till is paid in a resident's credits: one attempt, completed or refused, and never charged twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, Select, and_, bindparam, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

import ledger
import people
from ledger import Asset, CreditLot, Line, LotBalance, NewEntry
from merchants.errors import AmountError, MerchantUnknownError, OrderNumberError
from merchants.model import (
    ORDER_NO_LENGTH_MAX,
    Merchant,
    Naming,
    PaymentCode,
    Redemption,
    RedemptionStatus,
    Refusal,
)
from merchants.namings import accepted_funds
from merchants.payment_codes import hash_of_code, normal_code
from merchants.receipts import new_receipt_no

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


def _facts_query() -> Select[*tuple[Any, ...]]:
    """Return the one statement that reads all a redemption depends on, and locks the payer's account."""
    named, holder = aliased(Naming), aliased(Redemption)
    naming_in_force = (
        select(named.id)
        .where(
            named.merchant_id == Merchant.id,
            named.valid_from <= bindparam("today", type_=Date),
            named.valid_until >= bindparam("today", type_=Date),
            named.revoked_at.is_(None),
        )
        .order_by(named.suspended_at.is_not(None), named.named_at.desc(), named.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    order_no_holder = (
        select(holder.id)
        .where(
            holder.merchant_id == Merchant.id,
            holder.order_no == bindparam("order_no"),
            # Written out, not bound: so the planner sees that the partial index fits.
            holder.status != literal(RedemptionStatus.REFUSED.value, literal_execute=True),
        )
        .scalar_subquery()
    )
    known = ledger.KNOWN_CALL
    return (
        select(
            known.c.input_hash,
            known.c.made_id,
            Merchant.code.label("merchant_code"),
            Merchant.payable_account_id,
            Naming.id.label("naming_id"),
            Naming.suspended_at,
            Naming.fund_codes,
            order_no_holder.label("holder_id"),
            PaymentCode.id.label("payment_code_id"),
            PaymentCode.resident_id,
            PaymentCode.account_id,
            PaymentCode.payer_masked,
            PaymentCode.expires_at,
            PaymentCode.used_at,
            PaymentCode.blocked_at,
            ledger.account_state_of(PaymentCode.account_id).label("account_state"),
            ledger.LockedLots(PaymentCode.account_id).label("lots"),
        )
        .select_from(Merchant)
        .outerjoin(known, literal(1) == 1)
        .outerjoin(Naming, Naming.id == naming_in_force)
        .outerjoin(PaymentCode, PaymentCode.code_hash == bindparam("code_hash"))
        .where(Merchant.id == bindparam("merchant_id"))
    )


_FACTS = _facts_query()

_USE_CODE = (
    update(PaymentCode)
    .where(
        PaymentCode.id == bindparam("used_code_id"),
        PaymentCode.used_at.is_(None),
        PaymentCode.blocked_at.is_(None),
    )
    .values(used_at=bindparam("used_code_at"))
)

_INSERTED = (
    "merchant_id",
    "order_no",
    "status",
    "refusal",
    "amount",
    "cash_amount",
    "refunded_total",
    "resident_id",
    "payment_code_id",
    "receipt_no",
    "entry_id",
    "redeemed_by",
    "redeemed_at",
)
_RECORD = insert(Redemption).values(
    id=bindparam("redemption_id"), **{name: bindparam(f"redemption_{name}") for name in _INSERTED}
)

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

    A refusal is an outcome too: it is stored under the order number and the call, and does not use up the code. The
    same call again is the same attempt again.

    Raises:
        AmountError, OrderNumberError: an amount or the order number cannot be one.
        MerchantUnknownError: no such merchant.
        ledger.KeyReusedError: the call's key stands with other input.
        ledger.LostRaceError: another attempt was first with the code; run again, it will be a refusal.
    """
    if not 0 < amount <= ledger.AMOUNT_MAX or not 0 <= cash_amount <= ledger.AMOUNT_MAX:
        raise AmountError(amount if not 0 < amount <= ledger.AMOUNT_MAX else cash_amount)
    facts = (
        session.connection()
        .execute(
            _FACTS,
            {
                **ledger.call_values(call),
                "merchant_id": merchant_id,
                "order_no": (order_no := normal_order_no(order_no)),
                "code_hash": hash_of_code(normal_code(code)),
                "today": now.date(),
            },
        )
        .one_or_none()
    )
    if facts is None:
        raise MerchantUnknownError(merchant_id)
    if facts.made_id is not None:
        ledger.same_thing_again(call, facts.input_hash, facts.made_id)
        return _again(session, facts.made_id, facts.merchant_code)

    redemption = Redemption(
        id=ledger.new_id(),
        merchant_id=merchant_id,
        order_no=order_no,
        status=RedemptionStatus.COMPLETED,
        refusal=None,
        amount=amount,
        cash_amount=cash_amount,
        refunded_total=0,
        resident_id=facts.resident_id,
        payment_code_id=facts.payment_code_id,
        receipt_no=None,
        entry_id=None,
        redeemed_by=actor,
        redeemed_at=now,
    )
    refusal, parts = _decide(facts, amount, now)
    values = ledger.remember_values(call, made_id=redemption.id, now=now)
    if refusal is not None:
        redemption.status, redemption.refusal = RedemptionStatus.REFUSED, refusal
        session.connection().execute(_RECORD, _values(redemption))
        session.connection().execute(ledger.REMEMBER_CALL, values)
        return Attempt(
            redemption, facts.merchant_code, facts.payer_masked or "", replayed=False, holder_id=facts.holder_id
        )

    redemption.entry_id = ledger.new_id()
    redemption.receipt_no = new_receipt_no(now)
    ledger.post(
        session,
        [
            NewEntry(
                id=redemption.entry_id,
                kind=KIND,
                actor=actor,
                occurred_at=now,
                lines=_lines(facts.account_id, facts.payable_account_id, parts),
            )
        ],
        companions=_WITH_ENTRY,
        values={
            **values,
            **_values(redemption),
            "used_code_id": facts.payment_code_id,
            "used_code_at": now,
        },
    )
    return Attempt(redemption, facts.merchant_code, facts.payer_masked, replayed=False)


def normal_order_no(text: str) -> str:
    """Return an order number without blanks at its ends.

    Raises:
        OrderNumberError: it is not 1 to 64 visible characters.
    """
    order_no = text.strip()
    if not 1 <= len(order_no) <= ORDER_NO_LENGTH_MAX or not order_no.isprintable():
        raise OrderNumberError
    return order_no


def _decide(facts: Row[Any], amount: int, now: datetime) -> tuple[Refusal | None, list[LotBalance]]:
    """Return why the payment is refused, or None and the parts of the payer's lots that pay it."""
    refusal = _refusal_before_the_lots(facts, now)
    if refusal is not None:
        return refusal, []
    funds = accepted_funds(facts.fund_codes)
    today = now.date()
    try:
        return None, ledger.pick_lots(facts.lots, amount=amount, today=today, funds=funds)
    except ledger.InsufficientBalanceError:
        if ledger.spendable(facts.lots, today=today) >= amount:
            return Refusal.FUND_NOT_ACCEPTED_HERE, []
        return Refusal.INSUFFICIENT_BALANCE, []


def _refusal_before_the_lots(facts: Row[Any], now: datetime) -> Refusal | None:
    reasons = (
        (facts.holder_id is not None, Refusal.ORDER_NO_USED),
        (facts.naming_id is None, Refusal.MERCHANT_NOT_NAMED),
        (facts.suspended_at is not None, Refusal.MERCHANT_SUSPENDED),
        (facts.payment_code_id is None, Refusal.CODE_UNKNOWN),
        (facts.used_at is not None, Refusal.CODE_USED),
        (facts.blocked_at is not None, Refusal.CODES_BLOCKED),
        (facts.expires_at is not None and facts.expires_at <= now, Refusal.CODE_EXPIRED),
        (facts.account_state in (ledger.AccountState.FROZEN, ledger.AccountState.CLOSED), Refusal.ACCOUNT_FROZEN),
    )
    return next((refusal for applies, refusal in reasons if applies), None)


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


def _values(redemption: Redemption) -> dict[str, Any]:
    return {
        "redemption_id": redemption.id,
        **{f"redemption_{name}": getattr(redemption, name) for name in _INSERTED},
    }


def _again(session: Session, redemption_id: UUID, merchant_code: str) -> Attempt:
    redemption = session.get_one(Redemption, redemption_id)
    payer = ""
    if redemption.resident_id is not None:
        payer = people.masked_name(people.get_resident(session, redemption.resident_id).name)
    holder_id = None
    if redemption.refusal is Refusal.ORDER_NO_USED:
        holder_id = session.scalar(
            select(Redemption.id).where(
                and_(
                    Redemption.merchant_id == redemption.merchant_id,
                    Redemption.order_no == redemption.order_no,
                    Redemption.status != RedemptionStatus.REFUSED,
                )
            )
        )
    return Attempt(redemption, merchant_code, payer, replayed=True, holder_id=holder_id)
