"""The plaque for the door of a shop, to be printed by its owner.

Adds its route to the till's.
"""

from flask import render_template
from flask.typing import ResponseReturnValue

from merchants import get_merchant
from people import Role
from web.auth import access, principal, require
from web.pages.plaques_shown import plaque_facts
from web.pages.till_blueprint import blueprint
from web.pages.viewer import shop_id
from web.unit_of_work import reading


@blueprint.get("/shop/plaque", endpoint="plaque")
@access(Role.MERCHANT_OWNER)
def show_plaque() -> ResponseReturnValue:
    """Show the plaque as it comes out of the printer."""
    require(principal().acts_for_merchant(shop_id(), Role.MERCHANT_OWNER))
    shown = reading(lambda session: plaque_facts(session, get_merchant(session, shop_id())))
    return render_template("till/plaque.html", **shown)
