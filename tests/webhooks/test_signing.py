"""Signatures are those of Standard Webhooks: its published example, and two while a secret is being changed."""

import base64
from datetime import UTC, datetime

import pytest

from webhooks import signing_headers
from webhooks.signing import new_secret

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1_614_265_330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    assert signing_headers(BODY, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=AT, keys=[SECRET]) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_each_secret_in_force_signs_the_newest_first() -> None:
    new = new_secret()
    assert 24 <= len(base64.b64decode(new.removeprefix("whsec_"), validate=True)) <= 64
    headers = signing_headers(BODY, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=AT, keys=[new, SECRET])
    first, second = headers["webhook-signature"].split(" ")
    assert first != second == SIGNATURE


@pytest.mark.parametrize("secret", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_***"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64|padding|Only"):
        signing_headers(BODY, message_id="m", at=AT, keys=[secret])
