"""Posting a message to an address that a shop's owner named, and to nothing that only we can reach.

The name is resolved once, every address it has must be public, and the connection is made to one that was looked at;
the certificate must be that of the name. No redirect is followed, no proxy of the environment is used, and of the
answer only its head is read. Of what the other end says nothing is kept but the status.
"""

import functools
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from web.public_addresses import Address, NameUnknownError, is_allowed, resolved
from webhooks import Answer, Fault, Place, WebhookUrlError, place_of

# For all of it, from the question for the name to the head of the answer.
TIME_S = 10.0
_ADDRESSES_MAX = 4
_ASK_LATER = {429, 503}
_SECONDS_DIGITS_MAX = 9


class _NotPostedError(Exception):
    """Nothing was answered, for one reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, at: datetime, loopback: bool = False, time_s: float = TIME_S
) -> Answer:
    """Post a body at the present instant `at`; return what came of it. `loopback` lets this machine be posted to."""
    began = time.monotonic()
    deadline = began + time_s
    status, asked, fault = None, None, None
    try:
        place = place_of(url, loopback=loopback)
        addresses = _looked_at(place, deadline, loopback=loopback)
        status, asked = _answer(place, addresses, body, headers, deadline)
    except Exception as error:
        fault = _fault_of(error)
        if fault is None:
            raise
        # What was cut off fails in many ways.
        if fault is Fault.CONNECTION and time.monotonic() >= deadline:
            fault = Fault.TOO_SLOW
    if status is not None and not 200 <= status < 300:
        fault = Fault.REDIRECT if 300 <= status < 400 else Fault.STATUS
    took_ms = round((time.monotonic() - began) * 1_000)
    retry_after_s = _seconds(asked, at) if status in _ASK_LATER else None
    return Answer(status=status, fault=fault, took_ms=took_ms, retry_after_s=retry_after_s)


# The first that fits says it; the kinds below the general ones come first.
_FAULTS: tuple[tuple[tuple[type[Exception], ...], Fault], ...] = (
    ((WebhookUrlError,), Fault.URL),
    ((NameUnknownError,), Fault.NAME),
    ((TimeoutError, ConnectTimeoutError), Fault.TOO_SLOW),
    ((ssl.SSLCertVerificationError,), Fault.CERTIFICATE),
    # ValueError: a length that is no number. The other end may say anything at all.
    ((OSError, HTTPException, HTTPError, ValueError), Fault.CONNECTION),
)


def _fault_of(error: Exception) -> Fault | None:
    if isinstance(error, _NotPostedError):
        return error.fault
    return next((fault for kinds, fault in _FAULTS if isinstance(error, kinds)), None)


def _looked_at(place: Place, deadline: float, *, loopback: bool) -> list[Address]:
    addresses = resolved(place.host, place.port, left_s=lambda: _left(deadline))
    if not all(is_allowed(address, loopback=loopback) for address in addresses):
        raise _NotPostedError(Fault.ADDRESS)
    if not place.is_tls and not all(address.is_loopback for address in addresses):
        raise _NotPostedError(Fault.ADDRESS)
    return addresses[:_ADDRESSES_MAX]


def _answer(
    place: Place, addresses: list[Address], body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[int, str | None]:
    """Return the status of the answer, and how long the other end asks to wait."""
    connection = _connected(place, addresses, deadline)
    try:
        # A time-out is for one read; who sends a byte now and then would keep us for ever.
        connection.timeout = _left(deadline)
        with _cut_off(connection.sock, _left(deadline)):
            told = {"Host": place.host_header, "Content-Type": "application/json", "User-Agent": "pingan-ledger"}
            connection.request("POST", place.target, body=body, headers={**told, **headers}, preload_content=False)
            response = connection.getresponse()
        # What was cut off after its first line looks like an answer.
        _left(deadline)
        return response.status, response.headers.get("Retry-After")
    finally:
        connection.close()


def _connected(place: Place, addresses: list[Address], deadline: float) -> HTTPConnection:
    """Return a connection to the first of the addresses that takes one."""
    for number, address in enumerate(addresses, start=1):
        # Each has a fair share of the time, half of it to reach it and half to shake hands: one that is silent must
        # not take it from the next.
        connection = _connection(place, address, _left(deadline) / (len(addresses) - number + 1) / 2)
        try:
            connection.connect()
        except (OSError, HTTPError):
            connection.close()
            if number == len(addresses):
                raise
        else:
            return connection
    raise AssertionError("the last attempt returns or raises")


def _connection(place: Place, address: Address, wait_s: float) -> HTTPConnection:
    """Return a connection to an address, which is no name any more; the certificate must be the name's."""
    if not place.is_tls:
        return HTTPConnection(str(address), place.port, timeout=wait_s)
    return HTTPSConnection(str(address), place.port, timeout=wait_s, ssl_context=_tls(), server_hostname=place.host)


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextmanager
def _cut_off(connected: socket.socket | None, left_s: float) -> Iterator[None]:
    """Cut a connection when the time is over."""

    def cut() -> None:
        try:
            if connected is not None:
                # The connection's own, below TLS, which another thread is just reading.
                socket.socket.shutdown(connected, socket.SHUT_RDWR)
        except OSError:
            # It had just ended by itself.
            return

    timer = threading.Timer(left_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _seconds(asked: str | None, at: datetime) -> int | None:
    """Return how many seconds Retry-After asks for, written as a number or as a date; None where it is neither."""
    text = (asked or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:_SECONDS_DIGITS_MAX])
    try:
        return max(0, int((parsedate_to_datetime(text) - at).total_seconds()))
    # Also a date without a zone, which cannot be compared.
    except (ValueError, TypeError, OverflowError):
        return None


def _left(deadline: float) -> float:
    """Return how many seconds are left.

    Raises:
        TimeoutError: none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
