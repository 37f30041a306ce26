"""What a till is told of a refused payment besides the reason: what a slip is worth, and where the PIN is typed."""

from typing import Any

from flask import url_for

from payments import Channel, Redemption, Refusal, worth_of_slip
from web.problems import Problem, problem_of_refusal
from web.unit_of_work import reading

# Who types the PIN may try again at once.
ASKED_FOR = (Refusal.PIN_REQUIRED, Refusal.PIN_WRONG)


def refusal_of(found: Redemption) -> Problem:
    """Return why an attempt of a till was refused, in words and with what helps on."""
    facts: dict[str, Any] = {}
    if found.refusal in ASKED_FOR and found.payment_code_id is not None:
        facts["pin_url"] = url_for("till.pin", redemption_id=found.id)
    if found.refusal is Refusal.INSUFFICIENT_BALANCE and found.channel is Channel.SHEET:
        facts["worth"] = reading(lambda session: worth_of_slip(session, found.payment_code_id))
    return problem_of_refusal(str(found.refusal), **facts)
