"""A gateway on loopback that keeps what it is sent, and answers as a test tells it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = b"a secret of the tests, long enough"


@dataclass
class Gateway:
    """What came in, and what is answered: one status after the other, the last one for good."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    retry_after: str | None = None
    # How long to think before each byte of an answer.
    hesitates: threading.Event | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    gateway: Gateway


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers["Content-Length"]))
        gateway.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if gateway.hesitates is not None:
            self._drip(gateway.hesitates)
            return
        status = gateway.answers.pop(0) if len(gateway.answers) > 1 else gateway.answers[0]
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{gateway.url}/elsewhere")
        if gateway.retry_after is not None:
            self.send_header("Retry-After", gateway.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.gateway.taken.append((self.path, {}, b""))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _drip(self, is_over: threading.Event) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        try:
            while not is_over.wait(0.05):
                self.wfile.write(b".")
                self.wfile.flush()
        except OSError:
            return


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Run a gateway."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gateway = Gateway(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
