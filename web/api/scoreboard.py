"""The scoreboard: what each unit was charged with and what became of it, for everybody, without a key."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import fields
from sqlalchemy.orm import Session

from duties import scoreboard
from people import units_by_code
from web.api.fields import Day, Reply
from web.api.pages import page, page_of
from web.api.parsing import ApiBlueprint
from web.auth import public
from web.clock import begin_of, end_of, today
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.unit_of_work import reading

blueprint = ApiBlueprint("scoreboard", "The scoreboard: what each unit owed, and whether it was met.")


class ScoreboardQuery(Reply):
    """Which period is asked for, both days included; without days, all time."""

    first_on = Day(data_key="from", load_default=None)
    last_on = Day(data_key="until", load_default=None)


class ScoreReply(Reply):
    """One unit's duties in the period, and what was left at its end (at the end of today, where it lies ahead)."""

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
    satisfaction = fields.Float(
        required=True, allow_none=True, metadata={"description": "From 0 to 1; null where nobody rated."}
    )


@blueprint.get("/scoreboard")
@public
@blueprint.arguments(ScoreboardQuery, location="query")
@blueprint.response(200, page_of(ScoreReply))
def show(asked: dict[str, Any]) -> Any:
    """Show what each unit was charged with and what became of it, read off the books."""
    first_on, last_on = asked["first_on"], asked["last_on"]
    if first_on is not None and last_on is not None and last_on < first_on:
        raise ProblemError(INVALID_FIELDS, errors={"until": [_("The last day lies before the first.")]})

    def read(session: Session) -> dict[str, Any]:
        scores = scoreboard(
            session,
            since=None if first_on is None else begin_of(first_on),
            until=None if last_on is None else end_of(last_on),
            today=today(),
        )
        names = units_by_code(session, [score.unit_code for score in scores])
        items = [
            {name: getattr(score, name) for name in ScoreReply().fields if hasattr(score, name)}
            | {"unit_code": score.unit_code, "name": names[score.unit_code].name, "satisfaction": None}
            for score in scores
        ]
        return page(items, None)

    return reading(read)
