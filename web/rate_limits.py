"""How many requests a minute are answered for a key, and for an address with wrong keys, by all workers together."""

from typing import cast

from flask import Flask, current_app

from people import PermitLeases, Principal, take_permits
from web.clock import now
from web.problems import ProblemError
from web.problems.requests import RATE_LIMITED
from web.secret_keys import pseudonym
from web.settings import current_settings
from web.unit_of_work import in_transaction

_WINDOW_S = 60


def register_rate_limits(app: Flask) -> None:
    """Give this process its leases."""
    app.extensions["permit_leases"] = PermitLeases()


def spend_request(principal: Principal) -> None:
    """Count one request of a key.

    Raises:
        ProblemError: the key has had its requests of this minute.
    """
    if principal.key_id is not None:
        _spend(f"key:{principal.key_id.hex}", principal.rate_a_minute or current_settings().requests_a_minute)


def spend_refused_key(address: str) -> None:
    """Count one request without a valid key, for the address it came from.

    Raises:
        ProblemError: the address has had too many of them this minute.
    """
    _spend(f"refused:{pseudonym(address)}", current_settings().refused_keys_a_minute)


def _spend(bucket: str, limit: int) -> None:
    leases = cast("PermitLeases", current_app.extensions["permit_leases"])
    at = now()
    retry_after_s = leases.spend(
        bucket=bucket,
        window_s=_WINDOW_S,
        now=at,
        take=lambda wanted: in_transaction(
            lambda session: take_permits(session, bucket=bucket, limit=limit, window_s=_WINDOW_S, now=at, wanted=wanted)
        ),
    )
    if retry_after_s:
        raise ProblemError(RATE_LIMITED, retry_after_s=retry_after_s)
