"""Messages on their way: claimed once, tried again later and later, given up, and sent again by their owner."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from merchants import Merchant
from tests.clock import NOON
from tests.merchants.builders import merchant, vault
from tests.payments.racing import at_once, committed
from tests.webhooks.builders import HOUR, MINUTE, TAKEN, endpoint, failed
from webhooks import (
    WAITS_S,
    Answer,
    Claimed,
    DeliveryState,
    EndpointState,
    StopReason,
    TooManyWebhooksError,
    WebhookDelivery,
    WebhookDisabledError,
    WebhookEndpoint,
    WebhookUnknownError,
    attempts_of,
    claim,
    disable_endpoint,
    enable_endpoint,
    forget_old,
    get_endpoint,
    record_attempt,
    release,
    remove_endpoint,
    renew_secrets,
    rotate_secret,
    send_again,
    send_test,
)
from webhooks.endpoints import secrets_in_force

SECOND = timedelta(seconds=1)


@pytest.fixture
def shop(session: Session) -> Merchant:
    """Return a shop."""
    return merchant(session)


@pytest.fixture
def at(session: Session, shop: Merchant) -> WebhookEndpoint:
    """Return its endpoint."""
    return endpoint(session, shop)


@pytest.fixture
def message(session: Session, shop: Merchant, at: WebhookEndpoint) -> WebhookDelivery:
    """Return a message that is to be sent."""
    return send_test(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON)


def attempt(session: Session, message: WebhookDelivery, answer: Answer, now: datetime, spread: float = 0) -> None:
    """Claim and send a message, which is due, and record what came of it."""
    claimed = claim(session, now=now)
    assert [[each.id for each in one.messages] for one in claimed] == [[message.id]]
    record_attempt(session, delivery_id=message.id, answer=answer, spread=spread, now=now)
    release(session, endpoint_id=claimed[0].endpoint_id, claimed_at=now, now=now)


def test_a_message_is_tried_again_later_and_later_for_three_days_and_then_given_up(
    session: Session, at: WebhookEndpoint, message: WebhookDelivery
) -> None:
    now, waits = NOON, []
    while message.state is DeliveryState.WAITING:
        attempt(session, message, failed(), now)
        if message.next_try_at is not None:
            assert claim(session, now=message.next_try_at - SECOND) == []
            waits.append(int((message.next_try_at - now).total_seconds()))
            now = message.next_try_at
    assert tuple(waits) == WAITS_S == (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    assert message.state is DeliveryState.DEAD
    kept = attempts_of(session, [message.id])[message.id]
    assert [(each.status, each.fault) for each in kept] == [(500, "status")] * 10
    # Three days of one message are no five days of the endpoint.
    assert (at.state, at.failing_since) == (EndpointState.ENABLED, NOON)


def test_waits_are_spread_by_chance_and_what_the_other_end_asks_for_is_heeded(
    session: Session, at: WebhookEndpoint, message: WebhookDelivery
) -> None:
    attempt(session, message, failed(), NOON, spread=1.0)
    assert message.next_try_at == NOON + 5.5 * SECOND
    attempt(session, message, failed(503, retry_after_s=7_000), NOON + MINUTE)
    assert message.next_try_at == at.next_send_at == NOON + MINUTE + 7_000 * SECOND
    attempt(session, message, failed(429, retry_after_s=10**9), NOON + 3 * HOUR)
    assert message.next_try_at == NOON + 27 * HOUR
    attempt(session, message, TAKEN, NOON + 27 * HOUR)
    assert (message.state, at.failing_since, at.failures_in_a_row) == (DeliveryState.DELIVERED, None, 0)


def test_an_endpoint_that_is_gone_or_fails_for_five_days_is_disabled_and_goes_on_when_it_is_enabled(
    session: Session, shop: Merchant, at: WebhookEndpoint, message: WebhookDelivery
) -> None:
    attempt(session, message, failed(410), NOON)
    assert (at.state, at.stop_reason, message.state) == (EndpointState.DISABLED, StopReason.GONE, DeliveryState.DEAD)
    with pytest.raises(WebhookDisabledError):
        send_test(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON)
    enable_endpoint(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON)
    send_again(session, delivery_id=message.id, endpoint_id=at.id, merchant_id=shop.id, now=NOON)
    attempt(session, message, failed(None), NOON)
    attempt(session, message, failed(None), NOON + 120 * HOUR - SECOND)
    assert at.state is EndpointState.ENABLED
    attempt(session, message, failed(None), NOON + 121 * HOUR)
    assert (at.state, at.stop_reason) == (EndpointState.DISABLED, StopReason.FAILING)
    assert claim(session, now=NOON + 200 * HOUR) == []
    enable_endpoint(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON + 200 * HOUR)
    attempt(session, message, TAKEN, NOON + 200 * HOUR)


def test_who_dies_between_sending_and_recording_has_it_sent_again_under_the_same_id(
    session: Session, message: WebhookDelivery
) -> None:
    [lost] = claim(session, now=NOON)
    assert claim(session, now=NOON + MINUTE) == []
    [again] = claim(session, now=NOON + 2 * MINUTE)
    assert again.messages == lost.messages
    record_attempt(session, delivery_id=message.id, answer=TAKEN, spread=0, now=NOON + 2 * MINUTE)
    # The first was not dead, only slow: what it has to say is kept and changes nothing.
    record_attempt(session, delivery_id=message.id, answer=failed(), spread=0, now=NOON + 3 * MINUTE)
    assert message.state is DeliveryState.DELIVERED
    assert len(attempts_of(session, [message.id])[message.id]) == 2


def test_an_endpoint_is_claimed_by_one_of_many_at_once(engine: Engine) -> None:
    def prepare(session: Session) -> UUID:
        shop = merchant(session)
        at = endpoint(session, shop)
        return send_test(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON).id

    committed(engine, prepare)
    claims = at_once(engine, [lambda session: claim(session, now=NOON) for _ in range(4)])
    claimed: list[Claimed] = [each for found in claims if isinstance(found, list) for each in found]
    assert len(claimed) == 1


def test_a_secret_is_encrypted_and_for_a_day_the_one_before_signs_too(
    session: Session, shop: Merchant, at: WebhookEndpoint
) -> None:
    [first] = secrets_in_force(at, NOON)
    assert "whsec" not in first
    changed, secret = rotate_secret(session, endpoint_id=at.id, merchant_id=shop.id, vault=vault(), now=NOON)
    assert [vault().decrypt(each) for each in secrets_in_force(changed, NOON + 24 * HOUR)] == [
        secret,
        vault().decrypt(first),
    ]
    assert len(secrets_in_force(changed, NOON + 25 * HOUR)) == 1
    assert renew_secrets(session, vault=vault()) == 1
    assert vault().decrypt(secrets_in_force(changed, NOON)[0]) == secret


def test_what_is_removed_is_gone_and_what_is_anothers_is_not_there(
    session: Session, shop: Merchant, at: WebhookEndpoint, message: WebhookDelivery
) -> None:
    other = merchant(session, code="b")
    with pytest.raises(WebhookUnknownError):
        disable_endpoint(session, endpoint_id=at.id, merchant_id=other.id, now=NOON)
    remove_endpoint(session, endpoint_id=at.id, merchant_id=shop.id, now=NOON)
    session.refresh(message)
    assert (at.secret_encrypted, message.state) == (None, DeliveryState.DEAD)
    with pytest.raises(WebhookUnknownError):
        get_endpoint(session, endpoint_id=at.id, merchant_id=shop.id)
    for _ in range(5):
        endpoint(session, shop)
    with pytest.raises(TooManyWebhooksError):
        endpoint(session, shop)


def messages_are_forgotten_after_ninety_days_with_their_attempts(session: Session, message: WebhookDelivery) -> None:
    attempt(session, message, TAKEN, NOON)
    assert forget_old(session, now=NOON + timedelta(days=90)) == 0
    assert forget_old(session, now=NOON + timedelta(days=91)) == 1
    assert session.scalars(select(WebhookDelivery)).all() == []
