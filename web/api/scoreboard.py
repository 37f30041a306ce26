"""The scoreboard: what each unit was charged with and what became of it, for everybody, without a key."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import fields
from sqlalchemy.orm import Session

from duties import scoreboard
from listening import UnitRates, unit_rates
from people import units_by_code
from web.api.fields import Day, Reply
from web.api.pages import page, page_of
from web.api.parsing import ApiBlueprint
from web.api.rate_fields import RatesReply
from web.auth import public
from web.clock import begin_of, end_of, now, today
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.unit_of_work import reading

blueprint = ApiBlueprint("scoreboard", "The scoreboard: what each unit owed, and whether it was met.")


class ScoreboardQuery(Reply):
    """Which period is asked for, both days included; without days, all time."""

    first_on = Day(data_key="from", load_default=None)
    last_on = Day(data_key="until", load_default=None)


class ScoreReply(RatesReply):
    """One unit's duties in the period, what was left at its end (of today at the latest), and the three rates."""

    unit = fields.String(required=True, attribute="unit_code")
    name = fields.String(required=True)
    charged = fields.Integer(required=True)
    discharged_on_time = fields.Integer(required=True)
    discharged_late = fields.Integer(required=True)
    moved_away = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)
    open = fields.Integer(required=True)
    handled = fields.Integer(required=True)
    open_overdue = fields.Integer(required=True)
    on_time_rate = fields.Float(
        required=True, allow_none=True, metadata={"description": "From 0 to 1; null where nothing was due."}
    )


@blueprint.get("/scoreboard")
@public
@blueprint.arguments(ScoreboardQuery, location="query")
@blueprint.response(200, page_of(ScoreReply))
def show(asked: dict[str, Any]) -> Any:
    """Show what each unit was charged with and what became of it, read off the books, and what reporters say of it."""
    first_on, last_on = asked["first_on"], asked["last_on"]
    if first_on is not None and last_on is not None and last_on < first_on:
        raise ProblemError(INVALID_FIELDS, errors={"until": [_("The last day lies before the first.")]})

    def read(session: Session) -> dict[str, Any]:
        since = None if first_on is None else begin_of(first_on)
        until = None if last_on is None else end_of(last_on)
        scores = scoreboard(session, since=since, until=until, today=today())
        said = unit_rates(session, since=since, until=until, now=now())
        names = units_by_code(session, [score.unit_code for score in scores])
        items = [
            {
                name: getattr(each, name)
                for each in (score, said.get(score.unit_code, UnitRates()))
                for name in ScoreReply().fields
                if hasattr(each, name)
            }
            | {"unit_code": score.unit_code, "name": names[score.unit_code].name}
            for score in scores
        ]
        return page(items, None)

    return reading(read)
