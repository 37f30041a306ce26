"""A wire to PostgreSQL that is cut at a chosen message: the server never hears it, or nobody hears its answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

from sqlalchemy.engine import make_url

# What is said on the wire; a transaction that begins says READ COMMITTED.
POSTING, COMMIT = b"ledger_post_", b"COMMIT\x00"
_CHUNK = 65_536


class Cut(Enum):
    """Where the wire is cut, once, on the way of an entry."""

    BEFORE_POSTING = "before the server hears of the entry"
    BEFORE_COMMIT = "before the server hears of the commit"
    AFTER_COMMIT = "before its answer to the commit is heard"


class Wire:
    """Listens on a port of its own and passes everything on, both ways, until it is to be cut."""

    def __init__(self, url: str) -> None:
        """Lead to the server that the URL names."""
        parts = make_url(url)
        self._to = (parts.host or "", parts.port or 5432)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = parts.set(port=self._listening.getsockname()[1]).render_as_string(hide_password=False)
        self._armed: Cut | None = None
        self.cuts = 0

    def cut_at(self, cut: Cut) -> None:
        """Cut it when the next entry comes this far."""
        self._armed = cut

    def run(self) -> None:
        """Take calls until the wire is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._to) as server:
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()
            has_posted = False
            with suppress(OSError):
                while asked := client.recv(_CHUNK):
                    has_posted |= POSTING in asked
                    commits = has_posted and COMMIT in asked
                    if self._is_reached(Cut.BEFORE_POSTING, POSTING in asked):
                        break
                    if self._is_reached(Cut.BEFORE_COMMIT, commits):
                        break
                    if self._is_reached(Cut.AFTER_COMMIT, commits):
                        # Nobody hears any more; that the server has committed is known when it has hung up.
                        client.shutdown(socket.SHUT_RDWR)
                        server.sendall(asked)
                        server.shutdown(socket.SHUT_WR)
                        while server.recv(_CHUNK):
                            pass
                        break
                    has_posted &= not commits
                    server.sendall(asked)
            _hang_up(client)
            _hang_up(server)

    def _is_reached(self, cut: Cut, is_there: bool) -> bool:  # noqa: FBT001 - a plain condition
        if not is_there or self._armed is not cut:
            return False
        self._armed = None
        self.cuts += 1
        return True


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while answer := source.recv(_CHUNK):
            target.sendall(answer)
    _hang_up(target)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    """Lay a wire to the server of this URL."""
    made = Wire(url)
    listening = threading.Thread(target=made.run)
    listening.start()
    try:
        yield made
    finally:
        made.close()
        listening.join(10)
