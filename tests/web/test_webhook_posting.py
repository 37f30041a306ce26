"""What a message may be posted to: an address that was looked at, of the very name, and nothing else."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.clock import NOON
from tests.notices.gateway import gateway
from tests.web.open311.media_server import certificate, media_server, saying
from web import webhook_posting
from web.webhook_posting import post
from webhooks import Answer, Fault

URL = "https://till.example/pingan"
OK = saying(b"HTTP/1.1 200 OK\r\n\r\n")
LOOK_UP = socket.getaddrinfo


class Names:
    """Names that resolve to what a test says, another time to something else; numbers stay what they are."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *rest: Any, **options: Any) -> Any:
        """Return addresses as the system does."""
        if not host.endswith(".example"):
            return LOOK_UP(host, port, *rest, **options)
        self.asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in self.answers.pop(0)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    """Return what lets names resolve to addresses."""

    def leading(*answers: list[str]) -> Names:
        made = Names(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", made)
        return made

    return leading


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return to where connections were asked for; none is made."""
    asked: list[tuple[str, int]] = []

    def connect(place: Any, address: Any, _wait_s: float) -> Any:
        asked.append((str(address), place.port))
        raise ConnectionRefusedError

    monkeypatch.setattr(webhook_posting, "_connection", connect)
    return asked


def posted(url: str = URL, *, loopback: bool = False, time_s: float = 5, body: bytes = b"") -> Answer:
    return post(url, body, {"webhook-id": "msg_1"}, at=NOON, loopback=loopback, time_s=time_s)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::"),
        *("2001:0:a00:1::", "fe80::1", "fe80::1%lo", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "100::1"),
    ],
)
def test_no_address_is_posted_to_that_is_not_public(
    address: str, names: Callable[..., Names], connections: list[tuple[str, int]]
) -> None:
    # One of them is enough: the other end chooses which.
    names(["93.184.215.14", address])
    assert posted().fault is Fault.ADDRESS
    assert connections == []


def test_a_name_is_resolved_once_and_its_very_address_is_posted_to(
    names: Callable[..., Names], connections: list[tuple[str, int]]
) -> None:
    # Public when it is looked at, this machine when it is asked again: a second question would be the attack.
    asked = names(["93.184.215.14"], ["127.0.0.1"])
    assert posted().fault is Fault.CONNECTION
    assert asked.asked == ["till.example"]
    assert connections == [("93.184.215.14", 443)]
    names([])
    assert posted().fault is Fault.NAME


def test_only_an_address_that_an_owner_may_name_is_posted_to(connections: list[tuple[str, int]]) -> None:
    for url in ("http://127.0.0.1/", "https://127.0.0.1/", "https://till.example:22/", "http://till.example/"):
        assert posted(url).fault is Fault.URL
    assert posted("https://10.0.0.1/", loopback=True).fault is Fault.URL
    assert connections == []


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 404, 410, 500])
def test_two_hundreds_alone_are_success_and_no_redirect_is_followed(status: int) -> None:
    with gateway() as taking:
        taking.answers = [status]
        answer = posted(f"{taking.url}/in?a=b", loopback=True, body=b'{"a": 1}')
    assert answer.status == status
    assert answer.fault is {2: None, 3: Fault.REDIRECT}.get(status // 100, Fault.STATUS)
    [(path, headers, body)] = taking.taken
    assert (path, body, headers["webhook-id"]) == ("/in?a=b", b'{"a": 1}', "msg_1")
    assert (headers["host"], headers["content-type"]) == (taking.url.removeprefix("http://"), "application/json")


def test_what_is_asked_for_with_retry_after_is_told_as_seconds() -> None:
    date = format_datetime((NOON + timedelta(seconds=90)).astimezone(UTC), usegmt=True)
    asked = {"120": 120, date: 90, "soon": None, "-5": None, "9" * 5_000: 999_999_999, "Mon, 1 Jun 2026": None}
    with gateway() as taking:
        for written, seconds in asked.items():
            taking.answers, taking.retry_after = [503], written
            assert posted(taking.url, loopback=True).retry_after_s == seconds, written
        taking.answers = [500]
        assert posted(taking.url, loopback=True).retry_after_s is None


def test_however_little_comes_at_a_time_the_time_ends() -> None:
    with gateway() as taking, socket.create_server(("127.0.0.1", 0)) as silent:
        taking.hesitates = threading.Event()
        port = silent.getsockname()[1]
        for url in (taking.url, f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/"):
            began = time.monotonic()
            assert posted(url, loopback=True, time_s=0.3).fault is Fault.TOO_SLOW
            assert time.monotonic() - began < 0.9
        taking.hesitates.set()


def test_what_is_no_answer_is_none() -> None:
    for said in (
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 2OO\r\n\r\n",
    ):
        with media_server(saying(said)) as server:
            assert posted(server.url(), loopback=True).fault is Fault.CONNECTION, said[:20]


def test_the_certificate_must_bear_the_name_and_proxies_of_the_environment_are_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: Callable[..., Names]
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    file = certificate(tmp_path, "till.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    with media_server(OK, serving) as server:
        names(*[["127.0.0.1"]] * 3)
        url = server.url("/", host="till.example", scheme="https")
        # Signed by nobody whom we trust.
        assert posted(url, loopback=True).fault is Fault.CERTIFICATE
        monkeypatch.setattr(webhook_posting, "_tls", lambda: ssl.create_default_context(cafile=file))
        assert posted(url, loopback=True).is_taken
        other = server.url("/", host="other.example", scheme="https")
        assert posted(other, loopback=True).fault is Fault.CERTIFICATE
    assert f"Host: till.example:{server.port}".encode() in server.heads[0]
