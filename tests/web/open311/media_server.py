"""A server of pictures on the loopback that does what it is told: honest, hostile or slow, with TLS or without."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# What the server does with a connection, when the request's head has come.
Behaviour = Callable[[socket.socket], None]


@dataclass
class MediaServer:
    """A running server, and the heads of the requests that it got."""

    port: int
    behaviour: Behaviour
    heads: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/photo.jpg", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return the address of a picture."""
        return f"{scheme}://{host}:{self.port}{path}"


def saying(*parts: bytes, wait_s: float = 0) -> Behaviour:
    """Return a behaviour that says these bytes, and waits after each part."""

    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(wait_s)

    return behave


def picture(data: bytes, *more: str, status: str = "200 OK") -> Behaviour:
    """Return a behaviour that answers as servers do."""
    head = "\r\n".join(
        [f"HTTP/1.1 {status}", "Content-Type: image/jpeg", f"Content-Length: {len(data)}", *more, "", ""]
    )
    return saying(head.encode() + data)


def dripping(head: bytes = b"") -> Behaviour:
    """Return a behaviour that says one byte after another, until the other end goes away."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.02)

    return behave


@contextmanager
def media_server(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[MediaServer]:
    """Run a server on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = MediaServer(listener.getsockname()[1], behaviour)
    threads: list[threading.Thread] = []

    def serve(plain: socket.socket) -> None:
        with suppress(OSError), plain:
            plain.settimeout(10)
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
            with connection:
                head = b""
                while not head.endswith(b"\r\n\r\n") and (more := connection.recv(4096)):
                    head += more
                server.heads.append(head)
                server.behaviour(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=serve, args=[listener.accept()[0]]))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for each in threads:
            each.join()


def certificate(folder: Path, host: str) -> Path:
    """Write a key and a certificate of its own for a host into one file, and return it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since.replace(year=2099))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "media.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
