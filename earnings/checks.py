"""What must be true of earnings: constant sums, parts as the formula says, each paid by its award, the rest staged."""

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select, union_all

import ledger
from awards import Award, Fund, Tariff
from earnings.formula import RESERVED_PERCENT
from earnings.model import (
    AnonymousPart,
    ClaimState,
    Earning,
    EarningPart,
    EarningState,
    PartKind,
    WaitingClaim,
)


@ledger.no_differences
def every_part_was_paid_by_its_award() -> ledger.Differences:
    """A part's award is of its amount, out of the fund of its tariff."""
    return ledger.Differences(
        select(EarningPart.id, EarningPart.amount, Award.amount.label("awarded"), Award.fund_code)
        .join(Earning, Earning.id == EarningPart.earning_id)
        .join(Tariff, Tariff.id == Earning.tariff_id)
        .join(Award, Award.id == EarningPart.award_id)
        .where(or_(Award.amount != EarningPart.amount, Award.fund_code != Tariff.fund_code))
        .order_by(EarningPart.id),
        "part {id} is of {amount}; its award is of {awarded} out of {fund_code}",
    )


@ledger.no_differences
def every_earning_is_of_its_tariffs_sum() -> ledger.Differences:
    """A settled earning's parts add up to its tariff, another's to no more; each part is what the formula says."""
    share = Tariff.amount - Tariff.amount * RESERVED_PERCENT // 100
    by_percent = Tariff.amount * Tariff.on_acceptance_percent // 100
    on_acceptance = case((by_percent < share, by_percent), else_=share)
    parts = _due_of_earnings()
    total, first, rest = (func.coalesce(parts.c[name], 0) for name in ("total", "on_acceptance", "rest"))
    return ledger.Differences(
        select(Earning.id, Earning.state, Tariff.amount, total.label("due"))
        .join(Tariff, Tariff.id == Earning.tariff_id)
        .outerjoin(parts, parts.c.earning_id == Earning.id)
        .where(
            Earning.state != EarningState.NOTHING,
            or_(
                Earning.amount != Tariff.amount,
                total > Tariff.amount,
                and_(Earning.state == EarningState.SETTLED, total != Tariff.amount),
                and_(first != 0, first != on_acceptance),
                and_(rest != 0, rest != share - on_acceptance),
            ),
        )
        .order_by(Earning.id),
        "earning {id} ({state}) is of {amount}; parts of {due} are due, or one is not what the formula says",
    )


@ledger.no_differences
def every_fund_holds_what_is_staged() -> ledger.Differences:
    """What a fund holds is what its staged earnings have still to pay, and what is claimed, or can be, by nobody."""
    due = _due_of_earnings()
    left = Earning.amount - func.coalesce(due.c.total, 0)
    none = literal(0)
    staged = (
        select(Fund.code.label("code"), left.label("staged"), none.label("held"))
        .select_from(Earning)
        .join(Tariff, Tariff.id == Earning.tariff_id)
        .join(Fund, Fund.code == Tariff.fund_code)
        .outerjoin(due, due.c.earning_id == Earning.id)
        .where(Earning.state == EarningState.STAGED)
    )
    unclaimed = (
        select(Tariff.fund_code, AnonymousPart.due, none)
        .join(Earning, Earning.id == AnonymousPart.earning_id)
        .join(Tariff, Tariff.id == Earning.tariff_id)
        .where(AnonymousPart.state == ClaimState.OPEN)
    )
    claimed = select(WaitingClaim.fund_code, WaitingClaim.amount, none)
    kept = ledger.lots_kept("fund:%:held")
    held = select(Fund.code, none, kept.c.balance).join(Fund, Fund.held_account_id == kept.c.account_id)
    both = union_all(staged, unclaimed, claimed, held).subquery()
    expected, is_there = func.sum(both.c.staged).label("staged"), func.sum(both.c.held).label("held")
    return ledger.Differences(
        select(both.c.code, expected, is_there)
        .group_by(both.c.code)
        .having(expected != is_there)
        .order_by(both.c.code),
        "fund {code} holds {held}; earnings of {staged} are staged",
    )


@ledger.no_differences
def nothing_is_set_off_that_was_not_kept() -> ledger.Differences:
    """No earning sets off more for somebody than they kept of the earlier ones of its matter."""
    kept = (
        select(Earning.matter_id, EarningPart.resident_id, func.sum(EarningPart.kept).label("kept"))
        .join(EarningPart, EarningPart.earning_id == Earning.id)
        .where(Earning.state == EarningState.CANCELLED)
        .group_by(Earning.matter_id, EarningPart.resident_id)
        .subquery()
    )
    set_off, had = func.sum(EarningPart.set_off).label("set_off"), func.coalesce(func.max(kept.c.kept), 0)
    return ledger.Differences(
        select(Earning.id, set_off, had.label("kept"))
        .join(EarningPart, EarningPart.earning_id == Earning.id)
        .outerjoin(kept, and_(kept.c.matter_id == Earning.matter_id, kept.c.resident_id == EarningPart.resident_id))
        .group_by(Earning.id, EarningPart.resident_id)
        .having(set_off > had)
        .order_by(Earning.id),
        "earning {id} sets off {set_off} for somebody who kept {kept}",
    )


def _due_of_earnings() -> Subquery:
    """Return what is due of each earning, in all and of the parts that only the first reporter has."""
    parts = union_all(
        select(EarningPart.earning_id, EarningPart.kind, EarningPart.due),
        select(AnonymousPart.earning_id, AnonymousPart.kind, AnonymousPart.due),
    ).subquery()

    def of(kind: PartKind) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((parts.c.kind == kind, parts.c.due))), 0)

    return (
        select(
            parts.c.earning_id,
            func.sum(parts.c.due).label("total"),
            of(PartKind.ON_ACCEPTANCE).label("on_acceptance"),
            of(PartKind.REST).label("rest"),
        )
        .group_by(parts.c.earning_id)
        .subquery()
    )


CHECKS: tuple[ledger.Check, ...] = (
    every_part_was_paid_by_its_award,
    every_earning_is_of_its_tariffs_sum,
    every_fund_holds_what_is_staged,
    nothing_is_set_off_that_was_not_kept,
)
