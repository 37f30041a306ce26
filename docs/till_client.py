"""An example of a till: takes payments, asks for them by QR code, looks up what became of them, and gives back.

It needs Python alone. The key of the till is read from the environment, never from the command line, where other users
of the machine could read it:

    export PINGAN_KEY=...                             # from: flask --app wsgi keys create --role till --merchant CODE
    python till_client.py https://pingan.example charge 12.50 K7QM3WXPT2AB --order-no A-1001
    python till_client.py https://pingan.example ask 12.50 --order-no A-1002 --for "two bowls of noodles"
    python till_client.py https://pingan.example outcome A-1001
    python till_client.py https://pingan.example refund A-1001 2.50 --because "one bowl was cold"
    python till_client.py https://pingan.example cancel A-1002

It prints one JSON object, and ends with 0 where the payment is completed (or the refund made, the order cancelled),
with 1 where the answer is No, and with 2 where it never learnt the answer: ask for the `outcome` before charging again.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from decimal import Decimal, InvalidOperation
from http.client import HTTPException
from typing import Any

ANSWER_S_MAX = 10
# The same request again, under the same key, is never a second payment: so a lost answer is asked for again.
PAUSES_S = (0.5, 1, 2, 4, 8)
OVER = {"completed", "refused", "cancelled", "expired"}


class NoAnswerError(Exception):
    """Nobody answered, however often we asked: what happened is not known."""


class Till:
    """One till of one shop."""

    def __init__(self, address: str, key: str) -> None:
        self._base, self._key = f"{address.rstrip('/')}/api/v1", key

    def charge(self, amount: int, code: str, order_no: str) -> tuple[int, dict[str, Any]]:
        """Take `amount` cents with the code that the resident shows."""
        return self._post("/redemptions", {"code": code, "amount": amount, "order_no": order_no})

    def ask(self, amount: int, order_no: str, description: str) -> tuple[int, dict[str, Any]]:
        """Ask whoever scans `pay_url` for `amount` cents."""
        return self._post("/orders", {"amount": amount, "order_no": order_no, "description": description})

    def outcome(self, order_no: str) -> tuple[int, dict[str, Any]]:
        """Say what became of an order number: the one payment or order that has it."""
        return self._send("GET", f"/redemptions?{urllib.parse.urlencode({'order_no': order_no})}", None, {})

    def refund(self, payment_id: str, amount: int, reason: str) -> tuple[int, dict[str, Any]]:
        """Give `amount` cents of a payment back."""
        return self._post(f"/redemptions/{payment_id}/refunds", {"amount": amount, "reason": reason})

    def cancel(self, order_id: str) -> tuple[int, dict[str, Any]]:
        """End an order that waits; a paid one stays paid."""
        return self._post(f"/orders/{order_id}/cancellation", {})

    def wait(self, order_no: str, seconds: float) -> dict[str, Any]:
        """Ask for the outcome until it is final, or the seconds are over."""
        end = time.monotonic() + seconds
        while True:
            _status, found = self.outcome(order_no)
            if found.get("status") in OVER or time.monotonic() > end:
                return found
            time.sleep(1)

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        # One key for all tries of this one thing. A till that may lose its power keeps the key on its disk first.
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        for pause in (*PAUSES_S, None):
            told = {"Authorization": f"Bearer {self._key}", "Accept": "application/json", **headers}
            request = urllib.request.Request(self._base + path, body, told, method=method)  # noqa: S310 - see `address`
            try:
                with urllib.request.urlopen(request, timeout=ANSWER_S_MAX) as answer:  # noqa: S310 - see `address`
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as refusal:
                with refusal:
                    if refusal.code not in {429, 503}:
                        return refusal.code, json.load(refusal)
                    wait = float(refusal.headers.get("Retry-After", "1"))
            except (OSError, HTTPException, ValueError):
                # The line broke before, in the middle of, or after the work: only asking again can tell.
                wait = 0.0
            if pause is None:
                break
            time.sleep(max(pause, wait))
        raise NoAnswerError(path)


def cents(text: str) -> int:
    """Return an amount such as 12.50 in cents."""
    try:
        amount = Decimal(text) * 100
    except InvalidOperation:
        amount = Decimal(0)
    if amount != amount.to_integral_value() or amount <= 0:
        raise argparse.ArgumentTypeError("an amount above 0 such as 12.50")
    return int(amount)


def address(text: str) -> str:
    """Return an address by http or https: other schemes would open files of this machine."""
    if urllib.parse.urlsplit(text).scheme not in {"http", "https"}:
        raise argparse.ArgumentTypeError("an address such as https://pingan.example")
    return text


def arguments() -> argparse.Namespace:
    """Return what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", type=address)
    actions = parser.add_subparsers(dest="action", required=True)
    charge = actions.add_parser("charge")
    charge.add_argument("amount", type=cents)
    charge.add_argument("code")
    charge.add_argument("--order-no", required=True)
    ask = actions.add_parser("ask")
    ask.add_argument("amount", type=cents)
    ask.add_argument("--order-no", required=True)
    ask.add_argument("--for", dest="description", default="")
    ask.add_argument("--wait", type=float, default=300.0, metavar="SECONDS")
    for name in ("outcome", "cancel"):
        actions.add_parser(name).add_argument("order_no")
    refund = actions.add_parser("refund")
    refund.add_argument("order_no")
    refund.add_argument("amount", type=cents)
    refund.add_argument("--because", required=True)
    return parser.parse_args()


def act(till: Till, asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Do what is asked; return the status and the answer."""
    if asked.action == "charge":
        return till.charge(asked.amount, asked.code, asked.order_no)
    if asked.action == "ask":
        status, order = till.ask(asked.amount, asked.order_no, asked.description)
        if status != 201:
            return status, order
        # For the screen that shows it as a QR image.
        print(json.dumps({"pay_url": order["pay_url"], "expires_at": order["expires_at"]}), flush=True)
        return 200, till.wait(asked.order_no, asked.wait)
    status, found = till.outcome(asked.order_no)
    if status != 200 or asked.action == "outcome":
        return status, found
    if asked.action == "cancel":
        return till.cancel(found["id"])
    return till.refund(found["id"], asked.amount, asked.because)


def main() -> int:
    """Do one thing, print its answer, and say by the exit status what came of it."""
    asked = arguments()
    key = os.environ.get("PINGAN_KEY", "")
    if not key:
        print("PINGAN_KEY is not set", file=sys.stderr)
        return 2
    try:
        status, answer = act(Till(asked.address, key), asked)
    except NoAnswerError:
        print(json.dumps({"status": "unknown", "order_no": asked.order_no}))
        return 2
    print(json.dumps(answer, ensure_ascii=False))
    if status >= 400:
        return 1
    done = {"cancel": "cancelled", "refund": None}.get(asked.action, "completed")
    return 0 if answer.get("status") == done else 1


if __name__ == "__main__":
    sys.exit(main())
