"""The plaque for the door of a shop, to be printed by the office."""

from flask import render_template
from flask.typing import ResponseReturnValue

from merchants import merchant_by_code
from people import Role
from web.auth import access
from web.pages.office.blueprint import blueprint
from web.pages.plaques_shown import plaque_facts
from web.unit_of_work import reading


@blueprint.get("/merchants/<code>/plaque", endpoint="plaque")
@access(Role.ADMINISTRATOR, everywhere=True)
def show_plaque(code: str) -> ResponseReturnValue:
    """Show a shop's plaque as it comes out of the printer."""
    return render_template(
        "office/plaque.html", **reading(lambda session: plaque_facts(session, merchant_by_code(session, code)))
    )
