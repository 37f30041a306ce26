"""Whoever sends code after code that nobody has is no cashier: after some a till waits, whichever worker answers."""

from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app

from payments import Refusal
from people import take_permits
from web.clock import now
from web.problems import ProblemError
from web.problems.requests import CODES_GUESSED
from web.secret_keys import pseudonym
from web.unit_of_work import in_transaction

# A scanner gun that reads badly makes a few of them; a program that guesses makes hundreds a second.
UNKNOWN_CODES_MAX, WINDOW_S = 30, 600
_WAITING_MAX = 10_000


def register_code_guesses(app: Flask) -> None:
    """Give this process its list of who waits."""
    app.extensions["code_guesses"] = {}


def check_may_try_codes(actor: str) -> None:
    """See that a till is not one that waits. Asks no database, as every payment passes here.

    Raises:
        ProblemError: it sent too many codes that nobody has.
    """
    until = _waiting().get(actor)
    if until is not None and until > now():
        raise ProblemError(CODES_GUESSED, retry_after_s=_seconds_to(until))


def note_refusal(actor: str, refusal: Refusal | None) -> None:
    """Count a code that nobody has. All workers count together; each lets a till wait from the next one it sees on."""
    if refusal is not Refusal.CODE_UNKNOWN:
        return
    at, bucket = now(), f"codes:{pseudonym(actor)}"
    permits = in_transaction(
        lambda session: take_permits(session, bucket=bucket, limit=UNKNOWN_CODES_MAX, window_s=WINDOW_S, now=at)
    )
    if not permits.granted:
        waiting = _waiting()
        if len(waiting) >= _WAITING_MAX:
            waiting.clear()
        waiting[actor] = at + timedelta(seconds=permits.retry_after_s)


def _waiting() -> dict[str, datetime]:
    return cast("dict[str, datetime]", current_app.extensions["code_guesses"])


def _seconds_to(until: datetime) -> int:
    return max(1, -int(-(until - now()).total_seconds() // 1))
