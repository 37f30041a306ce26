"""Endpoints: registered by a shop's owner, disabled and enabled again, removed, and their secrets changed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

import ledger
from merchants import Merchant
from people import PhoneVault
from webhooks.addresses import place_of
from webhooks.errors import TooManyWebhooksError, WebhookDisabledError, WebhookEventsError, WebhookUnknownError
from webhooks.model import (
    EVENTS,
    DeliveryState,
    EndpointState,
    EventType,
    StopReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from webhooks.signing import new_secret

ENDPOINTS_MAX = 5
# So long the secret before signs as well.
OLD_SECRET_FOR = timedelta(hours=24)
# An outcome is stored with the time at which its call began, and is seen when its transaction is committed: so far back
# is looked again. Nothing of ours takes a tenth of it; it also bridges clocks of machines that differ.
LOOK_BACK = timedelta(hours=1)


def register_endpoint(
    session: Session,
    *,
    merchant: Merchant,
    url: str,
    events: Collection[str],
    vault: PhoneVault,
    actor: str,
    now: datetime,
    loopback: bool = False,
    call: ledger.Call | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Send what happens at a shop from now on to an address; return the endpoint and its secret, told this once.

    Raises:
        WebhookUrlError: nothing is sent to such an address.
        WebhookEventsError: no event is named, or one that there is not.
        TooManyWebhooksError: the shop has as many endpoints as it may.
    """
    place = place_of(url, loopback=loopback)
    asked = _events(events)
    # Two that register at once queue here; payments, which only need the shop to be there, do not.
    session.execute(select(Merchant.id).where(Merchant.id == merchant.id).with_for_update(key_share=True))
    count = session.scalar(select(func.count()).where(*_of_merchant(merchant.id)))
    if (count or 0) >= ENDPOINTS_MAX:
        ledger.check_still_new(session, call)
        raise TooManyWebhooksError(ENDPOINTS_MAX)
    secret = new_secret()
    made = WebhookEndpoint(
        id=ledger.new_id(),
        merchant_id=merchant.id,
        url=place.url,
        events=" ".join(asked),
        state=EndpointState.ENABLED,
        secret_encrypted=vault.encrypt(secret),
        since_at=now,
        position_at=now - LOOK_BACK,
        next_send_at=now,
        failures_in_a_row=0,
        registered_by=actor,
        registered_at=now,
    )
    session.add(made)
    session.flush()
    ledger.remember_call(session, call, made_id=made.id, now=now)
    return made, secret


def get_endpoint(session: Session, *, endpoint_id: UUID, merchant_id: UUID) -> WebhookEndpoint:
    """Return an endpoint of a shop.

    Raises:
        WebhookUnknownError: the shop has none with this id.
    """
    found = session.get(WebhookEndpoint, endpoint_id)
    return _checked(found, endpoint_id, merchant_id)


def list_endpoints(session: Session, *, merchant_id: UUID) -> Sequence[WebhookEndpoint]:
    """Return the endpoints of a shop, newest first."""
    query = select(WebhookEndpoint).where(*_of_merchant(merchant_id))
    return session.scalars(query.order_by(WebhookEndpoint.registered_at.desc(), WebhookEndpoint.id.desc())).all()


def disable_endpoint(
    session: Session, *, endpoint_id: UUID, merchant_id: UUID, now: datetime, call: ledger.Call | None = None
) -> WebhookEndpoint:
    """Send nothing to an endpoint until it is enabled; what waits goes on waiting. Again: it stays as it is.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
    """
    endpoint = _locked(session, endpoint_id, merchant_id)
    if endpoint.state is EndpointState.ENABLED:
        stop(endpoint, StopReason.OWNER)
    session.flush()
    ledger.remember_call(session, call, made_id=endpoint.id, now=now)
    return endpoint


def enable_endpoint(
    session: Session, *, endpoint_id: UUID, merchant_id: UUID, now: datetime, call: ledger.Call | None = None
) -> WebhookEndpoint:
    """Send to an endpoint again: what waited, and what happens from now on; nothing of the time between.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
    """
    endpoint = _locked(session, endpoint_id, merchant_id)
    if endpoint.state is EndpointState.DISABLED:
        endpoint.state, endpoint.stop_reason = EndpointState.ENABLED, None
        endpoint.since_at, endpoint.position_at, endpoint.next_send_at = now, now - LOOK_BACK, now
        endpoint.failures_in_a_row, endpoint.failing_since = 0, None
    session.flush()
    ledger.remember_call(session, call, made_id=endpoint.id, now=now)
    return endpoint


def remove_endpoint(session: Session, *, endpoint_id: UUID, merchant_id: UUID, now: datetime) -> None:
    """Take an endpoint away for good: its secret is deleted, and what waits is given up.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
    """
    endpoint = _locked(session, endpoint_id, merchant_id)
    endpoint.state, endpoint.stop_reason = EndpointState.REMOVED, None
    endpoint.secret_encrypted = endpoint.old_secret_encrypted = endpoint.old_secret_until = None
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == DeliveryState.WAITING)
        .values(state=DeliveryState.DEAD, next_try_at=None, ended_at=now)
    )
    session.flush()


def rotate_secret(
    session: Session,
    *,
    endpoint_id: UUID,
    merchant_id: UUID,
    vault: PhoneVault,
    now: datetime,
    call: ledger.Call | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret, told this once; for a day messages bear signatures with both.

    Raises:
        WebhookUnknownError: the shop has no such endpoint.
    """
    endpoint = _locked(session, endpoint_id, merchant_id)
    secret = new_secret()
    endpoint.old_secret_encrypted, endpoint.old_secret_until = endpoint.secret_encrypted, now + OLD_SECRET_FOR
    endpoint.secret_encrypted = vault.encrypt(secret)
    session.flush()
    ledger.remember_call(session, call, made_id=endpoint.id, now=now)
    return endpoint, secret


def secrets_in_force(endpoint: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
    """Return the secrets with which a message is signed now, the newest first, still encrypted."""
    if endpoint.secret_encrypted is None:
        raise WebhookDisabledError(endpoint.id)
    old, until = endpoint.old_secret_encrypted, endpoint.old_secret_until
    if old is None or until is None or until < now:
        return (endpoint.secret_encrypted,)
    return endpoint.secret_encrypted, old


def renew_secrets(session: Session, *, vault: PhoneVault, endpoints: Iterable[WebhookEndpoint] | None = None) -> int:
    """Encrypt the secrets of all endpoints with the newest key, and return how many endpoints there are."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.secret_encrypted.is_not(None))
    found = list(session.scalars(query) if endpoints is None else endpoints)
    for endpoint in found:
        if endpoint.secret_encrypted is not None:
            endpoint.secret_encrypted = vault.renewed(endpoint.secret_encrypted)
        if endpoint.old_secret_encrypted is not None:
            endpoint.old_secret_encrypted = vault.renewed(endpoint.old_secret_encrypted)
    session.flush()
    return len(found)


def stop(endpoint: WebhookEndpoint, reason: StopReason) -> None:
    """Disable an endpoint; whoever calls holds its lock."""
    endpoint.state, endpoint.stop_reason = EndpointState.DISABLED, reason


def check_enabled(endpoint: WebhookEndpoint) -> None:
    """See that messages are sent to an endpoint.

    Raises:
        WebhookDisabledError: it is disabled.
    """
    if endpoint.state is not EndpointState.ENABLED:
        raise WebhookDisabledError(endpoint.id)


def _of_merchant(merchant_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return WebhookEndpoint.merchant_id == merchant_id, WebhookEndpoint.state != EndpointState.REMOVED


def _locked(session: Session, endpoint_id: UUID, merchant_id: UUID) -> WebhookEndpoint:
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    # What the session read before it waited for the lock may be stale.
    return _checked(session.scalar(query.execution_options(populate_existing=True)), endpoint_id, merchant_id)


def _checked(found: WebhookEndpoint | None, endpoint_id: UUID, merchant_id: UUID) -> WebhookEndpoint:
    if found is None or found.merchant_id != merchant_id or found.state is EndpointState.REMOVED:
        raise WebhookUnknownError(endpoint_id)
    return found


def _events(asked: Collection[str]) -> list[EventType]:
    """Return the events asked for, in the order of the list."""
    if not asked or not set(asked) <= set(EVENTS):
        raise WebhookEventsError(", ".join(EVENTS))
    return [each for each in EVENTS if each in set(asked)]
