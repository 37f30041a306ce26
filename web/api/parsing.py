"""Reading requests: JSON in one way only, and every fault told as a problem."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Literal, TypeVar, cast

import marshmallow
from flask import Request, request
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestEntityTooLarge

from web.api.fields import in_words
from web.json_format import MalformedJsonError, parsed_json
from web.problems import ProblemError
from web.problems.requests import INVALID_FIELDS, MALFORMED_JSON, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE

PREFIX = "/api/v1"

View = TypeVar("View", bound=Callable[..., Any])


class Parser:
    """Reads bodies and queries as the contract says; it stands where Flask-Smorest expects webargs' parser."""

    DEFAULT_VALIDATION_STATUS = INVALID_FIELDS.status

    def use_args(
        self, schema: marshmallow.Schema, *, location: str = "json", **_options: Any
    ) -> Callable[[View], View]:
        """Return the decorator that gives a view what the request asks, as its first argument."""
        read = _asked_in_query if location == "query" else _asked_in_body

        def decorator(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **path: Any) -> Any:
                return view(read(schema), *args, **path)

            return cast("View", wrapper)

        return decorator


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

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Return the decorator of a view that answers DELETE."""
        return cast("Callable[[View], View]", super().delete(rule, **options))

    def arguments(self, schema: type[marshmallow.Schema], **options: Any) -> Callable[[View], View]:
        """Return the decorator that reads the body, or with `location="query"` the query."""
        # An instance: of a class, one would be made for every request.
        return cast("Callable[[View], View]", super().arguments(schema(), **options))

    def doc(self, **described: Any) -> Callable[[View], View]:
        """Return the decorator that adds to what the description says of a view."""
        return cast("Callable[[View], View]", super().doc(**described))

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
    # Of a body that comes in chunks Werkzeug reads as much as may come, and nothing tells that there was more.
    if req.content_length is None and len(data) >= (req.max_content_length or len(data) + 1):
        raise ProblemError(TOO_LARGE)
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


def _asked_in_body(schema: marshmallow.Schema) -> Any:
    return _checked(schema, json_body(), unknown="raise")


def _asked_in_query(schema: marshmallow.Schema) -> Any:
    # What a query says besides is none of ours: browsers and proxies add to addresses.
    return _checked(schema, request.args.to_dict(), unknown="exclude")


def _checked(schema: marshmallow.Schema, said: Mapping[str, Any], *, unknown: Literal["exclude", "raise"]) -> Any:
    try:
        return schema.load(said, unknown=unknown)
    except marshmallow.ValidationError as error:
        raise ProblemError(INVALID_FIELDS, errors=in_words(error.messages)) from error
