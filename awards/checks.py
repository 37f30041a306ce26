"""What must be true of awards: each row is in the books once, with its amount, between the right accounts and lots."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

import ledger
import people
from awards.claw_backs import KIND as CLAW_BACK
from awards.cover import every_fund_is_covered
from awards.grants import KIND as AWARD
from awards.model import Award, AwardBatch, AwardStatus, ClawBack, Fund, FundMovement, MovementKind

# What the migration creates: the database then refuses to change or remove a tariff that reports were made under.
GUARDS = {"postgresql": ("tariffs_append_only",), "sqlite": ("tariffs_refuse_delete", "tariffs_refuse_update")}

_NEVER = literal("never:", String)
_FUNDS_LOT = _NEVER + Award.fund_code
_RESIDENTS_LOT = case(
    (Award.expires_on.is_(None), _FUNDS_LOT),
    else_=cast(Award.expires_on, String) + literal(":", String) + Award.fund_code,
)


@ledger.no_differences
def every_award_is_in_the_books() -> ledger.Differences:
    """A posted award's entry took its amount from its fund and gave it to its resident, in the lot the award names."""
    lines = ledger.entry_lines(AWARD)
    took = _of_lines(lines, lines.c.debits, Fund.available_account_id, _FUNDS_LOT).label("took")
    gave = _of_lines(lines, lines.c.credits, people.Resident.available_account_id, _RESIDENTS_LOT).label("gave")
    return ledger.Differences(
        select(Award.id, Award.amount, took, gave)
        .outerjoin(Fund, Fund.code == Award.fund_code)
        .outerjoin(people.Resident, people.Resident.id == Award.resident_id)
        .outerjoin(lines, lines.c.entry_id == Award.entry_id)
        .where(or_(Award.status == AwardStatus.POSTED, Award.entry_id.is_not(None)))
        .group_by(Award.id, Award.amount)
        .having(or_(took != Award.amount, gave != Award.amount))
        .order_by(Award.id),
        "award {id} is of {amount}; its entry took {took} from the fund and gave {gave} to the resident",
    )


@ledger.no_differences
def every_claw_back_is_in_the_books() -> ledger.Differences:
    """A claw-back's entry took its amount out of its award's lot and gave it to the award's fund."""
    sums = ledger.entry_lot_sums(CLAW_BACK)
    taken, given = sums.alias("taken"), sums.alias("given")
    took, gave = _or_nothing(taken.c.debits, "took"), _or_nothing(given.c.credits, "gave")
    return ledger.Differences(
        select(ClawBack.id, ClawBack.amount, took, gave)
        .outerjoin(Award, Award.id == ClawBack.award_id)
        .outerjoin(Fund, Fund.code == Award.fund_code)
        .outerjoin(people.Resident, people.Resident.id == Award.resident_id)
        .outerjoin(taken, _moved(taken, ClawBack.entry_id, people.Resident.available_account_id, _RESIDENTS_LOT))
        .outerjoin(given, _moved(given, ClawBack.entry_id, Fund.available_account_id, _FUNDS_LOT))
        .where(or_(took != ClawBack.amount, gave != ClawBack.amount))
        .order_by(ClawBack.id),
        "claw-back {id} is of {amount}; its entry took {took} from the resident and gave {gave} to the fund",
    )


@ledger.no_differences
def every_movement_of_money_is_in_the_books() -> ledger.Differences:
    """A movement's entry changed what its fund has available by its amount, and what the fund it went to has."""
    sums = ledger.entry_lot_sums(*MovementKind)
    target = aliased(Fund)
    left, arrived = sums.alias("left_there"), sums.alias("arrived_there")
    changed = _or_nothing(left.c.credits - left.c.debits, "changed")
    reached = _or_nothing(arrived.c.credits - arrived.c.debits, "reached")
    is_arrival = FundMovement.kind == MovementKind.APPROPRIATION
    to_change = case((is_arrival, FundMovement.amount), else_=-FundMovement.amount)
    to_reach = case((FundMovement.kind == MovementKind.MONEY_MOVED, FundMovement.amount), else_=0)
    return ledger.Differences(
        select(FundMovement.id, FundMovement.kind, FundMovement.amount, changed, reached)
        .outerjoin(Fund, Fund.code == FundMovement.fund_code)
        .outerjoin(target, target.code == FundMovement.to_fund_code)
        .outerjoin(
            left, _moved(left, FundMovement.entry_id, Fund.available_account_id, _NEVER + FundMovement.fund_code)
        )
        .outerjoin(
            arrived,
            _moved(arrived, FundMovement.entry_id, target.available_account_id, _NEVER + FundMovement.to_fund_code),
        )
        .where(or_(changed != to_change, reached != to_reach))
        .order_by(FundMovement.id),
        "movement {id} ({kind}) is of {amount}; its entry changed its fund by {changed}, the other by {reached}",
    )


@ledger.no_differences
def every_batch_is_the_sum_of_its_awards() -> ledger.Differences:
    """A list of awards has as many, over as much, as it says."""
    count, total = func.count(Award.id).label("awards"), func.coalesce(func.sum(Award.amount), 0).label("sum")
    return ledger.Differences(
        select(AwardBatch.id, AwardBatch.count, AwardBatch.total, count, total)
        .outerjoin(Award, and_(Award.batch_id == AwardBatch.id, Award.fund_code == AwardBatch.fund_code))
        .group_by(AwardBatch.id, AwardBatch.count, AwardBatch.total)
        .having(or_(AwardBatch.count != count, AwardBatch.total != total))
        .order_by(AwardBatch.id),
        "list {id} is of {count} awards over {total}; it has {awards} over {sum}",
    )


@ledger.no_differences
def every_entry_of_an_award_has_its_row() -> ledger.Differences:
    """An entry that awards, claws back or moves money belongs to exactly one award, claw-back or movement."""
    return ledger.entries_without_their_one(
        [
            (AWARD, Award.entry_id),
            (CLAW_BACK, ClawBack.entry_id),
            *((kind.value, FundMovement.entry_id) for kind in MovementKind),
        ]
    )


def the_guards_of_tariffs_stand(session: Session) -> str | None:
    """Every trigger that keeps tariffs as they were set is there and enabled."""
    return ledger.missing_guard(session, GUARDS, on_tables=["tariffs"])


def _of_lines(
    lines: FromClause, amounts: ColumnElement[int], account: InstrumentedAttribute[int], lot: ColumnElement[str]
) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(lines.c.account_id == account, lines.c.lot == lot), amounts))), 0)


def _or_nothing(column: ColumnElement[int], name: str) -> ColumnElement[int]:
    return func.coalesce(column, 0).label(name)


def _moved(
    sums: FromClause,
    entry_id: InstrumentedAttribute[Any],
    account: InstrumentedAttribute[int],
    lot: ColumnElement[str],
) -> ColumnElement[bool]:
    return and_(sums.c.entry_id == entry_id, sums.c.account_id == account, sums.c.lot == lot)


CHECKS: tuple[ledger.Check, ...] = (
    every_fund_is_covered,
    every_award_is_in_the_books,
    every_claw_back_is_in_the_books,
    every_movement_of_money_is_in_the_books,
    every_batch_is_the_sum_of_its_awards,
    every_entry_of_an_award_has_its_row,
    the_guards_of_tariffs_stand,
)
