"""The scoreboard: what each unit owed and whether it was met, for everybody, to look at and to take along.

Adds its routes to the public pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from duties import UnitScore, scoreboard
from listening import UnitRates, unit_rates
from people import Level, units_by_code
from web.auth import public
from web.clock import now, today
from web.pages.periods_asked import Period, period_asked, period_choices
from web.pages.public import blueprint
from web.pages.rates_shown import rate_views
from web.statements.as_csv import BYTE_ORDER_MARK, rows_text, safe_text
from web.unit_of_work import reading

_COUNTS = (
    *("charged", "discharged_on_time", "discharged_late", "moved_away", "withdrawn"),
    *("open", "handled", "open_overdue"),
)
_SAID = ("responded", "response_due", "resolved", "resolution_known", "not_reached", "satisfied", "rated")


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One unit's duties in a period: how many of those that were due it met in time.

    `rate` is that share in per cent, None where nothing was due. `bars` are the parts of what was due, in order: in
    time, late, overdue; each with where it begins and how long it is, in per cent.
    """

    code: str
    name: str
    score: UnitScore
    in_time: int
    due: int
    rate: int | None
    bars: Sequence[tuple[str, float, float]]


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Units whose duties can be compared: departments, or the places that give reports to them.

    What a town or street owes is, as a rule, to give a report on. Done in time, that is a duty moved away, not one
    discharged; it counts as in time here, because else the one report it forgot would be its whole score.
    """

    gives_on: bool
    units: list[ScoreView]
    total: ScoreView


@blueprint.get("/scoreboard", endpoint="scoreboard")
@public
def show_scoreboard() -> ResponseReturnValue:
    """Show what each unit was charged with in a period and what became of it, read off the books."""
    period = period_asked()

    def read(session: Session) -> dict[str, Any]:
        return {"groups": _groups(session, period), "rates": rate_views(session, _said(session, period))}

    shown = reading(read) if period.form.is_right else {"groups": [], "rates": []}
    page = render_template(
        "public/scoreboard.html",
        **shown,
        choices=period_choices("public.scoreboard"),
        first_on=period.first_on,
        last_on=period.last_on,
        as_of=min(period.last_on or today(), today()),
        csv_url=url_for("public.scoreboard_csv", **period.query),
        **period.form.context,
    )
    return make_response(page, period.form.status)


@blueprint.get("/scoreboard.csv")
@public
def scoreboard_csv() -> ResponseReturnValue:
    """Give out the same numbers for spreadsheets."""
    period = period_asked()
    if not period.form.is_right:
        return show_scoreboard()
    groups, said = reading(lambda session: (_groups(session, period), _said(session, period)))
    answer = Response(BYTE_ORDER_MARK + rows_text(_rows(groups, said)), content_type="text/csv; charset=utf-8")
    days = "_".join(["scoreboard", *(day.isoformat() for day in (period.first_on, period.last_on) if day)])
    answer.headers.set("Content-Disposition", "attachment", filename=f"{days}.csv")
    return answer


def _said(session: Session, period: Period) -> dict[str, UnitRates]:
    return unit_rates(session, since=period.since, until=period.until, now=now())


def _groups(session: Session, period: Period) -> list[ScoreGroup]:
    """Return the scores of all units that have any in the period, the best share first, those without one last."""
    scores = scoreboard(
        session,
        since=period.since,
        until=period.until,
        today=today(),
    )
    units = units_by_code(session, [score.unit_code for score in scores])
    parts: dict[bool, list[ScoreView]] = {False: [], True: []}
    for score in scores:
        unit = units[score.unit_code]
        if any(getattr(score, name) for name in _COUNTS):
            gives_on = unit.level is not Level.DEPARTMENT
            parts[gives_on].append(_view(score, unit.code, unit.name, gives_on=gives_on))
    return [
        ScoreGroup(each, sorted(found, key=_rank), _together(found, gives_on=each))
        for each, found in parts.items()
        if found
    ]


def _together(found: Sequence[ScoreView], *, gives_on: bool) -> ScoreView:
    sums: dict[str, Any] = {name: sum(getattr(each.score, name) for each in found) for name in _COUNTS}
    return _view(UnitScore("", **sums), "", _("Together"), gives_on=gives_on)


def _view(score: UnitScore, code: str, name: str, *, gives_on: bool) -> ScoreView:
    in_time = score.discharged_on_time + (score.moved_away if gives_on else 0)
    parts = (("met", in_time), ("late", score.discharged_late), ("overdue", score.open_overdue))
    due = sum(count for _part, count in parts)
    bars: list[tuple[str, float, float]] = []
    begin = 0
    for part, count in parts:
        if count:
            bars.append((part, round(100 * begin / due, 2), round(100 * count / due, 2)))
        begin += count
    # Rounded down: only what is all is called 100.
    rate = 100 * in_time // due if due else None
    return ScoreView(code, name, score, in_time, due, rate, bars)


def _rank(view: ScoreView) -> tuple[bool, float, int, str]:
    share = view.in_time / view.due if view.due else 0
    return view.rate is None, -share, -view.due, view.code


def _rows(groups: Sequence[ScoreGroup], said: Mapping[str, UnitRates]) -> list[tuple[str, ...]]:
    heads: tuple[str, ...] = (
        *(_("Code"), _("Unit"), _("Charged"), _("In time"), _("Late"), _("Passed on"), _("Withdrawn")),
        *(_("Open"), _("Being checked"), _("Overdue"), _("On-time rate"), _("Given on or done in time")),
        *(_("Answered in time"), _("Had to be answered"), _("Mended"), _("Mended or not, as far as known")),
        *(_("Not reached"), _("Satisfied"), _("Rated or asked")),
    )
    rows: list[tuple[str, ...]] = [heads]
    for group in groups:
        for each in group.units:
            counts = (str(getattr(each.score, name)) for name in _COUNTS)
            given_on = each.in_time / each.due if group.gives_on and each.due else None
            rates = (_decimal(each.score.on_time_rate), _decimal(given_on))
            spoken = said.get(each.code, UnitRates())
            spoken_counts = (str(getattr(spoken, name)) for name in _SAID)
            rows.append((safe_text(each.code), safe_text(each.name), *counts, *rates, *spoken_counts))
    return rows


def _decimal(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
