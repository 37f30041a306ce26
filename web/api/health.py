"""Whether this process lives, whether it can serve, and its numbers for Prometheus."""

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from web.auth import BOOKS, principal_of_key, public
from web.metrics import CONTENT_TYPE, metrics_text
from web.problems import ProblemError
from web.problems.requests import FORBIDDEN, UNAVAILABLE
from web.proxies import FORWARDED
from web.unit_of_work import is_reachable

_LOOPBACK = frozenset({"127.0.0.1", "::1"})

blueprint = Blueprint("health", __name__)


def register_health(app: Flask) -> None:
    """Serve health and numbers with the API, and at the root, where watchers look for them."""
    app.register_blueprint(blueprint)
    app.register_blueprint(blueprint, name="api_health", url_prefix="/api/v1")


@blueprint.get("/health/live")
@public
def live() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "live"}


@blueprint.get("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Say that the database answers."""
    if not is_reachable():
        raise ProblemError(UNAVAILABLE)
    return {"status": "ready"}


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Show the numbers to this machine, and elsewhere to those who may see the books."""
    local = request.remote_addr in _LOOPBACK and not request.environ.get(FORWARDED)
    if not local and not principal_of_key().may(*BOOKS):
        raise ProblemError(FORBIDDEN)
    return Response(metrics_text(), content_type=CONTENT_TYPE)
