"""Who looks at a page, and what every page says about where and for whom it is; it must never fail."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from flask import Flask, g, request, session, url_for
from sqlalchemy.orm import Session

from merchants import get_merchant
from notices import count_unread
from people import Principal, Role
from web.auth import principal, require, viewer
from web.clock import now
from web.community import community_name
from web.languages import language
from web.settings import current_settings
from web.templating import MACROS_MADE
from web.unit_of_work import DatabaseUnavailableError, reading

TILL_ROLES = (Role.TILL, Role.MERCHANT_OWNER)
_SHOP_CHOSEN = "shop"
TYPE_SIZE_COOKIE, THEME_COOKIE = "type_size", "theme"
THEMES = ("auto", "light", "dark")
# More unread notices than that are not counted: the count stands on every page.
_UNREAD_MAX = 100

# What each role may do on the office's pages. Funds, responsibilities, tariffs, shops, staff and books have no unit, so
# only a role in the whole tree reaches them.
_RIGHTS: tuple[tuple[tuple[Role, ...], bool, tuple[str, ...]], ...] = (
    ((Role.ADMINISTRATOR,), False, ("residents", "awards")),
    ((Role.ADMINISTRATOR,), True, ("funds", "responsibilities", "tariffs", "caps", "merchants", "staff")),
    ((Role.FINANCE,), True, ("money", "reversal", "settling")),
    ((Role.ADMINISTRATOR, Role.FINANCE), True, ("looking",)),
    ((Role.ADMINISTRATOR, Role.FINANCE, Role.APPROVER), False, ("corrections",)),
    ((Role.FINANCE, Role.APPROVER), False, ("decisions",)),
    ((Role.FINANCE,), False, ("repayments",)),
    ((Role.AUDITOR, Role.FINANCE, Role.ADMINISTRATOR), True, ("books", "settlements")),
    ((Role.SUPERVISOR, Role.DISPATCHER, Role.HANDLER), False, ("reports",)),
    ((Role.SUPERVISOR,), False, ("report_overview", "escalations", "call_backs", "publications")),
    ((Role.SUPERVISOR, Role.AUDITOR), False, ("on_behalf",)),
    ((Role.SUPERVISOR, Role.DISPATCHER, Role.ADMINISTRATOR), False, ("new_report",)),
    ((Role.ADMINISTRATOR,), True, ("all_reports",)),
)
_TROUBLES = {"unavailable", "internal_error"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is logged in, as pages speak of them; `may` names the places of the office that are theirs.

    `notices_url` is where their notices stand, None where they are told nothing; `unread` counts up to a hundred.
    """

    name: str
    home_url: str
    is_resident: bool
    is_till: bool
    is_owner: bool
    is_staff: bool
    merchant_id: UUID | None
    merchant_name: str | None
    has_several_shops: bool
    may: frozenset[str]
    notices_url: str | None
    unread: int

    @property
    def unread_words(self) -> str:
        """How many notices are not read, as the bell says it."""
        return f"{_UNREAD_MAX - 1}+" if self.unread == _UNREAD_MAX else str(self.unread)


def register_viewer(app: Flask) -> None:
    """Give every template its surroundings."""
    app.context_processor(_surroundings)


def resident_id() -> UUID:
    """Return which resident is logged in.

    Raises:
        ProblemError: it is no resident.
    """
    found = principal().resident_id
    require(found is not None)
    return cast("UUID", found)


def shop_ids() -> tuple[UUID, ...]:
    """Return at which shops the person logged in works."""
    return principal().merchant_ids(*TILL_ROLES)


def shop_id() -> UUID:
    """Return for which shop the person logged in acts.

    Raises:
        ProblemError: for none, or, of several, they have not chosen one.
    """
    found = chosen_shop(principal())
    require(found is not None)
    return cast("UUID", found)


def chosen_shop(somebody: Principal) -> UUID | None:
    """Return the only shop somebody works at, or of several the one they chose; None while they have not.

    The choice is looked up among what is theirs now: a shop they left meanwhile is no choice any more.
    """
    shops = somebody.merchant_ids(*TILL_ROLES)
    if len(shops) == 1:
        return shops[0]
    return next((shop for shop in shops if shop.hex == session.get(_SHOP_CHOSEN)), None)


def choose_shop(merchant_id: UUID) -> None:
    """Remember, in the signed cookie, for which of their shops somebody acts from now on.

    Raises:
        ProblemError: it is none of theirs.
    """
    require(merchant_id in shop_ids())
    session[_SHOP_CHOSEN] = merchant_id.hex


def home_url(somebody: Principal) -> str:
    """Return the page where somebody begins."""
    if _is_staff(somebody):
        return url_for("office.home")
    if somebody.may(*TILL_ROLES):
        return url_for("till.pay")
    return url_for("resident.home") if somebody.resident_id is not None else url_for("account.home")


def rights(somebody: Principal) -> frozenset[str]:
    """Return the rights by which the office's pages show their places."""
    return frozenset(
        right
        for roles, everywhere, rights in _RIGHTS
        if (somebody.may_everywhere(*roles) if everywhere else somebody.may(*roles))
        for right in rights
    )


def _is_staff(somebody: Principal) -> bool:
    return somebody.resident_id is None and any(grant.merchant_id is None for grant in somebody.grants)


def _surroundings() -> dict[str, Any]:
    # A page that tells of trouble with the database must not need it.
    in_trouble = g.get("problem_code") in _TROUBLES
    somebody = g.get("principal") if in_trouble else viewer()
    place_name, shop_name, unread = _looked_up(None if in_trouble else somebody, ask=not in_trouble)
    theme = request.cookies.get(THEME_COOKIE)
    moment = now()
    return {
        MACROS_MADE: {},
        "community_name": place_name,
        "language": language(),
        "large_type": request.cookies.get(TYPE_SIZE_COOKIE) == "large",
        "theme": theme if theme in THEMES else "auto",
        "today": moment.date(),
        "now": moment,
        "viewer": None if somebody is None else _viewer(somebody, shop_name, unread),
    }


def _viewer(somebody: Principal, shop_name: str | None, unread: int) -> Viewer:
    shops, shop = somebody.merchant_ids(*TILL_ROLES), chosen_shop(somebody)
    return Viewer(
        name=somebody.name,
        home_url=home_url(somebody),
        is_resident=somebody.resident_id is not None,
        is_till=bool(shops),
        is_owner=shop is not None and somebody.acts_for_merchant(shop, Role.MERCHANT_OWNER),
        is_staff=_is_staff(somebody),
        merchant_id=shop,
        merchant_name=shop_name,
        has_several_shops=len(shops) > 1,
        may=rights(somebody),
        notices_url=_notices_url(somebody),
        unread=unread,
    )


def _notices_url(somebody: Principal) -> str | None:
    """Return where somebody's notices stand: a resident's, or those of an officer of reports."""
    if somebody.resident_id is not None:
        return url_for("resident.notices")
    return url_for("office.notices") if "reports" in rights(somebody) else None


def _looked_up(somebody: Principal | None, *, ask: bool) -> tuple[str, str | None, int]:
    """Return the names of the community and of the shop for which somebody acts, and their count of unread notices."""
    shop = None if somebody is None else chosen_shop(somebody)

    def read(session: Session) -> tuple[str, str | None, int]:
        return (
            community_name(session),
            None if shop is None else get_merchant(session, shop).name,
            0 if somebody is None else count_unread(session, seen_by=somebody, at_most=_UNREAD_MAX),
        )

    try:
        return reading(read) if ask else (current_settings().community_name, None, 0)
    except DatabaseUnavailableError:
        return current_settings().community_name, None, 0
