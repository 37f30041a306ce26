"""Refusals as GeoReport v2 tells them: a list of errors, each with a code and words, under the protocol's statuses."""

from flask import Response, request
from flask_babel import lazy_gettext as _l

from web.open311.writing import JSON, XML, answer
from web.problems import Problem, ProblemError, Row, problem_of
from web.problems.requests import UNAUTHENTICATED

API_KEY_UNKNOWN = Row(
    403,
    "api_key_unknown",
    _l("The api_key is missing or not valid"),
    _l("Send the key that the office gave you in the field api_key."),
)
JURISDICTION_UNKNOWN = Row(
    404,
    "jurisdiction_unknown",
    _l("This jurisdiction_id was not found"),
    _l("Leave it out, or send %(jurisdiction_id)s."),
)
FIELD_MISSING = Row(
    400, "field_missing", _l("The field %(field)s was not provided"), _l("The field %(field)s was not provided.")
)
FIELD_WRONG = Row(
    400, "field_wrong", _l("The field %(field)s cannot be read"), _l("The field %(field)s must be %(wanted)s.")
)
PLACE_MISSING = Row(
    400,
    "place_missing",
    _l("A place was not provided"),
    _l("Send lat and long, or address_string, or as address_id the code of a unit of the community."),
)
NOT_A_FORM = Row(
    400,
    "not_a_form",
    _l("This kind of content is not understood"),
    _l("Send a form with the header Content-Type: application/x-www-form-urlencoded."),
)
# The protocol has 403 for keys, 404 for what is not there, and 400 for nearly everything else.
_STATUSES = {401: 403, 406: 400, 409: 400, 415: 400, 422: 400}


def refusal(problem: Problem) -> Response:
    """Return a problem as the protocol tells it, in the format that the address asks for, or else in XML."""
    if problem.code == UNAUTHENTICATED.code:
        problem = problem_of(ProblemError(API_KEY_UNKNOWN))
    status = _STATUSES.get(problem.status, problem.status)
    said = [f"{field}: {' '.join(map(str, faults))}" for field, faults in problem.errors.items()] or [problem.detail]
    form = JSON if request.path.endswith(f".{JSON}") else XML
    return answer(form, "errors", [{"code": status, "description": each} for each in said], status=status)
