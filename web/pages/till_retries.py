"""A refusal at the till that the resident can mend on the spot: the same code again, with their PIN or their word.

The code waits in the cashier's own signed cookie, which their browser gives to nobody else; it is good for a minute and
pays once. It stands in no address, no table and no log.
"""

from typing import Any

from flask import session as cookie
from sqlalchemy.orm import Session

from payments import Redemption, Refusal, list_redemptions
from web.pages.forms import fresh_key
from web.pages.paying import PIN_REFUSALS
from web.pages.till_blueprint import new_order_no, payment_url

_WAITS = "refused_code"
_MENDED = {*PIN_REFUSALS, Refusal.POSSIBLE_DUPLICATE}
_LOOKED_AT = 20


def note_attempt(attempt: Redemption, code: str, *, confirmed: bool) -> None:
    """Keep the code of an attempt that can be mended, and let go of the code of any before."""
    cookie.pop(_WAITS, None)
    if attempt.refusal in _MENDED:
        cookie[_WAITS] = [attempt.order_no, code, confirmed]


def retry_of(session: Session, refused: Redemption) -> dict[str, Any] | None:
    """Return the form by which a refused attempt is tried again, under a number and a key of its own.

    None where it cannot be mended, or this browser did not make the attempt.
    """
    waits = cookie.get(_WAITS)
    if refused.refusal not in _MENDED or not waits or waits[0] != refused.order_no:
        return None
    _order_no, code, confirmed = waits
    asks_again = refused.refusal is Refusal.POSSIBLE_DUPLICATE
    return {
        "order_no": new_order_no(),
        "idempotency_key": fresh_key(),
        "code": code,
        "asks_for_pin": refused.refusal in PIN_REFUSALS,
        "asks_again": asks_again,
        "confirmed": confirmed or asks_again,
        "first_url": _first_url(session, refused) if asks_again else None,
    }


def _first_url(session: Session, refused: Redemption) -> str | None:
    """Return where the payment stands that a refused one may repeat."""
    before = list_redemptions(
        session,
        merchant_id=refused.merchant_id,
        resident_id=refused.resident_id,
        completed_only=True,
        limit=_LOOKED_AT,
    )
    asked = (refused.amount, refused.redeemed_by)
    same = (each for each in before if (each.amount, each.redeemed_by) == asked)
    first = next((each for each in same if each.redeemed_at <= refused.redeemed_at), None)
    return None if first is None else payment_url(first.id)
