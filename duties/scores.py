"""The scoreboard: what each unit was charged with and what became of it, read off the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from duties.charging import CHARGE, KINDS, LAPSE, MOVE, WITHDRAWAL
from ledger import Asset, Turnover, turnovers

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

    `since` and `until` are the first instants of the period and after it, in the community's time zone; without them
    it reaches from the beginning, and to now. What is left is told as of the period's end, of today at the latest.
    """
    as_of = today if until is None else min(until.date(), today)
    scores: dict[str, UnitScore] = {}
    for score, part, each in _of_units(scores, turnovers(session, asset=Asset.DUTY, kinds=KINDS, until=until)):
        _count_left(score, part, each, as_of)
    in_period = turnovers(session, asset=Asset.DUTY, kinds=KINDS, since=since, until=until)
    for score, part, each in _of_units(scores, in_period):
        _count_flow(score, part, each)
    return sorted(scores.values(), key=lambda score: score.unit_code)


def _of_units(scores: dict[str, UnitScore], found: Iterable[Turnover]) -> Iterable[tuple[UnitScore, str, Turnover]]:
    for each in found:
        owner, _, part = each.account_code.rpartition(":")
        if owner.startswith(_OF_UNITS):
            unit_code = owner.removeprefix(_OF_UNITS)
            yield scores.setdefault(unit_code, UnitScore(unit_code)), part, each


def _count_left(score: UnitScore, part: str, each: Turnover, as_of: date) -> None:
    left = each.credits - each.debits
    if part == "duties":
        score.open += left
        score.open_overdue += left if date.fromisoformat(each.lot) < as_of else 0
    elif part == "handled":
        score.handled += left


def _count_flow(score: UnitScore, part: str, each: Turnover) -> None:
    if part == "met":
        score.discharged_on_time += each.credits
    elif part == "missed":
        score.discharged_late += each.credits
    elif each.kind == WITHDRAWAL:
        score.withdrawn += each.debits
    elif part == "duties" and each.kind in {CHARGE, MOVE, LAPSE}:
        score.charged += each.credits
        score.moved_away += each.debits if each.kind == MOVE else 0
