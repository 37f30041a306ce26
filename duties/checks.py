"""What must be true of duties: those that are open are in the books, each where and for when it says."""

from collections import Counter
from datetime import date

from sqlalchemy import String, case, cast, extract, func, literal, select, union_all
from sqlalchemy.orm import Session

import ledger
from duties.charging import CHARGE, DISCHARGE, HANDLING, KINDS, LAPSE, MOVE, RETURN, WITHDRAWAL
from duties.model import Duty, DutyCount, DutyMonthCount, Measure

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


# What each line of an entry about a duty counts as: by its kind, the part of the unit's accounts, and whether it took.
_MEASURES = {
    (CHARGE, "duties", False): (Measure.CHARGED,),
    (MOVE, "duties", False): (Measure.CHARGED,),
    (MOVE, "duties", True): (Measure.MOVED,),
    (LAPSE, "duties", False): (Measure.CHARGED,),
    (LAPSE, "missed", False): (Measure.LAPSED,),
    (HANDLING, "handled", False): (Measure.HANDED_OVER,),
    (RETURN, "handled", True): (Measure.GIVEN_BACK,),
    (DISCHARGE, "met", False): (Measure.MET,),
    (DISCHARGE, "missed", False): (Measure.MISSED,),
    (WITHDRAWAL, "duties", True): (Measure.WITHDRAWN,),
    (WITHDRAWAL, "handled", True): (Measure.WITHDRAWN, Measure.WITHDRAWN_HANDLED),
}


def _measures(kind: str, part: str, *, took: bool) -> tuple[Measure, ...]:
    found = _MEASURES.get((kind, part, took), ())
    if part == "duties":
        # Of whatever kind: what lies there comes and leaves by its day.
        found += (Measure.OVERDUE_OUT if took else Measure.OVERDUE_IN,)
    return found


def every_count_is_of_the_books(session: Session) -> str | None:
    """What is counted by unit is what the entries say, added up from their postings."""
    counted = Counter[tuple[str, Measure]]()
    for unit_code, measure, times in session.execute(
        select(DutyCount.unit_code, DutyCount.measure, func.sum(DutyCount.count)).group_by(
            DutyCount.unit_code, DutyCount.measure
        )
    ):
        counted[unit_code, measure] += int(times)
    for each in ledger.turnovers(session, asset=ledger.Asset.DUTY, kinds=KINDS):
        owner, _, part = each.account_code.rpartition(":")
        for took, times in ((True, each.debits), (False, each.credits)):
            for measure in _measures(each.kind, part, took=took):
                counted[owner.removeprefix("unit:"), measure] -= times
    for (unit_code, measure), difference in sorted(counted.items()):
        if difference:
            return f"unit {unit_code}: {measure} is counted {difference:+d} beside its entries"
    return None


def every_months_count_is_that_of_its_days(session: Session) -> str | None:
    """What is counted by unit and month is what is counted on the days of the month."""
    days = (extract("year", DutyCount.on_day), extract("month", DutyCount.on_day))
    by_day = select(DutyCount.unit_code, DutyCount.measure, *days, func.sum(DutyCount.count)).group_by(
        DutyCount.unit_code, DutyCount.measure, *days
    )
    counted = Counter[tuple[str, Measure, date]]()
    for unit_code, measure, year, month, times in session.execute(by_day):
        counted[unit_code, measure, date(int(year), int(month), 1)] += int(times)
    for kept in session.scalars(select(DutyMonthCount)):
        counted[kept.unit_code, kept.measure, kept.month_on] -= kept.count
    for (unit_code, measure, month_on), difference in sorted(counted.items()):
        if difference:
            return f"unit {unit_code}: {measure} is counted {-difference:+d} in {month_on:%Y-%m} beside its days"
    return None


CHECKS: tuple[ledger.Check, ...] = (
    every_open_duty_is_in_the_books,
    every_count_is_of_the_books,
    every_months_count_is_that_of_its_days,
)
