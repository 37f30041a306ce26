"""The senders: a signed post to a gateway, and lines in a file."""

import base64
import hashlib
import hmac
import json
import socket
import stat
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from notices import FileSender, Message, SendingError, WebhookSender, signature_of
from people import Role
from tests.clock import NOON
from tests.notices.gateway import SECRET, gateway

PHONE = "13800000001"
TO_RESIDENT = Message(UUID(int=1), "closed", "260601123456", "上报 260601123456 已结案。", NOON, phone=PHONE)
TO_UNIT = Message(UUID(int=2), "overdue", "260601123456", "…", NOON, unit_code="140881-D01", role=Role.HANDLER)


def sender(url: str, **options: float) -> WebhookSender:
    return WebhookSender(url, SECRET, is_loopback_allowed=True, **options)


def test_a_notice_is_posted_and_signed_as_standard_webhooks_says() -> None:
    with gateway() as taking:
        sender(f"{taking.url}/sms?account=7").send(TO_RESIDENT, at=NOON + timedelta(seconds=5))
        sender(taking.url).send(TO_UNIT, at=NOON)
    (path, headers, body), (root, _, unit_body) = taking.taken
    assert (path, root, headers["content-type"]) == ("/sms?account=7", "/", "application/json")
    assert headers["webhook-id"] == str(TO_RESIDENT.id)
    assert int(headers["webhook-timestamp"]) == NOON.timestamp() + 5
    # Worked out anew, as the standard words it.
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body) == {
        "type": "notice.closed",
        "timestamp": "2026-06-01T04:00:00Z",
        "data": {"number": TO_RESIDENT.number, "text": TO_RESIDENT.text, "recipient": {"phone": PHONE}},
    }
    assert json.loads(unit_body)["data"]["recipient"] == {"unit": "140881-D01", "role": "handler"}


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signature = signature_of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_anything_but_success_is_told_and_no_redirect_is_followed(status: int) -> None:
    with gateway() as refusing:
        refusing.answers = [status]
        with pytest.raises(SendingError, match=str(status)):
            sender(refusing.url).send(TO_RESIDENT, at=NOON)
    assert [path for path, _, _ in refusing.taken] == ["/"]


def test_what_is_said_of_a_failure_says_nothing_of_anybody() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(SendingError) as failed:
        sender(url).send(TO_RESIDENT, at=NOON)
    assert str(failed.value) == "the gateway was not reached: ConnectionRefusedError"
    assert failed.value.__cause__ is None
    assert PHONE not in repr(TO_RESIDENT)


def test_a_gateway_that_says_nothing_or_says_it_for_ever_is_left() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(SendingError, match="TimeoutError"):
            sender(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.1).send(TO_RESIDENT, at=NOON)
    is_over = threading.Event()
    with gateway() as slow:
        slow.hesitates = is_over
        began = time.monotonic()
        with pytest.raises(SendingError, match="took too long"):
            sender(slow.url, timeout_s=5, longest_s=0.3).send(TO_RESIDENT, at=NOON)
        assert time.monotonic() - began < 4
        is_over.set()


def test_this_machine_is_posted_to_only_where_that_is_allowed_and_others_only_over_https() -> None:
    with gateway() as taking:
        for host in ("127.0.0.1", "localhost"):
            url = taking.url.replace("127.0.0.1", host)
            with pytest.raises(SendingError, match="leads to this machine"):
                WebhookSender(url, SECRET).send(TO_RESIDENT, at=NOON)
    assert taking.taken == []


def test_without_https_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("203.0.113.7", 80)

    with gateway() as taking:
        monkeypatch.setattr(socket, "socket", Elsewhere)
        with pytest.raises(SendingError, match="without https"):
            sender(taking.url).send(TO_RESIDENT, at=NOON)
    assert taking.taken == []


def test_a_gateway_without_a_certificate_is_not_spoken_to() -> None:
    with gateway() as taking, pytest.raises(SendingError, match="SSL"):
        sender(taking.url.replace("http://", "https://")).send(TO_RESIDENT, at=NOON)
    assert taking.taken == []


def test_the_file_is_its_owners_and_masks_phones(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "notices.jsonl"
    for message in (TO_RESIDENT, TO_UNIT):
        FileSender(path).send(message, at=NOON)
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (first["id"], first["phone"], first["unit"]) == (str(TO_RESIDENT.id), "****0001", None)
    assert (second["phone"], second["unit"], second["role"]) == (None, "140881-D01", "handler")
    assert PHONE not in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(SendingError):
        FileSender(tmp_path).send(TO_UNIT, at=NOON)
