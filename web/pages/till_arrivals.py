"""What arrives without the till: payments at the plaque on the door, and orders paid after their page was left.

Adds its route to the till's.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from payments import Channel, list_redemptions
from web.auth import access
from web.clock import now
from web.pages.payments_shown import payment_views
from web.pages.shapes import PaymentView
from web.pages.till_blueprint import FRESH_FOR, blueprint, payment_url, shop_asked
from web.pages.viewer import TILL_ROLES, shop_id
from web.problems import ProblemError
from web.problems.requests import NOT_FOUND
from web.unit_of_work import reading

_WITHOUT_THE_TILL = (Channel.ORDER, Channel.PLAQUE)
_SHOWN = 5


@blueprint.get("/arrivals")
@access(*TILL_ROLES)
def arrivals() -> ResponseReturnValue:
    """Show what arrived since the page was opened; nothing while its newest is the one the page has already."""
    text = request.args.get("since", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise ProblemError(NOT_FOUND)
    since = datetime.fromtimestamp(int(text), UTC)
    merchant_id = shop_asked() or shop_id()
    shown = reading(lambda session: _arrived(session, merchant_id, since))
    newest = str(shown[0].id) if shown else ""
    if newest == request.args.get("newest", ""):
        return Response(status=204)
    return render_template("till/_arrivals.html", arrivals=shown)


def arriving(session: Session) -> dict[str, Any]:
    """Return what a page of the till needs to show arrivals: those of the last minutes, and where it asks for more.

    The minutes before count too: a payment that was under way while the page was made, or a reload, loses nothing.
    """
    since = now() - FRESH_FOR
    return {
        "arrivals": _arrived(session, shop_id(), since),
        "arrivals_url": url_for("till.arrivals", since=int(since.timestamp()), shop=shop_id()),
    }


def _arrived(session: Session, merchant_id: UUID, since: datetime) -> list[PaymentView]:
    found = list_redemptions(
        session,
        merchant_id=merchant_id,
        channels=_WITHOUT_THE_TILL,
        since=since,
        completed_only=True,
        limit=_SHOWN,
    )
    return payment_views(session, found, payment_url)
