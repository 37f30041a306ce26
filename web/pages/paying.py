"""What is the same wherever a resident pays from their own phone: the PIN, asking again, the refusal in the form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from ledger import Call
from payments import Attempt, Refusal
from people import Resident, get_resident
from safeguards import CheckedPin
from web.pages.forms import Form
from web.pages.viewer import resident_id
from web.pins import checked_pin
from web.problems import problem_of_refusal
from web.unit_of_work import in_transaction

PIN_REFUSALS = {Refusal.PIN_REQUIRED, Refusal.PIN_WRONG}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a payer confirms by a form: who they are, their PIN where they typed it, and that a second time is meant."""

    resident: Resident
    pin: CheckedPin | None
    confirm_duplicate: bool
    call: Call


def pay_by_form(form: Form, pay: Callable[[Session, Confirmed], Attempt], **asked: Any) -> Attempt | None:
    """Let `pay` pay once, however often the form comes; None, with the reason in the form, where a rule forbids it.

    A refusal is an attempt too; its reason stands in the form, and the next try has a key of its own.
    """
    payer_id, confirmed = resident_id(), is_confirmed()
    # A PIN is short enough to be guessed from a hash, so it is no part of what the call remembers.
    call = form.call(**asked, confirm_duplicate=confirmed)
    pin = checked_pin(payer_id, form.values.pop("pin"))

    def make(session: Session) -> Attempt:
        return pay(session, Confirmed(get_resident(session, payer_id), pin, confirmed, call))

    attempt = form.attempt(lambda: in_transaction(make))
    if attempt is not None and attempt.redemption.refusal is not None:
        form.refuse(problem_of_refusal(attempt.redemption.refusal.value))
    return attempt


def is_confirmed() -> bool:
    """Say whether it is told that a second payment of the same sum is meant."""
    return request.values.get("confirm_duplicate") == "yes"


def asked_besides(refusal: Refusal | None) -> dict[str, bool]:
    """Return what the form asks for besides, after an attempt that was refused."""
    return {
        "asks_for_pin": refusal in PIN_REFUSALS,
        "asks_again": refusal is Refusal.POSSIBLE_DUPLICATE,
        "confirmed": is_confirmed(),
    }
