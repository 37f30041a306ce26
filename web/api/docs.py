"""The page on which the API can be browsed, with everything it loads from our own host."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.auth import public

blueprint = Blueprint("api_browser", __name__, url_prefix="/api/v1")


@blueprint.get("/docs")
@public
def docs() -> ResponseReturnValue:
    """Show the API."""
    return render_template("api/docs.html")
