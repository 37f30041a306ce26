"""The blueprint that the protocol's routes hang on."""

from flask import Blueprint, Response

PREFIX = "/open311/"
blueprint = Blueprint("open311", __name__, url_prefix=f"{PREFIX}v2")


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    """Let nobody keep an answer: where a report stands changes."""
    response.headers["Cache-Control"] = "no-store"
    return response
