"""Messages on their way: who sends which now, what became of an attempt, and when the next one is due.

Whoever sends claims an endpoint for two minutes, sends outside of any transaction, and records each attempt. So runs
side by side do not send one endpoint's messages twice; where one dies between sending and recording, its claim ends and
the same message goes out again, under the same id: at least once, never silently lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.orm import Session

import ledger
from merchants import get_merchant
from webhooks.endpoints import check_enabled, get_endpoint, secrets_in_force, stop
from webhooks.errors import DeliveryUnknownError
from webhooks.model import (
    DeliveryState,
    EndpointState,
    EventType,
    Fault,
    StopReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from webhooks.outcomes import new_message

# How long to wait after each attempt that failed; after the last one the message is given up: three days in all.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Many that failed at one time must not come back at one time: each waits up to so much of its time longer.
SPREAD = 0.1
FAILING_FOR_MAX = timedelta(days=5)
# Messages and attempts are forgotten after so long; the payments themselves stay.
KEPT_FOR = timedelta(days=90)
CLAIMED_FOR = timedelta(minutes=2)
# An endpoint that fails rests as a whole, twice as long each time, up to five minutes.
_REST_S, _REST_S_MAX = 5, 300
_RETRY_AFTER_S_MAX = 86_400
_GONE = 410


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is sent: its id, which stays over all attempts, and its text."""

    id: UUID
    payload: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """An endpoint with the messages that somebody sends now; its secrets are still encrypted, the newest first."""

    endpoint_id: UUID
    url: str
    secrets_encrypted: tuple[str, ...]
    messages: tuple[Outgoing, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: the status, or why there is none. `retry_after_s` is how long the other end asks for."""

    status: int | None
    fault: Fault | None
    took_ms: int
    retry_after_s: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the message was taken: a 2xx, and nothing else."""
        return self.fault is None and self.status is not None and 200 <= self.status < 300


def claim(session: Session, *, now: datetime, endpoints: int = 8, messages: int = 20) -> list[Claimed]:
    """Claim endpoints that have something to be sent now, each with its oldest messages; none: nothing is due."""
    is_due = exists().where(
        WebhookDelivery.endpoint_id == WebhookEndpoint.id,
        WebhookDelivery.state == DeliveryState.WAITING,
        WebhookDelivery.next_try_at <= now,
    )
    found = session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.state == EndpointState.ENABLED, WebhookEndpoint.next_send_at <= now, is_due)
        .order_by(WebhookEndpoint.next_send_at, WebhookEndpoint.id)
        .limit(endpoints)
        .with_for_update(skip_locked=True, of=WebhookEndpoint)
        .execution_options(populate_existing=True)
    ).all()
    claimed = [
        Claimed(each.id, each.url, secrets_in_force(each, now), _due(session, each, now, messages)) for each in found
    ]
    for each in found:
        each.next_send_at = now + CLAIMED_FOR
    session.flush()
    return claimed


def _due(session: Session, endpoint: WebhookEndpoint, now: datetime, limit: int) -> tuple[Outgoing, ...]:
    due = session.scalars(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookDelivery.next_try_at <= now,
        )
        .order_by(WebhookDelivery.happened_at, WebhookDelivery.id)
        .limit(limit)
    )
    return tuple(Outgoing(each.id, each.payload) for each in due)


def record_attempt(session: Session, *, delivery_id: UUID, answer: Answer, spread: float, now: datetime) -> None:
    """Write down what came of an attempt, and when the next one is; `spread` is by chance from 0 to 1.

    An endpoint that says that it is gone, or has failed for five days, is disabled. A message that was forgotten or
    ended meanwhile stays as it is.
    """
    found = session.get(WebhookDelivery, delivery_id)
    if found is None:
        return
    # The endpoint first, as by whoever removes one.
    endpoint = session.get_one(WebhookEndpoint, found.endpoint_id, with_for_update=True, populate_existing=True)
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None:
        return
    session.add(
        WebhookAttempt(
            id=ledger.new_id(),
            delivery_id=delivery.id,
            status=answer.status,
            fault=answer.fault,
            took_ms=answer.took_ms,
            at=now,
        )
    )
    if answer.is_taken:
        endpoint.failures_in_a_row, endpoint.failing_since = 0, None
        _end(delivery, DeliveryState.DELIVERED, now)
    else:
        _put_off(delivery, answer, spread, now)
        _let_rest(endpoint, answer, now)
    session.flush()


def _put_off(delivery: WebhookDelivery, answer: Answer, spread: float, now: datetime) -> None:
    if delivery.state is not DeliveryState.WAITING:
        return
    delivery.tries += 1
    if answer.status == _GONE or delivery.tries > len(WAITS_S):
        _end(delivery, DeliveryState.DEAD, now)
        return
    wait_s = WAITS_S[delivery.tries - 1] * (1 + SPREAD * spread)
    delivery.next_try_at = now + timedelta(seconds=max(wait_s, _asked_s(answer)))


def _end(delivery: WebhookDelivery, state: DeliveryState, now: datetime) -> None:
    # What another run has found out since its claim ended: once taken it stays so.
    if delivery.state is not DeliveryState.DELIVERED:
        delivery.state, delivery.next_try_at, delivery.ended_at = state, None, now


def _let_rest(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    endpoint.failures_in_a_row += 1
    endpoint.failing_since = endpoint.failing_since or now
    rest_s = min(_REST_S * 2 ** min(endpoint.failures_in_a_row - 1, 10), _REST_S_MAX)
    endpoint.next_send_at = now + timedelta(seconds=max(rest_s, _asked_s(answer)))
    if endpoint.state is not EndpointState.ENABLED:
        return
    if answer.status == _GONE:
        stop(endpoint, StopReason.GONE)
    elif now - endpoint.failing_since >= FAILING_FOR_MAX:
        stop(endpoint, StopReason.FAILING)


def _asked_s(answer: Answer) -> int:
    return min(answer.retry_after_s or 0, _RETRY_AFTER_S_MAX)


def release(session: Session, *, endpoint_id: UUID, claimed_at: datetime, now: datetime) -> None:
    """Let an endpoint be claimed again at once, where nothing has put it off since it was claimed."""
    endpoint = session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True, populate_existing=True)
    if endpoint.next_send_at == claimed_at + CLAIMED_FOR:
        endpoint.next_send_at = now
    session.flush()


def send_test(
    session: Session, *, endpoint_id: UUID, merchant_id: UUID, now: datetime, call: ledger.Call | None = None
) -> WebhookDelivery:
    """Have a test message sent, which tells of no payment; while one waits, it is that one.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
        WebhookDisabledError: nothing is sent to it now.
    """
    endpoint = get_endpoint(session, endpoint_id=endpoint_id, merchant_id=merchant_id)
    check_enabled(endpoint)
    test = session.scalars(
        select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookDelivery.event == EventType.TEST,
        )
    ).first()
    if test is None:
        data = {"merchant": get_merchant(session, merchant_id).code}
        test = new_message(
            endpoint, event=EventType.TEST, cause_id=ledger.new_id(), happened_at=now, data=data, now=now
        )
        session.add(test)
    test.next_try_at = now
    session.flush()
    ledger.remember_call(session, call, made_id=test.id, now=now)
    return test


def send_again(
    session: Session,
    *,
    delivery_id: UUID,
    endpoint_id: UUID,
    merchant_id: UUID,
    now: datetime,
    call: ledger.Call | None = None,
) -> WebhookDelivery:
    """Have a message sent again, under the same id and with the same text; it is tried as often as a new one.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
        DeliveryUnknownError: the endpoint has no such message.
        WebhookDisabledError: nothing is sent to it now.
    """
    endpoint = get_endpoint(session, endpoint_id=endpoint_id, merchant_id=merchant_id)
    check_enabled(endpoint)
    delivery = get_delivery(session, delivery_id=delivery_id, endpoint_id=endpoint.id, lock=True)
    delivery.state, delivery.tries, delivery.next_try_at, delivery.ended_at = DeliveryState.WAITING, 0, now, None
    session.flush()
    ledger.remember_call(session, call, made_id=delivery.id, now=now)
    return delivery


def get_delivery(session: Session, *, delivery_id: UUID, endpoint_id: UUID, lock: bool = False) -> WebhookDelivery:
    """Return a message of an endpoint.

    Raises:
        DeliveryUnknownError: it has none with this id.
    """
    found = session.get(WebhookDelivery, delivery_id, with_for_update=lock, populate_existing=lock)
    if found is None or found.endpoint_id != endpoint_id:
        raise DeliveryUnknownError(delivery_id)
    return found


def list_deliveries(
    session: Session, *, endpoint_id: UUID, limit: int, before: UUID | None = None
) -> Sequence[WebhookDelivery]:
    """Return messages of an endpoint, the newest first, older than the message `before`."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if before is not None:
        query = query.where(WebhookDelivery.id < before)
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def attempts_of(session: Session, delivery_ids: Sequence[UUID]) -> dict[UUID, list[WebhookAttempt]]:
    """Return the attempts to send messages, by the message's id, the first one first."""
    found: dict[UUID, list[WebhookAttempt]] = {each: [] for each in delivery_ids}
    query = select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(delivery_ids))
    for attempt in session.scalars(query.order_by(WebhookAttempt.at, WebhookAttempt.id)):
        found[attempt.delivery_id].append(attempt)
    return found


def forget_old(session: Session, *, now: datetime) -> int:
    """Forget messages that ended and are older than 90 days, with their attempts; return how many."""
    is_old = and_(WebhookDelivery.created_at < now - KEPT_FOR, WebhookDelivery.state != DeliveryState.WAITING)
    session.execute(
        delete(WebhookAttempt)
        .where(WebhookAttempt.delivery_id.in_(select(WebhookDelivery.id).where(is_old)))
        .execution_options(synchronize_session=False)
    )
    forgotten = delete(WebhookDelivery).where(is_old).returning(WebhookDelivery.id)
    return len(session.execute(forgotten.execution_options(synchronize_session=False)).all())
