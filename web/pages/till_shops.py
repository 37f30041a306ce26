"""For which of their shops somebody acts: choosing it, and never acting for another one than the page was made for.

Adds its routes, and a look at every request, to the till's.
"""

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from merchants import get_merchant
from web.auth import access, principal, require
from web.pages.lists import is_fragment
from web.pages.local_paths import local_path
from web.pages.shapes import ShopChoice
from web.pages.till_blueprint import OtherShopError, blueprint, shop_asked, wants_json
from web.pages.viewer import TILL_ROLES, choose_shop, chosen_shop, shop_ids
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

_CHOOSING = {"till.shops", "till.choose"}


@blueprint.get("/shops")
@access(*TILL_ROLES)
def shops() -> str:
    """Ask for which of their shops somebody acts."""
    return render_template("till/shops.html", next=local_path(request.args.get("next", ""), ""), **_choices())


@blueprint.post("/shops")
@access(*TILL_ROLES)
def choose() -> ResponseReturnValue:
    """Act for another shop from now on."""
    try:
        wanted = UUID(request.form.get("shop", ""))
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error
    choose_shop(wanted)
    return redirect(local_path(request.form.get("next", ""), url_for("till.pay")), 303)


@blueprint.before_request
def check_shop() -> ResponseReturnValue | None:
    """Have a shop chosen first, and refuse what a page asks that was made for another one."""
    if request.endpoint in _CHOOSING:
        return None
    asked, present = shop_asked(), chosen_shop(principal())
    require(asked is None or asked in shop_ids())
    if asked is not None and _only_looks(present):
        return None
    if present is None:
        here = request.full_path if request.query_string else request.path
        return _whole_page(url_for("till.shops", next=here if request.method == "GET" else None))
    if asked is not None and asked != present:
        raise OtherShopError(asked)
    return None


def _only_looks(present: UUID | None) -> bool:
    """Say whether a page of one shop only looks, by itself, at what became of its payments.

    It goes on doing so for the shop where they were begun while somebody acts for another in a second window.
    """
    if request.endpoint == "till.arrivals":
        return True
    return request.endpoint == "till.outcome" and (wants_json() or (is_fragment() and present is not None))


@blueprint.errorhandler(OtherShopError)
def other_shop(error: OtherShopError) -> ResponseReturnValue:
    """Say that a page belongs to another shop of theirs, and offer to go there; nothing was done."""
    if is_fragment():
        return _whole_page(request.path)
    here = request.full_path if request.query_string else request.path
    page = render_template(
        "till/other_shop.html",
        other=_name(error.merchant_id),
        other_id=error.merchant_id,
        next=here if request.method == "GET" else "",
        was_sent=request.method != "GET",
    )
    return make_response(page, 409)


def _choices() -> dict[str, Any]:
    present = chosen_shop(principal())

    def read(session: Session) -> list[ShopChoice]:
        found = [get_merchant(session, merchant_id) for merchant_id in shop_ids()]
        return [ShopChoice(each.id, each.name, each.category, is_chosen=each.id == present) for each in found]

    return {"shops": reading(read)}


def _name(merchant_id: UUID) -> str:
    return reading(lambda session: get_merchant(session, merchant_id).name)


def _whole_page(url: str) -> ResponseReturnValue:
    """Send a browser there; a part of a page cannot become another page, so htmx is told to load the whole."""
    return Response(status=204, headers={"HX-Redirect": url}) if is_fragment() else redirect(url, 303)
