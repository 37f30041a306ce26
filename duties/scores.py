"""The scoreboard: what each unit was charged with and what became of it, read off the books."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from duties.model import DutyCount, DutyMonthCount, Measure
from ledger import account_code_of, lots_kept

_OF_UNITS = "unit:"


@dataclass(slots=True)
class UnitScore:
    """One unit's duties in a period: what came, how it ended, and what is left at its end.

    Over all time charged = discharged_on_time + discharged_late + moved_away + withdrawn + open + handled. A
    postponement in time changes nothing here: the duty stays where it is.
    """

    unit_code: str
    charged: int = 0
    discharged_on_time: int = 0
    discharged_late: int = 0
    moved_away: int = 0
    withdrawn: int = 0
    open: int = 0
    handled: int = 0
    open_overdue: int = 0

    @property
    def on_time_rate(self) -> float | None:
        """The share in time of what was discharged, or should have been; None where nothing was due.

        What is overdue counts although nobody has said so yet, so leaving a duty open never raises the rate.
        """
        due = self.discharged_on_time + self.discharged_late + self.open_overdue
        return self.discharged_on_time / due if due else None


def scoreboard(
    session: Session, *, since: datetime | None = None, until: datetime | None = None, today: date
) -> list[UnitScore]:
    """Return the scores of every unit that ever had a duty until then, by unit code.

    `since` and `until` are the first instants of the period and after it, of days in the community's time zone; without
    them it reaches from the beginning, and to now. What is left is told as of the period's end, of today at the latest.
    All of it is read off the sums that are kept by day and month; but what is left now is what the accounts hold.
    """
    # What is due later is counted on days that are still to come.
    last_on = today if until is None else min(today, (until - timedelta(microseconds=1)).date())
    is_over = until is not None and until.date() <= today
    sums = _sums_before(session, last_on + timedelta(days=1))
    before = {} if since is None else _sums_before(session, since.date())
    scores = {unit_code: UnitScore(unit_code) for unit_code in sums}
    for unit_code, counted in sums.items():
        for measure, times in counted.items():
            _count_flow(scores[unit_code], measure, times - before.get(unit_code, Counter())[measure])
        if is_over:
            _count_left_then(scores[unit_code], counted)
    if not is_over:
        for unit_code, part, lot, amount in _left_now(session):
            _count_left_now(scores[unit_code], part, date.fromisoformat(lot), amount, today)
    return sorted(scores.values(), key=lambda score: score.unit_code)


def _sums_before(session: Session, day: date) -> dict[str, Counter[Measure]]:
    """Return by unit how often everything happened before a day: in whole months, and in the days of its own month."""
    month_on = day.replace(day=1)
    months = select(DutyMonthCount.unit_code, DutyMonthCount.measure, DutyMonthCount.count)
    days = select(DutyCount.unit_code, DutyCount.measure, DutyCount.count)
    both = union_all(
        months.where(DutyMonthCount.month_on < month_on),
        days.where(DutyCount.on_day >= month_on, DutyCount.on_day < day),
    ).subquery()
    sums: dict[str, Counter[Measure]] = {}
    query = select(both.c.unit_code, both.c.measure, func.sum(both.c.count)).group_by(both.c.unit_code, both.c.measure)
    for unit_code, measure, times in session.execute(query):
        sums.setdefault(unit_code, Counter())[measure] = int(times)
    return sums


def _left_now(session: Session) -> Iterator[tuple[str, str, str, int]]:
    for pattern in ("unit:%:duties", "unit:%:handled"):
        kept = lots_kept(pattern)
        rows = session.execute(select(account_code_of(kept.c.account_id), kept.c.lot, kept.c.balance))
        for code, lot, amount in rows:
            owner, _, part = code.rpartition(":")
            yield owner.removeprefix(_OF_UNITS), part, lot, int(amount)


def _count_left_now(score: UnitScore, part: str, due_on: date, amount: int, today: date) -> None:
    if part == "duties":
        score.open += amount
        score.open_overdue += amount if due_on < today else 0
    else:
        score.handled += amount


def _count_left_then(score: UnitScore, counted: Counter[Measure]) -> None:
    came = counted[Measure.CHARGED]
    ended = counted[Measure.MOVED] + counted[Measure.LAPSED] + counted[Measure.WITHDRAWN]
    verified = counted[Measure.MET] + counted[Measure.MISSED]
    score.handled = (
        counted[Measure.HANDED_OVER] - counted[Measure.GIVEN_BACK] - verified - counted[Measure.WITHDRAWN_HANDLED]
    )
    score.open = came - ended - verified - score.handled
    score.open_overdue = counted[Measure.OVERDUE_IN] - counted[Measure.OVERDUE_OUT]


_FIELDS = {
    Measure.CHARGED: "charged",
    Measure.MET: "discharged_on_time",
    Measure.MISSED: "discharged_late",
    Measure.LAPSED: "discharged_late",
    Measure.MOVED: "moved_away",
    Measure.WITHDRAWN: "withdrawn",
}


def _count_flow(score: UnitScore, measure: Measure, times: int) -> None:
    field = _FIELDS.get(measure)
    if field is not None:
        setattr(score, field, getattr(score, field) + times)
