"""What happened at a shop becomes messages for its endpoints, read off the tables of payments.

A payment writes nothing for webhooks, so it costs what it cost. Instead each endpoint has a position, and a job looks
through everything that began after it and has no message yet. Rows are not committed in the order of their times or
ids, so the position stays behind: an hour, any transaction that has written and is still under way, and any order
that still waits. Within that everything is looked at again, and the unique key lets one outcome have one
message, however many jobs look.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

import ledger
from merchants import get_merchant
from payments import Redemption, RedemptionStatus, Refund
from webhooks.endpoints import LOOK_BACK
from webhooks.model import DeliveryState, EndpointState, EventType, WebhookDelivery, WebhookEndpoint

_STATUS_OF = {
    EventType.PAYMENT_COMPLETED: RedemptionStatus.COMPLETED,
    EventType.PAYMENT_REFUSED: RedemptionStatus.REFUSED,
    EventType.ORDER_CANCELLED: RedemptionStatus.CANCELLED,
    EventType.ORDER_EXPIRED: RedemptionStatus.EXPIRED,
}
_EVENT_OF = {status: event for event, status in _STATUS_OF.items()}
# An order stands under the time at which it was made until it is paid.
_ENDED_LATER = (RedemptionStatus.CANCELLED, RedemptionStatus.EXPIRED)
# Written out, not bound: so the planner sees that a partial index fits.
_WAITS = literal(RedemptionStatus.AWAITING_PAYER.value, literal_execute=True)
_AUDITED = timedelta(days=30)


def enabled_endpoints(session: Session) -> Sequence[UUID]:
    """Return the ids of all endpoints to which something may have to be sent."""
    return session.scalars(
        select(WebhookEndpoint.id).where(WebhookEndpoint.state == EndpointState.ENABLED).order_by(WebhookEndpoint.id)
    ).all()


def enqueue_outcomes(session: Session, *, endpoint_id: UUID, now: datetime, limit: int = 500) -> int:
    """Make messages of what happened since an endpoint was last looked at; return how many.

    As many as `limit`: there may be more. None: all is done, or another job is just at it.
    """
    endpoint = session.scalar(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id, WebhookEndpoint.state == EndpointState.ENABLED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if endpoint is None:
        return 0
    # First how far this look may reach: what is committed while it looks is then behind no position.
    reached = _reach(session, now)
    merchant_code = get_merchant(session, endpoint.merchant_id).code
    since = endpoint.position_at
    refunds = _refunds(session, endpoint, limit, since=since)
    payments = _payments(session, endpoint, limit - len(refunds), since=since) if len(refunds) < limit else []
    made = [
        *(_of_refund(endpoint, refund, order_no, merchant_code, now) for refund, order_no in refunds),
        *(_of_payment(endpoint, payment, merchant_code, now) for payment in payments),
    ]
    session.add_all(made)
    if len(refunds) < limit:
        if len(made) == limit:
            # What comes after the last one was not looked at.
            reached = min(reached, payments[-1].redeemed_at)
        endpoint.position_at = max(endpoint.position_at, reached)
    session.flush()
    return len(made)


def new_message(
    endpoint: WebhookEndpoint,
    *,
    event: EventType,
    cause_id: UUID,
    happened_at: datetime,
    data: dict[str, Any],
    now: datetime,
) -> WebhookDelivery:
    """Return a message that is to be sent at once; its text never changes any more."""
    told = {"type": event.value, "timestamp": _instant(happened_at), "data": data}
    return WebhookDelivery(
        id=ledger.new_id(),
        endpoint_id=endpoint.id,
        event=event,
        cause_id=cause_id,
        happened_at=happened_at,
        payload=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        state=DeliveryState.WAITING,
        tries=0,
        next_try_at=now,
        created_at=now,
    )


def _reach(session: Session, now: datetime) -> datetime:
    """Return the instant before which nothing can begin any more, or end, that was not seen."""
    reached = min(now, ledger.settled_until(session)) - LOOK_BACK
    # That of any shop: they are few, have an index of their own, and wait for five minutes.
    waiting = session.scalar(select(func.min(Redemption.redeemed_at)).where(Redemption.status == _WAITS))
    return reached if waiting is None else min(reached, waiting)


def missed(session: Session, endpoint: WebhookEndpoint) -> UUID | None:
    """Return the id of an outcome that an endpoint's position has passed and that has no message, None as it should be.

    Messages are forgotten some day, so a month behind the position is looked at.
    """
    since, until = endpoint.position_at - _AUDITED, endpoint.position_at
    refunds = _refunds(session, endpoint, 1, since=since, until=until)
    payments = _payments(session, endpoint, 1, since=since, until=until)
    ids = [*(refund.id for refund, _order_no in refunds), *(payment.id for payment in payments)]
    return ids[0] if ids else None


def _refunds(
    session: Session, endpoint: WebhookEndpoint, limit: int, *, since: datetime, until: datetime | None = None
) -> list[tuple[Refund, str]]:
    if EventType.REFUND_COMPLETED not in endpoint.event_types:
        return []
    shop_id = literal(endpoint.merchant_id, Redemption.merchant_id.type)
    query = (
        select(Refund, Redemption.order_no)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(
            # By no index: the refunds of an hour are few, and all payments that a shop ever had are many.
            func.coalesce(Redemption.merchant_id, shop_id) == shop_id,
            Refund.refunded_at >= max(since, endpoint.since_at),
            _has_no_message(endpoint, Refund.id),
        )
        .order_by(Refund.refunded_at, Refund.id)
        .limit(limit)
    )
    if until is not None:
        query = query.where(Refund.refunded_at < until)
    return [(refund, order_no) for refund, order_no in session.execute(query)]


def _payments(
    session: Session, endpoint: WebhookEndpoint, limit: int, *, since: datetime, until: datetime | None = None
) -> Sequence[Redemption]:
    asked = {_STATUS_OF[event] for event in endpoint.event_types if event in _STATUS_OF}
    at_once, later = asked.difference(_ENDED_LATER), asked.intersection(_ENDED_LATER)
    query = (
        select(Redemption)
        .where(
            Redemption.merchant_id == endpoint.merchant_id,
            Redemption.redeemed_at >= since,
            or_(
                and_(Redemption.status.in_(at_once), Redemption.redeemed_at >= endpoint.since_at),
                and_(Redemption.status.in_(later), Redemption.ended_at >= endpoint.since_at),
            ),
            _has_no_message(endpoint, Redemption.id),
        )
        .order_by(Redemption.redeemed_at, Redemption.id)
        .limit(limit)
    )
    if until is not None:
        query = query.where(Redemption.redeemed_at < until)
    return session.scalars(query).all()


def _has_no_message(endpoint: WebhookEndpoint, cause_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return ~exists().where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.cause_id == cause_id)


def _of_payment(endpoint: WebhookEndpoint, payment: Redemption, merchant_code: str, now: datetime) -> WebhookDelivery:
    """Return the message of a payment or order: what the shop's own till is answered, without who paid or what for."""
    status = RedemptionStatus(payment.status)
    ended_at = payment.ended_at if status in _ENDED_LATER else None
    data = {
        "id": str(payment.id),
        "merchant": merchant_code,
        "order_no": payment.order_no,
        "status": status.value,
        "refusal": None if payment.refusal is None else payment.refusal.value,
        "amount": payment.amount,
        "cash_amount": payment.cash_amount,
        "refunded_total": payment.refunded_total,
        "channel": payment.channel.value,
        "receipt_no": payment.receipt_no,
        "redeemed_at": _instant(payment.redeemed_at) if status is RedemptionStatus.COMPLETED else None,
        "ended_at": None if ended_at is None else _instant(ended_at),
    }
    happened_at = ended_at or payment.redeemed_at
    return new_message(
        endpoint, event=_EVENT_OF[status], cause_id=payment.id, happened_at=happened_at, data=data, now=now
    )


def _of_refund(
    endpoint: WebhookEndpoint, refund: Refund, order_no: str, merchant_code: str, now: datetime
) -> WebhookDelivery:
    """Return the message of a refund, without its reason, which somebody typed."""
    data = {
        "id": str(refund.id),
        "redemption_id": str(refund.redemption_id),
        "merchant": merchant_code,
        "order_no": order_no,
        "amount": refund.amount,
        "refunded_total": refund.refunded_total,
        "refunded_at": _instant(refund.refunded_at),
    }
    return new_message(
        endpoint,
        event=EventType.REFUND_COMPLETED,
        cause_id=refund.id,
        happened_at=refund.refunded_at,
        data=data,
        now=now,
    )


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
