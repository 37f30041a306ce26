"""What Prometheus may know: requests by route and status, refusals by code, lost races; nothing about anybody."""

import os
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

# Where workers of one server lay down their numbers for each other; the server sets it before it starts them.
DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REGISTRY = CollectorRegistry()
_REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"], registry=_REGISTRY)
_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the first byte read to the answer made.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_REGISTRY,
)
_PROBLEMS = Counter("problems", "Refusals and errors, by their code.", ["code"], registry=_REGISTRY)
_RETRIES = Counter("transaction_retries", "Transactions run again after a lost race.", registry=_REGISTRY)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; `route` is the pattern of its address."""
    _requests(method if method in _METHODS else "other", route, status).inc()
    _seconds(route).observe(seconds)


# Looking a series up costs more than counting in it. There are as many as routes and statuses.
@cache
def _requests(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, str(status))


@cache
def _seconds(route: str) -> Histogram:
    return _SECONDS.labels(route)


def count_problem(code: str) -> None:
    """Count one refusal or error."""
    _PROBLEMS.labels(code).inc()


def count_retry() -> None:
    """Count one transaction that is run again."""
    _RETRIES.inc()


def metrics_text() -> bytes:
    """Return all numbers in Prometheus' text format, summed over the workers of this server."""
    if DIRECTORY_VARIABLE not in os.environ:
        return generate_latest(_REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the package types all but this
    return generate_latest(together)
