"""Whose forwarded headers count: those of the proxies that the installation names, and nobody else's."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

# Set where a request came through somebody else, believed or not.
FORWARDED = "ledger.forwarded"

_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
)


class TrustedProxies:
    """WSGI middleware that believes forwarded headers as far back as the chain of trusted proxies goes."""

    def __init__(self, app: WSGIApplication, networks: tuple[IPv4Network | IPv6Network, ...]) -> None:
        self._app = app
        self._networks = networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request with the address and scheme that its client really has."""
        environ[FORWARDED] = any(name in environ for name in _FORWARDED)
        hops = self._hops(environ)
        if hops:
            return ProxyFix(self._app, x_for=hops, x_proto=1, x_host=1)(environ, start_response)
        for name in _FORWARDED:
            environ.pop(name, None)
        return self._app(environ, start_response)

    def _hops(self, environ: WSGIEnvironment) -> int:
        """Count the trusted proxies in a row, beginning with the one that is connected to us."""
        forwarded = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
        chain = [str(environ.get("REMOTE_ADDR", "")), *reversed(forwarded)]
        hops = 0
        for address in chain[: len(forwarded) or 1]:
            if not self._is_trusted(address):
                break
            hops += 1
        return hops

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)
