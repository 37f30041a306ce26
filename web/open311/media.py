"""Fetching what a media_url names, and nothing that only this machine or its network can reach.

The name is resolved once, and every address it has must be public; the connection is made to an address that was
checked, never to the name again. No redirect is followed, and time and size end.
"""

import io
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException, HTTPResponse
from typing import cast
from urllib.parse import SplitResult, quote, urlsplit

from photos import PHOTO_BYTES_MAX
from web.public_addresses import Address, NameUnknownError, is_allowed, resolved

_URL_LENGTH_MAX = 2_000
_HTTPS_PORT, _HTTP_PORT = 443, 80
_PRINTABLE = frozenset(map(chr, range(0x21, 0x7F)))


class MediaFault(StrEnum):
    """Why a picture could not be fetched."""

    URL = "url"
    NAME = "name"
    ADDRESS = "address"
    CONNECTION = "connection"
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


class MediaError(Exception):
    """A picture could not be fetched; the address is not repeated, it may tell of a person."""

    def __init__(self, fault: MediaFault) -> None:
        super().__init__(f"not fetched: {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a picture is: how to reach it, and what to ask for there."""

    is_tls: bool
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (_HTTPS_PORT if self.is_tls else _HTTP_PORT) else f"{host}:{self.port}"


def fetched(url: str, *, deadline: float, loopback: bool = False) -> bytes:
    """Return the bytes that a URL names, at most 10 MiB of them, before a deadline on the monotonic clock.

    `loopback` lets this machine be asked, at any port and without TLS: for tests.

    Raises:
        MediaError: it is not fetched, for one reason.
    """
    place = _place_of(url, loopback=loopback)
    try:
        addresses = resolved(place.host, place.port, left_s=lambda: _left(deadline))
        _check(place, addresses, loopback=loopback)
        with closing(_connected(place, addresses, deadline)) as connection:
            return _answer(connection, place, deadline)
    except NameUnknownError as error:
        raise MediaError(MediaFault.NAME) from error
    except TimeoutError as error:
        raise MediaError(MediaFault.TOO_SLOW) from error
    # ValueError: a length that is no number. The other end may say anything at all.
    except (OSError, HTTPException, ValueError) as error:
        raise MediaError(MediaFault.CONNECTION) from error


def _check(place: _Place, addresses: list[Address], *, loopback: bool) -> None:
    if not all(is_allowed(address, loopback=loopback) for address in addresses):
        raise MediaError(MediaFault.ADDRESS)
    on_this_machine = all(address.is_loopback for address in addresses)
    if not on_this_machine and not (place.is_tls and place.port == _HTTPS_PORT):
        raise MediaError(MediaFault.URL)


def _place_of(url: str, *, loopback: bool) -> _Place:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode()
    except ValueError as error:
        raise MediaError(MediaFault.URL) from error
    schemes = {"https", "http"} if loopback else {"https"}
    is_odd = len(url) > _URL_LENGTH_MAX or parts.username is not None or parts.password is not None or port == 0
    if is_odd or parts.scheme not in schemes or not host or not set(host) <= _PRINTABLE:
        raise MediaError(MediaFault.URL)
    is_tls = parts.scheme == "https"
    return _Place(is_tls, host, port or (_HTTPS_PORT if is_tls else _HTTP_PORT), _target(parts))


def _target(parts: SplitResult) -> str:
    # A per cent sign stays: it escapes already.
    safe = "/%:@!$&'()*+,;=~-._"
    path, query = quote(parts.path or "/", safe=safe), quote(parts.query, safe=f"{safe}?")
    return f"{path}?{query}" if query else path


def _connected(place: _Place, addresses: list[Address], deadline: float) -> socket.socket:
    """Return a connection to the first of the addresses that takes one, before the deadline."""
    plain = _first_that_answers(place, addresses, deadline)
    if not place.is_tls:
        return plain
    try:
        plain.settimeout(_left(deadline))
        # Shakes hands within the timeout as a whole.
        return _tls().wrap_socket(plain, server_hostname=place.host)
    except BaseException:
        plain.close()
        raise


def _first_that_answers(place: _Place, addresses: list[Address], deadline: float) -> socket.socket:
    for number, address in enumerate(addresses, start=1):
        try:
            # Each has a fair share of the time: one that is silent must not take it from the next.
            wait_s = _left(deadline) / (len(addresses) - number + 1)
            return _connection(address, place.port, wait_s)
        except OSError:
            if number == len(addresses):
                raise
    raise AssertionError("the last attempt returns or raises")


def _connection(address: Address, port: int, wait_s: float) -> socket.socket:
    """Return a connection to an address, which is no name any more."""
    connection = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        connection.settimeout(wait_s)
        connection.connect((str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _answer(connection: socket.socket, place: _Place, deadline: float) -> bytes:
    connection.settimeout(_left(deadline))
    connection.sendall(
        f"GET {place.target} HTTP/1.1\r\nHost: {place.host_header}\r\nAccept: image/jpeg, image/png, image/webp\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: pingan-ledger\r\nConnection: close\r\n\r\n".encode("ascii")
    )
    with closing(HTTPResponse(cast("socket.socket", _Timed(connection, deadline)), method="GET")) as response:
        response.begin()
        if 300 <= response.status < 400:
            raise MediaError(MediaFault.REDIRECT)
        if response.status != 200:
            raise MediaError(MediaFault.STATUS)
        # One byte more than may be tells that there is more.
        data = response.read(PHOTO_BYTES_MAX + 1) if (response.length or 0) <= PHOTO_BYTES_MAX else None
        if data is None or len(data) > PHOTO_BYTES_MAX:
            raise MediaError(MediaFault.TOO_LARGE)
        if response.length:
            raise MediaError(MediaFault.CONNECTION)
        return data


class _Timed:
    """What a response reads from: a connection whose every read must be over by one deadline, however little comes."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._reads = _TimedReads(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the connection as a file."""
        return io.BufferedReader(self._reads)


class _TimedReads(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # a buffer of ours
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


def _left(deadline: float) -> float:
    """Return how many seconds are left.

    Raises:
        TimeoutError: none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
