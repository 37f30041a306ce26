"""Where a name leads: asked once, every address of it looked at, and only public ones taken.

For whoever connects to what somebody else named. The connection is then made to an address that was looked at here,
never to the name again.
"""

import queue
import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Whoever resolves slowly must not pile up threads here.
_RESOLVING = threading.BoundedSemaphore(16)
# Global unicast. Beside it, what carries an IPv4 address within, which a gateway would unpack, is not asked for.
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))

Address = IPv4Address | IPv6Address


class NameUnknownError(Exception):
    """A name leads nowhere."""


def is_allowed(address: Address, *, loopback: bool) -> bool:
    """Say whether an address is reached over the internet and leads nowhere else from there.

    `loopback` lets this machine be reached too; nothing else of its network.
    """
    if address.is_loopback:
        return loopback
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return True
    return address in _PUBLIC_IPV6 and address.scope_id is None and not any(address in each for each in _TUNNELS)


def resolved(host: str, port: int, *, left_s: Callable[[], float]) -> list[Address]:
    """Return every address of a host, asked for once; `left_s` says how many seconds are left, or raises TimeoutError.

    Asking cannot be broken off, so it has a thread of its own.

    Raises:
        NameUnknownError: it has none.
        TimeoutError: the answer did not come in time.
    """
    answers: queue.SimpleQueue[list[Address] | None] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([ip_address(entry[4][0]) for entry in found])
        except (OSError, ValueError):
            answers.put(None)
        finally:
            _RESOLVING.release()

    if not _RESOLVING.acquire(timeout=left_s()):
        raise TimeoutError
    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        addresses = answers.get(timeout=left_s())
    except queue.Empty as error:
        raise TimeoutError from error
    if not addresses:
        raise NameUnknownError
    return list(dict.fromkeys(addresses))
