"""Words of statements: for accounts, for kinds of entries, and for amounts."""

from collections.abc import Callable

from flask import current_app
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from ledger import Asset

# In the order in which an owner's accounts are told.
_PARTS = {
    "available": _l("Available"),
    "payable": _l("Not yet paid out"),
    "held": _l("Set aside"),
    "in_settlement": _l("Being paid out"),
    "receivable": _l("Owed back"),
    "backing": _l("Money behind the credits"),
    "minutes": _l("Volunteer minutes"),
    "duties": _l("Open duties"),
    "handled": _l("Duties awaiting verification"),
    "met": _l("Duties met in time"),
    "missed": _l("Duties met late"),
}
# Accounts that are nobody's in particular.
_OWN_NAMES = {
    "issued": _l("Credits given out"),
    "treasury:bank": _l("Bank account"),
    "minutes:served": _l("Volunteer minutes served"),
    "duties:charged": _l("Duties charged"),
}


def part_order(code: str) -> int:
    """Return where an account stands among those of its owner."""
    part = code.rpartition(":")[2]
    return list(_PARTS).index(part) if part in _PARTS else len(_PARTS)


def account_words(code: str) -> str:
    """Return what an account is called among those of its owner; one without a name is called by its code."""
    return str(_OWN_NAMES.get(code) or _PARTS.get(code.rpartition(":")[2]) or code)


def own_name(code: str) -> str | None:
    """Return the name of an account that is nobody's in particular, None for any other."""
    return str(_OWN_NAMES[code]) if code in _OWN_NAMES else None


def kind_words(kind: str) -> str:
    """Return what pages call entries of a kind."""
    return _said_by_pages("kind", kind)


def asset_words(asset: Asset) -> str:
    """Return what pages call an asset."""
    return _said_by_pages("asset", asset.value)


def decimal_text(minor: int, asset: Asset) -> str:
    """Return an amount at the asset's scale as programs read it: 1234.50."""
    sign, (whole, part) = "-" if minor < 0 else "", divmod(abs(minor), 10**asset.scale)
    return f"{sign}{whole}.{part:0{asset.scale}}" if asset.scale else f"{sign}{whole}"


def grouped_text(minor: int, asset: Asset) -> str:
    """Return an amount at the asset's scale as pages write it, thousands apart."""
    sign, (whole, part) = "\u2212" if minor < 0 else "", divmod(abs(minor), 10**asset.scale)
    digits = f"{whole:,}".replace(",", "\u202f")
    return f"{sign}{digits}.{part:0{asset.scale}}" if asset.scale else f"{sign}{digits}"


def _said_by_pages(macro: str, code: str) -> str:
    words: Callable[[str], Markup] = getattr(current_app.jinja_env.get_template("macros/words.html").module, macro)
    return words(code).unescape()
