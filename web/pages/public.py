"""Pages for anybody, without a log-in: what this is, that every credit is covered, and where credits are taken."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from merchants import Merchant, Naming, NamingState, Standing, named_merchants
from web.auth import public
from web.clock import now, today
from web.extensions import csrf
from web.languages import CHINESE, COOKIE, ENGLISH
from web.pages.funds_shown import fund_covers, fund_names, together
from web.pages.lists import list_page
from web.pages.local_paths import local_path
from web.pages.shapes import FundCover, MerchantView
from web.pages.shops_shown import shop_view
from web.pages.viewer import THEME_COOKIE, THEMES, TYPE_SIZE_COOKIE
from web.settings import current_settings
from web.unit_of_work import reading

blueprint = Blueprint("public", __name__)

_SHOPS_ON_FRONT = 12
_SHOPS_ON_PAGE = 24
# The cover is summed over all accounts, and anybody may ask for it as often as they like.
_COVER, _COVER_KEPT_FOR = "public_cover", timedelta(seconds=10)
_YEAR_S = 365 * 24 * 3600
# What a browser keeps of somebody's choices: the form's field, the cookie, and the values it may have.
_PREFERENCES = (
    ("language", COOKIE, (CHINESE, ENGLISH)),
    ("type_size", TYPE_SIZE_COOKIE, ("normal", "large")),
    ("theme", THEME_COOKIE, THEMES),
)


@dataclass(frozen=True, slots=True)
class _Cover:
    """The cover of all funds as it was at an instant."""

    as_of: datetime
    funds: list[FundCover]


@blueprint.get("/")
@public
def front() -> str:
    """Show what this is, the cover of all credits, and some of the shops."""

    def read(session: Session) -> tuple[_Cover, list[MerchantView]]:
        return _cover(session), _shops_today(session)

    cover, shops = reading(read)
    return render_template(
        "public/front.html",
        funds=cover.funds,
        total=together(cover.funds),
        merchants=shops[:_SHOPS_ON_FRONT],
        merchant_count=len(shops),
        as_of=cover.as_of,
    )


@blueprint.get("/merchants")
@public
def merchants() -> str:
    """List the shops that take credits today."""
    q = " ".join(request.args.get("q", "")[:100].split())
    chosen_class = request.args.get("class", "")
    all_shops = reading(_shops_today)
    wanted = _folded(q)
    found = [
        shop
        for shop in all_shops
        if (not chosen_class or shop.class_name == chosen_class)
        and (wanted in _folded(shop.name) or wanted in _folded(shop.category))
    ]
    start = _place(request.args.get("from", ""))
    end = start + _SHOPS_ON_PAGE
    query: dict[str, Any] = {"q": q or None, "class": chosen_class or None, "from": end}
    return list_page(
        "public/merchants.html",
        "public/_merchant_items.html",
        items=found[start:end],
        more_url=url_for("public.merchants", **query) if len(found) > end else None,
        q=q,
        chosen_class=chosen_class,
        classes=sorted({shop.class_name for shop in all_shops if shop.class_name}),
        chosen_unit="",
        units=[],
        count=len(found),
    )


@blueprint.get("/about/data")
@public
def data_protection() -> str:
    """Say what is kept about people."""
    tiles = current_settings().map_tiles
    return render_template("public/data_protection.html", tiles_from=urlsplit(tiles).hostname if tiles else "")


@blueprint.get("/offline")
@public
def offline() -> Response:
    """Return the page that a browser keeps for times without network; it is nobody's own."""
    return make_response(render_template("public/offline.html", viewer=None))


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """Return the service worker, from the root so that it may answer for all pages."""
    response = current_app.send_static_file("js/sw.js")
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/preferences")
@public
def preferences() -> ResponseReturnValue:
    """Keep a choice of language, size of type or colours in the browser, and go back."""
    response = redirect(local_path(request.form.get("next", ""), url_for("public.front")), 303)
    for field, cookie, allowed in _PREFERENCES:
        value = request.form.get(field)
        if value in allowed:
            response.set_cookie(
                cookie,
                str(value),
                max_age=_YEAR_S,
                secure=current_settings().public_url.startswith("https://"),
                httponly=True,
                samesite="Lax",
            )
    return response


# A form of three harmless choices, so that pages for everybody need no token of one reader.
csrf.exempt(preferences)


def _cover(session: Session) -> _Cover:
    kept: _Cover | None = current_app.extensions.get(_COVER)
    if kept is None or now() - kept.as_of > _COVER_KEPT_FOR:
        kept = current_app.extensions[_COVER] = _Cover(now(), fund_covers(session))
    return kept


def _shops_today(session: Session) -> list[MerchantView]:
    names = fund_names(session)
    return [shop_view(_standing(merchant, naming), names) for merchant, naming in named_merchants(session, day=today())]


def _standing(merchant: Merchant, naming: Naming) -> Standing:
    return Standing(merchant, naming, NamingState.NAMED)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
