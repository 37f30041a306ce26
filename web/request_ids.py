"""A name for each request, so that an answer, a log line and a complaint can be brought together."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, has_app_context, request

from web.metrics import count_request

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")

logger = logging.getLogger("web.requests")


def request_id() -> str:
    """Return the name of the present request, "-" outside of one."""
    return str(g.get("request_id", "-")) if has_app_context() else "-"


def register_request_ids(app: Flask) -> None:
    """Name every request, log it in one line without personal data, and count it."""
    app.before_request(_begin)
    app.after_request(_end)


def leave_no_trace() -> None:
    """Write no log line about the present request: its time would lead to somebody who wants no name."""
    g.leaves_no_trace = True


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _ACCEPTED.fullmatch(given) else secrets.token_hex(16)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    took_s = time.perf_counter() - g.get("began", time.perf_counter())
    # The route and not the address: addresses hold numbers and, after the question mark, whatever was searched for.
    route = request.url_rule.rule if request.url_rule is not None else "-"
    count_request(request.method, route, response.status_code, took_s)
    if g.get("leaves_no_trace", False):
        return response
    # A page brings a dozen files of ours along: they would hide what people did.
    quiet = request.endpoint == "static" and response.status_code < 400
    logger.log(
        logging.DEBUG if quiet else logging.INFO,
        "%s %s %s %d %s %.1f ms",
        request_id(),
        request.method,
        route,
        response.status_code,
        g.get("problem_code", "-"),
        1000 * took_s,
    )
    return response
