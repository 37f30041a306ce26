"""The scoreboard: what each unit was charged with and what became of it, read off the books."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from duties.model import DutyCount, Measure
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
    All of it is read off the sums that are kept by day, but for what is left now: that is what the accounts hold.
    """
    first_on = None if since is None else since.date()
    # What is due later is counted on days that are still to come.
    last_on = today if until is None else min(today, (until - timedelta(microseconds=1)).date())
    is_over = until is not None and until.date() <= today
    scores: dict[str, UnitScore] = {}
    sums: dict[str, Counter[Measure]] = {}
    for unit_code, measure, in_period, until_then in session.execute(_sums(first_on, last_on)):
        _count_flow(scores.setdefault(unit_code, UnitScore(unit_code)), measure, int(in_period))
        sums.setdefault(unit_code, Counter())[measure] = int(until_then)
    if is_over:
        for unit_code, counted in sums.items():
            _count_left_then(scores[unit_code], counted)
    else:
        for unit_code, part, lot, amount in _left_now(session):
            _count_left_now(scores[unit_code], part, date.fromisoformat(lot), amount, today)
    return sorted(scores.values(), key=lambda score: score.unit_code)


def _sums(first_on: date | None, last_on: date) -> Select[str, Measure, int, int]:
    """Return the question for what happened by unit and measure: from the first day on, and ever."""
    in_period: ColumnElement[int] = func.sum(DutyCount.count)
    if first_on is not None:
        in_period = func.sum(case((DutyCount.on_day >= first_on, DutyCount.count), else_=0))
    return (
        select(DutyCount.unit_code, DutyCount.measure, in_period, func.sum(DutyCount.count))
        .where(DutyCount.on_day <= last_on)
        .group_by(DutyCount.unit_code, DutyCount.measure)
    )


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
