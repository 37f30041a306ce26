"""How a refusal leaves the house: problem+json for programs, a page for people, and one logged 500 for a bug."""

import logging
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.json_format import json_text
from web.metrics import count_problem
from web.problems import ROWS, Problem, ProblemError, problem_of
from web.problems.requests import BAD_REQUEST, BY_STATUS, CSRF_FAILED, INTERNAL
from web.request_ids import request_id

PROBLEM_TYPE = "application/problem+json"
# Answers under these paths are for programs.
_FOR_PROGRAMS = ("/api/", "/health/", "/metrics/", "/open311/")
_WAYS = "ways_to_tell"

logger = logging.getLogger("web.answers")


class Application(Flask):
    """The Flask application; what it logs of a bug holds where it happened, never the data it happened with."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: no view of ours is a coroutine, and Flask looks for that in every call."""
        return func

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Log a bug once, with the request's id, by its kind and its places in the code.

        Messages are left out: those of the database and of conversions quote values, which may be personal.
        """
        kind, _, trace = exc_info
        places = "".join(traceback.format_tb(trace)) if trace else ""
        name = kind.__name__ if kind else "error"
        logger.error("request %s failed: %s\n%s", request_id(), name, places)


def register_answers(app: Flask) -> None:
    """Let every error that has a row, and every HTTP error, be answered by the table."""
    for kind in (*ROWS, ProblemError):
        app.register_error_handler(kind, answer_error)
    app.register_error_handler(HTTPException, answer_http_error)


def tell_differently(app: Flask, prefix: str, way: Callable[[Problem], Response]) -> None:
    """Let problems of the paths under a prefix be told in the words of another protocol than ours."""
    app.extensions.setdefault(_WAYS, {})[prefix] = way


def answer_error(error: Exception) -> Response:
    """Answer an error that has a row."""
    return answer(problem_of(error))


def answer_http_error(error: HTTPException) -> Response:
    """Answer an error of Flask's or Werkzeug's own by the row of its status."""
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    if 300 <= status < 400:
        # Werkzeug's redirect of a path that lacks its slash.
        return Response(status=status, headers=dict(error.get_headers()))
    row = CSRF_FAILED if isinstance(error, CSRFError) else BY_STATUS.get(status)
    if row is None:
        row = BAD_REQUEST if status < 500 else INTERNAL
    facts: dict[str, Any] = {"retry_after_s": 2} if status == 429 else {}
    told = problem_of(ProblemError(row, **facts))
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return answer(Problem(told.status, told.code, told.title, told.detail, told.facts, {}, {**told.headers, **allowed}))


def answer(problem: Problem) -> Response:
    """Return the response that tells a problem, as the kind of client understands it."""
    count_problem(problem.code)
    g.problem_code = problem.code
    response = _way_to_tell()(problem)
    for name, value in problem.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def problem_response(problem: Problem) -> Response:
    """Return a problem as RFC 9457 writes it."""
    response = Response(json_text(problem_body(problem)), status=problem.status, content_type=PROBLEM_TYPE)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_body(problem: Problem) -> dict[str, Any]:
    """Return the members of a problem's body; what it knows besides stands beside them."""
    body: dict[str, Any] = dict(problem.facts)
    body |= {
        "type": f"urn:pingan-ledger:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id(),
    }
    if problem.errors:
        body["errors"] = problem.errors
    return body


def is_for_programs() -> bool:
    """Say whether the present request is a program's."""
    return f"{request.path}/".startswith(_FOR_PROGRAMS)


def _way_to_tell() -> Callable[[Problem], Response]:
    ways: dict[str, Callable[[Problem], Response]] = current_app.extensions.get(_WAYS, {})
    ours = problem_response if is_for_programs() else _page
    return next((way for prefix, way in ways.items() if request.path.startswith(prefix)), ours)


def _page(problem: Problem) -> Response:
    retry_after = problem.headers.get("Retry-After")
    page = render_template(
        "errors/error.html",
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        request_id=request_id(),
        retry_after=int(retry_after) if retry_after else None,
    )
    return Response(page, status=problem.status, content_type="text/html; charset=utf-8")
