"""Open reports that may be about the same, for a resident who is about to send one in."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields

from people import Role
from reports import ReportStatus, suggest
from web.api.fields import CODE_LENGTH_MAX, Day, Reply, Text, a_code
from web.api.reports import blueprint
from web.auth import access
from web.clock import now
from web.pages.viewer import resident_id
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS
from web.unit_of_work import reading


class SuggestionQuery(Schema):
    """What is to be reported, and where: a unit, a position in degrees (WGS 84), or both."""

    category = a_code()
    unit = Text(load_default=None, length_max=CODE_LENGTH_MAX)
    latitude = fields.Float(data_key="lat", load_default=None, allow_nan=False)
    longitude = fields.Float(data_key="long", load_default=None, allow_nan=False)


class SuggestionReply(Reply):
    """An open report as a resident may know it: not its words, not whose it is.

    `lat` and `long` are rounded to about a hundred metres, and the distance is measured from there.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    category = fields.String(required=True, attribute="category.code")
    unit = fields.String(required=True, attribute="unit_code")
    submitted_on = Day(required=True)
    status = fields.Enum(ReportStatus, by_value=True, required=True)
    latitude = fields.Float(required=True, allow_none=True, data_key="lat")
    longitude = fields.Float(required=True, allow_none=True, data_key="long")
    distance_m = fields.Integer(required=True, allow_none=True)
    own = fields.Boolean(required=True, attribute="is_own")
    joined = fields.Boolean(
        required=True, attribute="is_joined", metadata={"description": 'The caller has said "me too" already.'}
    )


class SuggestionsReply(Reply):
    """The nearest first, then the newest; five at most."""

    items = fields.List(fields.Nested(SuggestionReply), required=True)


@blueprint.get("/reports/suggestions")
@access(Role.RESIDENT)
@blueprint.arguments(SuggestionQuery, location="query")
@blueprint.response(200, SuggestionsReply)
def list_suggestions(asked: dict[str, Any]) -> Any:
    """List open reports of the last 30 days that may be about the same, to join instead of reporting it again."""
    if asked["unit"] is None and asked["latitude"] is None and asked["longitude"] is None:
        raise ProblemError(INVALID_FIELDS, errors={"unit": [_("Name a unit, a position, or both.")]})
    who = resident_id()
    return reading(
        lambda session: {
            "items": suggest(
                session,
                category_code=asked["category"],
                unit_code=asked["unit"],
                latitude=asked["latitude"],
                longitude=asked["longitude"],
                resident_id=who,
                now=now(),
            )
        }
    )
