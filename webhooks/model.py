"""The tables of webhooks: endpoints, what is to be sent to them, and each attempt to send it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, Integer, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import Base, UTCDateTime, enum_column, new_id

URL_LENGTH_MAX = 500
_IS_WAITING = text("state = 'waiting'")
_LIVES = text("state <> 'removed'")


class EventType(StrEnum):
    """What a message tells. A new one is a line here; the database takes any."""

    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_REFUSED = "payment.refused"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_EXPIRED = "order.expired"
    REFUND_COMPLETED = "refund.completed"
    # Sent when an owner asks for it, whatever else the endpoint asks for.
    TEST = "webhook.test"


EVENTS = tuple(each for each in EventType if each is not EventType.TEST)


class EndpointState(StrEnum):
    """Whether messages are sent to an endpoint; what was removed stays as a row without secrets."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class StopReason(StrEnum):
    """Who or what disabled an endpoint: its owner, its own answer that it is gone, or days of failing."""

    OWNER = "owner"
    GONE = "gone"
    FAILING = "failing"


class DeliveryState(StrEnum):
    """Whether a message waits to be sent, was taken, or was given up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Fault(StrEnum):
    """Why a message was not taken, in one word: nothing that the other end said is kept."""

    URL = "url"
    NAME = "name"
    ADDRESS = "address"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_SLOW = "too_slow"
    SECRET = "secret"  # noqa: S105 - the name of a fault: the key that opens the secret is missing


def _enum_without_check(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind,
        values_callable=lambda members: [each.value for each in members],
        native_enum=False,
        create_constraint=False,
        length=32,
    )


class WebhookEndpoint(Base):
    """One address of a shop's to which outcomes are sent, and how far they have been looked through for it."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("(state = 'disabled') = (stop_reason IS NOT NULL)", name="disabled_say_why"),
        CheckConstraint("(state = 'removed') = (secret_encrypted IS NULL)", name="removed_keep_no_secret"),
        CheckConstraint("(old_secret_encrypted IS NULL) = (old_secret_until IS NULL)", name="old_secrets_end"),
        CheckConstraint("failures_in_a_row >= 0", name="failures_counted"),
        Index("ix_webhook_endpoints_merchant_id", "merchant_id", sqlite_where=_LIVES, postgresql_where=_LIVES),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"))
    url: Mapped[str] = mapped_column(String(URL_LENGTH_MAX))
    # Names of events, with a blank between them.
    events: Mapped[str] = mapped_column(String(200))
    state: Mapped[EndpointState] = mapped_column(enum_column(EndpointState))
    stop_reason: Mapped[StopReason | None] = mapped_column(_enum_without_check(StopReason))
    # As `whsec_…`, encrypted with keys that stand outside of the database.
    secret_encrypted: Mapped[str | None] = mapped_column(String(400))
    # While a new one is being brought in, the one before signs as well.
    old_secret_encrypted: Mapped[str | None] = mapped_column(String(400))
    old_secret_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Outcomes from this instant on are sent; all that began before `position_at` have been looked at.
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
    position_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When somebody may send next: after a failure later; while somebody sends, when they count as lost.
    next_send_at: Mapped[datetime] = mapped_column(UTCDateTime)
    failures_in_a_row: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    registered_by: Mapped[str] = mapped_column(String(64))
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def event_types(self) -> tuple[EventType, ...]:
        """Which events are sent."""
        return tuple(EventType(each) for each in self.events.split())


class WebhookDelivery(Base):
    """One message for one endpoint: what happened, as it was told first; every attempt sends the same.

    The cause is a payment, an order or a refund, a floor below; of a test it is the test itself.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        # Two jobs that look at one outcome make one message.
        UniqueConstraint("endpoint_id", "cause_id"),
        CheckConstraint("(state = 'waiting') = (next_try_at IS NOT NULL)", name="waiting_for_a_try"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_at_a_time"),
        CheckConstraint("tries >= 0", name="tries_counted"),
        Index(
            "ix_webhook_deliveries_waiting",
            "endpoint_id",
            "next_try_at",
            sqlite_where=_IS_WAITING,
            postgresql_where=_IS_WAITING,
        ),
        Index("ix_webhook_deliveries_endpoint_id_id", "endpoint_id", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event: Mapped[EventType] = mapped_column(_enum_without_check(EventType))
    cause_id: Mapped[UUID] = mapped_column(Uuid)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[DeliveryState] = mapped_column(enum_column(DeliveryState))
    # Since it was first to be sent, or since its owner had it sent again.
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class WebhookAttempt(Base):
    """One attempt to send a message: the status of the answer, or why there was none, and how long it took."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        CheckConstraint("took_ms >= 0", name="time_not_negative"),
        CheckConstraint("status IS NOT NULL OR fault IS NOT NULL", name="say_what_came"),
        Index("ix_webhook_attempts_delivery_id", "delivery_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id"))
    status: Mapped[int | None] = mapped_column(Integer)
    fault: Mapped[Fault | None] = mapped_column(_enum_without_check(Fault))
    took_ms: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
