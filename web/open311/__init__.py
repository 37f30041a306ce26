"""Open311 GeoReport v2, so that clients that exist can send reports in and follow them; under `/open311/v2`."""

from flask import Flask

from web.answers import tell_differently
from web.extensions import csrf
from web.open311 import bringing, following, offering
from web.open311.blueprint import PREFIX, blueprint
from web.open311.refusals import refusal

# Importing these adds their routes to the blueprint.
_ADD_ROUTES = (bringing, following, offering)


def register_open311(app: Flask) -> None:
    """Bind the protocol to the application; whatever is refused under its address is refused in its words."""
    app.register_blueprint(blueprint)
    # Keys are no cookies: no other site can make a browser send one.
    csrf.exempt(blueprint)
    tell_differently(app, PREFIX, refusal)
