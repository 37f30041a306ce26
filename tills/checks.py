"""What must be true of closed days, shifts and disputes: closed days are what the books say, nobody has two shifts."""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

import ledger
from merchants import Merchant
from payments import Redemption, RedemptionStatus, Refund
from tills.model import DayClose, LineDispute, LineDisputeAnswer, TillShift, TillShiftEnd
from tills.sums import PAYMENT, REFUND

_GROWING = (
    *("shift_uses", "till_shifts", "till_shift_ends", "day_closes"),
    *("line_disputes", "line_dispute_answers"),
)
# What the migration creates: the database then refuses to change or delete any of these rows.
GUARDS = {
    "postgresql": tuple(f"{table}_append_only" for table in _GROWING),
    "sqlite": tuple(f"{table}_refuse_{event}" for table in _GROWING for event in ("delete", "update")),
}
_NOTHING = literal(0)


def the_guards_of_tills_stand(session: Session) -> str | None:
    """Every trigger that keeps shifts, closed days and disputes as they are is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=list(_GROWING))


@ledger.no_differences
def every_closed_day_is_in_the_books() -> ledger.Differences:
    """A closed day's totals are what payments and refunds of that time did to what the shop is to be paid."""
    told = ledger.postings_told()
    # Two equalities and no "either": a planner can hash the first kind of condition only.
    accounts = union_all(
        *(
            select(Merchant.id.label("merchant_id"), account.label("account_id"))
            for account in (Merchant.payable_account_id, Merchant.receivable_account_id)
        )
    ).subquery()
    paid = func.coalesce(func.sum(case((told.c.kind == PAYMENT, told.c.raised), else_=0)), 0).label("paid")
    refunded = func.coalesce(func.sum(case((told.c.kind == REFUND, -told.c.raised), else_=0)), 0).label("refunded")
    at = told.c.occurred_at
    return ledger.Differences(
        select(DayClose.id, DayClose.day, DayClose.paid_total, DayClose.refunded_total, paid, refunded)
        .join(accounts, accounts.c.merchant_id == DayClose.merchant_id)
        .outerjoin(
            told,
            and_(told.c.account_id == accounts.c.account_id, at >= DayClose.begins_at, at < DayClose.ends_at),
        )
        .group_by(DayClose.id, DayClose.day, DayClose.paid_total, DayClose.refunded_total)
        .having(or_(paid != DayClose.paid_total, refunded != DayClose.refunded_total))
        .order_by(DayClose.id),
        "day {day}, closed as {id}, is of {paid_total} and {refunded_total} refunded;"
        " in the books are {paid} and {refunded}",
    )


@ledger.no_differences
def every_closed_day_counts_its_payments() -> ledger.Differences:
    """A closed day says how many payments and refunds there were, and what was paid in money beside."""
    took = _of_days(
        func.count().label("payments"), _NOTHING.label("refunds"), func.sum(Redemption.cash_amount).label("cash")
    ).join(
        Redemption,
        and_(
            Redemption.merchant_id == DayClose.merchant_id,
            Redemption.status == RedemptionStatus.COMPLETED,
            Redemption.redeemed_at >= DayClose.begins_at,
            Redemption.redeemed_at < DayClose.ends_at,
        ),
    )
    gave = (
        _of_days(_NOTHING, func.count(), _NOTHING)
        .join(Refund, and_(Refund.refunded_at >= DayClose.begins_at, Refund.refunded_at < DayClose.ends_at))
        .join(Redemption, and_(Redemption.id == Refund.redemption_id, Redemption.merchant_id == DayClose.merchant_id))
    )
    both = union_all(took, gave).subquery()
    names = ("payments", "refunds", "cash")
    found = {name: func.coalesce(func.sum(both.c[name]), 0).label(f"{name}_there") for name in names}
    told = (DayClose.payments, DayClose.refunds, DayClose.cash_total)
    return ledger.Differences(
        select(DayClose.id, DayClose.day, *told, *found.values())
        .outerjoin(both, both.c.id == DayClose.id)
        .group_by(DayClose.id, DayClose.day, *told)
        .having(or_(*(there != said for said, there in zip(told, found.values(), strict=True))))
        .order_by(DayClose.id),
        "day {day}, closed as {id}, counts {payments} payments, {refunds} refunds and {cash_total} in money;"
        " there are {payments_there}, {refunds_there} and {cash_there}",
    )


@ledger.no_differences
def nobody_has_two_shifts_at_a_time() -> ledger.Differences:
    """While a cashier or a device has a shift, neither begins another."""
    later, end = aliased(TillShift), aliased(TillShiftEnd)
    shared = or_(
        later.cashier.in_([TillShift.cashier, TillShift.device]),
        later.device.in_([TillShift.cashier, TillShift.device]),
    )
    return ledger.Differences(
        select(TillShift.id, later.id.label("later"))
        .join(
            later,
            and_(
                later.merchant_id == TillShift.merchant_id,
                later.id != TillShift.id,
                # By when they began, not by their ids, which tell only when rows were made.
                later.opened_at >= TillShift.opened_at,
                shared,
            ),
        )
        .outerjoin(end, end.shift_id == TillShift.id)
        .where(or_(end.shift_id.is_(None), end.ended_at > later.opened_at))
        .order_by(TillShift.id),
        "shift {later} began before shift {id} ended",
    )


@ledger.no_differences
def every_dispute_is_about_a_line() -> ledger.Differences:
    """A disputed line's amount is what its entry did to what the shop is to be paid."""
    told = ledger.postings_told()
    did = func.coalesce(func.sum(told.c.raised), 0).label("did")
    return ledger.Differences(
        select(LineDispute.id, LineDispute.amount, did)
        .join(Merchant, Merchant.id == LineDispute.merchant_id)
        .outerjoin(
            told,
            and_(
                told.c.entry_id == LineDispute.entry_id,
                told.c.account_id.in_([Merchant.payable_account_id, Merchant.receivable_account_id]),
            ),
        )
        .group_by(LineDispute.id, LineDispute.amount)
        .having(did != LineDispute.amount)
        .order_by(LineDispute.id),
        "dispute {id} is about {amount}; its entry did {did}",
    )


@ledger.no_differences
def nobody_answers_their_own_dispute() -> ledger.Differences:
    """Who answered a dispute is not who made it."""
    return ledger.Differences(
        select(LineDispute.id, LineDispute.disputed_by)
        .join(LineDisputeAnswer, LineDisputeAnswer.dispute_id == LineDispute.id)
        .where(LineDisputeAnswer.answered_by == LineDispute.disputed_by)
        .order_by(LineDispute.id),
        "dispute {id} was made and answered by {disputed_by}",
    )


def _of_days(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(DayClose.id.label("id"), *columns).select_from(DayClose).group_by(DayClose.id)


CHECKS: tuple[ledger.Check, ...] = (
    the_guards_of_tills_stand,
    every_closed_day_is_in_the_books,
    every_closed_day_counts_its_payments,
    nobody_has_two_shifts_at_a_time,
    every_dispute_is_about_a_line,
    nobody_answers_their_own_dispute,
)
