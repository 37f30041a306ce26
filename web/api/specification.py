"""The OpenAPI document: generated from the schemas, with problems, keys and log-in said as the contract means them."""

import re
from typing import Any

from flask import Flask, Response
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from web.answers import PROBLEM_TYPE, answer_http_error
from web.api.calls import HEADER
from web.api.parsing import PREFIX
from web.auth import rule_of
from web.json_format import json_text

# Making a payment code twice does no harm, so its key is a choice.
_KEY_OPTIONAL = f"{PREFIX}/payment-codes"
# A question that must not stand in an address.
_NEED_NO_KEY = {f"{PREFIX}/residents/search", f"{PREFIX}/reports/{{report_id}}/photos", f"{PREFIX}/claims"}


_ANY_PROBLEM = "#/components/responses/DEFAULT_ERROR"


class ProblemSchema(Schema):
    """A refusal, as RFC 9457 writes it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Stable: programs may decide by it."})
    request_id = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), metadata={"description": "Per field, what is wrong about it."})


class LedgerApi(Api):  # type: ignore[misc]  # Flask-Smorest has no types
    """The API, whose errors are the application's problems."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer as every other part of the application does."""
        return answer_http_error(error)

    def _openapi_json(self) -> Response:
        return Response(self._app.extensions["openapi_text"], content_type="application/json")


def finish_specification(app: Flask, api: LedgerApi) -> None:
    """Write the document once, completed by what the schemas cannot say."""
    document: dict[str, Any] = api.spec.to_dict()
    document["components"].setdefault("securitySchemes", {})["key"] = {"type": "http", "scheme": "bearer"}
    document["components"]["parameters"] = document["components"].get("parameters", {}) | {
        "idempotency_key": _key_parameter(required=True),
        "idempotency_key_optional": _key_parameter(required=False),
    }
    for response in document["components"].get("responses", {}).values():
        content = response.get("content", {})
        if "application/json" in content:
            content[PROBLEM_TYPE] = content.pop("application/json")
    public = _public_operations(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method not in {"get", "post", "put", "delete"}:
                continue
            operation["security"] = [] if (path, method) in public else [{"key": []}]
            operation.setdefault("responses", {}).setdefault("default", {"$ref": _ANY_PROBLEM})
            if method == "post" and path not in _NEED_NO_KEY:
                name = "idempotency_key_optional" if path == _KEY_OPTIONAL else "idempotency_key"
                operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{name}"})
    app.extensions["openapi_text"] = json_text(document)


def _key_parameter(*, required: bool) -> dict[str, Any]:
    return {
        "name": HEADER,
        "in": "header",
        "required": required,
        "description": "A key of the caller's own. The same key and body are answered by the same thing again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    }


def _public_operations(app: Flask) -> set[tuple[str, str]]:
    """Return what needs no key, as addresses and methods: one address may be read by all and written by few."""
    found: set[tuple[str, str]] = set()
    for rule in app.url_map.iter_rules():
        access_rule = rule_of(app, rule.endpoint)
        if access_rule is not None and access_rule.public:
            # As the document writes addresses.
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            found |= {(path, method.lower()) for method in rule.methods or ()}
    return found
