"""What a media_url may reach: a picture at a public address, and nothing else, however it is written."""

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from photos import PHOTO_BYTES_MAX
from tests.photos.uploads import encoded, quarters
from tests.web.open311.media_server import Behaviour, certificate, dripping, media_server, picture, saying
from web.open311 import media
from web.open311.media import MediaError, MediaFault, fetched

JPEG = encoded(quarters(), "JPEG")
MOVED = {each: picture(b"", "Location: http://127.0.0.1/", status=f"{each} X") for each in (301, 302, 307, 308)}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def fault(url: str, *, seconds: float = 5, loopback: bool = False) -> MediaFault:
    with pytest.raises(MediaError) as caught:
        fetched(url, deadline=time.monotonic() + seconds, loopback=loopback)
    assert not url or url not in str(caught.value)
    return caught.value.fault


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return to where connections were asked for; none is made."""
    asked: list[Any] = []

    def connect(address: Any, port: int, _wait_s: float) -> socket.socket:
        asked.append((str(address), port))
        raise ConnectionRefusedError

    monkeypatch.setattr(media, "_connection", connect)
    return asked


class Names:
    """Names that resolve to what a test says, another time to something else."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_options: Any) -> list[tuple[Any, ...]]:
        """Return addresses as the system does."""
        self.asked.append(host)
        addresses = self.answers.pop(0) if self.answers else []
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("0", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:8.8.8.8]"),
        *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
        *("[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]"),
    ],
)
def test_no_address_is_asked_that_is_not_public(host: str, connections: list[Any]) -> None:
    assert fault(f"https://{host}/photo.jpg") in {MediaFault.ADDRESS, MediaFault.NAME, MediaFault.URL}
    assert connections == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "photo.jpg",
            "//8.8.8.8/",
            "http://8.8.8.8/",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
            "gopher://8.8.8.8/",
        ),
        *("https://", "https:///x", "https://user@8.8.8.8/", "https://user:word@8.8.8.8/", "https://8.8.8.8:0/"),
        *(
            "https://8.8.8.8:22/",
            "https://8.8.8.8:8443/",
            "https://8.8.8.8:99999/",
            "https://8.8.8.8:x/",
            "https://[::1/",
        ),
        *("https://a b/", "https://exa\x00mple/", f"https://{'x' * 300}.example/", "https://.../", "https://\ud800/"),
        *("data:image/jpeg;base64,AA==", "javascript:alert(1)", f"https://8.8.8.8/{'x' * 3_000}"),
    ],
)
def test_no_url_is_asked_that_is_not_plain_https(url: str, connections: list[Any]) -> None:
    assert fault(url) in {MediaFault.URL, MediaFault.NAME}
    assert connections == []


def test_a_name_is_resolved_once_and_its_very_address_is_asked(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    # Public when it is checked, this machine when it is asked again: a second question would be the attack.
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names)
    assert fault("https://photos.example/1.jpg") is MediaFault.CONNECTION
    assert names.asked == ["photos.example"]
    assert connections == [("93.184.215.14", 443)]


def test_one_address_that_is_not_public_is_enough(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(["93.184.215.14", "10.0.0.1"], ["127.0.0.1", "10.0.0.1"]))
    assert fault("https://photos.example/1.jpg") is MediaFault.ADDRESS
    assert fault("https://photos.example/1.jpg", loopback=True) is MediaFault.ADDRESS
    assert connections == []


def test_the_setting_for_tests_opens_the_loopback_only(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    for url in ("http://8.8.8.8/", "https://8.8.8.8:8443/", "http://10.0.0.1/", "http://[::ffff:10.0.0.1]/"):
        assert fault(url, loopback=True) in {MediaFault.URL, MediaFault.ADDRESS}
    monkeypatch.setattr(socket, "getaddrinfo", Names(["127.0.0.1", "8.8.8.8"]))
    assert fault("http://photos.example/", loopback=True) is MediaFault.URL
    assert connections == []


def test_a_name_that_resolves_slowly_costs_no_more_than_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_asked: Any, **_options: Any) -> list[Any]:
        time.sleep(0.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    assert fault("https://photos.example/", seconds=0.1) is MediaFault.TOO_SLOW
    assert time.monotonic() - began < 0.4
    time.sleep(0.5)


@pytest.mark.parametrize(
    "behaviour",
    [
        picture(JPEG),
        saying(b"HTTP/1.0 200 OK\r\n\r\n" + JPEG),
        saying(CHUNKED, b"%x\r\n" % len(JPEG) + JPEG + b"\r\n0\r\n\r\n"),
        saying(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(JPEG) + JPEG),
    ],
    ids=["length", "until closed", "chunked", "continued"],
)
def test_a_picture_is_fetched_as_servers_give_it(behaviour: Behaviour) -> None:
    with media_server(behaviour) as server:
        url = server.url("/a b/照片.jpg?size=full&x=%E7")
        assert fetched(url, deadline=time.monotonic() + 5, loopback=True) == JPEG
    (head,) = server.heads
    assert head.startswith(b"GET /a%20b/%E7%85%A7%E7%89%87.jpg?size=full&x=%E7 HTTP/1.1\r\n")
    assert f"\r\nHost: 127.0.0.1:{server.port}\r\n".encode() in head


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        *((MOVED[status], MediaFault.REDIRECT) for status in MOVED),
        *((picture(JPEG, status=f"{each} X"), MediaFault.STATUS) for each in (404, 500, 206, 204, 401)),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), MediaFault.TOO_LARGE),
        (saying(b"HTTP/1.0 200 OK\r\n\r\n", *[b"x" * 1024 * 1024] * 12), MediaFault.TOO_LARGE),
        (saying(CHUNKED, *[b"100000\r\n" + b"x" * 0x100000 + b"\r\n"] * 12), MediaFault.TOO_LARGE),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort"), MediaFault.CONNECTION),
        (saying(CHUNKED, b"zz\r\n"), MediaFault.CONNECTION),
        (saying(CHUNKED, b"-5\r\n"), MediaFault.CONNECTION),
        (saying(CHUNKED, b"fffffffffffffffffffffff\r\nx"), MediaFault.CONNECTION),
        (saying(b""), MediaFault.CONNECTION),
        (saying(b"nonsense\r\n\r\n"), MediaFault.CONNECTION),
        (saying(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), MediaFault.CONNECTION),
        (saying(b"HTTP/1.1 200 " + b"x" * 100_000), MediaFault.CONNECTION),
    ],
)  # fmt: skip
def test_what_is_no_plain_answer_is_not_taken(behaviour: Behaviour, expected: MediaFault) -> None:
    with media_server(behaviour) as server:
        found = fault(server.url(), loopback=True)
    if expected is MediaFault.CONNECTION:
        # What nothing can be made of may also be an empty or endless answer.
        assert found in {MediaFault.CONNECTION, MediaFault.TOO_LARGE, MediaFault.STATUS}
    else:
        assert found is expected
    assert len(server.heads) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        saying(b"", wait_s=1),
        dripping(),
        dripping(b"HTTP/1.1 200 OK\r\nX: "),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        dripping(b"HTTP/1.0 200 OK\r\n\r\n"),
    ],
    ids=["silent", "status", "header", "body", "endless"],
)
def test_however_little_comes_at_a_time_the_time_ends(behaviour: Behaviour) -> None:
    with media_server(behaviour) as server:
        began = time.monotonic()
        assert fault(server.url(), seconds=0.4, loopback=True) is MediaFault.TOO_SLOW
        assert time.monotonic() - began < 1


def test_the_largest_picture_passes() -> None:
    with media_server(picture(b"x" * PHOTO_BYTES_MAX)) as server:
        assert len(fetched(server.url(), deadline=time.monotonic() + 5, loopback=True)) == PHOTO_BYTES_MAX


def test_the_name_in_the_url_is_the_one_that_the_certificate_must_bear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "photos.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    with media_server(picture(JPEG), serving) as server:
        monkeypatch.setattr(socket, "getaddrinfo", Names(*[["127.0.0.1"]] * 3))
        url = server.url(host="photos.example", scheme="https")
        # Signed by nobody whom we trust.
        assert fault(url, loopback=True) is MediaFault.CONNECTION
        monkeypatch.setattr(media, "_tls", lambda: ssl.create_default_context(cafile=file))
        assert fetched(url, deadline=time.monotonic() + 5, loopback=True) == JPEG
        other = server.url(host="other.example", scheme="https")
        assert fault(other, loopback=True) is MediaFault.CONNECTION


def test_a_handshake_that_does_not_come_costs_no_more_than_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        assert fault(url, seconds=0.3, loopback=True) is MediaFault.TOO_SLOW
        assert time.monotonic() - began < 1
