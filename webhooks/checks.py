"""What must be true of webhooks: nothing was missed, and no shop is told of what is another's."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

import ledger
from payments import Redemption, Refund
from webhooks.model import EndpointState, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.outcomes import missed


@ledger.no_differences
def every_message_is_of_an_outcome_of_its_shop() -> ledger.Differences:
    """What a message tells of is a payment, an order or a refund of the shop whose endpoint it goes to."""
    paid_of = select(Refund.redemption_id).where(Refund.id == WebhookDelivery.cause_id).scalar_subquery()
    return ledger.Differences(
        select(WebhookDelivery.id, WebhookDelivery.event, WebhookDelivery.cause_id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .outerjoin(Redemption, Redemption.id == func.coalesce(paid_of, WebhookDelivery.cause_id))
        .where(
            WebhookDelivery.event != EventType.TEST,
            or_(Redemption.id.is_(None), Redemption.merchant_id != WebhookEndpoint.merchant_id),
        )
        .order_by(WebhookDelivery.id),
        "message {id} tells of {event}, and {cause_id} is nothing of that shop's",
    )


def no_outcome_was_missed(session: Session) -> str | None:
    """Every outcome of the last month that an endpoint's position has passed has a message."""
    for endpoint in session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.state == EndpointState.ENABLED).order_by(WebhookEndpoint.id)
    ):
        if (cause_id := missed(session, endpoint)) is not None:
            return f"endpoint {endpoint.id} was not told of {cause_id}"
    return None


CHECKS: tuple[ledger.Check, ...] = (every_message_is_of_an_outcome_of_its_shop, no_outcome_was_missed)
