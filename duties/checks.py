"""What must be true of duties: those that are open are in the books, each where and for when it says."""

from sqlalchemy import String, case, cast, func, literal, select, union_all

import ledger
from duties.model import Duty

_OWNER = literal("unit:", String) + Duty.unit_code


@ledger.no_differences
def every_open_duty_is_in_the_books() -> ledger.Differences:
    """A unit's accounts hold, for each day, as many open and handled duties as there are rows of such duties."""
    part = case((Duty.handled_at.is_(None), literal(":duties", String)), else_=literal(":handled", String))
    none = literal(0)
    rows = select(
        (_OWNER + part).label("code"),
        cast(Duty.due_on, String).label("lot"),
        literal(1).label("rows"),
        none.label("held"),
    ).where(Duty.ended_at.is_(None))
    kept = [ledger.lots_kept(pattern) for pattern in ("unit:%:duties", "unit:%:handled")]
    held = [select(ledger.account_code_of(each.c.account_id), each.c.lot, none, each.c.balance) for each in kept]
    both = union_all(rows, *held).subquery()
    counted, balance = func.sum(both.c.rows).label("rows"), func.sum(both.c.held).label("held")
    return ledger.Differences(
        select(both.c.code, both.c.lot, counted, balance)
        .group_by(both.c.code, both.c.lot)
        .having(counted != balance)
        .order_by(both.c.code, both.c.lot),
        "{code} holds {held} duties due on {lot}; there are {rows}",
    )


CHECKS: tuple[ledger.Check, ...] = (every_open_duty_is_in_the_books,)
