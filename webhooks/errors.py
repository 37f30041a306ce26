"""What webhooks refuse, each with the facts of the refusal."""

from enum import StrEnum
from uuid import UUID


class WebhookError(Exception):
    """A rule about webhooks says no; nothing was written."""


class UrlFault(StrEnum):
    """What is wrong about an address that outcomes should be sent to."""

    MALFORMED = "malformed"
    SCHEME = "scheme"
    USERINFO = "userinfo"
    FRAGMENT = "fragment"
    PORT = "port"
    HOST = "host"
    NOT_PUBLIC = "not_public"
    TOO_LONG = "too_long"


class WebhookUrlError(WebhookError):
    """Nothing is sent to such an address; it is not repeated here, it may hold a secret of the owner's."""

    def __init__(self, fault: UrlFault) -> None:
        super().__init__(f"the address cannot be used: {fault}")
        self.fault = fault


class WebhookEventsError(WebhookError):
    """No event is named, or one that there is not."""

    def __init__(self, known: str) -> None:
        super().__init__("unknown events")
        self.known = known


class WebhookUnknownError(WebhookError):
    """No endpoint has this id, or it is another shop's, or it was removed."""

    def __init__(self, endpoint_id: UUID) -> None:
        super().__init__("unknown endpoint")
        self.endpoint_id = endpoint_id


class TooManyWebhooksError(WebhookError):
    """The shop has as many endpoints as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a shop has {limit} endpoints at most")
        self.limit = limit


class WebhookDisabledError(WebhookError):
    """Nothing is sent to an endpoint that is disabled."""

    def __init__(self, endpoint_id: UUID) -> None:
        super().__init__("the endpoint is disabled")
        self.endpoint_id = endpoint_id


class DeliveryUnknownError(WebhookError):
    """No delivery of this endpoint has this id, or it is so old that it was forgotten."""

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__("unknown delivery")
        self.delivery_id = delivery_id
