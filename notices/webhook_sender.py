"""A sender that posts notices to a gateway, such as one for text messages, signed as Standard Webhooks says.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,BASE64`, an HMAC-SHA256
of `ID.TIMESTAMP.BODY`. A notice keeps its id over all tries, so a gateway that has seen it can leave it.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from notices.errors import SendingError
from notices.messages import Message

_TIMEOUT_S = 10.0
# However slowly a gateway answers, a notice takes no longer.
_LONGEST_S = 20.0


class WebhookSender:
    """Posts notices to one address: over https, without following redirects, to loopback only where that is allowed."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        is_loopback_allowed: bool = False,
        timeout_s: float = _TIMEOUT_S,
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._parts = urlsplit(url)
        self._secret = secret
        self._is_loopback_allowed = is_loopback_allowed
        self._timeout_s, self._longest_s = timeout_s, longest_s

    def send(self, message: Message, *, at: datetime) -> None:
        """Post a notice; anything but a 2xx within the time is no success.

        Raises:
            SendingError: it was not taken.
        """
        body = _body(message)
        sent_at = int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "pingan-ledger",
            "webhook-id": str(message.id),
            "webhook-timestamp": str(sent_at),
            "webhook-signature": signature_of(self._secret, str(message.id), sent_at, body),
        }
        status = self._posted(body, headers)
        if not 200 <= status < 300:
            raise SendingError(f"the gateway answered {status}")

    def _posted(self, body: bytes, headers: dict[str, str]) -> int:
        connection = self._connection()
        try:
            connection.connect()
            self._check_peer(connection.sock)
            return self._answer(connection, body, headers)
        except (OSError, HTTPException) as error:
            # Its words may quote what was sent; its name does not.
            raise SendingError(f"the gateway was not reached: {type(error).__name__}") from None
        finally:
            connection.close()

    def _answer(self, connection: HTTPConnection, body: bytes, headers: dict[str, str]) -> int:
        path = self._parts.path or "/"
        # A time-out is for one read; who sends a byte now and then would keep us for ever.
        is_over = threading.Event()
        deadline = threading.Timer(self._longest_s, _cut, [connection.sock, is_over])
        deadline.daemon = True
        deadline.start()
        try:
            connection.request("POST", f"{path}?{self._parts.query}" if self._parts.query else path, body, headers)
            status = connection.getresponse().status
        finally:
            deadline.cancel()
        # What was cut off after its first line looks like an answer.
        if is_over.is_set():
            raise SendingError("the gateway took too long")
        return status

    def _connection(self) -> HTTPConnection:
        host = self._parts.hostname or ""
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(host, self._parts.port, timeout=self._timeout_s)

    def _check_peer(self, connected: socket.socket) -> None:
        """See that a name did not lead to this machine: what listens here is not made for what comes from outside."""
        address = ip_address(connected.getpeername()[0].partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        is_loopback = mapped.is_loopback or mapped.is_unspecified
        if is_loopback and not self._is_loopback_allowed:
            raise SendingError("the gateway's name leads to this machine")
        if self._parts.scheme != "https" and not is_loopback:
            raise SendingError("without https notices go to this machine only")


def signature_of(secret: bytes, message_id: str, sent_at: int, body: bytes) -> str:
    """Return the signature of a message; `sent_at` is in seconds since 1970."""
    signed = hmac.new(secret, f"{message_id}.{sent_at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode('ascii')}"


def _body(message: Message) -> bytes:
    recipient: dict[str, Any] = (
        {"unit": message.unit_code, "role": message.role} if message.phone is None else {"phone": message.phone}
    )
    return json.dumps(
        {
            "type": f"notice.{message.kind}",
            "timestamp": message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": {"number": message.number, "text": message.text, "recipient": recipient},
        },
        ensure_ascii=False,
    ).encode()


def _cut(connected: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    try:
        # The connection's own, below TLS, which another thread is just reading.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        # It had just ended by itself.
        return
