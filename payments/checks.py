"""What must be true of payments and refunds: each is in the books once, with its amount, between the right accounts."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

import ledger
import people
from holds import Hold, HoldCapture
from merchants import Merchant
from payments.model import Channel, CodeKind, PaymentCode, Redemption, RedemptionStatus, Refund
from payments.redemptions import KIND as REDEMPTION
from payments.refunds import KIND as REFUND

_COMPLETED = Redemption.status == RedemptionStatus.COMPLETED


@ledger.no_differences
def every_payment_is_in_the_books() -> ledger.Differences:
    """A completed redemption's entry took its amount from the payer, by a slip what was set aside, and gave it on."""
    taken, collected = ledger.entry_sums(REDEMPTION).alias("taken"), ledger.entry_sums(REDEMPTION).alias("collected")
    booked = func.coalesce(taken.c.debits, 0).label("taken")
    given = func.coalesce(collected.c.credits, 0).label("given")
    giver = case(
        (Redemption.channel == Channel.SHEET, people.Resident.held_account_id),
        else_=people.Resident.available_account_id,
    )
    return ledger.Differences(
        select(Redemption.id, Redemption.amount, booked, given)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .outerjoin(people.Resident, people.Resident.id == Redemption.resident_id)
        .outerjoin(taken, and_(taken.c.entry_id == Redemption.entry_id, taken.c.account_id == giver))
        .outerjoin(collected, _moved(collected, Redemption.entry_id, Merchant.payable_account_id))
        .where(_COMPLETED, or_(booked != Redemption.amount, given != Redemption.amount))
        .order_by(Redemption.id),
        "redemption {id} is of {amount}; its entry took {taken} from the payer and gave {given} to the merchant",
    )


@ledger.no_differences
def every_entry_of_a_payment_has_its_redemption() -> ledger.Differences:
    """An entry of the kind redemption belongs to exactly one completed redemption."""
    return ledger.entries_without_their_one([(REDEMPTION, Redemption.entry_id)], _COMPLETED)


@ledger.no_differences
def no_code_paid_twice() -> ledger.Differences:
    """A payment code completes one redemption at most; that of a card as many as its owner makes."""
    is_of_a_card = Redemption.channel == Channel.CARD
    return ledger.Differences(
        select(Redemption.payment_code_id, func.count().label("times"))
        .where(_COMPLETED, Redemption.payment_code_id.is_not(None), ~is_of_a_card)
        .group_by(Redemption.payment_code_id)
        .having(func.count() > 1)
        .order_by(Redemption.payment_code_id),
        "code {payment_code_id} paid {times} times",
    )


@ledger.no_differences
def every_slip_pays_out_of_its_own_hold() -> ledger.Differences:
    """A slip is worth what was set aside for it; if it paid, that is what its hold was captured for, and only then."""
    paid, captured = aliased(Redemption), aliased(HoldCapture)
    is_whole = and_(Hold.amount == PaymentCode.worth, PaymentCode.used_at.is_(None) == paid.id.is_(None))
    is_captured = func.coalesce(
        and_(captured.entry_id == paid.entry_id, captured.amount == paid.amount), paid.id.is_(None)
    )
    return ledger.Differences(
        select(PaymentCode.id, PaymentCode.worth, Hold.amount, Hold.captured_total)
        .outerjoin(Hold, Hold.id == PaymentCode.hold_id)
        .outerjoin(paid, and_(paid.payment_code_id == PaymentCode.id, paid.status == RedemptionStatus.COMPLETED))
        .outerjoin(captured, captured.hold_id == Hold.id)
        .where(
            PaymentCode.kind == CodeKind.SHEET,
            or_(Hold.id.is_(None), ~is_whole, ~is_captured, captured.id.is_(None) != paid.id.is_(None)),
        )
        .order_by(PaymentCode.id),
        "slip {id} is worth {worth}; its hold is of {amount}, of which {captured_total} was captured",
    )


@ledger.no_differences
def refunds_never_exceed_their_payment() -> ledger.Differences:
    """What a redemption says was refunded is the sum of its refunds, and at most its amount."""
    sums = (
        select(Refund.redemption_id, func.sum(Refund.amount).label("refunds")).group_by(Refund.redemption_id).subquery()
    )
    refunds = func.coalesce(sums.c.refunds, 0).label("refunds")
    return ledger.Differences(
        select(Redemption.id, Redemption.amount, Redemption.refunded_total, refunds)
        .outerjoin(sums, sums.c.redemption_id == Redemption.id)
        .where(or_(Redemption.refunded_total != refunds, refunds > Redemption.amount, ~_COMPLETED & (refunds > 0)))
        .order_by(Redemption.id),
        "redemption {id} of {amount} says that {refunded_total} was refunded, its refunds add up to {refunds}",
    )


@ledger.no_differences
def every_refund_is_in_the_books() -> ledger.Differences:
    """A refund's entry gave its amount to the payer, out of what its merchant holds or owes."""
    given, taken = ledger.entry_sums(REFUND).alias("given"), ledger.entry_sums(REFUND).alias("taken")
    sums = (
        select(
            Refund.id,
            Refund.amount,
            func.coalesce(given.c.credits, 0).label("given"),
            func.coalesce(func.sum(taken.c.debits), 0).label("taken"),
        )
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .outerjoin(people.Resident, people.Resident.id == Redemption.resident_id)
        .outerjoin(given, _moved(given, Refund.entry_id, people.Resident.available_account_id))
        .outerjoin(taken, _moved(taken, Refund.entry_id, Merchant.payable_account_id, Merchant.receivable_account_id))
        .group_by(Refund.id, Refund.amount, given.c.credits)
        .subquery()
    )
    return ledger.Differences(
        select(sums).where(or_(sums.c.given != sums.c.amount, sums.c.taken != sums.c.amount)).order_by(sums.c.id),
        "refund {id} is of {amount}; its entry took {taken} from the merchant and gave {given} to the payer",
    )


@ledger.no_differences
def every_entry_of_a_refund_has_its_refund() -> ledger.Differences:
    """An entry of the kind refund belongs to exactly one refund."""
    return ledger.entries_without_their_one([(REFUND, Refund.entry_id)])


def _moved(
    sums: FromClause, entry_id: InstrumentedAttribute[Any], *accounts: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    return and_(sums.c.entry_id == entry_id, sums.c.account_id.in_(accounts))


CHECKS: tuple[ledger.Check, ...] = (
    every_payment_is_in_the_books,
    every_entry_of_a_payment_has_its_redemption,
    no_code_paid_twice,
    every_slip_pays_out_of_its_own_hold,
    refunds_never_exceed_their_payment,
    every_refund_is_in_the_books,
    every_entry_of_a_refund_has_its_refund,
)
