"""Reading requests: JSON in one way only, and every fault told as a problem."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, cast

import marshmallow
from flask import Request, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from web.api.fields import in_words
from web.json_format import MalformedJsonError, parsed_json
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS, MALFORMED_JSON, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE

PREFIX = "/api/v1"

View = TypeVar("View", bound=Callable[..., Any])


class Parser(FlaskParser):
    """Reads bodies and queries as the contract says, and refuses in the words of the table."""

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the body's JSON object; an empty body without a content type is an empty object."""
        del schema
        return json_body(req)

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Request,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Refuse a request whose fields are not right.

        Raises:
            ProblemError: always.
        """
        del req, schema, error_status_code, error_headers
        raise ProblemError(INVALID_FIELDS, errors=in_words(_without_location(error.messages))) from error


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # Flask-Smorest has no types
    """A resource of the API."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)

    # The same as the package's, with types.

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Return the decorator of a view that answers GET."""
        return cast("Callable[[View], View]", super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Return the decorator of a view that answers POST."""
        return cast("Callable[[View], View]", super().post(rule, **options))

    def arguments(self, schema: type[marshmallow.Schema], **options: Any) -> Callable[[View], View]:
        """Return the decorator that reads the body, or with `location="query"` the query."""
        # An instance: of a class, one would be made for every request.
        return cast("Callable[[View], View]", super().arguments(schema(), **options))

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """Return the decorator that writes what the view returns."""
        return cast("Callable[[View], View]", super().response(status, schema, **options))


def json_body(req: Request = request) -> Any:
    """Return the JSON object that a request brings.

    Raises:
        ProblemError: it is no JSON, of another content type, or too large.
    """
    try:
        data = req.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise ProblemError(TOO_LARGE) from error
    if not data and not req.mimetype:
        return {}
    if req.mimetype != "application/json":
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE)
    try:
        body = parsed_json(data)
    except MalformedJsonError as error:
        raise ProblemError(MALFORMED_JSON) from error
    if not isinstance(body, dict):
        raise ProblemError(INVALID_FIELDS, errors={"_schema": in_words(["Invalid input type."])})
    return body


def _without_location(messages: Any) -> Any:
    """Return the messages of the one place that was read: whether it was body or query, the caller knows."""
    if isinstance(messages, dict) and len(messages) == 1:
        inner = next(iter(messages.values()))
        return inner if isinstance(inner, dict) else messages
    return messages
