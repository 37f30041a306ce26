"""Whether a payer may pay so much at a merchant now: the shop, the account, the lots, the limits and the PIN."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, bindparam, case, cast, func, literal_column, select, true
from sqlalchemy.orm import Session

import ledger
import safeguards
from ledger import AccountState, LotBalance
from merchants import accepted_funds
from payments.model import Channel, CodeKind, PaymentCode, Redemption, RedemptionStatus, Refusal
from safeguards import LIMIT_NAMES, CheckedPin, PaymentLimits, PaymentLimitsSet, PinOutcome

NOT_SPENDING = (AccountState.FROZEN, AccountState.CLOSED)
_REFUSED_PIN = {
    PinOutcome.NOT_SET: Refusal.PIN_REQUIRED,
    PinOutcome.MISSING: Refusal.PIN_REQUIRED,
    PinOutcome.WRONG: Refusal.PIN_WRONG,
    PinOutcome.LOCKED: Refusal.PIN_LOCKED,
}
# What a counter that only makes payments queue can never reach.
_ENDLESS = 2**40
_QUEUE = "takes_payments"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as they are behind their account's lock, and the code they showed if they did.

    `card_limit` is what they may pay in a day with cards, in cents, where they showed one.
    """

    resident_id: UUID
    account_id: int
    account_state: str
    held: Sequence[LotBalance]
    payment_code_id: UUID | None = None
    kind: str = CodeKind.SCREEN
    card_limit: int | None = None

    @property
    def is_on_paper(self) -> bool:
        """Whether they showed a card or a slip."""
        return self.kind != CodeKind.SCREEN


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: so many cents for a merchant, of a till or cashier, or at a plaque of the payer themselves.

    `needs_pin` asks for the payer's PIN whatever the limits say.
    """

    merchant_id: UUID
    amount: int
    redeemed_by: str
    is_at_till: bool
    now: datetime
    is_confirmed: bool = False
    pin: CheckedPin | None = None
    needs_pin: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What a payer paid today before: cents, cents at the same merchant, payments; and when just so at the same till.

    `pin_proved` tells that they typed their PIN when they made the code.
    """

    today: int = 0
    at_merchant: int = 0
    payments: int = 0
    alike_at: datetime | None = None
    pin_proved: bool = False


def refusal_of_merchant(fund_codes: str | None, suspended_at: datetime | None) -> Refusal | None:
    """Return why a merchant takes no credits now; `fund_codes` is None where no naming is in force."""
    if fund_codes is None:
        return Refusal.MERCHANT_NOT_NAMED
    return None if suspended_at is None else Refusal.MERCHANT_SUSPENDED


def decide(
    session: Session, asked: Asked, payer: Payer, *, fund_codes: str, limits_number: int | None
) -> tuple[Refusal | None, list[LotBalance]]:
    """Return why a payment is refused, or None and the parts of the payer's lots that pay it.

    The payer's account is locked: what else they pay waits, so their limits are exact. Wrong tries of the PIN are
    counted here, and what a cashier takes is counted last, so the caller commits whatever comes out.
    """
    if payer.account_state in NOT_SPENDING:
        return Refusal.ACCOUNT_FROZEN, []
    refusal, parts = _parts(payer.held, asked, fund_codes)
    if refusal is None and (limits_number is not None or asked.pin is not None or asked.needs_pin or payer.is_on_paper):
        refusal = guarded(session, asked, payer, limits_number)
    return refusal, parts if refusal is None else []


def _parts(held: Sequence[LotBalance], asked: Asked, fund_codes: str) -> tuple[Refusal | None, list[LotBalance]]:
    today = asked.now.date()
    try:
        return None, ledger.pick_lots(held, amount=asked.amount, today=today, funds=accepted_funds(fund_codes))
    except ledger.InsufficientBalanceError:
        if ledger.spendable(held, today=today) >= asked.amount:
            return Refusal.FUND_NOT_ACCEPTED_HERE, []
        return Refusal.INSUFFICIENT_BALANCE, []


def guarded(session: Session, asked: Asked, payer: Payer, limits_number: int | None) -> Refusal | None:
    """Return why the limits or the PIN refuse a payment, None where they do not.

    A slip is used once and was set aside for whoever has it: it needs no PIN, and two of one worth are no slip of the
    hand. A card asks for the PIN each time.
    """
    limits, spent = _limits_and_spent(session, asked, payer, limits_number)
    if _is_over(limits, asked.amount, spent) or _is_over_of_cards(session, asked, payer):
        return Refusal.LIMIT_EXCEEDED
    refusal = None
    if payer.kind != CodeKind.SHEET:
        if not asked.is_confirmed and _is_repeated(session, asked, payer, limits, spent.alike_at):
            return Refusal.POSSIBLE_DUPLICATE
        is_asked_for = asked.needs_pin or payer.kind == CodeKind.CARD or _asks_for_pin(limits, asked.amount, spent)
        refusal = _refusal_of_pin(session, asked, payer, is_asked_for=is_asked_for)
    if refusal is None and asked.is_at_till and limits.per_day_of_cashier is not None:
        within = _cashier_takes(session, asked, f"takes:{limits_number}", limits.per_day_of_cashier)
        return None if within else Refusal.LIMIT_EXCEEDED
    return refusal


def _is_over(limits: PaymentLimits, amount: int, spent: Spent) -> bool:
    return any(
        limit is not None and total > limit
        for limit, total in (
            (limits.per_payment, amount),
            (limits.per_day, spent.today + amount),
            (limits.per_day_at_merchant, spent.at_merchant + amount),
        )
    )


def _is_over_of_cards(session: Session, asked: Asked, payer: Payer) -> bool:
    """Say whether with this payment more would be paid with cards today than the card allows, refunds left out."""
    if payer.card_limit is None:
        return False
    # With all of them: one that is replaced pays no more on that day than it would have.
    spent = session.scalar(
        select(func.sum(_LEFT)).where(
            Redemption.resident_id == payer.resident_id,
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.channel == Channel.CARD,
            Redemption.redeemed_at >= _begin_of_day(asked.now),
        )
    )
    return int(spent or 0) + asked.amount > payer.card_limit


def _asks_for_pin(limits: PaymentLimits, amount: int, spent: Spent) -> bool:
    if spent.pin_proved:
        return False
    above_amount = limits.pin_above_amount is not None and amount > limits.pin_above_amount
    return above_amount or (limits.pin_above_count is not None and spent.payments >= limits.pin_above_count)


def _refusal_of_pin(session: Session, asked: Asked, payer: Payer, *, is_asked_for: bool) -> Refusal | None:
    if asked.pin is None and not is_asked_for:
        return None
    outcome = safeguards.prove_pin(session, resident_id=payer.resident_id, checked=asked.pin, now=asked.now)
    # Whoever has no PIN and needs none may type what they like.
    if outcome is PinOutcome.NOT_SET and not is_asked_for:
        return None
    return _REFUSED_PIN.get(outcome)


# Of one resident and one day, by the index of their payments.
_LEFT = Redemption.amount - Redemption.refunded_total
_AT = bindparam("at", type_=Redemption.merchant_id.type)
_ALIKE = and_(
    Redemption.merchant_id == _AT,
    Redemption.redeemed_by == bindparam("by", type_=Redemption.redeemed_by.type),
    Redemption.amount == bindparam("asked_amount", type_=Redemption.amount.type),
)
_SINCE = bindparam("looked_since", type_=Redemption.redeemed_at.type)
_COMPLETED_SINCE = and_(
    Redemption.resident_id == bindparam("payer_id", type_=Redemption.resident_id.type),
    Redemption.status == literal_column(f"'{RedemptionStatus.COMPLETED}'"),
    Redemption.redeemed_at >= _SINCE,
)
_TODAY = (
    select(
        cast(func.coalesce(func.sum(_LEFT), 0), BigInteger).label("today"),
        cast(func.coalesce(func.sum(case((Redemption.merchant_id == _AT, _LEFT))), 0), BigInteger).label("at_merchant"),
        func.count().label("payments"),
        func.max(case((_ALIKE, Redemption.redeemed_at)), type_=Redemption.redeemed_at.type).label("alike_at"),
    )
    .where(_COMPLETED_SINCE)
    .subquery()
)
# Made once and sent to the driver as they are: under limits every payment asks the first.
_LIMITS_AND_SPENT = ledger.DriverStatement(
    select(
        *(getattr(PaymentLimitsSet, name) for name in LIMIT_NAMES),
        _TODAY,
        select(PaymentCode.pin_proved_at)
        .where(PaymentCode.id == bindparam("code_id", type_=PaymentCode.id.type))
        .scalar_subquery()
        .label("pin_proved_at"),
    )
    .select_from(PaymentLimitsSet)
    .join(_TODAY, true())
    .where(PaymentLimitsSet.number == bindparam("limits_number", type_=PaymentLimitsSet.number.type))
)
_LAST_ALIKE = ledger.DriverStatement(
    select(Redemption.redeemed_at).where(_COMPLETED_SINCE, _ALIKE).order_by(Redemption.redeemed_at.desc()).limit(1)
)


def _values(asked: Asked, payer: Payer, looked_since: datetime) -> dict[str, Any]:
    return {
        "at": asked.merchant_id,
        "by": asked.redeemed_by,
        "asked_amount": asked.amount,
        "payer_id": payer.resident_id,
        "looked_since": looked_since,
    }


def _limits_and_spent(
    session: Session, asked: Asked, payer: Payer, limits_number: int | None
) -> tuple[PaymentLimits, Spent]:
    if limits_number is None:
        return PaymentLimits(), Spent()
    values = _values(asked, payer, _begin_of_day(asked.now))
    row = _LIMITS_AND_SPENT.first_row(
        session.connection(), {**values, "code_id": payer.payment_code_id, "limits_number": limits_number}
    )
    limits = PaymentLimits(*row[: len(LIMIT_NAMES)])
    return limits, Spent(row.today, row.at_merchant, row.payments, row.alike_at, row.pin_proved_at is not None)


def _is_repeated(
    session: Session, asked: Asked, payer: Payer, limits: PaymentLimits, alike_at: datetime | None
) -> bool:
    if limits.duplicate_within_s is None:
        return False
    since = asked.now - timedelta(seconds=limits.duplicate_within_s)
    if alike_at is not None:
        return alike_at > since
    if since >= _begin_of_day(asked.now):
        return False
    # The time reaches back beyond midnight.
    row = _LAST_ALIKE.first_row(session.connection(), _values(asked, payer, since))
    return row is not None and row.redeemed_at > since


def _cashier_takes(session: Session, asked: Asked, counter: str, limit: int) -> bool:
    """Count what a cashier takes today, unless it would pass the limit; say whether it did not.

    The counter begins with what they took before the limit was set. Payments of one cashier queue here until the one
    before has committed.
    """
    day = asked.now.date()
    taken = ledger.Count(asked.redeemed_by, counter, day, asked.amount, limit)
    if ledger.count_on(session, taken):
        return True
    # Either it would pass the limit, or nothing was counted yet today. Whoever counts first begins behind the queue;
    # nobody queues where there is a counter, because a statement that said No may have left its row locked.
    if not _is_counted(session, taken):
        ledger.count_up(session, [ledger.Count(asked.redeemed_by, _QUEUE, day, 1, _ENDLESS)])
        if not _is_counted(session, taken):
            before = _taken_before(session, asked)
            if before + asked.amount > limit:
                return False
            ledger.count_up(session, [replace(taken, amount=before + asked.amount)])
            return True
    # Others may have counted on meanwhile, so the guarded statement has the last word.
    return ledger.count_on(session, taken)


def _is_counted(session: Session, taken: ledger.Count) -> bool:
    return ledger.counted(session, owner=taken.owner, name=taken.name, day=taken.day) > 0


def _taken_before(session: Session, asked: Asked) -> int:
    taken = session.scalar(
        select(func.sum(Redemption.amount)).where(
            Redemption.merchant_id == asked.merchant_id,
            Redemption.redeemed_by == asked.redeemed_by,
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.channel != Channel.PLAQUE,
            Redemption.redeemed_at >= _begin_of_day(asked.now),
        )
    )
    return int(taken or 0)


def _begin_of_day(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), now.tzinfo)
