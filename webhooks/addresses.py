"""Which addresses outcomes may be sent to. Where a name leads is looked at when something is sent, and only then."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

from webhooks.errors import UrlFault, WebhookUrlError
from webhooks.model import URL_LENGTH_MAX

_PORTS = {"https": 443, "http": 80}
# Below it other services listen, which may take what we send for something of theirs.
_FREE_PORTS = range(1_024, 65_536)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# A last label of digits is an address in one of its odd forms, such as 127.1 or 0x7f.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HOST_LENGTH_MAX = 253
# A per cent sign stays: it escapes already.
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an endpoint is: how to reach it, and what to ask for there. All of it is ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_tls(self) -> bool:
        """Whether it is reached by https."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address in its one written form."""
        return f"{self.scheme}://{self.host_header}{self.target}"


def place_of(url: str, *, loopback: bool = False) -> Place:
    """Return the place that an address names: https, a name and no number, no user or fragment, port 443 or above 1023.

    `loopback` lets it also be this machine, by its number or as `localhost`, then at any port and without TLS too.

    Raises:
        WebhookUrlError: nothing is sent to such an address.
    """
    if len(url) > URL_LENGTH_MAX:
        raise WebhookUrlError(UrlFault.TOO_LONG)
    if any(character <= " " or character in "\x7f\\" for character in url):
        raise WebhookUrlError(UrlFault.MALFORMED)
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    # Also what IDNA cannot write.
    except ValueError as error:
        raise WebhookUrlError(UrlFault.MALFORMED) from error
    is_here = loopback and _is_this_machine(host)
    if parts.scheme != "https" and not (is_here and parts.scheme == "http"):
        raise WebhookUrlError(UrlFault.SCHEME)
    _check_parts(parts)
    if not is_here:
        _check_name(host)
    port = _PORTS[parts.scheme] if port is None else port
    if port != _PORTS["https"] and port not in _FREE_PORTS and not (is_here and port):
        raise WebhookUrlError(UrlFault.PORT)
    place = Place(parts.scheme, host, port, _target(parts))
    if len(place.url) > URL_LENGTH_MAX:
        raise WebhookUrlError(UrlFault.TOO_LONG)
    return place


def _host(text: str) -> str:
    return text if ":" in text else text.encode("idna").decode("ascii").lower().removesuffix(".")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_parts(parts: SplitResult) -> None:
    if parts.username is not None or parts.password is not None:
        raise WebhookUrlError(UrlFault.USERINFO)
    if parts.fragment:
        raise WebhookUrlError(UrlFault.FRAGMENT)


def _check_name(host: str) -> None:
    """See that a host is a name with a dot in it: names without one are of the network that we stand in."""
    labels = host.split(".")
    if ":" in host or _NUMBER.fullmatch(labels[-1]) or labels[-1] == "localhost":
        raise WebhookUrlError(UrlFault.NOT_PUBLIC)
    if len(labels) < 2 or len(host) > _HOST_LENGTH_MAX or not all(map(_LABEL.fullmatch, labels)):
        raise WebhookUrlError(UrlFault.HOST)


def _target(parts: SplitResult) -> str:
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=f"{_SAFE}?")
    return f"{path}?{query}" if query else path
