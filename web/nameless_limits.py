"""Reports without a name, and applications of shops, by address: counted in this process's memory, and kept nowhere.

Each worker counts by itself: with several, somebody may send as many times more.
"""

import hashlib
import hmac
import secrets
import threading
from datetime import datetime
from typing import cast

from flask import Flask, current_app, request

from reports import limits_in_force
from web.clock import now
from web.problems import ProblemError, Row
from web.problems.requests import APPLICATIONS_LIMITED, NAMELESS_LIMITED
from web.unit_of_work import reading

_HOUR_S = 3_600
_ADDRESSES_MAX = 100_000
# Anybody may apply, so there is a limit before the office has set one: nobody has so many shops.
APPLICATIONS_PER_HOUR, FORMS_PER_HOUR = 30, 90


class NamelessCounts:
    """How many reports without a name came from each address in this hour; for many threads."""

    def __init__(self) -> None:
        # A key of this process: what it counts under means nothing to anybody, and ends with it.
        self._key = secrets.token_bytes(32)
        self._counts: dict[bytes, int] = {}
        self._hour = 0
        self._lock = threading.Lock()

    def spend(self, address: str, *, limit: int, now: datetime) -> int:
        """Count one report; return 0, or how many seconds to wait where the limit is reached."""
        second = int(now.timestamp())
        hour = second // _HOUR_S
        bucket = hmac.new(self._key, address.encode(), hashlib.sha256).digest()
        with self._lock:
            if hour != self._hour or len(self._counts) >= _ADDRESSES_MAX:
                self._counts.clear()
                self._hour = hour
            if self._counts.get(bucket, 0) >= limit:
                return _HOUR_S - second % _HOUR_S
            self._counts[bucket] = self._counts.get(bucket, 0) + 1
        return 0


def register_nameless_limits(app: Flask) -> None:
    """Give this process its counts."""
    app.extensions["nameless_counts"] = NamelessCounts()


def spend_nameless_report() -> None:
    """Count one report without a name for the address of the present request, where the office has set a limit.

    Raises:
        ProblemError: so many came from it in this hour.
    """
    limit = reading(limits_in_force).nameless_per_hour
    if limit is not None:
        _spend("report", limit, NAMELESS_LIMITED)


def spend_application_form() -> None:
    """Count one form of an application, right or wrong: its photos are decoded before anybody knows whether it is.

    Raises:
        ProblemError: so many came from the address of the present request in this hour.
    """
    _spend("form", FORMS_PER_HOUR, APPLICATIONS_LIMITED)


def spend_application() -> None:
    """Count one application of a shop for the address of the present request: 30 an hour, or as the office set it.

    What the office set for reports without a name holds for applications too; each is counted by itself.

    Raises:
        ProblemError: so many came from it in this hour.
    """
    limit = reading(limits_in_force).nameless_per_hour
    _spend("application", APPLICATIONS_PER_HOUR if limit is None else limit, APPLICATIONS_LIMITED)


def _spend(what: str, limit: int, refusal: Row) -> None:
    counts = cast("NamelessCounts", current_app.extensions["nameless_counts"])
    retry_after_s = counts.spend(f"{what} {request.remote_addr or ''}", limit=limit, now=now())
    if retry_after_s:
        raise ProblemError(refusal, limit=limit, retry_after_s=retry_after_s)
