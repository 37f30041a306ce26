"""A small S3-compatible store on the loopback: it keeps objects, checks signatures, and fails where a test wants it."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ACCESS_KEY_ID = "the-id-of-a-key"
SECRET_KEY = "the secret of a key"
REGION = "cn-test-1"


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class S3Server:
    """What the store holds, what it was asked, and how it behaves."""

    url: str
    buckets: set[str] = field(default_factory=lambda: {"photos"})
    objects: dict[str, bytes] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    # A status and a code that answer every request.
    refusal: tuple[int, str] | None = None
    # Objects end in the middle.
    cuts: bool = False
    # Nothing is answered until this is set.
    answers: threading.Event = field(default_factory=threading.Event)


class _Server(ThreadingHTTPServer):
    # Connections that a client keeps open end with it.
    daemon_threads = True
    store: S3Server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def store(self) -> S3Server:
        """Return the store that answers."""
        assert isinstance(self.server, _Server)
        return self.server.store

    def do_PUT(self) -> None:
        body = self._take()
        if self._is_let_in(body):
            self.store.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        if self._is_let_in(self._take()):
            if self.path not in self.store.objects:
                self._refuse(404, "NoSuchKey")
            else:
                self._answer(200, self.store.objects[self.path], cut=self.store.cuts)

    def do_DELETE(self) -> None:
        if self._is_let_in(self._take()):
            self.store.objects.pop(self.path, None)
            self._answer(204)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _take(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.store.seen.append(Seen(self.command, self.path, self.headers, body))
        return body

    def _is_let_in(self, body: bytes) -> bool:
        self.store.answers.wait(10)
        if self.store.refusal:
            self._refuse(*self.store.refusal)
        elif not _is_signed(self.command, self.path, self.headers, body):
            self._refuse(403, "SignatureDoesNotMatch")
        elif self.path.split("/")[1] not in self.store.buckets:
            self._refuse(404, "NoSuchBucket")
        else:
            return True
        return False

    def _refuse(self, status: int, code: str) -> None:
        self._answer(
            status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), kind="application/xml"
        )

    def _answer(self, status: int, body: bytes = b"", *, kind: str = "image/jpeg", cut: bool = False) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        # The client may have gone meanwhile.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut


def _is_signed(method: str, path: str, headers: Message, body: bytes) -> bool:
    """Say whether a request bears a signature of version 4, over its body too, made with our key."""
    algorithm, _, rest = headers.get("Authorization", "").partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    key_id, day, region, service, end = parts["Credential"].split("/")
    names = parts["SignedHeaders"].split(";")
    address = urlsplit(path)
    request = "\n".join(
        [
            *(method, address.path, address.query),
            *(f"{name}:{headers[name].strip()}" for name in names),
            *("", parts["SignedHeaders"], hashlib.sha256(body).hexdigest()),
        ]
    )
    scope = f"{day}/{region}/{service}/{end}"
    text = "\n".join([algorithm, headers["X-Amz-Date"], scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{SECRET_KEY}".encode()
    for step in (day, region, service, end):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return (
        (algorithm, key_id, region, service) == ("AWS4-HMAC-SHA256", ACCESS_KEY_ID, REGION, "s3")
        and {"host", "x-amz-content-sha256"} <= set(names)
        and hmac.compare_digest(signature, parts["Signature"])
    )


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a store on a free port of the loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.store = store = S3Server(f"http://127.0.0.1:{server.server_port}")
    store.answers.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        store.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()
