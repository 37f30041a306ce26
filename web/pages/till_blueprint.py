"""What all modules of the till share: the blueprint, numbers of orders, and where a shop finds what became of one."""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from payments import CODE_ALPHABET, OrderNumberError, normal_order_no
from web.clock import today
from web.pages.forms import Form, minor_units
from web.pages.viewer import shop_id, shop_ids
from web.problems import ProblemError
from web.problems.requests import CSRF_FAILED, NOT_FOUND

blueprint = Blueprint("till", "web.pages.till", url_prefix="/till")

# So long a payment counts as happening now: its page makes a sound, a later look at it does not.
FRESH_FOR = timedelta(minutes=2)
_ORDER_NO_RANDOM = 6
_NOTHING = {"", "0", "0.0", "0.00", "0."}


class OtherShopError(Exception):
    """A page asks something of one shop of theirs while somebody acts for another."""

    def __init__(self, merchant_id: UUID) -> None:
        super().__init__(merchant_id)
        self.merchant_id = merchant_id


def payment_url(redemption_id: UUID) -> str:
    """Return where a shop finds one of its payments."""
    return url_for("till.payment", redemption_id=redemption_id)


def outcome_url(order_no: str) -> str:
    """Return where the shop finds what happened to an order, with the shop for whoever works at several."""
    return url_for("till.outcome", order_no=order_no, shop=shop_id() if len(shop_ids()) > 1 else None)


def shop_asked() -> UUID | None:
    """Return the shop for which a form or an address of ours was made, None where it names none.

    Raises:
        ProblemError: it was not made by us.
    """
    text = request.values.get("shop", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise ProblemError(NOT_FOUND) from error


def check_shop_named() -> None:
    """See that whoever works at several shops sends for which one; that it is the present one was looked at before.

    Raises:
        ProblemError: the form names none, so it is no form of ours.
    """
    if shop_asked() is None and len(shop_ids()) > 1:
        raise ProblemError(CSRF_FAILED)


def wants_json() -> bool:
    """Say whether the till's script asks, and not a person."""
    kinds = ("text/html", "application/json")
    return request.accept_mimetypes.best_match(kinds, default="text/html") == "application/json"


def new_order_no() -> str:
    """Return a number for the next payment or order: the day, and six random signs."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _each in range(_ORDER_NO_RANDOM))
    return f"{today():%y%m%d}-{letters}"


def posted_order_no() -> str:
    """Return the number that the page gave its form.

    Raises:
        ProblemError: there is none: whoever sends another has no form of ours.
    """
    try:
        return normal_order_no(request.form.get("order_no", ""))
    except OrderNumberError as error:
        raise ProblemError(CSRF_FAILED) from error


def typed_cash(form: Form) -> int:
    """Return what is paid in money beside the credits, in cents; nothing typed is nothing paid."""
    typed = form.values["cash_amount"].strip()
    if typed in _NOTHING:
        return 0
    cash = minor_units(typed)
    if cash is None:
        form.wrong("cash_amount", _("Type what is paid in money such as 3.50, or leave it empty."))
    return cash or 0
