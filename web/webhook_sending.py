"""Sending webhooks: outcomes become messages, and what is due leaves, outside of any transaction.

Threads post and do nothing else; what came of it is recorded here, one message at a time.
"""

import logging
import queue
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from people import PhoneUnreadableError
from web.clock import now
from web.secret_keys import phone_vault
from web.settings import Settings, current_settings
from web.unit_of_work import in_transaction, reading
from web.webhook_posting import post
from webhooks import (
    Answer,
    Claimed,
    Fault,
    claim,
    enabled_endpoints,
    enqueue_outcomes,
    record_attempt,
    release,
    signing_headers,
)

_LOG = logging.getLogger(__name__)
_ENDPOINTS, _MESSAGES, _OUTCOMES = 8, 20, 500
# An endpoint that answers slowly has this much of a round, and the others wait no longer for it than that.
_ROUND_S = 10.0
# A run of the jobs ends, however much is to be sent; the next one goes on.
RUN_S = 300.0


@dataclass(slots=True)
class SentWebhooks:
    """How many outcomes became messages, and how many messages were taken or not."""

    made: int = 0
    taken: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Attempted:
    """One message was posted; None for a message: the endpoint's turn is over."""

    endpoint_id: UUID
    delivery_id: UUID | None
    answer: Answer | None


def send_webhooks(*, run_s: float = RUN_S) -> SentWebhooks:
    """Make messages of what happened, and send what is due, until nothing is left or the time is over."""
    done = SentWebhooks(made=_make_messages())
    end = time.monotonic() + run_s
    while time.monotonic() < end:
        at = now()
        claimed = in_transaction(_claiming(at))
        if not claimed:
            break
        _send_round(claimed, at, done)
    return done


def _make_messages() -> int:
    """Look through what happened at each shop that has an endpoint; as often as there is more than one look takes."""
    made = 0
    for endpoint_id in reading(enabled_endpoints):
        count = _OUTCOMES
        while count == _OUTCOMES:
            count = in_transaction(_enqueueing(endpoint_id))
            made += count
    return made


def _enqueueing(endpoint_id: UUID) -> Callable[[Session], int]:
    return lambda session: enqueue_outcomes(session, endpoint_id=endpoint_id, now=now(), limit=_OUTCOMES)


def _claiming(at: datetime) -> Callable[[Session], list[Claimed]]:
    return lambda session: claim(session, now=at, endpoints=_ENDPOINTS, messages=_MESSAGES)


def _send_round(claimed: list[Claimed], at: datetime, done: SentWebhooks) -> None:
    """Send what was claimed, each endpoint's in order by a thread of its own, up to the first that is not taken."""
    results: queue.SimpleQueue[_Attempted] = queue.SimpleQueue()
    settings = current_settings()
    with ThreadPoolExecutor(len(claimed), thread_name_prefix="webhooks") as threads:
        posting = [threads.submit(_post_all, each, _secrets(each), settings, results) for each in claimed]
        left = len(claimed)
        while left:
            attempted = results.get()
            if attempted.answer is None or attempted.delivery_id is None:
                in_transaction(_releasing(attempted.endpoint_id, at))
                left -= 1
                continue
            in_transaction(_recording(attempted.delivery_id, attempted.answer))
            is_taken = attempted.answer.is_taken
            done.taken, done.failed = done.taken + is_taken, done.failed + (not is_taken)
        for each in posting:
            # Where a thread met a bug, it is told here.
            each.result()


def _post_all(
    claimed: Claimed, keys: tuple[str, ...], settings: Settings, results: "queue.SimpleQueue[_Attempted]"
) -> None:
    """Post an endpoint's messages; runs outside of the application's context, so it asks nothing of the database."""
    end = time.monotonic() + _ROUND_S
    try:
        for message in claimed.messages:
            body, at = message.payload.encode(), settings.clock(settings.time_zone)
            if keys:
                headers = signing_headers(body, message_id=message_id(message.id), at=at, keys=keys)
                answer = post(claimed.url, body, headers, at=at, loopback=settings.webhooks_loopback)
            else:
                answer = Answer(status=None, fault=Fault.SECRET, took_ms=0)
            results.put(_Attempted(claimed.endpoint_id, message.id, answer))
            if not answer.is_taken or time.monotonic() > end:
                break
    finally:
        # Whatever happens, whoever waits for this endpoint goes on.
        results.put(_Attempted(claimed.endpoint_id, None, None))


def message_id(delivery_id: UUID) -> str:
    """Return the id of a message as receivers see it."""
    return f"msg_{delivery_id.hex}"


def _secrets(claimed: Claimed) -> tuple[str, ...]:
    """Return an endpoint's secrets in clear; none where no key opens them."""
    vault = phone_vault()
    try:
        return tuple(vault.decrypt(each) for each in claimed.secrets_encrypted)
    except PhoneUnreadableError:
        _LOG.warning("the secret of webhook endpoint %s cannot be read", claimed.endpoint_id)
        return ()


def _recording(delivery_id: UUID, answer: Answer) -> Callable[[Session], None]:
    spread = random.random()  # noqa: S311 - spreads waits, guards nothing
    return lambda session: record_attempt(session, delivery_id=delivery_id, answer=answer, spread=spread, now=now())


def _releasing(endpoint_id: UUID, claimed_at: datetime) -> Callable[[Session], None]:
    return lambda session: release(session, endpoint_id=endpoint_id, claimed_at=claimed_at, now=now())
