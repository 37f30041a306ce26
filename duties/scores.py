"""The scoreboard: what each unit was charged with and what became of it, read off the books."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from duties.charging import KINDS
from duties.model import DutyCount, Measure
from ledger import Asset, account_code_of, lots_kept, turnovers

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
    Flows are the sums that are kept by day; what is left now is what the accounts hold, and what was left at the end of
    a period that is over is what their entries say, which takes as long as there are entries.
    """
    first_on = None if since is None else since.date()
    last_on = None if until is None else (until - timedelta(microseconds=1)).date()
    is_over = until is not None and until.date() <= today
    scores = {unit_code: UnitScore(unit_code) for unit_code in session.scalars(_having_had(last_on))}
    for unit_code, measure, times in session.execute(_flows(first_on, last_on)):
        _count_flow(scores[unit_code], measure, int(times))
    as_of = until.date() if until is not None and is_over else today
    for unit_code, part, lot, amount in _left_before(session, until) if is_over else _left_now(session):
        _count_left(scores[unit_code], part, date.fromisoformat(lot), amount, as_of)
    return sorted(scores.values(), key=lambda score: score.unit_code)


def _having_had(last_on: date | None) -> Select[str]:
    query = select(DutyCount.unit_code).distinct()
    return query if last_on is None else query.where(DutyCount.on_day <= last_on)


def _flows(first_on: date | None, last_on: date | None) -> Select[str, Measure, int]:
    query = select(DutyCount.unit_code, DutyCount.measure, func.sum(DutyCount.count)).group_by(
        DutyCount.unit_code, DutyCount.measure
    )
    if first_on is not None:
        query = query.where(DutyCount.on_day >= first_on)
    if last_on is not None:
        query = query.where(DutyCount.on_day <= last_on)
    return query


def _left_now(session: Session) -> Iterator[tuple[str, str, str, int]]:
    for pattern in ("unit:%:duties", "unit:%:handled"):
        kept = lots_kept(pattern)
        rows = session.execute(select(account_code_of(kept.c.account_id), kept.c.lot, kept.c.balance))
        for code, lot, amount in rows:
            unit_code, part = _owner(code)
            yield unit_code, part, lot, int(amount)


def _left_before(session: Session, until: datetime | None) -> Iterator[tuple[str, str, str, int]]:
    for each in turnovers(session, asset=Asset.DUTY, kinds=KINDS, until=until):
        unit_code, part = _owner(each.account_code)
        if part in {"duties", "handled"}:
            yield unit_code, part, each.lot, each.credits - each.debits


def _owner(account_code: str) -> tuple[str, str]:
    owner, _, part = account_code.rpartition(":")
    return owner.removeprefix(_OF_UNITS), part


def _count_left(score: UnitScore, part: str, due_on: date, amount: int, as_of: date) -> None:
    if part == "duties":
        score.open += amount
        score.open_overdue += amount if due_on < as_of else 0
    else:
        score.handled += amount


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
