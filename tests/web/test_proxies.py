"""Forwarded headers count only from proxies that are trusted."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from web.proxies import FORWARDED, TrustedProxies


class Seen:
    """A WSGI application that keeps what it was given."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Keep the environment."""
        self.environ = dict(environ)
        start_response("200 OK", [])
        return []


def seen(peer: str, trusted: str = "10.0.0.0/8", **headers: str) -> dict[str, Any]:
    """Return what the application is told of a request from `peer`."""
    inner = Seen()
    networks = tuple(ip_network(each) for each in trusted.split(",") if each)
    environ: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inner", **headers}
    list(TrustedProxies(inner, networks)(environ, lambda *_: lambda _: None))
    return inner.environ


BY_PROXY = {"HTTP_X_FORWARDED_FOR": "1.2.3.4", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "outer"}


def test_a_trusted_proxy_is_believed() -> None:
    environ = seen("10.0.0.7", **BY_PROXY)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == ("1.2.3.4", "https", "outer")
    assert environ[FORWARDED]


@pytest.mark.parametrize("peer", ["1.1.1.1", "", "unix:"])
def test_nobody_else_is(peer: str) -> None:
    environ = seen(peer, **BY_PROXY)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == (peer, "http", "inner")
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert environ[FORWARDED]


def test_a_chain_is_believed_as_far_as_it_is_trusted() -> None:
    environ = seen("10.0.0.7", HTTP_X_FORWARDED_FOR="6.6.6.6, 1.2.3.4, 10.0.0.9")
    assert environ["REMOTE_ADDR"] == "1.2.3.4"
    environ = seen("10.0.0.7", HTTP_X_FORWARDED_FOR="10.0.0.8, 10.0.0.9")
    assert environ["REMOTE_ADDR"] == "10.0.0.8"


def test_a_direct_request_is_left_as_it_is() -> None:
    environ = seen("127.0.0.1")
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert not environ[FORWARDED]
