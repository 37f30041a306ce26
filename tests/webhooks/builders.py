"""Builders of the webhooks' tests: each shows its numbers."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants import Merchant
from tests.clock import NOON
from tests.merchants.builders import vault
from webhooks import EVENTS, Answer, Fault, WebhookDelivery, WebhookEndpoint, enqueue_outcomes, register_endpoint

URL = "https://till.example/pingan"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TAKEN = Answer(status=204, fault=None, took_ms=1)


def endpoint(
    session: Session, shop: Merchant, *, events: Collection[str] = EVENTS, now: datetime = NOON
) -> WebhookEndpoint:
    """Return an endpoint of a shop's."""
    return register_endpoint(session, merchant=shop, url=URL, events=events, vault=vault(), actor="owner", now=now)[0]


def failed(status: int | None = 500, *, retry_after_s: int | None = None) -> Answer:
    """Return what came of an attempt that was answered so, or not at all."""
    fault = Fault.CONNECTION if status is None else Fault.STATUS
    return Answer(status=status, fault=fault, took_ms=1, retry_after_s=retry_after_s)


def look(session: Session, at: WebhookEndpoint | UUID, *, now: datetime = NOON, limit: int = 500) -> int:
    """Make messages of what happened, and return how many."""
    return enqueue_outcomes(session, endpoint_id=at if isinstance(at, UUID) else at.id, now=now, limit=limit)


def told(session: Session, at: WebhookEndpoint | UUID) -> list[dict[str, Any]]:
    """Return the texts of all messages of an endpoint, in the order in which things happened."""
    query = select(WebhookDelivery.payload).where(
        WebhookDelivery.endpoint_id == (at if isinstance(at, UUID) else at.id)
    )
    return [json.loads(each) for each in session.scalars(query.order_by(WebhookDelivery.happened_at))]
