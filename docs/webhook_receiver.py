"""An example of a program that is told what became of payments: it checks each message and prints it, one line each.

It needs Python alone. The secret, which the owner of the shop was shown once, is read from the environment:

    export PINGAN_WEBHOOK_SECRET=whsec_...        # while it is being changed: both, with a blank between them
    python webhook_receiver.py --port 5000

It listens on this machine only: put a web server with TLS before it, and register that one's https address.
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# A message is signed when it is sent. One that is older was caught on its way and sent again by somebody else.
TOLERANCE_S = 5 * 60
BODY_MAX = 64 * 1024


class NotOursError(Exception):
    """A message does not come from whom it says, or not now."""


def verified(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float) -> dict[str, Any]:
    """Return what a message says; `headers` have names in lower case, `now` is in seconds since 1970.

    The very bytes of the body count: JSON that was read and written again is another text.
    """
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isascii() or not sent_at.isdigit() or abs(now - int(sent_at[:12])) > TOLERANCE_S:
        raise NotOursError("too old, or from the future")
    signed = f"{message_id}.{sent_at}.".encode() + body
    expected = [
        b"v1," + base64.b64encode(hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256))
        for secret in secrets
    ]
    given = [each.encode() for each in headers.get("webhook-signature", "").split(" ")]
    # compare_digest takes as long for a wrong one as for a right one.
    if not any(hmac.compare_digest(right, each) for right in expected for each in given):
        raise NotOursError("wrong signature")
    return dict(json.loads(body))


class Receiver(ThreadingHTTPServer):
    """Takes messages. What was seen is kept in memory here; a real program keeps it where it keeps the payments."""

    daemon_threads = True

    def __init__(self, port: int, secrets: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secrets, self.seen = secrets, set[str]()


class Handler(BaseHTTPRequestHandler):
    """Answers one message."""

    server: Receiver
    timeout = 10

    def do_POST(self) -> None:
        """Check a message and take it; answer at once, and do what takes long afterwards."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.answer(413)
            return
        body = self.rfile.read(int(length))
        try:
            told = verified(body, headers, self.server.secrets, time.time())
        except (NotOursError, ValueError) as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            self.answer(401)
            return
        # The same message may come twice, when our answer was lost: its id tells.
        if headers["webhook-id"] not in self.server.seen:
            self.server.seen.add(headers["webhook-id"])
            print(json.dumps(told, ensure_ascii=False), flush=True)
        # Any 2xx says: taken. Anything else, or ten seconds of silence: it comes again later.
        self.answer(204)

    def answer(self, status: int) -> None:
        """Answer with a status and nothing else."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Keep quiet: each message is a line already."""


def main() -> int:
    """Take messages until the program is stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=5000)
    asked = parser.parse_args()
    secrets = os.environ.get("PINGAN_WEBHOOK_SECRET", "").split()
    try:
        keys = [base64.b64decode(each.removeprefix("whsec_"), validate=True) for each in secrets]
    except binascii.Error:
        keys = []
    if not keys:
        print("PINGAN_WEBHOOK_SECRET is not set", file=sys.stderr)
        return 2
    with Receiver(asked.port, secrets) as receiver:
        print(f"listening on port {receiver.server_port}", file=sys.stderr, flush=True)
        receiver.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
